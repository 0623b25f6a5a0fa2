"""What a process needs to take part: a heartbeat with a ledger, its presence, its readings."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from trackly.events.unit_of_work import UnitsOfWork
from trackly.jobs.instances import BEAT_S as PRESENCE_S
from trackly.jobs.instances import Presence
from trackly.jobs.ledger import DatabaseLedger
from trackly.jobs.scheduler import Scheduler
from trackly.jobs.system import BEAT_S as SAMPLE_S
from trackly.jobs.system import Sampler


@dataclass(frozen=True)
class JobServices:
    """Built once a process. `scheduler` has the beats of presence and readings, and takes those of other domains."""

    scheduler: Scheduler
    presence: Presence
    sampler: Sampler
    ledger: DatabaseLedger

    @classmethod
    def build(
        cls,
        work: UnitsOfWork,
        kind: Literal["server", "worker"],
        version: str,
        folder: Path,
        *,
        doing: Callable[[], list[str]] = list,
        lag_s: Callable[[], float] = float,
    ) -> "JobServices":
        """`doing` adds to what the presence tells, `lag_s` says how far the screens are behind (a worker has none)."""
        presence = Presence(work, kind, version, work.clock.now(), lambda: [*scheduler.doing(), *doing()])
        ledger = DatabaseLedger(work, presence.name)
        scheduler = Scheduler(work.clock, ledger)
        sampler = Sampler(folder, lag_s)
        scheduler.add("presence", PRESENCE_S, presence.beat, at_start=True, frequent=True, internal=True)
        scheduler.add("readings", SAMPLE_S, sampler.beat, at_start=True, frequent=True, internal=True)
        return cls(scheduler, presence, sampler, ledger)

    async def stop(self) -> None:
        """End the beats, then say goodbye."""
        await self.scheduler.stop()
        await self.presence.end()
