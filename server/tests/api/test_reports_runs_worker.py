"""A worker takes what the queue holds, some at a time, ends what is cancelled, and gives back what it can't finish."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.app import App
from tests.support.report_runs import PlainSteps, execute, failing, make_report, rows, states
from trackly.reports.retention import Keep
from trackly.reports.run_commands import cancel_run, start_run
from trackly.reports.run_schemas import RunNew
from trackly.reports.running import RunningReports
from trackly.reports.steps import LeasedRun
from trackly.reports.worker import Worker

WITHIN_S = 15


async def start(app: App, report_id: int, n: int = 1) -> list[int]:
    found = []
    for _ in range(n):
        async with app.work.begin("test") as uow:
            found.append((await start_run(uow, app.cast.admin, report_id, RunNew())).id)
    return found


@asynccontextmanager
async def working(app: App, steps: PlainSteps, parallel: int = 2, **over: Any) -> AsyncIterator[Worker]:
    worker = Worker(app.work, steps, parallel, **over)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not await condition():
            await asyncio.sleep(0.05)


async def test_all_that_is_queued_is_made_some_at_a_time(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    ids = await start(app, report_id, 8)
    steps = PlainSteps(app.asgi.state.blobs, wait_s=0.02)
    async with working(app, steps, parallel=3):
        await until(lambda: all_are(app, "SUCCESS"))
    assert sorted(steps.made) == [(run_id, 1) for run_id in ids]
    assert steps.most_at_once == 3
    files = await rows(app.work, "SELECT stored_name FROM report_file")
    assert len(files) == 8
    assert all([await app.asgi.state.blobs.exists(row.stored_name) for row in files])


async def all_are(app: App, state: str) -> bool:
    return set(await states(app.work)) == {state}


async def test_two_workers_make_each_run_once(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    ids = await start(app, report_id, 10)
    first, second = (PlainSteps(app.asgi.state.blobs, wait_s=0.02) for _ in range(2))
    async with working(app, first), working(app, second):
        await until(lambda: all_are(app, "SUCCESS"))
    assert sorted(first.made + second.made) == [(run_id, 1) for run_id in ids]


async def test_a_run_is_broken_off_when_somebody_cancels_it(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    (run_id,) = await start(app, report_id)
    steps = PlainSteps(app.asgi.state.blobs, gate=asyncio.Event())
    async with working(app, steps) as worker:
        await until(lambda: all_are(app, "RUNNING"))
        async with app.work.begin("test") as uow:
            told = await cancel_run(uow, app.cast.admin, run_id)
        assert told.status == "RUNNING"
        await until(lambda: all_are(app, "CANCELLED"))
        await until(lambda: is_idle(worker))
    (run,) = await rows(app.work, "SELECT reason, lease_by FROM report_run")
    assert tuple(run) == ("Cancelled by Ada Admin", None)
    assert steps.made == []


async def test_a_worker_that_is_ended_gives_its_runs_back(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    await start(app, report_id, 2)
    async with working(app, PlainSteps(app.asgi.state.blobs, gate=asyncio.Event())):
        await until(lambda: all_are(app, "RUNNING"))
    found = await rows(app.work, "SELECT state, attempt, lease_by, progress FROM report_run")
    assert [(row.state, row.attempt, row.lease_by) for row in found] == [("QUEUED", 1, None)] * 2
    async with working(app, PlainSteps(app.asgi.state.blobs)):
        await until(lambda: all_are(app, "SUCCESS"))


async def test_a_run_that_takes_too_long_fails(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    await start(app, report_id)
    async with working(app, PlainSteps(app.asgi.state.blobs, gate=asyncio.Event()), run_s=0.2):
        await until(lambda: all_are(app, "FAILED"))
    (run,) = await rows(app.work, "SELECT * FROM report_run")
    assert (run.error_code, run.reason) == ("timeout", "It took too long, and was broken off")


async def test_what_nobody_foresaw_is_tried_again_and_tells_no_inside(app: App) -> None:
    def breaks(run: LeasedRun) -> None:
        raise ZeroDivisionError("secret of the inside")

    report_id = await make_report(app.work, app.cast.admin)
    await start(app, report_id)
    async with working(app, PlainSteps(app.asgi.state.blobs, before=breaks)):
        await until(lambda: tried(app, 1))
    (run,) = await rows(app.work, "SELECT * FROM report_run")
    assert (run.state, run.error_code) == ("QUEUED", "internal_error")
    said = await rows(app.work, "SELECT text FROM report_run_log UNION ALL SELECT reason FROM report_run")
    assert not any("secret" in row.text for row in said)


async def tried(app: App, times: int) -> bool:
    found = await rows(app.work, "SELECT state, attempt FROM report_run")
    return all(row.attempt == times and row.state != "RUNNING" for row in found)


async def test_a_failure_is_tried_again_when_its_time_has_come(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    await start(app, report_id)
    steps = PlainSteps(app.asgi.state.blobs, before=failing())
    async with working(app, steps) as worker:
        await until(lambda: tried(app, 1))
        steps.before = None
        await execute(app.work, "UPDATE report_run SET not_before = now()")
        worker.wake()
        await until(lambda: all_are(app, "SUCCESS"))
    assert [attempt for _, attempt in steps.made] == [2]


async def test_a_run_that_another_took_over_is_left_alone(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    (run_id,) = await start(app, report_id)
    gate = asyncio.Event()
    steps = PlainSteps(app.asgi.state.blobs, gate=gate)
    async with working(app, steps) as worker:
        await until(lambda: all_are(app, "RUNNING"))
        await execute(app.work, "UPDATE report_run SET lease_by = 'other', attempt = attempt + 1")
        await until(lambda: is_idle(worker))
        gate.set()
    (run,) = await rows(app.work, "SELECT * FROM report_run WHERE id = :id", id=run_id)
    assert (run.state, run.lease_by, run.attempt) == ("RUNNING", "other", 2)
    assert await rows(app.work, "SELECT 1 FROM report_edition") == []


async def is_idle(worker: Worker) -> bool:
    return not worker.running


async def test_the_end_of_a_run_is_written_once_the_database_is_back(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connections are cut right when the end is to be written."""
    report_id = await make_report(app.work, app.cast.admin)
    await start(app, report_id)
    steps = PlainSteps(app.asgi.state.blobs)
    store, cuts = steps.store, []

    async def cut(uow: Any, run: Any, rendered: Any) -> int:
        if not cuts:
            cuts.append(run.id)
            await uow.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return await store(uow, run, rendered)

    monkeypatch.setattr(steps, "store", cut)
    async with working(app, steps):
        await until(lambda: all_are(app, "SUCCESS"))
    assert len(steps.made) == len(cuts) == 1
    assert len(await rows(app.work, "SELECT 1 FROM report_edition")) == 1


async def test_a_beat_claims_and_wakes_the_worker(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin, cron="@every 1s", overlap="allow")
    steps = PlainSteps(app.asgi.state.blobs)
    running = RunningReports.build(app.work, steps, Keep(30, 10, 10**9), parallel=2)
    task = asyncio.create_task(running.run())
    await until(lambda: claimed(running))
    await until(lambda: made_some(steps))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert running.doing() == []
    assert set(await states(app.work, report_id)) <= {"SUCCESS", "QUEUED"}


async def claimed(running: RunningReports) -> int:
    return await running.claim()


async def made_some(steps: PlainSteps) -> bool:
    return bool(steps.made)


async def test_with_no_workers_nothing_is_made_here(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    await start(app, report_id)
    running = RunningReports.build(app.work, PlainSteps(app.asgi.state.blobs), Keep(30, 10, 10**9), parallel=0)
    task = asyncio.create_task(running.run())
    await asyncio.sleep(0.3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await states(app.work) == ["QUEUED"]
