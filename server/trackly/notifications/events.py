"""What is told: of deliveries to whose they are and to admins, of the inbox to its owner alone."""

from datetime import datetime
from typing import Any

from trackly.events.envelope import AUDIT, Event
from trackly.kit.schema import utc_text
from trackly.notifications.config_schemas import EmailConfigOut
from trackly.notifications.messages import Channel
from trackly.notifications.rules import shown_address
from trackly.notifications.schemas import DeliveryOut, NotificationOut
from trackly.users.facade import Actor


def delivery_updated(delivery: DeliveryOut, owner_id: int | None) -> Event:
    """Every change of a delivery's state, the first one too."""
    audience = {"f:admin"} if owner_id is None else {"f:admin", f"u:{owner_id}"}
    return Event(
        type="delivery.updated",
        entity=f"delivery:{delivery.id}",
        version=delivery.version,
        audience=frozenset(audience),
        body={"delivery": delivery, "version": delivery.version},
        actor=None,
    )


def notification_created(notification: NotificationOut, user_id: int, unread: int) -> Event:
    body = {"notification": notification, "unread": unread, "version": notification.version}
    return _to_one("notification.created", f"notification:{notification.id}", user_id, body)


def notification_read(user_id: int, ids: list[int] | None, through: int, read_at: datetime, unread: int) -> Event:
    """`ids` None: all up to `through`."""
    read = {"ids": ids, "through": through, "read_at": utc_text(read_at)}
    return _to_one("notification.read", f"inbox:{user_id}", user_id, {"read": read, "unread": unread, "version": 2})


def _to_one(kind: str, entity: str, user_id: int, body: dict[str, Any]) -> Event:
    return Event(
        type=kind,
        entity=entity,
        version=body["version"],
        audience=frozenset({f"u:{user_id}"}),
        body=body,
        actor=None,
    )


def email_config_changed(what: str, config: EmailConfigOut | None, actor: Actor) -> Event:
    """For the audit trail. A password is in none of it."""
    version = 0 if config is None else config.version
    return Event(f"email_config.{what}", "email_config:1", version, AUDIT, {"config": config}, actor.ref)


def webhook_secret_kept(webhook_id: int, owner_id: int, url: str, signed: bool, actor: Actor) -> Event:
    """For the audit trail. Of the address only the host is told: the rest may be its secret."""
    body = {"owner_id": owner_id, "address": shown_address(Channel.WEBHOOK, url), "signed": signed}
    return Event("webhook.secret_kept", f"webhook:{webhook_id}", 1, AUDIT, body, actor.ref)
