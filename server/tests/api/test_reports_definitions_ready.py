"""Ready-made reports, previews, webhooks' secrets, and versions as Git commits."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.app import App, running_app
from tests.support.issues import edit_issue, make_issue, send
from tests.support.logins import rows
from tests.support.reports import ISSUES, editions_of, made_run, make_report

READY = ("weekly_status", "monthly_summary", "open_critical", "overdue_and_ageing", "my_week")


async def test_ready_made_reports_are_shown_to_everybody(app: App) -> None:
    listed = (await send(app, app.cast.reporter, "GET", "/api/reports/ready-made")).json()
    assert [one["name"] for one in listed["items"]] == list(READY)
    assert all(one["title"] and one["description"] and one["when"] and one["formats"] for one in listed["items"])


@pytest.mark.parametrize("name", READY)
async def test_a_ready_made_report_is_made_by_one_click_and_runs(app: App, name: str) -> None:
    cast = app.cast
    key = (await make_issue(app, cast.maintainer, severity="CRITICAL", assignee_id=cast.maintainer.user_id))["key"]
    await edit_issue(app, cast.maintainer, key, status="IN_PROGRESS", due_on="2020-01-01")
    answer = await send(app, cast.maintainer, "POST", f"/api/reports/ready-made/{name}", {"tz": "Europe/Helsinki"})
    assert answer.status_code == 201, answer.text
    report = answer.json()
    assert answer.headers["Location"] == f"/api/reports/{report['id']}"
    assert (report["schedule"]["tz"], len(report["next_fires"])) == ("Europe/Helsinki", 5)
    assert report["recipients"] == [{"kind": "user", "user_id": cast.maintainer.user_id, "name": "Max Maintainer"}]
    run = await made_run(app, cast.maintainer, report)
    assert (run["status"], run["error"]) == ("DELIVERING", None), run["log"]
    (edition,) = await editions_of(app, cast.maintainer, run)
    assert {file["format"] for file in edition["files"]} >= set(report["formats"])
    if name != "monthly_summary":
        assert edition["rows"] == 1
    assert edition["figures"]


async def test_ready_made_reports_are_for_maintainers(app: App) -> None:
    refused = await send(app, app.cast.reporter, "POST", "/api/reports/ready-made/my_week", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "may_not_report")
    unknown = await send(app, app.cast.maintainer, "POST", "/api/reports/ready-made/yearly", {})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "ready_made_not_found")


async def test_a_preview_has_the_reader_s_rights(app: App) -> None:
    for n in range(3):
        await make_issue(app, app.cast.maintainer, title=f"Issue {n}")
    source = {**ISSUES, "filter": "is:open created>=$since", "columns": ["key", "created", "due"], "sort": ["-key"]}
    wanted = {
        "source": source,
        "declared": [{"name": "since", "type": "date", "default": "-1d"}],
        "parameters": {"since": "yesterday"},
    }
    shown = (await send(app, app.cast.maintainer, "POST", "/api/reports/preview", wanted)).json()
    assert [(one["name"], one["type"]) for one in shown["columns"]] == [
        ("key", "text"),
        ("created", "timestamp"),
        ("due", "date"),
    ]
    assert ([row[0] for row in shown["rows"]], shown["truncated"]) == (["TRK-3", "TRK-2", "TRK-1"], False)
    assert isinstance(shown["ms"], int)
    assert shown["cost"] > 0
    wrong = await send(app, app.cast.maintainer, "POST", "/api/reports/preview", {**wanted, "parameters": {"sinse": 1}})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "parameters.sinse")
    bad = {"source": {**source, "filter": "created>=$sinse"}, "declared": wanted["declared"]}
    wrong = await send(app, app.cast.maintainer, "POST", "/api/reports/preview", bad)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "source.filter")
    assert (await send(app, app.cast.reporter, "POST", "/api/reports/preview", wanted)).status_code == 403


async def test_a_webhook_s_secret_is_kept_and_never_shown(database_url: str, tmp_path: Path) -> None:
    async with running_app(database_url, tmp_path, WEBHOOK_ALLOWED_HOSTS="127.0.0.1") as app:
        url, secret = "http://127.0.0.1:9/hook", "whsec_" + "a" * 40
        hook = {"kind": "webhook", "url": url}
        report = await make_report(app, app.cast.maintainer, recipients=[{**hook, "secret": secret}])
        path = f"/api/reports/{report['id']}"
        shown = [{**hook, "has_secret": True}]
        assert report["recipients"] == shown
        version = (await send(app, app.cast.maintainer, "GET", f"{path}/versions/1")).json()
        assert version["definition"]["recipients"] == [hook]
        kept = await rows(app, "SELECT to_jsonb(r)::text || to_jsonb(v)::text AS all FROM report r, report_version v")
        assert secret not in str(kept)
        patched = await send(app, app.cast.maintainer, "PATCH", path, {"recipients": [hook], "name": "Other"})
        assert patched.json()["recipients"] == shown
        away = await send(app, app.cast.maintainer, "PATCH", path, {"recipients": [{**hook, "secret": None}]})
        assert away.json()["recipients"] == [{**hook, "has_secret": False}]


@pytest.fixture
def git() -> str:
    found = shutil.which("git")
    assert found, "these tests need git"
    return found


async def test_versions_are_committed_too(database_url: str, tmp_path: Path, git: str) -> None:
    async with running_app(database_url, tmp_path, REPORTS_GIT_DIR="definitions") as app:
        history = app.asgi.state.reports.git
        report = await make_report(app, app.cast.maintainer, name="Open <issues>")
        path = f"/api/reports/{report['id']}"
        for name in ("Second\nname", "Second name"):
            await send(app, app.cast.maintainer, "PATCH", path, {"name": name, "formats": ["json"]})
        assert await history.catch_up() == 2
        assert await history.catch_up() == 0
        listed = (await send(app, app.cast.maintainer, "GET", f"{path}/versions")).json()
        log = _git(git, tmp_path / "definitions", "log", "--format=%H %an %s")
        assert log.splitlines() == [
            f"{listed['items'][0]['git_commit']} Max Maintainer Second name, version 2",
            f"{listed['items'][1]['git_commit']} Max Maintainer Open issues, version 1",
        ]
        place = f"HEAD:report-{report['id']}/definition.json"
        assert json.loads(_git(git, tmp_path / "definitions", "show", place))["formats"] == ["json"]
        assert listed["git_problem"] is None


async def test_without_git_it_says_so_and_saves_all_the_same(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_app(database_url, tmp_path, REPORTS_GIT_DIR="definitions") as app:
        monkeypatch.setenv("PATH", str(tmp_path))
        report = await make_report(app, app.cast.maintainer)
        assert await app.asgi.state.reports.git.catch_up() == 0
        listed = (await send(app, app.cast.maintainer, "GET", f"/api/reports/{report['id']}/versions")).json()
    assert "git is not installed" in listed["git_problem"]
    assert listed["items"][0]["git_commit"] is None


async def test_a_commit_that_fails_is_made_up_for(database_url: str, tmp_path: Path, git: str) -> None:
    async with running_app(database_url, tmp_path, REPORTS_GIT_DIR="definitions") as app:
        history = app.asgi.state.reports.git
        (tmp_path / "definitions").write_text("in the way")
        await make_report(app, app.cast.maintainer)
        assert await history.catch_up() == 0
        (tmp_path / "definitions").unlink()
        assert await history.catch_up() == 1
        assert "version 1" in _git(git, tmp_path / "definitions", "log", "--format=%s")


def _git(program: str, folder: Path, *arguments: str) -> Any:
    return subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout
