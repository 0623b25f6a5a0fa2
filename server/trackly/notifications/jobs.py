"""What is old leaves inboxes and the outbox."""

from datetime import timedelta
from functools import partial

from trackly.events.unit_of_work import UnitsOfWork
from trackly.notifications.commands import forget_deliveries_before, forget_old_notices

_AT_ONCE = 1000


async def forget_old_deliveries(work: UnitsOfWork, keep: timedelta) -> int:
    """Remove deliveries that are older than `keep`, with their tries, and old lines of inboxes; returns how many rows.

    The oldest first, 1,000 in a transaction."""
    removed = 0
    for forget in (partial(forget_deliveries_before, keep=keep), forget_old_notices):
        found = _AT_ONCE
        while found == _AT_ONCE:
            async with work.begin("job:notifications") as uow:
                found = await forget(uow, most=_AT_ONCE)
            removed += found
    return removed
