"""The aggregation as a job of the heartbeat."""

import time
from datetime import timedelta

from trackly.events.unit_of_work import UnitsOfWork
from trackly.kit.db import is_unavailable
from trackly.stats.commands import aggregate, record_failure
from trackly.stats.errors import AggregationRunning
from trackly.stats.queries import find_last_good_run
from trackly.stats.schemas import Run, Trigger


async def run_aggregation(
    work: UnitsOfWork, trigger: Trigger, *, interval_s: float = 0.0, rebuild: bool = False
) -> Run | None:
    """Aggregate in a transaction of its own. None when another server does it now, or did it within half of
    `interval_s`. A failure is written to the ledger and raised on."""
    started = time.perf_counter()
    try:
        async with work.begin(f"stats:{trigger}") as uow:
            last = await find_last_good_run(uow.session) if interval_s else None
            if last is not None and uow.now - last < timedelta(seconds=interval_s / 2):
                return None
            return await aggregate(uow, trigger, rebuild=rebuild)
    except AggregationRunning:
        return None
    except Exception as error:
        if not is_unavailable(error):
            await record_failure(work, trigger, error, round((time.perf_counter() - started) * 1000))
        raise
