"""The heartbeat: named jobs at intervals, in every server. What must happen once is claimed in the database."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from trackly.kit.clock import Clock
from trackly.stats.schemas import JobStatus

log = structlog.get_logger("trackly.scheduler")

JobCall = Callable[[], Awaitable[object]]
_ERROR_MAX = 500
_STOP_S = 5.0


@dataclass
class _Job:
    """One job and how its last run went. Never two runs of it at once in one server."""

    name: str
    interval_s: float
    call: JobCall
    clock: Clock
    running: bool = False
    runs: int = 0
    failures: int = 0
    last_started_at: datetime | None = None
    last_finished_at: datetime | None = None
    last_duration_ms: int | None = None
    last_error: str | None = None
    task: "asyncio.Task[Any] | None" = None

    async def run(self) -> None:
        """One run. A failure is logged and kept for the status page; the next beat tries again."""
        started, self.last_started_at, self.running = time.perf_counter(), self.clock.now(), True
        self.task = asyncio.current_task()
        try:
            await self.call()
            self.last_error = None
        except Exception as error:
            self.failures += 1
            self.last_error = f"{type(error).__name__}: {error}"[:_ERROR_MAX]
            log.exception("job failed", job=self.name)
        finally:
            self.runs += 1
            self.running, self.task = False, None
            self.last_finished_at = self.clock.now()
            self.last_duration_ms = round((time.perf_counter() - started) * 1000)

    def status(self, next_run_at: datetime | None) -> JobStatus:
        return JobStatus(
            name=self.name,
            interval_s=self.interval_s,
            next_run_at=next_run_at,
            running=self.running,
            runs=self.runs,
            failures=self.failures,
            last_started_at=self.last_started_at,
            last_finished_at=self.last_finished_at,
            last_duration_ms=self.last_duration_ms,
            last_error=self.last_error,
        )


class Scheduler:
    """Owns APScheduler, with its jobs in memory. `start` and `stop` inside a running loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jobs: dict[str, _Job] = {}
        self._beats = AsyncIOScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": AsyncIOExecutor()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )

    @property
    def running(self) -> bool:
        return bool(self._beats.running)

    def add(self, name: str, interval_s: float, call: JobCall, *, at_start: bool = False) -> None:
        """Call `call` every `interval_s` seconds, the first time after one interval, or at once with `at_start`.

        A beat that comes while the last run is still going is left out. Raises ValueError for a name that is taken."""
        if name in self._jobs:
            raise ValueError(f"there is a job {name} already")
        job = self._jobs[name] = _Job(name, interval_s, call, self._clock)
        first: dict[str, Any] = {"next_run_time": datetime.now(self._beats.timezone)} if at_start else {}
        self._beats.add_job(job.run, IntervalTrigger(seconds=interval_s, timezone="UTC"), id=name, name=name, **first)

    def start(self) -> None:
        if not self.running:
            self._beats.start()

    async def stop(self) -> None:
        """No more beats. Runs that are under way are cancelled, and have rolled back when this returns."""
        under_way = [job.task for job in self._jobs.values() if job.task is not None]
        if self.running:
            self._beats.shutdown(wait=False)
        if under_way:
            await asyncio.wait(under_way, timeout=_STOP_S)

    def status(self) -> list[JobStatus]:
        """All jobs, by name; `next_run_at` is null while the heartbeat is off."""
        return [self._jobs[name].status(self._next_run_at(name)) for name in sorted(self._jobs)]

    def _next_run_at(self, name: str) -> datetime | None:
        beat = self._beats.get_job(name) if self.running else None
        found: datetime | None = getattr(beat, "next_run_time", None)
        return found
