"""Jobs, their runs, the processes that run them, and the machine, as they travel."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

from trackly.kit.schema import Out, UtcTime
from trackly.users.facade import Person

Trigger = Literal["schedule", "manual"]


class JobStatus(Out):
    """A job as the process that answers knows it."""

    name: str
    interval_s: float
    next_run_at: UtcTime | None
    running: bool
    runs: int
    failures: int
    last_started_at: UtcTime | None
    last_finished_at: UtcTime | None
    last_duration_ms: int | None
    last_error: str | None


class JobRunOut(Out):
    """One run. `result` says in words what it did, `lines` are what it logged, `error` is null when it went well."""

    id: int
    job: str
    trigger: Trigger
    actor: Person | None
    instance: str
    started_at: UtcTime
    duration_ms: int
    result: str | None
    error: str | None
    lines: Sequence[str]


class JobOut(JobStatus):
    """A job with what all processes wrote of it. Durations are of the last 100 written runs."""

    paused_at: UtcTime | None
    paused_by: Person | None
    last_run: JobRunOut | None
    recent_ms: Sequence[int]
    median_ms: int | None
    p95_ms: int | None


class JobPauseOut(Out):
    """Whether a job rests."""

    name: str
    paused_at: UtcTime | None
    paused_by: Person | None


class InstanceOut(Out):
    """A process. `alive`: it was seen within the last half minute and has not said goodbye."""

    id: str
    kind: Literal["server", "worker"]
    host: str
    pid: int
    version: str
    started_at: UtcTime
    seen_at: UtcTime
    stopped_at: UtcTime | None
    alive: bool
    doing: Sequence[str]


class Jobs(Out):
    """`answering`: the id of the process that answers, whose next times these are."""

    answering: str
    running: bool
    items: Sequence[JobOut]
    instances: Sequence[InstanceOut]


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    CRITICAL = "critical"


class Reading(Out):
    """A figure of the machine or the database with its unit, its limits, and which of them it has reached."""

    name: str
    value: float
    unit: Literal["percent", "bytes", "count", "seconds"]
    of: float | None = None
    warn_at: float | None = None
    critical_at: float | None = None
    level: Level
    recent: Sequence[float] = ()


class System(Out):
    """What the machine of the answering process and the database are at. `level` is the worst of all readings."""

    as_of: UtcTime
    instance: str
    level: Level
    readings: Sequence[Reading]
