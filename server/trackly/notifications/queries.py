"""Reading deliveries, their tries, and inboxes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from trackly.kit.errors import InvalidInput
from trackly.kit.pages import decode_cursor, encode_cursor
from trackly.notifications.errors import DeliveryNotFound, UnsubscribeLinkUnknown
from trackly.notifications.messages import Channel, DueDelivery, State
from trackly.notifications.rules import shown_address
from trackly.notifications.schemas import (
    DeliveryAttemptOut,
    DeliveryAttempts,
    DeliveryOut,
    Inbox,
    NotificationOut,
    Subscription,
)
from trackly.notifications.tables import DeliveryAttemptRow, DeliveryRow, MailRefusalRow, NotificationRow, WebhookRow
from trackly.users.facade import Actor
from trackly.users.tables import UserAccount

_NOTIFICATION = (
    *(NotificationRow.id, NotificationRow.kind, NotificationRow.title, NotificationRow.body, NotificationRow.link),
    *(NotificationRow.ref, NotificationRow.version, NotificationRow.created_at, NotificationRow.read_at),
)


@dataclass(frozen=True, slots=True)
class HeldDelivery:
    """A delivery whose row this transaction has locked. `now` is the database's."""

    row: DeliveryRow
    now: datetime


async def list_deliveries(session: AsyncSession, ref: str) -> list[DeliveryOut]:
    """All of `ref`, in the order in which they were asked for, for code that has checked who asks."""
    rows = await session.scalars(select(DeliveryRow).where(DeliveryRow.ref == ref).order_by(DeliveryRow.id))
    return [delivery_of(row) for row in rows]


async def count_states(session: AsyncSession, ref: str) -> dict[State, int]:
    """How many deliveries of `ref` are in which state; states without one are left out."""
    counted = select(DeliveryRow.state, func.count()).where(DeliveryRow.ref == ref).group_by(DeliveryRow.state)
    return {State(state): count for state, count in (await session.execute(counted)).all()}


async def list_attempts(session: AsyncSession, delivery_id: int) -> list[DeliveryAttemptOut]:
    """Every try, the first one first, for code that has checked who asks."""
    mine = select(DeliveryAttemptRow).where(DeliveryAttemptRow.delivery_id == delivery_id)
    rows = await session.scalars(mine.order_by(DeliveryAttemptRow.number))
    return [DeliveryAttemptOut.model_validate(row) for row in rows]


async def get_attempts(session: AsyncSession, actor: Actor, delivery_id: int) -> DeliveryAttempts:
    """The tries of a delivery that is the actor's own sending, or anybody's for an admin. DeliveryNotFound."""
    mine = select(DeliveryRow.id).where(DeliveryRow.id == delivery_id)
    if await session.scalar(mine if actor.is_admin else mine.where(DeliveryRow.owner_id == actor.user_id)) is None:
        raise DeliveryNotFound
    return DeliveryAttempts(items=await list_attempts(session, delivery_id))


async def hold_delivery(session: AsyncSession, delivery_id: int) -> HeldDelivery | None:
    """Lock one delivery; None when it is gone."""
    held = select(DeliveryRow, func.clock_timestamp()).where(DeliveryRow.id == delivery_id).with_for_update()
    found = (await session.execute(held.execution_options(populate_existing=True))).one_or_none()
    return None if found is None else HeldDelivery(*found)


async def why_unwanted(session: AsyncSession, due: DueDelivery) -> str | None:
    """Why `due` must not be sent any more; None when it may."""
    if due.user_id is not None:
        active = await session.scalar(select(UserAccount.active).where(UserAccount.id == due.user_id))
        if not active:
            return "the account is closed"
    refused = and_(MailRefusalRow.address == due.address.lower(), MailRefusalRow.topic == due.topic)
    if due.topic is not None and await session.scalar(select(MailRefusalRow.at).where(refused)):
        return "the recipient unsubscribed"
    return None


async def count_due(session: AsyncSession) -> dict[str, tuple[int, float]]:
    """By channel: how many deliveries wait for a sender now, and for how many seconds the oldest of them."""
    statement = (
        select(DeliveryRow.channel, func.count(), func.extract("epoch", func.now() - func.min(DeliveryRow.not_before)))
        .where(DeliveryRow.final_at.is_(None), DeliveryRow.state.in_([State.PENDING, State.UNKNOWN]))
        .where(DeliveryRow.not_before <= func.now(), func.coalesce(DeliveryRow.lease_until, func.now()) <= func.now())
        .group_by(DeliveryRow.channel)
    )
    rows = (await session.execute(statement)).all()
    return {channel: (count, float(waited)) for channel, count, waited in rows}


