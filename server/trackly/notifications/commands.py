"""What people and other domains do with deliveries and inboxes. How a delivery goes on: `outbox`."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.ids import new_uuid
from trackly.notifications import queries
from trackly.notifications.events import delivery_updated, notification_created, notification_read
from trackly.notifications.messages import Channel, Delivery, Notice, State
from trackly.notifications.rules import ensure_mail_address
from trackly.notifications.schemas import MarkRead, NotificationOut, Subscription, Unread
from trackly.notifications.tables import DeliveryRow, MailRefusalRow, NotificationRow
from trackly.users.facade import Actor

GIVE_UP_AFTER = timedelta(hours=24)
KEPT_UNREAD, KEPT_READ = timedelta(days=365), timedelta(days=90)
_TITLE_MAX, _BODY_MAX = 200, 2000
_ROWS = 500


async def enqueue(uow: UnitOfWork, *deliveries: Delivery) -> int:
    """Have each of them delivered, from the commit on, for 24 hours; returns how many are new.

    One whose `ref`, channel and address are known already is left as it is. Raises InvalidAddress."""
    made = 0
    for start in range(0, len(deliveries), _ROWS):
        rows = await uow.session.scalars(
            insert(DeliveryRow)
            .values([_values(uow, one) for one in deliveries[start : start + _ROWS]])
            .on_conflict_do_nothing(index_elements=["ref", "channel", "address"])
            .returning(DeliveryRow)
        )
        for row in rows.all():
            uow.record(delivery_updated(queries.delivery_of(row), row.owner_id))
            made += 1
    return made


def _values(uow: UnitOfWork, delivery: Delivery) -> dict[str, object]:
    address = delivery.address
    if delivery.channel == Channel.EMAIL:
        address = ensure_mail_address(address)
    elif delivery.channel == Channel.INBOX:
        if delivery.user_id is None:
            raise ValueError("the inbox of nobody")
        address = f"user:{delivery.user_id}"
    can_unsubscribe = delivery.topic is not None and delivery.channel == Channel.EMAIL
    return {
        "ref": delivery.ref,
        "edition_ref": delivery.edition_ref,
        "channel": delivery.channel,
        "address": address,
        "user_id": delivery.user_id,
        "owner_id": delivery.owner_id,
        "topic": delivery.topic,
        "options": dict(delivery.options),
        "unsubscribe_token": new_uuid() if can_unsubscribe else None,
        "not_before": func.now(),
        "give_up_at": func.now() + GIVE_UP_AFTER,
        "created_at": uow.now,
    }


async def resend_failed(uow: UnitOfWork, ref: str) -> int:
    """Try those deliveries of `ref` again that failed, or of which nobody knows; returns how many.

    They stay the same mails: what did arrive is recognised by its Message-ID. Its composer is told again at the end."""
    again = DeliveryRow.state.in_([State.FAILED, State.UNKNOWN]) & DeliveryRow.final_at.is_not(None)
    changes = {"state": State.PENDING, "final_at": None, "settled_at": None, "unknowns": 0, "answer": None}
    times = {"not_before": func.now(), "give_up_at": func.now() + GIVE_UP_AFTER}
    return await _change(uow, ref, again, {**changes, **times})


async def suppress_pending(uow: UnitOfWork, ref: str, why: str) -> int:
    """Have nothing more of `ref` sent; returns how many deliveries that stopped. What is being sent now goes on."""
    waiting = DeliveryRow.state.in_([State.PENDING, State.UNKNOWN]) & DeliveryRow.final_at.is_(None)
    return await _change(uow, ref, waiting, {"state": State.SUPPRESSED, "final_at": func.now(), "answer": why})


async def _change(uow: UnitOfWork, ref: str, which: object, changes: dict[str, object]) -> int:
    """The claim counter goes up: a sender that holds a lease on one of them has lost it."""
    rows = await uow.session.scalars(
        update(DeliveryRow)
        .where(DeliveryRow.ref == ref, which)  # type: ignore[arg-type]
        .values(**changes, claim=DeliveryRow.claim + 1, lease_until=None, version=DeliveryRow.version + 1)
        .returning(DeliveryRow)
        .execution_options(populate_existing=True)
    )
    changed = rows.all()
    for row in changed:
        uow.record(delivery_updated(queries.delivery_of(row), row.owner_id))
    return len(changed)


async def notify(
    uow: UnitOfWork,
    user_ids: Collection[int],
    notice: Notice,
    *,
    ref: str | None = None,
    delivery_id: int | None = None,
) -> int:
    """Put `notice` into inboxes, in this transaction; returns how many lines are new. A delivery is told once.

    Locks each inbox, in the order of their owners, until the transaction ends."""
    made = 0
    for user_id in sorted(set(user_ids)):
        await _lock_inbox(uow, user_id)
        row = await uow.session.scalar(
            insert(NotificationRow)
            .values(
                user_id=user_id,
                delivery_id=delivery_id,
                ref=ref,
                kind=notice.kind,
                title=notice.title[:_TITLE_MAX],
                body=notice.body[:_BODY_MAX],
                link=notice.link,
                created_at=uow.now,
            )
            .on_conflict_do_nothing(index_elements=["delivery_id"])
            .returning(NotificationRow)
        )
        if row is not None:
            unread = await queries.count_unread(uow.session, user_id)
            uow.record(notification_created(NotificationOut.model_validate(row), user_id, unread))
            made += 1
    return made


async def mark_read(uow: UnitOfWork, actor: Actor, wanted: MarkRead) -> Unread:
    """Mark lines of the actor's inbox as read; what is not theirs is left alone. Locks: the inbox."""
    await _lock_inbox(uow, actor.user_id)
    through = await queries.find_newest_id(uow.session, actor.user_id)
    unread = update(NotificationRow).where(
        NotificationRow.user_id == actor.user_id, NotificationRow.read_at.is_(None), NotificationRow.id <= through
    )
    chosen = unread if wanted.ids is None else unread.where(NotificationRow.id.in_(wanted.ids))
    changed = (await uow.session.scalars(chosen.values(read_at=uow.now, version=2).returning(NotificationRow.id))).all()
    left = await queries.count_unread(uow.session, actor.user_id)
    if changed:
        ids = None if wanted.ids is None else sorted(changed)
        uow.record(notification_read(actor.user_id, ids, through, uow.now, left))
    return Unread(unread=left)


