"""What is old leaves inboxes and the outbox."""

from trackly.events.unit_of_work import UnitsOfWork
from trackly.notifications.commands import forget_old


async def forget_old_deliveries(work: UnitsOfWork) -> None:
    """As `forget_old`, in a transaction of its own."""
    async with work.begin("job:notifications") as uow:
        await forget_old(uow)
