"""Definitions: made, read, changed and taken away, each change a version and an event."""

from typing import Any

import pytest

from tests.support.app import App
from tests.support.issues import send
from tests.support.logins import events_after, head
from tests.support.reports import definition, make_report, to


async def test_a_report_comes_back_as_it_was_sent(app: App) -> None:
    sent = definition(
        description="All that is open",
        parameters=[{"name": "project", "type": "project", "label": "Project"}],
        source={"kind": "dataset", "dataset": "issues", "filter": "is:open project:$project", "sort": ["-created"]},
        formats=["pdf", "xlsx", "csv"],
        schedule={"when": "every weekday 08:00", "tz": "Europe/Helsinki", "grace_s": 600},
        recipients=[
            *to(app.cast.reporter),
            {"kind": "role", "role": "MAINTAINER", "project": "TRK"},
            {"kind": "email", "address": "Board@Example.ORG"},
        ],
        templates={"subject": "{{rows}} open on {{date}}", "intro": "For *all*: {{changed}}"},
        checks=[{"kind": "row_count", "min": 1, "on_fail": "warn"}],
        document={"group_by": "project"},
    )
    sent["source"]["columns"] = ["project", "key", "title"]
    report = await make_report(app, app.cast.maintainer, **sent)
    assert report["version"] == 1
    assert (report["owner"]["name"], report["can_edit"], report["is_active"]) == ("Max Maintainer", True, True)
    assert report["schedule"]["cron"] == "0 8 * * 1-5"
    assert (report["schedule"]["when"], report["schedule"]["grace_s"]) == ("every weekday at 08:00", 600)
    assert len(report["next_fires"]) == 5
    assert report["next_fire_at"] == report["next_fires"][0]
    assert report["recipients"][2] == {"kind": "email", "address": "board@example.org"}
    assert report["last_run"] is None
    fetched = await send(app, app.cast.maintainer, "GET", f"/api/reports/{report['id']}")
    assert fetched.headers["ETag"] == '"1"'
    assert fetched.json() | {"next_fires": []} == report | {"next_fires": []}


async def test_only_what_is_sent_is_changed_and_each_change_is_a_version(app: App) -> None:
    report = await make_report(app, app.cast.maintainer, recipients=to(app.cast.reporter))
    path = f"/api/reports/{report['id']}"
    seq = await head(app)
    answer = await send(app, app.cast.maintainer, "PATCH", path, {"name": "Still open"}, If_Match='"1"')
    assert answer.status_code == 200, answer.text
    assert (answer.json()["name"], answer.json()["version"], answer.headers["ETag"]) == ("Still open", 2, '"2"')
    assert answer.json()["recipients"] == report["recipients"]
    (event,) = await events_after(app, seq)
    assert (event["type"], event["version"], event["report"]["name"]) == ("report.updated", 2, "Still open")
    assert event["audience"] == {
        "f:admin",
        f"u:{app.cast.maintainer.user_id}",
        f"u:{app.cast.reporter.user_id}",
    }
    assert not {"source", "recipients", "sql"} & set(event["report"])
    same = await send(app, app.cast.maintainer, "PATCH", path, {"name": "Still open"})
    assert same.json()["version"] == 2
    assert await events_after(app, seq + 1) == []
    stale = await send(app, app.cast.maintainer, "PATCH", path, {"name": "Other"}, If_Match='"1"')
    assert (stale.status_code, stale.json()["version"]) == (412, 2)


async def test_an_earlier_version_is_put_back(app: App) -> None:
    report = await make_report(app, app.cast.maintainer, source={**_SQLISH, "filter": "is:open"})
    path = f"/api/reports/{report['id']}"
    await send(
        app, app.cast.maintainer, "PATCH", path, {"source": {**_SQLISH, "filter": "is:done"}, "formats": ["json"]}
    )
    listed = (await send(app, app.cast.maintainer, "GET", f"{path}/versions")).json()
    assert [(one["version"], one["changed"], one["author"]["name"]) for one in listed["items"]] == [
        (2, ["Filter", "Formats"], "Max Maintainer"),
        (1, [], "Max Maintainer"),
    ]
    assert (listed["total"], listed["next"], listed["git_problem"]) == (2, None, None)
    first = (await send(app, app.cast.maintainer, "GET", f"{path}/versions/1")).json()
    second = (await send(app, app.cast.maintainer, "GET", f"{path}/versions/2")).json()
    assert [(one["field"], one["before"], one["after"]) for one in second["differences"]] == [
        ("source.filter", "is:open", "is:done"),
        ("formats", ["csv"], ["json"]),
    ]
    assert first["differences"] == []
    put = await send(app, app.cast.maintainer, "PUT", path, first["definition"], If_Match='"2"')
    assert put.status_code == 200, put.text
    assert (put.json()["version"], put.json()["source"]["filter"], put.json()["formats"]) == (3, "is:open", ["csv"])
    missing = await send(app, app.cast.maintainer, "GET", f"{path}/versions/9")
    assert (missing.status_code, missing.json()["code"]) == (404, "report_version_not_found")


_SQLISH: dict[str, Any] = {"kind": "dataset", "dataset": "issues", "columns": ["key", "title"]}


async def test_a_report_is_taken_away_with_its_schedule(app: App) -> None:
    report = await make_report(app, app.cast.maintainer, schedule={"cron": "0 8 * * *"}, recipients=to(app.cast.other))
    path = f"/api/reports/{report['id']}"
    assert (await send(app, app.cast.maintainer, "DELETE", path, None, If_Match='"7"')).status_code == 412
    seq = await head(app)
    assert (await send(app, app.cast.maintainer, "DELETE", path)).status_code == 204
    (event,) = await events_after(app, seq)
    assert (event["type"], event["report"]) == ("report.deleted", {"id": report["id"]})
    assert f"u:{app.cast.other.user_id}" in event["audience"]
    for actor in (app.cast.maintainer, app.cast.admin, app.cast.other):
        assert (await send(app, actor, "GET", path)).status_code == 404
        assert (await send(app, actor, "GET", "/api/reports")).json()["items"] == []


