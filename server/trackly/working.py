"""What a process does beside requests: beats, the relay, runs, deliveries; begun together, ended in order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Literal

import structlog
from fastapi import FastAPI
from starlette.datastructures import State

from trackly.attachments.jobs import Sweeper
from trackly.auth.jobs import forget_old_logins
from trackly.events.log import extend_log
from trackly.events.unit_of_work import UnitsOfWork
from trackly.exports.facade import close_exports, warm_up_exports
from trackly.http.idempotency import forget_old_answers
from trackly.jobs.facade import Scheduler, forget_old_runs
from trackly.notifications.facade import forget_old_deliveries
from trackly.reports.facade import find_used_blobs
from trackly.settings import Settings
from trackly.stats.facade import run_aggregation
from trackly.stream.hub import Hub

log = structlog.get_logger("trackly")
SWEEP_S, HOURLY_S = 30, 3600
WARM_UP_AFTER_S = 2
Kind = Literal["server", "worker"]
"""A server answers requests; a worker only makes and sends reports."""


def add_beats(settings: Settings, state: State, kind: Kind) -> None:
    """What the heartbeat of this process calls, and how often."""
    scheduler: Scheduler = state.scheduler
    state.runs.add_beats(scheduler)
    if kind == "server":
        _add_server_beats(scheduler, settings, state)


def _add_server_beats(scheduler: Scheduler, settings: Settings, state: State) -> None:
    work: UnitsOfWork = state.work
    every_s = settings.stats_aggregation_interval_minutes * 60
    ledger = timedelta(days=settings.ledger_keep_days)
    sweeper = Sweeper(work, state.blobs, also_used=(find_used_blobs,))

    async def forget_logins() -> None:
        async with work.begin("job:logins") as uow:
            await forget_old_logins(uow)

    async def forget_answers() -> None:
        async with work.begin("job:idempotency") as uow:
            await forget_old_answers(uow)

    scheduler.add("daily_stats", every_s, partial(run_aggregation, work, "schedule", interval_s=every_s), at_start=True)
    scheduler.add("deleted_files", SWEEP_S, sweeper.remove_deleted, frequent=True)
    scheduler.add("orphaned_files", HOURLY_S, sweeper.sweep_orphans)
    scheduler.add("idempotency_keys", HOURLY_S, forget_answers)
    scheduler.add("old_logins", HOURLY_S, forget_logins)
    state.reports.add_beats(scheduler)
    scheduler.add("sandbox", HOURLY_S, state.sandbox.look_after)
    scheduler.add("replaced_tables", HOURLY_S, state.sources.drop_retired)
    scheduler.add("old_deliveries", HOURLY_S, partial(forget_old_deliveries, work, ledger))
    scheduler.add("old_job_runs", HOURLY_S, partial(forget_old_runs, work, ledger))
    scheduler.add("log_partitions", HOURLY_S, partial(extend_log, state.database), at_start=True)


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[None]:
    """The life of a server."""
    state = app.state
    await state.relay.start()
    screens = [asyncio.create_task(_supervised("relay", state.relay.run)), asyncio.create_task(_beat(state.hub))]
    async with at_work(state):
        try:
            yield
        finally:
            state.hub.drain()
            await _end(screens)


@asynccontextmanager
async def at_work(state: State) -> AsyncIterator[None]:
    """Claims, runs, deliveries and beats inside the block. At its end runs are given back, and all is closed."""
    parts = {"doorbell": state.doorbell.run, "sender": state.sender.run, "runs": state.runs.run}
    background = [asyncio.create_task(_supervised(name, run)) for name, run in parts.items()]
    background.append(asyncio.create_task(_warm_up()))
    state.scheduler.start()
    state.sandbox.start()
    try:
        yield
    finally:
        await state.jobs.stop()
        await state.sandbox.close()
        await _end(background)
        await asyncio.to_thread(close_exports)
        await state.blobs.close()
        await state.auth.close()
        await state.database.close()


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _warm_up() -> None:
    """Let the first report not wait for what makes the processes of exports; after the start, not in it."""
    await asyncio.sleep(WARM_UP_AFTER_S)
    await asyncio.to_thread(warm_up_exports)


async def _supervised(name: str, run: Any) -> None:
    """A part that must not end: what ends it is logged, and it begins again."""
    while True:
        with contextlib.suppress(Exception):
            try:
                await run()
            except Exception:
                log.exception("background task failed", task=name)
                raise
        await asyncio.sleep(1)


async def _beat(hub: Hub) -> None:
    while True:
        await asyncio.sleep(1)
        hub.tick()
