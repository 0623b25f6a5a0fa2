"""`/api/stats` over HTTP: shapes, rights, refusals."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.app import App, running_app
from tests.support.postgres import TestPostgres
from trackly.issues.facade import IssueNew, create_issue

FIGURES = ("created", "triaged", "started", "done", "reopened", "open", "overdue")
READS = ("summary", "daily", "flow", *(f"{figure}/items" for figure in FIGURES))


@pytest.fixture(scope="module")
async def app(postgres: TestPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    folder: Path = tmp_path_factory.mktemp("stats")
    with postgres.cloned() as url:
        async with running_app(url, folder) as app:
            for actor in (app.cast.reporter, app.cast.reporter, app.cast.other):
                async with app.work.begin("test") as uow:
                    await create_issue(uow, actor, IssueNew(project="TRK", title="Something is wrong"))
            yield app


async def get(app: App, name: str, path: str) -> Any:
    async with await app.as_(getattr(app.cast, name)) as client:
        answer = await client.get(f"/api/stats/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.mark.parametrize(("name", "created"), [("admin", 3), ("maintainer", 3), ("reporter", 2), ("other", 1)])
async def test_everybody_counts_what_they_may_see(app: App, name: str, created: int) -> None:
    summary = await get(app, name, "summary")
    daily = await get(app, name, "daily")
    items = await get(app, name, "created/items")
    flow = await get(app, name, "flow?project=TRK")
    assert summary["today"]["created"] == summary["today"]["open"] == created
    assert (summary["timezone"], summary["change"]["created"]) == ("UTC", created)
    assert daily["items"][-1]["created"] == flow["days"][-1]["created"] == items["total"] == created
    assert (daily["items"][-1]["partial"], len(daily["items"])) == (True, 30)
    assert {item["issue"]["title"] for item in items["items"]} == {"Something is wrong"}
    assert {item["status_after"] for item in items["items"]} == {"OPEN"}


@pytest.mark.parametrize("path", READS)
async def test_reads_say_as_of_which_event(app: App, path: str) -> None:
    async with await app.as_(app.cast.reporter) as client:
        answer = await client.get(f"/api/stats/{path}")
        assert answer.headers["X-Trackly-Cursor"].count(".") == 1


@pytest.mark.parametrize("path", [*READS, "scheduler/status"])
async def test_nobody_is_told_nothing(app: App, path: str) -> None:
    async with app.client() as client:
        assert (await client.get(f"/api/stats/{path}")).status_code == 401


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("daily?from=2026-02-30", "from"),
        ("daily?from=9999-01-01", "from"),
        ("daily?from=2020-01-01", "from"),
        ("daily?from=2020-02-01&to=2020-01-01", "to"),
        ("daily?from=0001-01-01&to=0001-01-02", "from"),
        ("flow?to=0001-01-01", "from"),
        ("created/items?limit=101", "limit"),
        ("created/items?after=nonsense", "after"),
        ("created/items?after=WyJkb25lIiwiMjAyNi0wMS0wMVQwMDowMDowMFoiLDFd", "after"),
        ("created/items?after=WyJjcmVhdGVkIiwibm93IiwxXQ", "after"),
        ("created/items?status=OPEN", "status"),
        ("open/items?status=open", "status"),
        ("closed/items", "figure"),
        ("daily?project=AVERYLONGKEY", "project"),
    ],
)
async def test_what_can_not_be_counted_names_the_field(app: App, query: str, field: str) -> None:
    async with await app.as_(app.cast.admin) as client:
        answer = await client.get(f"/api/stats/{query}")
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("path", ["summary", "daily", "flow", "open/items"])
async def test_an_unknown_project_is_not_found(app: App, path: str) -> None:
    async with await app.as_(app.cast.maintainer) as client:
        answer = await client.get(f"/api/stats/{path}?project=NOPE")
        assert (answer.status_code, answer.json()["code"]) == (404, "project_not_found")


async def test_aggregation_is_for_admins(app: App) -> None:
    for name, status in (("reporter", 403), ("maintainer", 403)):
        async with await app.as_(getattr(app.cast, name)) as client:
            assert (await client.post("/api/stats/aggregate")).status_code == status
    before = [day["created"] for day in (await get(app, "admin", "daily"))["items"]]
    async with await app.as_(app.cast.admin) as client:
        first = (await client.post("/api/stats/aggregate")).json()
        again = (await client.post("/api/stats/aggregate", json={"rebuild": True})).json()
        refused = await client.post("/api/stats/aggregate", json={"from": "2020-01-01"})
    assert (first["trigger"], first["days"], first["rows"], first["changes"]) == ("manual", 1, 1, 3)
    assert (again["days"], again["rows"], again["changes"], again["error"]) == (1, 0, 0, None)
    assert refused.status_code == 422
    assert [day["created"] for day in (await get(app, "admin", "daily"))["items"]] == before


async def test_the_state_of_the_scheduler_is_for_staff(app: App) -> None:
    async with await app.as_(app.cast.reporter) as client:
        assert (await client.get("/api/stats/scheduler/status")).status_code == 403
    status = await get(app, "maintainer", "scheduler/status")
    assert status["running"] is False  # this application has no background
    jobs = {job["name"]: job for job in status["jobs"]}
    assert jobs["daily_stats"]["interval_s"] == 1800
    assert all(job["next_run_at"] is None for job in jobs.values())
    ids = [run["id"] for run in status["last_runs"]]
    assert ids == sorted(ids, reverse=True)