async def find_unsettled(session: AsyncSession, limit: int) -> Sequence[str]:
    """Refs whose deliveries are all final while their composer was not told."""
    other = aliased(DeliveryRow)
    statement = (
        select(DeliveryRow.ref)
        .where(DeliveryRow.final_at.is_not(None), DeliveryRow.settled_at.is_(None))
        .where(~exists().where(other.ref == DeliveryRow.ref, other.final_at.is_(None)))
        .distinct()
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def is_unsettled(session: AsyncSession, ref: str) -> bool:
    """As `find_unsettled`, of one ref."""
    open_ones = func.count().filter(DeliveryRow.final_at.is_(None))
    untold = func.count().filter(DeliveryRow.settled_at.is_(None))
    left, told_not = (await session.execute(select(open_ones, untold).where(DeliveryRow.ref == ref))).one()
    return not left and bool(told_not)


async def get_subscription(session: AsyncSession, token: UUID) -> Subscription:
    """What the holder of a link may unsubscribe from. UnsubscribeLinkUnknown."""
    mine = select(DeliveryRow.address, DeliveryRow.topic).where(DeliveryRow.unsubscribe_token == token)
    found = (await session.execute(mine)).one_or_none()
    if found is None or found.topic is None:
        raise UnsubscribeLinkUnknown
    refused = and_(MailRefusalRow.address == found.address.lower(), MailRefusalRow.topic == found.topic)
    is_refused = await session.scalar(select(MailRefusalRow.at).where(refused)) is not None
    return Subscription(token=token, address=found.address, topic=found.topic, subscribed=not is_refused)


async def find_webhook_secret(session: AsyncSession, owner_id: int, url: str) -> tuple[int, str] | None:
    """The row's id and the sealed secret."""
    mine = select(WebhookRow.id, WebhookRow.secret).where(WebhookRow.owner_id == owner_id, WebhookRow.url == url)
    found = (await session.execute(mine)).one_or_none()
    return None if found is None or found.secret is None else (found.id, found.secret)


async def list_notifications(
    session: AsyncSession, actor: Actor, after: str | None, limit: int, *, unread_only: bool = False
) -> Inbox:
    """The actor's own, newest first."""
    mine = NotificationRow.user_id == actor.user_id
    statement = select(*_NOTIFICATION).where(mine)
    if unread_only:
        statement = statement.where(NotificationRow.read_at.is_(None))
    if after is not None:
        statement = statement.where(NotificationRow.id < _last_id(after))
    rows = (await session.execute(statement.order_by(NotificationRow.id.desc()).limit(limit + 1))).all()
    items = [NotificationOut.model_validate(row) for row in rows[:limit]]
    further = len(rows) > limit
    return Inbox(
        items=items,
        next=encode_cursor([items[-1].id]) if further else None,
        unread=await count_unread(session, actor.user_id),
    )


async def count_unread(session: AsyncSession, user_id: int) -> int:
    unread = and_(NotificationRow.user_id == user_id, NotificationRow.read_at.is_(None))
    return int(await session.scalar(select(func.count()).select_from(NotificationRow).where(unread)) or 0)


async def find_newest_id(session: AsyncSession, user_id: int) -> int:
    """The id of the newest line of an inbox; 0 when it is empty."""
    newest = select(func.max(NotificationRow.id)).where(NotificationRow.user_id == user_id)
    return int(await session.scalar(newest) or 0)


def delivery_of(row: DeliveryRow) -> DeliveryOut:
    final = row.final_at is not None
    return DeliveryOut(
        id=row.id,
        ref=row.ref,
        channel=row.channel,
        address=shown_address(row.channel, row.address),
        user_id=row.user_id,
        state=row.state,
        final=final,
        attempts=row.attempts,
        answer=row.answer,
        message_id=row.message_id,
        next_try_at=None if final else row.not_before,
        sent_at=row.sent_at,
        version=row.version,
    )


def due_of(row: DeliveryRow, unsubscribe_url: str | None) -> DueDelivery:
    return DueDelivery(
        ref=row.ref,
        channel=Channel(row.channel),
        address=row.address,
        user_id=row.user_id,
        owner_id=row.owner_id,
        edition_ref=row.edition_ref,
        topic=row.topic,
        options=row.options,
        id=row.id,
        attempts=row.attempts,
        unsubscribe_url=unsubscribe_url,
    )


def _last_id(after: str) -> int:
    (last,) = decode_cursor(after, 1)
    if type(last) is not int or not 0 <= last < 2**63:
        raise InvalidInput.of("after", "is not a cursor that this list gave")
    return last
