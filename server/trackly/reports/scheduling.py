"""A definition's schedule becomes the row that the heartbeat looks at. Slots themselves: `claim`."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from trackly.events.unit_of_work import UnitOfWork
from trackly.reports.claim import settle_due
from trackly.reports.cron import next_slots, parse_cron
from trackly.reports.definition import KeptSchedule
from trackly.reports.tables import ReportScheduleRow


async def put_schedule(uow: UnitOfWork, report_id: int, wanted: KeptSchedule | None) -> None:
    """Have the report run by `wanted`, or only by hand. Of another time or zone the slots begin now; else those that
    are due stay due, whatever else was changed. What was due until now has its rows first. Locks: the schedule."""
    await settle_due(uow, report_id)
    mine = ReportScheduleRow.report_id == report_id
    if wanted is None:
        await uow.session.execute(delete(ReportScheduleRow).where(mine))
        return
    held = select(ReportScheduleRow.cron, ReportScheduleRow.tz).where(mine).with_for_update()
    before = (await uow.session.execute(held)).one_or_none()
    values = wanted.model_dump()
    if before is None or tuple(before) != (wanted.cron, wanted.tz):
        now: datetime = (await uow.session.execute(select(func.clock_timestamp()))).scalar_one()
        due = next_slots(parse_cron(wanted.cron, wanted.tz), now, 1)[0]
        values |= {"last_slot": now, "next_fire_at": due}
    if before is None:
        await uow.session.execute(insert(ReportScheduleRow).values(report_id=report_id, **values))
    else:
        await uow.session.execute(update(ReportScheduleRow).where(mine).values(**values))
