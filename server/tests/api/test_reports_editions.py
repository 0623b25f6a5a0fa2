"""Runs from beginning to end: rows, files, receipts, what changed, corrections, and mail to a real server."""

import hashlib
from typing import Any

from sqlalchemy import text

from tests.support.app import App
from tests.support.issues import edit_issue, make_issue, send
from tests.support.reports import WITH_CHARTS, downloaded, editions_of, made_run, make_report, to

KEYS = {"kind": "dataset", "dataset": "issues", "filter": "is:open", "columns": ["key", "title", "status"]}


async def test_a_report_from_rows_to_files_and_the_same_files_again(app: App) -> None:
    cast = app.cast
    for title in ("It prints twice", "=cmd()"):
        await make_issue(app, cast.maintainer, title=title)
    report = await make_report(app, cast.maintainer, source=KEYS, formats=["csv", "xlsx", "pdf"], templates=WITH_CHARTS)
    run = await made_run(app, cast.maintainer, report)
    assert (run["status"], run["rows"], run["truncated"], run["error"]) == ("SUCCESS", 2, False, None), run["log"]
    (edition,) = await editions_of(app, cast.maintainer, run)
    assert (edition["rows"], edition["as_of"], edition["report_version"]) == (2, run["as_of"], 1)
    assert edition["changes"] is None
    assert [row[1] for row in edition["head"]] == ["It prints twice", "=cmd()"]
    assert {figure["label"]: figure["value"] for figure in edition["figures"]}["Open"] == "2"
    assert {file["format"] for file in edition["files"]} == {"csv", "xlsx", "pdf", "png"}
    contents = {kind: await downloaded(app, cast.maintainer, run, kind) for kind in ("csv", "xlsx", "pdf")}
    for file in edition["files"]:
        if file["format"] in contents:
            assert hashlib.sha256(contents[file["format"]]).hexdigest() == file["sha256"]
            assert len(contents[file["format"]]) == file["bytes"]
    assert b"'=cmd()" in contents["csv"]
    assert contents["pdf"].startswith(b"%PDF-")
    assert contents["xlsx"].startswith(b"PK")

    again = await made_run(app, cast.maintainer, report)
    assert again["as_of"] == run["as_of"]
    (same,) = await editions_of(app, cast.maintainer, again)
    assert {file["name"]: file["sha256"] for file in same["files"]} == {
        file["name"]: file["sha256"] for file in edition["files"]
    }
    for kind, content in contents.items():
        assert await downloaded(app, cast.maintainer, again, kind) == content
    assert any("Nothing happened since run" in line["text"] for line in again["log"])


async def test_what_changed_since_the_last_edition(app: App) -> None:
    cast = app.cast
    stays, goes, moves = [await make_issue(app, cast.maintainer, title=title) for title in ("Stays", "Goes", "Moves")]
    report = await make_report(app, cast.maintainer, source=KEYS, formats=["csv", "html"], templates=WITH_CHARTS)
    first = await made_run(app, cast.maintainer, report)
    await edit_issue(app, cast.maintainer, goes["key"], status="IN_PROGRESS")
    await edit_issue(app, cast.maintainer, goes["key"], status="DONE", resolution="FIXED")
    await edit_issue(app, cast.maintainer, moves["key"], status="TRIAGED")
    new = await make_issue(app, cast.maintainer, title="New")
    second = await made_run(app, cast.maintainer, report)
    (edition,) = await editions_of(app, cast.maintainer, second)
    changes = edition["changes"]
    assert changes["since"]["run_id"] == first["id"]
    rows = changes["rows"]
    assert (rows["n_added"], rows["n_gone"], rows["n_changed"], rows["n_unchanged"]) == (1, 1, 1, 1)
    assert rows["added"] == [{"key": [new["key"]], "label": "New", "fields": []}]
    assert rows["gone"] == [{"key": [goes["key"]], "label": "Goes", "fields": []}]
    assert rows["changed"] == [
        {
            "key": [moves["key"]],
            "label": "Moves",
            "fields": [{"field": "Status", "before": "OPEN", "after": "TRIAGED"}],
        }
    ]
    assert changes["sentence"].startswith("1 new, 1 gone, 1 changed since ")
    page = (await downloaded(app, cast.maintainer, second, "html")).decode()
    assert "1 new, 1 gone, 1 changed" in page
    assert stays["key"] in page


async def test_each_reader_gets_their_own_rights(app: App) -> None:
    """The maintainer everything of the open project, the reporter only their own issue."""
    cast = app.cast
    mine = await make_issue(app, cast.reporter, title="Rea's own")
    await make_issue(app, cast.maintainer, title="Somebody else's")
    report = await make_report(
        app,
        cast.admin,
        source=KEYS,
        recipients=[*to(cast.maintainer, cast.reporter), {"kind": "email", "address": cast.reporter.email}],
        templates=WITH_CHARTS,
    )
    run = await made_run(app, cast.admin, report)
    assert run["status"] == "DELIVERING", run
    editions = await editions_of(app, cast.admin, run)
    assert [(one["scope_label"], one["rows"]) for one in editions] == [
        ("everything", 2),
        ("1 project", 2),
        ("1 project, as Rea Reporter sees them", 1),
    ]
    (hers,) = await editions_of(app, cast.reporter, run)
    assert [row[0] for row in hers["head"]] == [mine["key"]]
    content = (await downloaded(app, cast.reporter, run, "csv")).decode()
    assert "Rea's own" in content
    assert "Somebody" not in content
    for other in editions[:2]:
        path = f"/api/reports/{report['id']}/editions/{other['id']}"
        assert (await send(app, cast.reporter, "GET", path)).status_code == 404
        csv = next(file for file in other["files"] if file["format"] == "csv")
        stolen = await send(app, cast.reporter, "GET", f"/api/runs/{run['id']}/download?file={csv['id']}")
        assert stolen.status_code == 404
    assert (await send(app, cast.other, "GET", f"/api/runs/{run['id']}/editions")).status_code == 404
    mails = [one for one in run["deliveries"] if one["channel"] == "email"]
    assert sorted(one["address"] for one in mails) == sorted([cast.maintainer.email, cast.reporter.email])


