"""Two reports of the demo, and their first runs: queued here, made by the worker like any others."""

from datetime import date, timedelta

from trackly.demo.people import PEOPLE
from trackly.demo.story import ZONE
from trackly.events.unit_of_work import UnitsOfWork
from trackly.reports.facade import Checker, ReportNew, RunNew, create_report, find_ready_made, start_run
from trackly.users.facade import Actor, find_actor, find_user

_WEEKS = 3


async def seed_reports(work: UnitsOfWork, checker: Checker, today: date) -> int:
    """Make them for the admin of the demo, and ask for some runs of days that are over; returns how many runs."""
    runs = 0
    async with work.begin("demo") as uow:
        found = await find_user(uow.session, PEOPLE["mara"].email)
        mara = None if found is None else await find_actor(uow.session, found.id)
        if mara is None:
            return 0
        weekly = await create_report(uow, mara, _without_recipients("weekly_status", mara), checker)
        overdue = await create_report(uow, mara, _without_recipients("overdue_and_ageing", mara), checker)
        for week in reversed(range(1, _WEEKS + 1)):
            days = {"since": today - timedelta(days=7 * week), "until": today - timedelta(days=7 * week - 6)}
            given = {name: day.isoformat() for name, day in days.items()}
            await start_run(uow, mara, weekly.id, RunNew.model_validate({"parameters": given}))
            runs += 1
        await start_run(uow, mara, overdue.id, RunNew())
    return runs + 1


def _without_recipients(name: str, actor: Actor) -> ReportNew:
    """A demo has no mail server: nothing is sent, and the files are on the page."""
    return find_ready_made(name).definition_for(actor, ZONE).model_copy(update={"recipients": []})
