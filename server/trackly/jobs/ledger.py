"""The ledger of jobs in the database, for the heartbeat of every process."""

import asyncio
import time
from dataclasses import dataclass, field

import structlog

from trackly.events.unit_of_work import UnitsOfWork
from trackly.jobs.commands import record_run
from trackly.jobs.queries import paused_jobs
from trackly.jobs.scheduler import RunNote
from trackly.kit.db import is_unavailable

log = structlog.get_logger("trackly.jobs")

_KNOWN_FOR_S = 2.0


@dataclass
class DatabaseLedger:
    """Which jobs rest is asked at most every two seconds: a pause holds in every process from then on."""

    work: UnitsOfWork
    instance: str
    _paused: frozenset[str] = frozenset()
    _asked_at: float = field(default=float("-inf"))
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def is_paused(self, job: str) -> bool:
        async with self._asking:  # a beat that comes while another one asks waits for the answer
            if time.monotonic() - self._asked_at > _KNOWN_FOR_S:
                await self._ask()
        return job in self._paused

    async def _ask(self) -> None:
        try:
            async with self.work.database.read_session() as session:
                self._paused = await paused_jobs(session)
        except Exception as error:
            _tell(error, "can't see which jobs rest")
        self._asked_at = time.monotonic()

    async def note(self, note: RunNote) -> None:
        try:
            async with self.work.begin(f"job:{note.job}") as uow:
                await record_run(uow, self.instance, note)
        except Exception as error:
            _tell(error, "a run could not be written down")

    def forget(self) -> None:
        """Ask anew at the next beat."""
        self._asked_at = float("-inf")


def _tell(error: Exception, what: str) -> None:
    """A database that is away is told by others, each second."""
    if not is_unavailable(error):
        log.error(what, exc_info=error)
