"""The parts of a process by which reports are made on time: the heartbeat's claim, a worker, the sweep of files."""

import asyncio
from dataclasses import dataclass
from typing import Self

from sqlalchemy import text

from trackly.events.unit_of_work import UnitsOfWork
from trackly.jobs.facade import Scheduler
from trackly.kit.db import is_unavailable
from trackly.reports.claim import claim_due
from trackly.reports.leases import reclaim_runs
from trackly.reports.retention import Keep, Retention
from trackly.reports.steps import Steps
from trackly.reports.waiting import open_waiting
from trackly.reports.worker import Worker

CLAIM_S, RETENTION_S = 1, 3600
_THERE_ARE = text(
    """
    SELECT EXISTS (SELECT 1 FROM report_schedule WHERE next_fire_at <= statement_timestamp()) AS due,
           EXISTS (SELECT 1 FROM report_run WHERE state = 'QUEUED' AND not_before > statement_timestamp()
                   AND progress ->> 'waits_for_day' IS NOT NULL) AS waiting,
           EXISTS (SELECT 1 FROM report_run WHERE state = 'RUNNING' AND lease_until < statement_timestamp()) AS silent
    """
)
"""Most seconds there is nothing to do, and one statement says so."""


@dataclass(frozen=True)
class RunningReports:
    """Built once in a process. With `worker.parallel` 0 slots are claimed here, and made elsewhere."""

    work: UnitsOfWork
    worker: Worker
    retention: Retention

    @classmethod
    def build(cls, work: UnitsOfWork, steps: Steps, keep: Keep, *, parallel: int) -> Self:
        return cls(work, Worker(work, steps, parallel), Retention(work, keep))

    def add_beats(self, scheduler: Scheduler) -> None:
        scheduler.add("report_claims", CLAIM_S, self.claim, at_start=True, frequent=True)
        scheduler.add("report_files", RETENTION_S, self.retention.sweep)

    async def claim(self) -> int:
        """Give what is due its rows, let begin what waited, take over what was dropped; returns how many runs."""
        try:
            changed = await self._claim()
        except Exception as error:
            if is_unavailable(error):  # what is due stays due
                return 0
            raise
        if changed:
            self.worker.wake()
        return changed

    async def _claim(self) -> int:
        async with self.work.database.one_statement() as connection:
            there_are = (await connection.execute(_THERE_ARE)).one()
        claimed = await claim_due(self.work) if there_are.due else 0
        opened = await open_waiting(self.work) if there_are.waiting else 0
        return claimed + opened + (await reclaim_runs(self.work) if there_are.silent else 0)

    async def run(self) -> None:
        """Make runs until cancelled."""
        if self.worker.parallel == 0:
            await asyncio.Event().wait()
        await self.worker.run()

    def doing(self) -> list[str]:
        """What is being made now, for those who look after the box."""
        return [f"run {run.id} of {run.report_name}" for run in self.worker.running]