async def test_a_check_that_fails_stops_the_sending_and_keeps_the_files(app: App) -> None:
    await make_issue(app, app.cast.maintainer)
    report = await make_report(
        app,
        app.cast.maintainer,
        source={**KEYS, "columns": ["key", "assignee", "updated"]},
        recipients=to(app.cast.reporter),
        checks=[
            {"kind": "freshness", "column": "updated", "max_age": "1h"},
            {"kind": "nulls", "column": "assignee", "max_share": 0.5},
            {"kind": "row_count", "min": 100, "on_fail": "warn"},
        ],
    )
    run = await made_run(app, app.cast.maintainer, report)
    assert (run["status"], run["error"]["code"], run["deliveries"]) == ("FAILED", "check_failed", [])
    assert "100.0% of the rows have no assignee, and at most 50.0% is expected" in run["error"]["message"]
    editions = await editions_of(app, app.cast.maintainer, run)
    assert [(one["kind"], one["ok"], one["stops"]) for one in editions[0]["checks"]] == [
        ("freshness", True, False),
        ("nulls", False, True),
        ("row_count", False, False),
    ]
    assert b"TRK-1" in await downloaded(app, app.cast.maintainer, run, "csv")
    assert any("at least 100 are expected" in line["text"] and line["level"] == "warning" for line in run["log"])


async def test_a_correction_of_a_day_that_was_over_is_named(app: App) -> None:
    """An issue of yesterday is taken away after the number was sent."""
    cast = app.cast
    keys = [(await make_issue(app, cast.maintainer, title=title))["key"] for title in ("One", "Two")]
    async with app.work.begin("test") as uow:
        for table, column in (("issue", "created_at"), ("issue_change", "at")):
            await uow.session.execute(text(f"UPDATE {table} SET {column} = {column} - interval '26 hours'"))
    daily: dict[str, Any] = {
        "kind": "dataset",
        "dataset": "daily",
        "filter": "day<today",
        "columns": ["day", "project"],
    }
    report = await make_report(app, cast.admin, source={**daily, "columns": ["day", "project", "created"]})
    first = await made_run(app, cast.admin, report)
    assert first["rows"] and first["rows"] >= 1
    assert (await send(app, cast.admin, "DELETE", f"/api/issues/{keys[0]}")).status_code == 204
    async with app.work.begin("test") as uow:
        await uow.session.execute(text("DELETE FROM issue_change WHERE issue_key = :key"), {"key": keys[0]})
    second = await made_run(app, cast.admin, report)
    (edition,) = await editions_of(app, cast.admin, second)
    (restated,) = edition["changes"]["restated"]
    assert restated["what"].endswith("TRK: Created")
    assert (restated["before"], restated["after"]) == ("2", "1")


async def test_a_test_run_is_sent_to_who_asked_alone(app: App) -> None:
    await make_issue(app, app.cast.maintainer)
    report = await make_report(
        app, app.cast.maintainer, recipients=[*to(app.cast.reporter), {"kind": "email", "address": "a@example.org"}]
    )
    run = await made_run(app, app.cast.admin, report, "test")
    assert (run["trigger"], {one["address"] for one in run["deliveries"]}) == (
        "test",
        {app.cast.admin.email, f"user:{app.cast.admin.user_id}"},
    )
    shown = (await send(app, app.cast.maintainer, "GET", f"/api/reports/{report['id']}")).json()
    assert shown["last_run"] is None


async def test_rows_of_an_upload_are_what_the_owner_sees_for_everybody(app: App) -> None:
    """Projects give no rights to them: one edition, and none that is taken over from an earlier run."""
    cast = app.cast
    async with await app.as_(cast.maintainer) as client:
        file = {"file": ("targets.csv", "team,target\nnorth,7\nsouth,9\n", "text/csv")}
        made = await client.post("/api/data-sources/uploads", params={"name": "Targets"}, files=file)
    assert made.status_code == 201, made.text
    source = {"kind": "dataset", "dataset": f"upload:{made.json()['id']}"}
    report = await make_report(app, cast.maintainer, source=source, recipients=to(cast.reporter, cast.other))
    run = await made_run(app, cast.maintainer, report)
    assert (run["status"], run["error"]) == ("DELIVERING", None), run["log"]
    (edition,) = await editions_of(app, cast.reporter, run)
    assert (edition["scope_label"], edition["rows"]) == ("as the owner of the report sees it", 2)
    assert b"north,7" in await downloaded(app, cast.other, run, "csv")
    again = await made_run(app, cast.maintainer, report)
    assert not any("Nothing happened since" in line["text"] for line in again["log"])
