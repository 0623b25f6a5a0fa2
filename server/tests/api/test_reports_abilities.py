"""What somebody may do with reports, told before they try, and refused at its field when they try all the same."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.app import App
from tests.support.issues import send
from tests.support.outbox import QUICK
from tests.support.postgres import TestPostgres
from tests.support.reports import ask_run, definition, editions_of, made_run, make_report, to, work_off
from tests.support.sandbox import running_box
from tests.support.smtp import mail_sink
from trackly.notifications.facade import NO_MAIL_SERVER
from trackly.reports.abilities import NOT_GIVEN, REPORTERS
from trackly.reports.rules import TOO_FAST
from trackly.users.facade import Actor

FAST = ["@every 1s", "@every 59s", "*/10 * * * * *", "0,30 * * * * *"]
SLOW = ["* * * * *", "@every 60s", "@every 90s", "@hourly", "30 0 8 * * *"]


async def abilities(app: App, actor: Actor) -> Any:
    answer = await send(app, actor, "GET", "/api/reports/abilities")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_each_is_told_what_they_may(app: App) -> None:
    cast = app.cast
    reporter, maintainer, admin = [await abilities(app, who) for who in (cast.reporter, cast.maintainer, cast.admin)]
    assert reporter == {
        "make": False,
        "sql": False,
        "sql_refusal": REPORTERS,
        "ask": [],
        "often": False,
        "sends_mail": False,
    }
    assert (maintainer["make"], maintainer["sql"], maintainer["sql_refusal"]) == (True, False, NOT_GIVEN)
    assert maintainer["ask"] == [{"id": cast.admin.user_id, "name": "Ada Admin"}]
    assert (admin["make"], admin["often"], admin["ask"]) == (True, True, [])


async def test_the_right_to_write_sql_shows_as_soon_as_it_is_given(postgres: TestPostgres, tmp_path: Path) -> None:
    async with running_box(postgres, tmp_path) as box:
        app, maintainer = box.app, box.app.cast.maintainer
        assert (await abilities(app, app.cast.admin))["sql"]
        place = f"/api/sandbox/writers/{maintainer.user_id}"
        for method, may in (("PUT", True), ("DELETE", False)):
            await send(app, app.cast.admin, method, place)
            told = await abilities(app, maintainer)
            assert (told["sql"], told["sql_refusal"] is None, told["ask"] == []) == (may, may, may)


async def test_sql_that_is_off_says_why(app: App) -> None:
    told = await abilities(app, app.cast.admin)
    assert (told["sql"], told["sql_refusal"]) == (False, app.asgi.state.sandbox.reason)


async def test_whether_mail_leaves_this_server(app: App) -> None:
    async with mail_sink() as sink:
        config = sink.config()
        made = await send(app, app.cast.admin, "POST", "/api/email-config", config)
        assert made.status_code == 201, made.text
        assert (await abilities(app, app.cast.reporter))["sends_mail"]
        off = await send(app, app.cast.admin, "PUT", "/api/email-config", {**config, "is_active": False})
        assert off.status_code == 200, off.text
        assert not (await abilities(app, app.cast.reporter))["sends_mail"]


@pytest.mark.parametrize("cron", FAST)
async def test_more_than_once_a_minute_is_for_admins(app: App, cron: str) -> None:
    cast, new = app.cast, definition(schedule={"cron": cron})
    refused = await send(app, cast.maintainer, "POST", "/api/reports", new)
    assert (refused.status_code, refused.json()["errors"]) == (422, [{"field": "schedule", "message": TOO_FAST}])
    shown = await send(app, cast.maintainer, "GET", f"/api/reports/schedule/preview?when={cron.replace(' ', '%20')}")
    assert (shown.status_code, shown.json()["errors"][0]["field"]) == (422, "when")
    report = await make_report(app, cast.admin, schedule={"cron": cron})
    assert report["schedule"]["cron"] == cron


async def test_the_same_in_words_and_by_a_change(app: App) -> None:
    report = await make_report(app, app.cast.maintainer, schedule={"cron": "0 8 * * *"})
    path, wanted = f"/api/reports/{report['id']}", {"schedule": {"when": "every 10 seconds"}}
    refused = await send(app, app.cast.maintainer, "PATCH", path, wanted)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "schedule")
    by_admin = await send(app, app.cast.admin, "PATCH", path, wanted)
    assert by_admin.json()["schedule"]["cron"] == "@every 10s"
    kept = await send(app, app.cast.maintainer, "PATCH", path, {"name": "Still fast"})
    assert (kept.status_code, kept.json()["schedule"]["cron"]) == (200, "@every 10s")
    slower = await send(app, app.cast.maintainer, "PATCH", path, {"schedule": {"cron": "@every 20s"}})
    assert slower.status_code == 422


@pytest.mark.parametrize("cron", SLOW)
async def test_once_a_minute_is_for_everybody_who_makes_reports(app: App, cron: str) -> None:
    assert (await make_report(app, app.cast.maintainer, schedule={"cron": cron}))["schedule"]["cron"] == cron


PARAMETERS = [
    {"name": "project", "type": "project", "default": "TRK"},
    {"name": "label", "type": "label"},
    {"name": "who", "type": "person", "default": "me"},
    {"name": "since", "type": "date", "default": "-7d"},
]


async def test_values_for_one_run_are_looked_at_where_they_are_typed(app: App) -> None:
    report = await make_report(app, app.cast.maintainer, parameters=PARAMETERS)
    wrong: dict[str, Any] = {"project": "NOPE", "label": "no-such", "who": 99_999}
    for path in ("run", "test"):
        refused = await send(
            app, app.cast.maintainer, "POST", f"/api/reports/{report['id']}/{path}", {"parameters": wrong}
        )
        assert refused.status_code == 422
        assert {one["field"] for one in refused.json()["errors"]} == {f"parameters.{name}" for name in wrong}
        late = await send(
            app, app.cast.maintainer, "POST", f"/api/reports/{report['id']}/{path}", {"parameters": {"since": "soon"}}
        )
        assert (late.status_code, late.json()["errors"][0]["field"]) == (422, "parameters.since")
    await send(app, app.cast.maintainer, "POST", "/api/projects/TRK/labels", {"name": "Needs Info"})
    given = {"project": "trk", "label": "needs info", "who": app.cast.reporter.user_id, "since": "2026-11-01"}
    run = await made_run(app, app.cast.maintainer, report, parameters=given)
    assert run["parameters"] == given
    (edition,) = await editions_of(app, app.cast.maintainer, run)
    assert edition["values"] == {**given, "project": "TRK"}


async def test_people_among_the_recipients_have_names(app: App) -> None:
    report = await make_report(app, app.cast.maintainer, recipients=to(app.cast.reporter))
    named = [{"kind": "user", "user_id": app.cast.reporter.user_id, "name": "Rea Reporter"}]
    assert report["recipients"] == named
    path = f"/api/reports/{report['id']}"
    again = await send(app, app.cast.maintainer, "PATCH", path, {"recipients": named})
    assert (again.status_code, again.json()["version"]) == (200, 1)
    version = (await send(app, app.cast.maintainer, "GET", f"{path}/versions/1")).json()
    assert version["definition"]["recipients"] == to(app.cast.reporter)


async def test_the_ledger_says_that_there_is_no_mail_server(app: App) -> None:
    report = await make_report(app, app.cast.maintainer, recipients=to(app.cast.reporter))
    run_id = await ask_run(app, app.cast.maintainer, report)
    await work_off(app)
    await app.asgi.state.notifications.sender(app.asgi.state.composers, pace=QUICK).drain()
    run = (await send(app, app.cast.maintainer, "GET", f"/api/runs/{run_id}")).json()
    assert (run["status"], run["reason"]) == ("PARTIAL", f"1 of 2 could not be sent: {NO_MAIL_SERVER}")
    assert (run["report_version"], run["sent"], run["addressed"]) == (1, 1, 2)
