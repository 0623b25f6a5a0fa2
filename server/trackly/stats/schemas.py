"""Numbers as they travel. Every figure names its window; every one of them opens to its proof (`items`)."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Literal

from trackly.jobs.facade import JobStatus
from trackly.kit.schema import In, Out, UtcTime
from trackly.users.facade import Person

Trigger = Literal["start", "schedule", "manual", "import", "demo"]


class Figure(StrEnum):
    CREATED = "created"
    TRIAGED = "triaged"
    STARTED = "started"
    DONE = "done"
    REOPENED = "reopened"
    OPEN = "open"
    OVERDUE = "overdue"


class Figures(Out):
    """Moves inside a window; `open` and `overdue` as they were at its end."""

    created: int
    triaged: int
    started: int
    done: int
    reopened: int
    open: int
    overdue: int


class ByStatus(Out):
    OPEN: int
    TRIAGED: int
    IN_PROGRESS: int
    DONE: int


class BySeverity(Out):
    LOW: int
    MEDIUM: int
    HIGH: int
    CRITICAL: int


class Windows(Out):
    """Where the windows of one zone begin and end; `yesterday_until_now` ends a day before now by the clock."""

    timezone: str
    today_from: UtcTime
    today_until: UtcTime
    yesterday_from: UtcTime
    yesterday_until: UtcTime
    yesterday_until_now: UtcTime


class Summary(Out):
    """`change` = `today` minus `yesterday_until_now`. Each project counts by the days of its own zone; `timezone` is
    null when they differ. `by_status` and `by_severity` are of this moment, severities of what is not done."""

    as_of: UtcTime
    timezone: str | None
    windows: Sequence[Windows]
    today: Figures
    yesterday: Figures
    yesterday_until_now: Figures
    change: Figures
    by_status: ByStatus
    by_severity: BySeverity


class Day(Out):
    """One day, summed over the reader's projects. `by_status`, `by_severity` and `open` are of its end, or of now when
    it is today (`partial`)."""

    day: date
    partial: bool
    created: int
    triaged: int
    started: int
    done: int
    reopened: int
    open: int
    by_status: ByStatus
    by_severity: BySeverity


class Daily(Out):
    """`aggregated_at`: when a row was last written; what came later is added while answering, so nothing is missing."""

    from_day: date
    to_day: date
    project: str | None
    timezone: str | None
    as_of: UtcTime
    aggregated_at: UtcTime | None
    items: Sequence[Day]


class ItemIssue(Out):
    """The issue as it is now."""

    id: int
    key: str
    project: str
    title: str
    status: str
    resolution: str | None
    severity: str
    priority: str
    assignee: Person | None
    due_on: date | None


class Item(Out):
    """One thing behind a figure: for a move the change that was counted, for `open` and `overdue` the issue.

    `issue` is null when it has been deleted since; `key` still names it. `at`: of a move, when it happened; else since
    when the issue had the status that counts, with its change where that is not the issue's latest status."""

    key: str
    issue: ItemIssue | None
    at: UtcTime
    change_id: int | None
    actor: Person | None
    status_before: str | None
    status_after: str | None


class ItemPage(Out):
    """`total` is the figure itself, `issues` how many different issues are behind it."""

    figure: Figure
    definition: str
    from_day: date
    to_day: date
    items: Sequence[Item]
    next: str | None
    total: int
    issues: int


class CyclePoint(Out):
    key: str
    title: str
    started_at: UtcTime
    done_at: UtcTime
    days: float


class Percentiles(Out):
    """Days from the first IN_PROGRESS to DONE; null without a single issue."""

    p50: float | None
    p85: float | None
    p95: float | None
    issues: int


class CycleTime(Percentiles):
    """`points` are the latest at most, oldest first; `without_start` went to DONE without ever being IN_PROGRESS.
    `previous` is of the window of the same length before."""

    without_start: int
    truncated: bool
    points: Sequence[CyclePoint]
    previous: Percentiles


class AgeingIssue(Out):
    """An issue in progress. `days` since its first IN_PROGRESS, `past_p85` measured by the cycle time of the window."""

    key: str
    title: str
    severity: str
    priority: str
    assignee: Person | None
    started_at: UtcTime
    days: float
    past_p85: bool


class Ageing(Out):
    total: int
    past_p85: int
    items: Sequence[AgeingIssue]


class FlowDay(Out):
    """`throughput` = moves to DONE; the rest is how many issues had each status at the end of the day."""

    day: date
    partial: bool
    created: int
    throughput: int
    OPEN: int
    TRIAGED: int
    IN_PROGRESS: int
    DONE: int


class Flow(Out):
    from_day: date
    to_day: date
    project: str | None
    timezone: str | None
    as_of: UtcTime
    cycle_time: CycleTime
    throughput: int
    days: Sequence[FlowDay]
    ageing: Ageing


class AggregateBody(In):
    """`rebuild`: make every row anew, not only those that changes since the last run touch."""

    rebuild: bool = False


class Run(Out):
    """One aggregation. `changes` were counted for the first time by it, `rows` were written, from `from_day` on."""

    id: int
    trigger: Trigger
    started_at: UtcTime
    finished_at: UtcTime | None
    duration_ms: int
    from_day: date | None
    days: int
    rows: int
    changes: int
    through_change: int | None
    error: str | None

    def __str__(self) -> str:
        """What it did, for the ledger of jobs."""
        if not self.rows:
            return "nothing to do"
        return f"{self.rows} row{'s' * (self.rows != 1)} from {self.from_day} on"


class SchedulerStatus(Out):
    """`running`: whether this server's heartbeat is on. `last_runs` are of all servers, newest first."""

    running: bool
    jobs: Sequence[JobStatus]
    last_runs: Sequence[Run]
