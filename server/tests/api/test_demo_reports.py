"""The reports of the demo: made once, with runs that the worker really makes."""

from datetime import date

from tests.support.app import App
from tests.support.issues import send
from tests.support.logins import rows
from tests.support.people import make_person
from tests.support.reports import work_off
from trackly.demo.people import PEOPLE
from trackly.demo.reports import seed_reports
from trackly.events.unit_of_work import UnitsOfWork
from trackly.users.facade import NewUser, Role, create_user


async def _mara(work: UnitsOfWork) -> None:
    async with work.begin("test") as uow:
        await create_user(uow, None, NewUser(PEOPLE["mara"].email, "Mara", Role.ADMIN, None))


async def test_the_demo_begins_with_reports_that_have_run(app: App) -> None:
    await _mara(app.work)
    assert await seed_reports(app.work, app.asgi.state.reports.checker, date(2026, 11, 26)) == 4
    await work_off(app)
    listed = (await send(app, app.cast.admin, "GET", "/api/reports")).json()["items"]
    assert [(one["name"], one["last_run"]["status"]) for one in listed] == [
        ("Overdue and ageing", "SUCCESS"),
        ("Weekly status", "SUCCESS"),
    ]
    given = await rows(app, "SELECT parameters FROM report_run WHERE parameters <> '{}' ORDER BY id")
    assert [row.parameters for row in given] == [
        {"since": "2026-11-05", "until": "2026-11-11"},
        {"since": "2026-11-12", "until": "2026-11-18"},
        {"since": "2026-11-19", "until": "2026-11-25"},
    ]


async def test_without_its_admin_there_are_none(app: App) -> None:
    await make_person(app.work, "Somebody Else", Role.ADMIN)
    assert await seed_reports(app.work, app.asgi.state.reports.checker, date(2026, 11, 26)) == 0
    assert (await send(app, app.cast.admin, "GET", "/api/reports")).json()["total"] == 0
