"""The life of a delivery, step by step, each in a transaction of its own. The only writer of states and tries.

Leases are rows with a number: `claim` goes up with each lease, and who holds an older one changes nothing any more.
The database's clock decides about them, never a process's."""

import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from trackly.events.unit_of_work import UnitOfWork, UnitsOfWork
from trackly.notifications import queries
from trackly.notifications.events import delivery_updated
from trackly.notifications.messages import Channel, DueDelivery, State
from trackly.notifications.outcomes import Ending, Outcome, Pace, what_follows
from trackly.notifications.rules import shown
from trackly.notifications.tables import DeliveryAttemptRow, DeliveryRow

_OPEN = ("pending", "unknown")
_CRASHED = Outcome(Ending.UNKNOWN, "accepted", "the sender stopped before the answer was there")
_LOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to try one delivery, until the lease ends or another one begins. `message_id`: of an earlier try."""

    due: DueDelivery
    claim: int
    message_id: str | None = None


@dataclass(frozen=True)
class Outbox:
    """`name`: of the process, for the ledger. `link`: the URL of an unsubscribe token."""

    work: UnitsOfWork
    name: str
    unsubscribe_base: str
    pace: Pace = field(default_factory=Pace)

    async def claim(self, channel: Channel, limit: int) -> list[Lease]:
        """Lease up to `limit` due deliveries of `channel`, the longest due first. Others' leases are passed over."""
        due = (
            select(DeliveryRow.id)
            .where(DeliveryRow.channel == channel, DeliveryRow.final_at.is_(None), DeliveryRow.state.in_(_OPEN))
            .where(DeliveryRow.not_before <= func.now())
            .where(func.coalesce(DeliveryRow.lease_until, func.now()) <= func.now())
            .order_by(DeliveryRow.not_before, DeliveryRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")  # run once: as a subquery it might be run for each row, and lease more than `limit`
        )
        values: dict[str, Any] = {
            "claim": DeliveryRow.claim + 1,
            "lease_by": self.name,
            "lease_until": func.now() + timedelta(seconds=self.pace.lease_s),
        }
        async with self.work.begin("sender:claim") as uow:
            leased = await uow.session.scalars(
                update(DeliveryRow).where(DeliveryRow.id.in_(select(due.c.id))).values(values).returning(DeliveryRow)
            )
            rows = sorted(leased.all(), key=lambda row: (row.not_before, row.id))
        return [Lease(queries.due_of(row, self._unsubscribe_url(row)), row.claim, row.message_id) for row in rows]

    def _unsubscribe_url(self, row: DeliveryRow) -> str | None:
        return f"{self.unsubscribe_base}/{row.unsubscribe_token}" if row.unsubscribe_token else None

    async def release(self, lease: Lease) -> None:
        """Give a lease back that was not used: somebody else may try at once."""
        mine = (DeliveryRow.id == lease.due.id) & (DeliveryRow.claim == lease.claim)
        unused = mine & DeliveryRow.state.in_(_OPEN) & DeliveryRow.final_at.is_(None)
        async with self.work.begin("sender:release") as uow:
            await uow.session.execute(update(DeliveryRow).where(unused).values(lease_until=None))

    async def renew(self, leases: Iterable[Lease]) -> None:
        """Let those that nobody else has taken count anew, also after their end. A row that somebody changes just now
        is passed over until the next time."""
        claims = [(lease.due.id, lease.claim) for lease in leases]
        held = (
            select(DeliveryRow.id)
            .where(tuple_(DeliveryRow.id, DeliveryRow.claim).in_(claims), DeliveryRow.final_at.is_(None))
            .where(DeliveryRow.lease_until.is_not(None))
            .with_for_update(skip_locked=True)
            .cte("held")
        )
        until = func.now() + timedelta(seconds=self.pace.lease_s)
        async with self.work.begin("sender:renew") as uow:
            renewed = update(DeliveryRow).where(DeliveryRow.id.in_(select(held.c.id))).values(lease_until=until)
            await uow.session.execute(renewed)

    async def begin(self, lease: Lease, message_id: str) -> bool:
        """Write down that the bytes leave now, under this id; they may once this has returned True. False: the lease
        is lost, and nothing may leave. The lease counts anew from here."""
        mine = (DeliveryRow.id == lease.due.id) & (DeliveryRow.claim == lease.claim)
        values: dict[str, Any] = {
            "state": State.SENDING,
            "attempts": DeliveryRow.attempts + 1,
            "message_id": func.coalesce(DeliveryRow.message_id, message_id),
            "lease_until": func.now() + timedelta(seconds=self.pace.lease_s),
            "version": DeliveryRow.version + 1,
        }
        holds = DeliveryRow.lease_until > func.now()
        async with self.work.begin("sender:begin") as uow:
            row = await uow.session.scalar(
                update(DeliveryRow)
                .where(mine, holds, DeliveryRow.final_at.is_(None), DeliveryRow.state.in_(_OPEN))
                .values(values)
                .returning(DeliveryRow)
            )
            if row is None:
                return False
            uow.session.add(self._attempt(row, uow))
            uow.record(delivery_updated(queries.delivery_of(row), row.owner_id))
        return True

    def _attempt(self, row: DeliveryRow, uow: UnitOfWork) -> DeliveryAttemptRow:
        return DeliveryAttemptRow(
            delivery_id=row.id,
            number=row.attempts,
            outcome="sending",
            step="accepted",
            sender=row.lease_by or self.name,
            began_at=uow.now,
        )

    async def finish(
        self, lease: Lease, outcome: Outcome, also: Callable[[UnitOfWork], Awaitable[object]] | None = None
    ) -> bool:
        """Write down how the try ended, and do `also` in the same transaction. False: the lease was taken over
        meanwhile, and its new holder decides."""
        async with self.work.begin("sender:finish") as uow:
            held = await queries.hold_delivery(uow.session, lease.due.id)
            if held is None or held.row.claim != lease.claim or held.row.final_at is not None:
                return False
            await self._conclude(uow, held, outcome)
            if also is not None:
                await also(uow)
        return True

    async def give_up_lost(self) -> int:
        """Of what a crashed sender was sending nobody knows; returns how many such deliveries were found."""
        lost = (
            select(DeliveryRow.id)
            .where(DeliveryRow.state == State.SENDING, DeliveryRow.final_at.is_(None))
            .where(DeliveryRow.lease_until < func.now())
            .limit(_LOST_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        async with self.work.begin("sender:lost") as uow:
            found = (await uow.session.scalars(lost)).all()
            for delivery_id in found:
                held = await queries.hold_delivery(uow.session, delivery_id)
                if held is not None:
                    await self._conclude(uow, held, _CRASHED)
        return len(found)

    async def _conclude(self, uow: UnitOfWork, held: queries.HeldDelivery, outcome: Outcome) -> None:
        """The row is locked. An answer that comes after the try was given up as lost replaces what was written."""
        row = held.row
        given_up = row.state == State.UNKNOWN and row.lease_until is None
        row.attempts += row.state != State.SENDING and not given_up
        row.unknowns += (outcome.ending is Ending.UNKNOWN) - given_up
        follows = what_follows(
            outcome,
            Channel(row.channel),
            attempts=row.attempts,
            unknowns=row.unknowns,
            now=held.now,
            give_up_at=row.give_up_at,
            pace=self.pace,
            dice=random.random,
        )
        row.state, row.answer = follows.state, shown(outcome.answer)
        row.lease_until = None
        row.not_before = follows.retry_at or row.not_before
        row.final_at = held.now if follows.retry_at is None else None
        row.sent_at = held.now if follows.state is State.SENT else row.sent_at
        row.version += 1
        await uow.session.flush()
        await self._write_attempt(uow, row, outcome)
        uow.record(delivery_updated(queries.delivery_of(row), row.owner_id))

    async def _write_attempt(self, uow: UnitOfWork, row: DeliveryRow, outcome: Outcome) -> None:
        ended = {
            "outcome": outcome.ending,
            "step": outcome.step,
            "code": outcome.code,
            "answer": shown(outcome.answer),
            "ended_at": uow.now,
        }
        began = {
            "delivery_id": row.id,
            "number": row.attempts,
            "sender": row.lease_by or self.name,
            "began_at": uow.now,
        }
        await uow.session.execute(
            insert(DeliveryAttemptRow)
            .values(**began, **ended)
            .on_conflict_do_update(index_elements=["delivery_id", "number"], set_=ended)
        )


async def mark_settled(uow: UnitOfWork, ref: str) -> None:
    """Its composer was told; kept with what the composer wrote."""
    await uow.session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.ref == ref, DeliveryRow.final_at.is_not(None), DeliveryRow.settled_at.is_(None))
        .values(settled_at=func.now())
    )


async def lock_ref(uow: UnitOfWork, ref: str) -> None:
    """One at a time tells a composer about `ref`."""
    await uow.session.execute(select(func.pg_advisory_xact_lock(7214, func.hashtext(ref))))
