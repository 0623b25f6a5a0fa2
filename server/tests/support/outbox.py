"""Deliveries for tests: a composer that says what it is told to, and a look into the tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import text

from tests.support.app import App
from trackly.events.unit_of_work import UnitOfWork, UnitsOfWork
from trackly.notifications.facade import (
    CannotCompose,
    Channel,
    Delivery,
    DueDelivery,
    Message,
    Notice,
    Sender,
    enqueue,
)
from trackly.notifications.outcomes import Pace

REF = "report_run:12"
QUICK = Pace(poll_s=0.02, lease_s=4, renew_s=1, try_s=3, keep_s=3, first_retry_s=60, unknown_retry_s=60, settle_s=0.05)
MESSAGE = Message(
    subject="Weekly status",
    text="12 done",
    html="<p>12 done</p>",
    notice=Notice("report_ready", "Weekly status is here", "12 done", "/reports/1"),
    content={"report": 1},
)


@dataclass
class Words:
    """`message` for everybody, or what `by_address` has. `settled_refs`: each time that it was told of an end."""

    message: Message = MESSAGE
    by_address: dict[str, Message | Exception] = field(default_factory=dict)
    settled_refs: list[str] = field(default_factory=list)
    composed: list[DueDelivery] = field(default_factory=list)
    fails_to_settle: int = 0

    async def compose(self, delivery: DueDelivery) -> Message:
        self.composed.append(delivery)
        found = self.by_address.get(delivery.address, self.message)
        if isinstance(found, Exception):
            raise found
        return found

    async def settled(self, uow: UnitOfWork, ref: str) -> None:
        if self.fails_to_settle:
            self.fails_to_settle -= 1
            raise RuntimeError("not yet")
        self.settled_refs.append(ref)


NOTHING_LEFT = CannotCompose("the edition was removed")


def sender_of(app: App, words: Words, pace: Pace = QUICK) -> Sender:
    sender: Sender = app.asgi.state.notifications.sender({"report_run": words}, pace=pace)
    return sender


async def send_to(work: UnitsOfWork, *addresses: str, **over: Any) -> int:
    """A mail for each address."""
    return await ask(work, [Delivery(REF, Channel.EMAIL, address, **over) for address in addresses])


async def ask(work: UnitsOfWork, deliveries: Sequence[Delivery]) -> int:
    async with work.begin("test") as uow:
        return await enqueue(uow, *deliveries)


async def rows(work: UnitsOfWork, ref: str = REF) -> dict[str, Any]:
    """The deliveries of `ref`, by address."""
    async with work.database.read_session() as session:
        found = await session.execute(text("SELECT * FROM delivery WHERE ref = :ref ORDER BY id"), {"ref": ref})
        return {row.address: row for row in found.all()}


async def tries(work: UnitsOfWork, address: str, ref: str = REF) -> list[Any]:
    """The tries of one delivery, in their order."""
    statement = text(
        "SELECT a.* FROM delivery_attempt a JOIN delivery d ON d.id = a.delivery_id"
        " WHERE d.address = :address AND d.ref = :ref ORDER BY a.number"
    )
    async with work.database.read_session() as session:
        return list((await session.execute(statement, {"address": address, "ref": ref})).all())


async def make_due(work: UnitsOfWork) -> None:
    """Time passes until every delivery that waits may be tried again, and every lease is over."""
    async with work.begin("test") as uow:
        await uow.session.execute(
            text(
                "UPDATE delivery SET not_before = now() - interval '1 s' WHERE final_at IS NULL AND state <> 'sending'"
            )
        )


async def end_leases(work: UnitsOfWork) -> None:
    async with work.begin("test") as uow:
        await uow.session.execute(
            text("UPDATE delivery SET lease_until = now() - interval '1 s' WHERE lease_until IS NOT NULL")
        )


def with_subject(subject: str) -> Message:
    return replace(MESSAGE, subject=subject)
