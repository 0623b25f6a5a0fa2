"""The heartbeat: named jobs at intervals, in every process. What must happen once is claimed in the database."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import structlog
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from trackly.jobs.errors import JobNotFound, JobRunning
from trackly.jobs.schemas import JobStatus, Trigger
from trackly.kit.clock import Clock
from trackly.kit.log import collected_lines

log = structlog.get_logger("trackly.scheduler")

JobCall = Callable[[], Awaitable[object]]
_ERROR_MAX = 500
_STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class RunNote:
    """How one run went. `result` is what the job returned, None or 0 when there was nothing to do."""

    job: str
    trigger: Trigger
    actor_id: int | None
    started_at: datetime
    duration_ms: int
    result: object
    error: str | None
    lines: tuple[str, ...]


class Ledger(Protocol):
    """Where runs are written down, and which jobs rest. Neither method raises."""

    async def is_paused(self, job: str) -> bool: ...

    async def note(self, note: RunNote) -> None: ...


class NoLedger:
    """For a process whose jobs nobody looks back on."""

    async def is_paused(self, job: str) -> bool:
        return False

    async def note(self, note: RunNote) -> None:
        return None


@dataclass
class _Job:
    """One job and how its last run went. Never two runs of it at once in one process."""

    name: str
    interval_s: float
    call: JobCall
    clock: Clock
    ledger: Ledger
    frequent: bool
    internal: bool
    running: bool = False
    runs: int = 0
    failures: int = 0
    last_started_at: datetime | None = None
    last_finished_at: datetime | None = None
    last_duration_ms: int | None = None
    last_error: str | None = None
    tasks: "set[asyncio.Task[Any]]" = field(default_factory=set)

    async def beat(self) -> None:
        """A run by the clock, unless the job rests or its last run is still going."""
        if not self.running and not await self.ledger.is_paused(self.name):
            await self.run("schedule", None)

    async def run(self, trigger: Trigger, actor_id: int | None) -> None:
        """One run. A failure is logged and kept for the status page; the next beat tries again."""
        started, self.last_started_at, self.running = time.perf_counter(), self.clock.now(), True
        task, result = asyncio.current_task(), None
        assert task is not None
        self.tasks.add(task)
        try:
            with collected_lines() as lines:
                try:
                    result = await self.call()
                    self.last_error = None
                except Exception as error:
                    self.failures += 1
                    self.last_error = f"{type(error).__name__}: {error}"[:_ERROR_MAX]
                    log.exception("job failed", job=self.name)
        finally:
            self.runs += 1
            self.running = False
            self.tasks.discard(task)
            self.last_finished_at = self.clock.now()
            self.last_duration_ms = round((time.perf_counter() - started) * 1000)
        if result or self.last_error or trigger == "manual" or not self.frequent:
            at, took = self.last_started_at, self.last_duration_ms
            note = RunNote(self.name, trigger, actor_id, at, took, result, self.last_error, tuple(lines))
            await self.ledger.note(note)

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

    def __init__(self, clock: Clock, ledger: Ledger | None = None) -> None:
        self._clock = clock
        self._ledger = ledger or NoLedger()
        self._jobs: dict[str, _Job] = {}
        self._by_hand: set[asyncio.Task[None]] = set()
        self._beats = AsyncIOScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": AsyncIOExecutor()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )

    @property
    def running(self) -> bool:
        return bool(self._beats.running)

    def add(
        self,
        name: str,
        interval_s: float,
        call: JobCall,
        *,
        at_start: bool = False,
        frequent: bool = False,
        internal: bool = False,
    ) -> None:
        """Call `call` every `interval_s` seconds, the first time after one interval, or at once with `at_start`.

        A beat that comes while the last run is still going is left out. A `frequent` job leaves a row in the ledger
        only when it returned something true, or failed; an `internal` one is in no list. Raises ValueError for a name
        that is taken."""
        if name in self._jobs:
            raise ValueError(f"there is a job {name} already")
        job = self._jobs[name] = _Job(name, interval_s, call, self._clock, self._ledger, frequent, internal)
        first: dict[str, Any] = {"next_run_time": datetime.now(self._beats.timezone)} if at_start else {}
        self._beats.add_job(job.beat, IntervalTrigger(seconds=interval_s, timezone="UTC"), id=name, name=name, **first)

    def start(self) -> None:
        if not self.running:
            self._beats.start()

    def run_now(self, name: str, actor_id: int) -> JobStatus:
        """Begin a run by hand, also of a job that rests; returns without waiting for its end.

        Raises JobNotFound, and JobRunning while a run of this process is under way."""
        job = self._job(name)
        if job.running:
            raise JobRunning
        job.running = True
        task = asyncio.create_task(job.run("manual", actor_id))
        self._by_hand.add(task)
        task.add_done_callback(self._by_hand.discard)
        return job.status(self._next_run_at(name))

    async def stop(self) -> None:
        """No more beats. Runs that are under way are cancelled, and have rolled back when this returns."""
        if self.running:
            self._beats.shutdown(wait=False)
        for task in self._by_hand:
            task.cancel()
        under_way = {*self._by_hand, *(task for job in self._jobs.values() for task in job.tasks)}
        if under_way:
            await asyncio.wait(under_way, timeout=_STOP_S)

    def status(self) -> list[JobStatus]:
        """All jobs, by name; `next_run_at` is null while the heartbeat is off."""
        listed = sorted(name for name, job in self._jobs.items() if not job.internal)
        return [self._jobs[name].status(self._next_run_at(name)) for name in listed]

    def ensure_known(self, name: str) -> None:
        """Raises JobNotFound."""
        self._job(name)

    def doing(self) -> list[str]:
        """The names of what runs in this process now."""
        return sorted(name for name, job in self._jobs.items() if job.running and not job.internal)

    def _job(self, name: str) -> _Job:
        if name not in self._jobs:
            raise JobNotFound
        return self._jobs[name]

    def _next_run_at(self, name: str) -> datetime | None:
        beat = self._beats.get_job(name) if self.running else None
        found: datetime | None = getattr(beat, "next_run_time", None)
        return found
