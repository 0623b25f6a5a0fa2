"""The events of reports tell each reader exactly what became of the reports that they may know of."""

from functools import partial

from tests.support.app import App
from tests.support.issues import send
from tests.support.people import add_member, make_project
from tests.support.reports import definition, make_report, to
from tests.support.verify import verify_command
from trackly.users.facade import Role

SCHEDULE = {"when": "every Monday 08:00", "tz": "Europe/Helsinki"}


async def test_created_changed_taken_away(app: App) -> None:
    cast = app.cast
    new = definition(name="Weekly", description="Every week", schedule=SCHEDULE, recipients=to(cast.reporter))
    made = await verify_command(
        app, lambda: send(app, cast.maintainer, "POST", "/api/reports", new), examples=["report.created"]
    )
    path = made.answer.headers["Location"]
    assert {name: len(told) for name, told in made.told.items()} == {
        "Ada Admin": 1,
        "Max Maintainer": 1,
        "Rea Reporter": 1,
        "Oto Other": 0,
    }
    patch = {"name": "Weekly, changed", "schedule": {**SCHEDULE, "when": "daily at 7:30"}}
    await verify_command(app, lambda: send(app, cast.admin, "PATCH", path, patch), examples=["report.updated"])
    await verify_command(app, lambda: send(app, cast.maintainer, "PUT", path, {**new, "is_active": False}))
    await verify_command(app, lambda: send(app, cast.maintainer, "DELETE", path), examples=["report.deleted"])


async def test_recipients_come_and_go(app: App) -> None:
    cast = app.cast
    path = f"/api/reports/{(await make_report(app, cast.admin, recipients=to(cast.reporter)))['id']}"
    await make_project(app.work, cast.admin, "PRV", visibility="private")
    await add_member(app.work, cast.admin, "PRV", cast.other, Role.MAINTAINER)
    for recipients in (
        to(cast.other),
        [{"kind": "role", "role": "REPORTER"}],
        [{"kind": "role", "role": "MAINTAINER", "project": "PRV"}],
        [{"kind": "email", "address": cast.reporter.email}],
        [],
    ):
        change = partial(send, app, cast.admin, "PATCH", path, {"recipients": recipients})
        done = await verify_command(app, change)
        assert done.answer.status_code == 200, done.answer.text


async def test_an_event_tells_neither_source_nor_recipients(app: App) -> None:
    new = definition(
        source={"kind": "dataset", "dataset": "issues", "filter": '"Wolpertinger"'},
        recipients=[{"kind": "email", "address": "unicorn@example.org"}],
        templates={"intro": "Basilisk"},
    )
    made = await verify_command(app, lambda: send(app, app.cast.admin, "POST", "/api/reports", new))
    assert made.answer.status_code == 201
    for word in ("Wolpertinger", "unicorn", "Basilisk"):
        assert word not in str(made.events)
