"""What a worker is given to do for a run: the words between those who keep the queue and those who make a report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from trackly.events.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, eq=False)
class LeasedRun:
    """A run that this process holds until `lease_until` passes without a heartbeat.

    `id`, `attempt` and `lease_by` are the fence: each later write of the run asks for all three. `definition` and
    `parameters` are those of its beginning; relative dates count from `moment`; `as_of` is set when an earlier
    edition is to be made again. `scheduled_for` is None for a run by hand. `failures`: tries that went wrong before."""

    id: int
    report_id: int
    report_name: str
    owner_id: int
    report_version: int
    definition: Mapping[str, Any]
    parameters: Mapping[str, Any]
    trigger: str
    requested_by: int | None
    scheduled_for: datetime | None
    moment: datetime
    as_of: str | None
    attempt: int
    lease_by: str
    failures: int = 0
    tz: str = "UTC"


@dataclass(frozen=True, slots=True)
class RenderedRun:
    """What a run has made. Nothing of it is in the database yet; its blobs are in the store.

    `stopped`: why it must not be sent (a check that failed): the editions are kept, the run is FAILED with these
    words. `kept` is the steps' own, handed back to `store`."""

    rows: int
    bytes: int
    truncated: bool
    as_of: str
    stopped: str | None = None
    kept: Any = None


class RunFailed(Exception):
    """The run can't go on. `again`: a later attempt may go well (a source that was away, not a wrong statement)."""

    def __init__(self, code: str, message: str, *, again: bool = False) -> None:
        super().__init__(message)
        self.code, self.message, self.again = code, message, again


class Tell(Protocol):
    """How a run says what it is at. Never waits, never fails: it is written with the next heartbeat."""

    def progress(self, stage: str, part: float | None = None) -> None:
        """`stage`: what it is at now, such as `rows` or `pdf`; `part`: how far, 0 to 1."""
        ...

    def say(self, text: str, level: str = "info") -> None:
        """One line of the run's log; `level`: info, warning or error."""
        ...


class Steps(Protocol):
    """How a report is made. Both raise RunFailed; any other exception is a failure that is tried again."""

    async def render(self, run: LeasedRun, tell: Tell) -> RenderedRun:
        """Read, make the files, put them into the store. Cancelled when the run is, and when its lease is lost."""
        ...

    async def store(self, uow: UnitOfWork, run: LeasedRun, rendered: RenderedRun) -> int:
        """Write editions and files, and queue one delivery per recipient and channel; returns how many were queued.

        In the transaction that makes the run RENDERED, with its row locked and the fence checked: all or nothing.
        With `rendered.stopped` only editions and files are written, and nothing is queued."""
        ...


@dataclass
class Told:
    """What was told since the last heartbeat."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    stage: Mapping[str, Any] | None = None

    def progress(self, stage: str, part: float | None = None) -> None:
        self.stage = {"stage": stage, "part": None if part is None else round(min(max(part, 0.0), 1.0), 3)}

    def say(self, text: str, level: str = "info") -> None:
        self.lines.append((level, text[:2_000]))

    def take(self) -> "Told":
        """What there is, and begin anew."""
        taken = Told(self.lines, self.stage)
        self.lines, self.stage = [], None
        return taken
