"""What the end of a run means for its schedule: a success forgets the failures, too many of them in a row pause it."""

from sqlalchemy import func, select, update

from trackly.events.unit_of_work import UnitOfWork
from trackly.notifications.facade import Notice, notify
from trackly.reports.parts import RoleRecipient
from trackly.reports.pausing import tell_of_schedule
from trackly.reports.queries import people_of
from trackly.reports.tables import ReportScheduleRow
from trackly.users.facade import Role


async def count_success(uow: UnitOfWork, report_id: int, trigger: str) -> None:
    """Also of a run by hand: what failed is in order again."""
    if trigger != "test":
        row = ReportScheduleRow
        failed = (row.report_id == report_id, row.failure_streak > 0)
        await uow.session.execute(update(row).where(*failed).values(failure_streak=0))


async def count_failure(uow: UnitOfWork, report_id: int, trigger: str, why: str) -> None:
    """Of a run by the clock. The last one of `pause_after` in a row pauses the schedule, and owner and admins are told.

    Locks: the schedule."""
    if trigger != "schedule":
        return
    mine = ReportScheduleRow.report_id == report_id
    schedule = await uow.session.scalar(
        select(ReportScheduleRow).where(mine).with_for_update().execution_options(populate_existing=True)
    )
    if schedule is None:
        return
    schedule.failure_streak += 1
    if schedule.pause_after and schedule.paused_at is None and schedule.failure_streak >= schedule.pause_after:
        schedule.paused_at = await uow.session.scalar(select(func.clock_timestamp()))
        schedule.paused_reason = f"{_runs(schedule.failure_streak)} in a row failed. The last one: {why}"[:2_000]
        await uow.session.flush()
        await _tell_of_pause(uow, report_id, schedule.paused_reason)


async def _tell_of_pause(uow: UnitOfWork, report_id: int, reason: str) -> None:
    found = await tell_of_schedule(uow, report_id, None)
    admins = await people_of(uow.session, [RoleRecipient(kind="role", role=Role.ADMIN)])
    notice = Notice("schedule_paused", f"{found.row.name} is paused", reason, f"/reports/{report_id}")
    await notify(uow, {found.row.owner_id, *admins}, notice, ref=f"report:{report_id}")


def _runs(n: int) -> str:
    return "One run" if n == 1 else f"{n} runs"
