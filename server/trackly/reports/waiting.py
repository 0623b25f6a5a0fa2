"""Runs that wait until yesterday is closed, and begin then: as soon as its numbers can't change any more."""

from sqlalchemy import text

from trackly.events.unit_of_work import UnitsOfWork
from trackly.reports import run_events
from trackly.reports.tables import ReportRunRow
from trackly.reports.telling import changed_rows, tell_runs
from trackly.stats.facade import is_day_closed

_WAITED_FOR = text(
    "SELECT DISTINCT CAST(progress ->> 'waits_for_day' AS date) FROM report_run"
    " WHERE state = 'QUEUED' AND not_before > statement_timestamp() AND progress ->> 'waits_for_day' IS NOT NULL"
)
_LET_BEGIN = text(
    """
    UPDATE report_run AS n SET not_before = statement_timestamp(), reason = NULL, version = n.version + 1,
           progress = n.progress - 'waits_for_day'
    FROM report r
    WHERE r.id = n.report_id AND n.state = 'QUEUED' AND n.progress ->> 'waits_for_day' = CAST(:day AS text)
    RETURNING n.*
    """
)


async def open_waiting(work: UnitsOfWork) -> int:
    """Let the runs begin that wait for a day which is closed by now; returns how many.

    Those whose day does not close begin at their latest time, by themselves."""
    async with work.begin("reports:wait") as uow:
        opened: list[ReportRunRow] = []
        for day in (await uow.session.scalars(_WAITED_FOR)).all():
            if await is_day_closed(uow.session, day):
                opened += await changed_rows(uow, _LET_BEGIN, {"day": str(day)})
        await tell_runs(uow, opened, run_events.run_updated)
    return len(opened)
