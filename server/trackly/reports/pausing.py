"""A schedule rests, by hand or after failures in a row: its slots go on being recorded, as skipped and why."""

from sqlalchemy import func, select, update

from trackly.events.envelope import ActorRef
from trackly.events.unit_of_work import UnitOfWork
from trackly.reports.claim import settle_due
from trackly.reports.events import report_updated
from trackly.reports.queries import FoundReport, hold_report, load_report, people_of
from trackly.reports.rules import ensure_may_edit
from trackly.reports.run_errors import NoSchedule
from trackly.reports.schemas import ReportOut
from trackly.reports.showing import show_report
from trackly.reports.tables import ReportScheduleRow
from trackly.reports.views import definition_of, facts_of
from trackly.users.facade import Actor


async def pause_schedule(uow: UnitOfWork, actor: Actor, report_id: int, reason: str) -> ReportOut:
    """Nothing is started by the clock until it is resumed; what is due already still is. Once paused, it stays so.

    ReportNotFound, NotYourReport, NoSchedule. Locks: the report, the schedule."""
    found = await _hold(uow, actor, report_id)
    await settle_due(uow, report_id)
    now = await uow.session.scalar(select(func.clock_timestamp()))
    mine = (ReportScheduleRow.report_id == report_id, ReportScheduleRow.paused_at.is_(None))
    changed = update(ReportScheduleRow).where(*mine).values(paused_at=now, paused_reason=reason or f"by {actor.name}")
    if (await uow.session.scalars(changed.returning(ReportScheduleRow.report_id))).all():
        found = await tell_of_schedule(uow, report_id, actor.ref)
    return await show_report(uow.session, actor, found, uow.now)


async def resume_schedule(uow: UnitOfWork, actor: Actor, report_id: int) -> ReportOut:
    """Run by the clock again, from now on, with the failures forgotten. As `pause_schedule`."""
    found = await _hold(uow, actor, report_id)
    await settle_due(uow, report_id)
    mine = (ReportScheduleRow.report_id == report_id, ReportScheduleRow.paused_at.is_not(None))
    changed = update(ReportScheduleRow).where(*mine).values(paused_at=None, paused_reason=None, failure_streak=0)
    if (await uow.session.scalars(changed.returning(ReportScheduleRow.report_id))).all():
        found = await tell_of_schedule(uow, report_id, actor.ref)
    return await show_report(uow.session, actor, found, uow.now)


async def tell_of_schedule(uow: UnitOfWork, report_id: int, actor: ActorRef | None) -> FoundReport:
    """Record that the report's schedule is another one; its version stays, for its definition does."""
    found = await load_report(uow.session, report_id)
    readers = await people_of(uow.session, definition_of(found).recipients)
    uow.record(report_updated(facts_of(found), [f"u:{user_id}" for user_id in readers], actor))
    return found


async def _hold(uow: UnitOfWork, actor: Actor, report_id: int) -> FoundReport:
    found = await hold_report(uow.session, actor, report_id)
    ensure_may_edit(actor, found.row.owner_id)
    if found.schedule is None:
        raise NoSchedule
    return found