async def test_switching_off_keeps_the_schedule(app: App) -> None:
    report = await make_report(app, app.cast.maintainer, schedule={"cron": "0 8 * * *", "tz": "Europe/Berlin"})
    path = f"/api/reports/{report['id']}"
    off = (await send(app, app.cast.maintainer, "PATCH", path, {"is_active": False})).json()
    assert (off["is_active"], off["schedule"]["cron"], off["next_fires"], off["next_fire_at"]) == (
        False,
        "0 8 * * *",
        [],
        None,
    )
    on = (await send(app, app.cast.maintainer, "PATCH", path, {"is_active": True})).json()
    assert on["next_fire_at"] == report["next_fire_at"]
    by_hand = (await send(app, app.cast.maintainer, "PATCH", path, {"schedule": None})).json()
    assert (by_hand["schedule"], by_hand["next_fire_at"], by_hand["version"]) == (None, None, 4)


async def test_the_list_is_by_name_and_in_pages(app: App) -> None:
    for name in ("beta", "Alpha", "gamma 100%"):
        await make_report(app, app.cast.maintainer, name=name)
    first = (await send(app, app.cast.admin, "GET", "/api/reports?limit=2")).json()
    assert ([one["name"] for one in first["items"]], first["total"]) == (["Alpha", "beta"], 3)
    rest = (await send(app, app.cast.admin, "GET", f"/api/reports?limit=2&after={first['next']}")).json()
    assert ([one["name"] for one in rest["items"]], rest["next"]) == (["gamma 100%"], None)
    found = (await send(app, app.cast.admin, "GET", "/api/reports?q=100%25")).json()
    assert [one["name"] for one in found["items"]] == ["gamma 100%"]
    assert (await send(app, app.cast.admin, "GET", "/api/reports?after=nonsense")).status_code == 422


async def test_who_sees_which(app: App) -> None:
    cast = app.cast
    mine = await make_report(app, cast.maintainer, name="a mine")
    sent = await make_report(app, cast.admin, name="b sent", recipients=to(cast.reporter))
    to_role = await make_report(app, cast.admin, name="c role", recipients=[{"kind": "role", "role": "REPORTER"}])
    in_project = await make_report(
        app, cast.admin, name="d project", recipients=[{"kind": "role", "role": "MAINTAINER", "project": "TRK"}]
    )
    by_mail = await make_report(
        app, cast.admin, name="e mail", recipients=[{"kind": "email", "address": cast.other.email.upper()}]
    )
    reports = (mine, sent, to_role, in_project, by_mail)
    seen = {
        cast.admin: {"a mine", "b sent", "c role", "d project", "e mail"},
        cast.maintainer: {"a mine", "d project"},
        cast.reporter: {"b sent", "c role"},
        cast.other: {"c role", "e mail"},
    }
    for actor, names in seen.items():
        listed = (await send(app, actor, "GET", "/api/reports")).json()["items"]
        assert {one["name"] for one in listed} == names, actor.name
        for report in reports:
            status = (await send(app, actor, "GET", f"/api/reports/{report['id']}")).status_code
            assert status == (200 if report["name"] in names else 404), (actor.name, report["name"])


async def test_who_is_only_sent_it_sees_neither_source_nor_recipients(app: App) -> None:
    report = await make_report(
        app, app.cast.admin, recipients=[*to(app.cast.reporter), {"kind": "email", "address": "secret@example.org"}]
    )
    path = f"/api/reports/{report['id']}"
    seen = (await send(app, app.cast.reporter, "GET", path)).json()
    assert (seen["source"], seen["recipients"], seen["can_edit"]) == (None, [], False)
    for method, body in (("PATCH", {"name": "x"}), ("PUT", definition()), ("DELETE", None)):
        refused = await send(app, app.cast.reporter, method, path, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_your_report")
    assert (await send(app, app.cast.reporter, "GET", f"{path}/versions")).status_code == 403
    assert (await send(app, app.cast.reporter, "POST", "/api/reports", definition())).status_code == 403


async def test_who_is_no_longer_sent_it_learns_that_it_is_gone(app: App) -> None:
    report = await make_report(app, app.cast.admin, recipients=to(app.cast.reporter, app.cast.other))
    seq = await head(app)
    path = f"/api/reports/{report['id']}"
    await send(app, app.cast.admin, "PATCH", path, {"name": "Secret now", "recipients": to(app.cast.other)})
    gone, updated = await events_after(app, seq)
    assert (gone["type"], gone["version"]) == ("report.deleted", 1)
    assert gone["audience"] == {f"u:{app.cast.reporter.user_id}"}
    assert (updated["type"], updated["version"]) == ("report.updated", 2)
    assert f"u:{app.cast.reporter.user_id}" not in updated["audience"]


@pytest.mark.parametrize("demoted", ["maintainer"])
async def test_an_owner_who_is_a_reporter_now_can_no_longer_change_it(app: App, demoted: str) -> None:
    owner = getattr(app.cast, demoted)
    report = await make_report(app, owner)
    changed = await send(app, app.cast.admin, "PATCH", f"/api/users/{owner.user_id}", {"role": "REPORTER"})
    assert changed.status_code == 200
    answer = await send(app, owner, "PATCH", f"/api/reports/{report['id']}", {"name": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_report")
