"""Jobs over HTTP: what ran and how, by hand, paused, the processes that are there, and the machine."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from tests.support.app import App
from tests.support.verify import verify_command
from trackly.events.envelope import data_of
from trackly.jobs.facade import DatabaseLedger, Scheduler
from trackly.jobs.scheduler import RunNote
from trackly.kit.log import configure_logging


@pytest.fixture
def scheduler(app: App) -> Scheduler:
    found: Scheduler = app.asgi.state.scheduler
    return found


async def admin(app: App, method: str, path: str, status: int = 200) -> Any:
    async with await app.as_(app.cast.admin) as client:
        answer = await client.request(method, f"/api/{path}")
        assert answer.status_code == status, answer.text
        return answer.json()


async def job(app: App, name: str) -> Any:
    return next(one for one in (await admin(app, "GET", "jobs"))["items"] if one["name"] == name)


async def until(found: Callable[[], Awaitable[Any]]) -> Any:
    for _ in range(200):
        if result := await found():
            return result
        await asyncio.sleep(0.02)
    raise AssertionError("it never came")


async def runs(app: App, name: str) -> list[Any]:
    return list((await admin(app, "GET", f"jobs/{name}/runs"))["items"])


async def log_of(app: App, kind: str) -> list[Any]:
    """The events of a kind, which must all be for admins alone."""
    statement = text("SELECT audience, body_full FROM event_log WHERE type = :kind ORDER BY seq")
    async with app.database.read_session() as session:
        rows = (await session.execute(statement, {"kind": kind})).all()
    assert all(row.audience == ["f:admin"] for row in rows)
    return [json.loads(data_of(row.body_full)) for row in rows]


async def test_what_the_aggregation_did_is_said_in_words(app: App) -> None:
    async with await app.as_(app.cast.reporter) as client:
        made = await client.post("/api/issues", json={"title": "Counted", "project": "TRK"})
        assert made.status_code == 201, made.text
    await admin(app, "POST", "jobs/daily_stats/run", 202)
    (run,) = await until(lambda: runs(app, "daily_stats"))
    assert re.fullmatch(r"1 row from \d{4}-\d\d-\d\d on", run["result"])


async def test_a_run_by_hand_is_written_down_and_told_to_admins(app: App, scheduler: Scheduler) -> None:
    async def work() -> str:
        structlog.get_logger("test").info("looked at everything", rows=7)
        return "7 rows moved"

    configure_logging("INFO")
    scheduler.add("moving", 3600, work)
    begun = await admin(app, "POST", "jobs/moving/run", 202)
    assert (begun["name"], begun["running"]) == ("moving", True)
    run = (await until(lambda: runs(app, "moving")))[0]
    assert (run["trigger"], run["actor"]["name"], run["error"]) == ("manual", "Ada Admin", None)
    assert (run["result"], run["lines"]) == ("7 rows moved", ["info: looked at everything rows=7"])
    seen = await job(app, "moving")
    assert (seen["last_run"], seen["running"], seen["recent_ms"]) == (run, False, [run["duration_ms"]])
    assert [event["run"] for event in await log_of(app, "job.ran")] == [run]


async def test_a_failure_is_kept_with_its_reason_and_the_next_run_is_tried(app: App, scheduler: Scheduler) -> None:
    outcomes: list[Exception | None] = [ValueError("the disk is full"), None]

    async def work() -> None:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome

    scheduler.add("fragile", 3600, work)
    for n in (1, 2):
        await admin(app, "POST", "jobs/fragile/run", 202)
        await until(partial(_has, app, "fragile", n))
    newest, first = await runs(app, "fragile")
    assert (first["error"], newest["error"]) == ("ValueError: the disk is full", None)
    assert "error: job failed job=fragile" in first["lines"]
    assert (await job(app, "fragile"))["failures"] == 1


async def _has(app: App, name: str, count: int) -> bool:
    return len(await runs(app, name)) == count


async def test_what_runs_already_is_not_begun_again(app: App, scheduler: Scheduler) -> None:
    gate = asyncio.Event()
    scheduler.add("slow", 3600, gate.wait)
    await admin(app, "POST", "jobs/slow/run", 202)
    assert (await admin(app, "POST", "jobs/slow/run", 409))["code"] == "job_running"
    gate.set()
    assert len(await until(lambda: runs(app, "slow"))) == 1


async def test_a_paused_job_rests_until_it_is_resumed(app: App, scheduler: Scheduler) -> None:
    beats: list[int] = []

    async def work() -> int:
        beats.append(1)
        return len(beats)

    scheduler.add("counting", 0.05, work, frequent=True)
    paused = await admin(app, "POST", "jobs/counting/pause")
    assert paused["paused_by"]["name"] == "Ada Admin"
    assert await admin(app, "POST", "jobs/counting/pause") == paused
    scheduler.start()
    try:
        await asyncio.sleep(0.3)
        assert beats == []
        await admin(app, "POST", "jobs/counting/run", 202)
        await until(lambda: _has(app, "counting", 1))
        assert beats == [1]
        assert (await admin(app, "POST", "jobs/counting/resume"))["paused_at"] is None
        app.asgi.state.jobs.ledger.forget()
        await until(lambda: _has_at_least(app, "counting", 3))
    finally:
        await scheduler.stop()
    assert [event["job"]["name"] for event in await log_of(app, "job.paused")] == ["counting"]
    assert [event["job"]["name"] for event in await log_of(app, "job.resumed")] == ["counting"]


async def _has_at_least(app: App, name: str, count: int) -> bool:
    return len(await runs(app, name)) >= count


async def test_a_frequent_job_that_found_nothing_leaves_no_row(app: App, scheduler: Scheduler) -> None:
    async def idle() -> int:
        return 0

    scheduler.add("idle", 0.02, idle, frequent=True)
    scheduler.start()
    try:
        await until(lambda: _ran(app, "idle"))
    finally:
        await scheduler.stop()
    assert await runs(app, "idle") == []


async def _ran(app: App, name: str) -> bool:
    return bool((await job(app, name))["runs"] > 1)


async def test_what_admins_are_told_is_what_is_there(app: App, scheduler: Scheduler) -> None:
    async def work() -> str:
        return "3 links removed"

    scheduler.add("links", 3600, work)
    await verify_command(app, lambda: admin(app, "POST", "jobs/links/pause"), examples=["job.paused"])
    await verify_command(app, lambda: admin(app, "POST", "jobs/links/resume"), examples=["job.resumed"])
    note = RunNote("links", "schedule", None, app.work.clock.now(), 12, "3 links removed", None, ("info: looked",))
    ledger = DatabaseLedger(app.work, "server-1")
    await verify_command(app, lambda: ledger.note(note), examples=["job.ran"])


async def test_runs_come_in_pages(app: App, scheduler: Scheduler) -> None:
    async def work() -> int:
        return 1

    scheduler.add("often", 3600, work)
    for n in range(1, 4):
        await admin(app, "POST", "jobs/often/run", 202)
        await until(partial(_has, app, "often", n))
    whole = await runs(app, "often")
    first = await admin(app, "GET", "jobs/often/runs?limit=2")
    rest = await admin(app, "GET", f"jobs/often/runs?limit=2&after={first['next']}")
    assert first["items"] + rest["items"] == whole
    assert rest["next"] is None
    assert (await admin(app, "GET", "jobs/often/runs?after=nonsense", 422))["errors"][0]["field"] == "after"


@pytest.mark.parametrize("path", ["jobs/nothing/runs", "jobs/nothing/run", "jobs/nothing/pause", "jobs/nothing/resume"])
async def test_an_unknown_job_is_not_found(app: App, path: str) -> None:
    method = "GET" if path.endswith("runs") else "POST"
    assert (await admin(app, method, path, 404))["code"] == "job_not_found"


async def test_a_process_is_there_and_says_goodbye(app: App) -> None:
    jobs = app.asgi.state.jobs
    await jobs.presence.beat()
    answer = await admin(app, "GET", "jobs")
    mine = answer["instances"][0]
    assert (mine["id"], mine["kind"], mine["alive"]) == (answer["answering"], "server", True)
    await jobs.presence.end()
    gone = (await admin(app, "GET", "jobs"))["instances"][0]
    assert (gone["alive"], gone["stopped_at"] is not None) == (False, True)


async def test_the_machine_says_what_it_is_at(app: App) -> None:
    await app.asgi.state.sampler.beat()
    system = await admin(app, "GET", "system")
    readings = {reading["name"]: reading for reading in system["readings"]}
    assert set(readings) >= {"cpu", "memory", "disk", "own_memory", "database_size", "connections", "event_lag"}
    assert 0 < readings["disk"]["value"] <= 100
    assert readings["database_size"]["value"] > 1_000_000
    assert (readings["memory"]["warn_at"], readings["memory"]["critical_at"]) == (85, 95)
    order = ["ok", "warn", "critical"]
    assert system["level"] == max((r["level"] for r in system["readings"]), key=order.index)