async def _lock_inbox(uow: UnitOfWork, user_id: int) -> None:
    """So that the number of unread lines in an event is the one at that point of the log."""
    await uow.session.execute(select(func.pg_advisory_xact_lock(7213, user_id % 2**31)))


async def change_subscription(uow: UnitOfWork, token: UUID, *, subscribed: bool) -> Subscription:
    """Do as the holder of the link at the foot of a mail wants. UnsubscribeLinkUnknown."""
    known = await queries.get_subscription(uow.session, token)
    values = {"address": known.address.lower(), "topic": known.topic}
    if subscribed:
        await uow.session.execute(delete(MailRefusalRow).filter_by(**values))
    else:
        await uow.session.execute(insert(MailRefusalRow).values(**values, at=uow.now).on_conflict_do_nothing())
    return known.model_copy(update={"subscribed": subscribed})


async def forget_deliveries(uow: UnitOfWork, refs: Sequence[str]) -> None:
    """Remove deliveries and their tries, with what they belong to. Lines in inboxes stay."""
    await uow.session.execute(delete(DeliveryRow).where(DeliveryRow.ref.in_(refs)))


async def forget_deliveries_before(uow: UnitOfWork, keep: timedelta, most: int) -> int:
    """Remove at most `most` deliveries made longer ago than `keep`, with their tries; returns how many.

    What is still on its way stays. Lines in inboxes stay."""
    over = DeliveryRow.final_at.is_not(None) & (DeliveryRow.created_at < uow.now - keep)
    old = select(DeliveryRow.id).where(over).order_by(DeliveryRow.created_at).limit(most)
    gone = await uow.session.scalars(delete(DeliveryRow).where(DeliveryRow.id.in_(old)).returning(DeliveryRow.id))
    return len(gone.all())


async def forget_old_notices(uow: UnitOfWork, most: int) -> int:
    """Remove at most `most` lines of inboxes: read ones after 90 days, the others after a year; returns how many."""
    read = NotificationRow.read_at.is_not(None) & (NotificationRow.created_at < uow.now - KEPT_READ)
    over = read | (NotificationRow.created_at < uow.now - KEPT_UNREAD)
    old = select(NotificationRow.id).where(over).order_by(NotificationRow.created_at).limit(most)
    gone = await uow.session.scalars(
        delete(NotificationRow).where(NotificationRow.id.in_(old)).returning(NotificationRow.id)
    )
    return len(gone.all())
