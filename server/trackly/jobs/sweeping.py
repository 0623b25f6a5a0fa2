"""What is old leaves the jobs' ledger."""

from datetime import timedelta

from trackly.events.unit_of_work import UnitsOfWork
from trackly.jobs.commands import forget_runs

_AT_ONCE = 2000


async def forget_old_runs(work: UnitsOfWork, keep: timedelta) -> int:
    """Remove runs that are older than `keep`, the oldest first, 2,000 in a transaction; returns how many."""
    removed = 0
    while True:
        async with work.begin("job:ledger") as uow:
            found = await forget_runs(uow, keep, _AT_ONCE)
        removed += found
        if found < _AT_ONCE:
            return removed
