"""How mail leaves, what is to be delivered and how each try went, who wants no more, and people's inboxes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from trackly.kit.db import Base, utc_column
from trackly.kit.secret_box import sealed_column

_USER = "user_account.id"


def _moment() -> Mapped[datetime | None]:
    return mapped_column(DateTime(timezone=True))


class EmailConfigRow(Base):
    """The one way out for mail. `plain_text_allowed`: somebody chose to send without encryption beyond this machine."""

    __tablename__ = "email_config"
    __table_args__ = (
        CheckConstraint("id = 1", name="one"),
        CheckConstraint("security IN ('starttls', 'tls', 'none')", name="security"),
    )
    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    preset: Mapped[str] = mapped_column(Text, nullable=False)
    host: Mapped[str] = mapped_column(Text, nullable=False)
    port: Mapped[int] = mapped_column(Integer, nullable=False)
    security: Mapped[str] = mapped_column(Text, nullable=False)
    plain_text_allowed: Mapped[bool] = mapped_column(Boolean, nullable=False, server_default="false")
    username: Mapped[str | None] = mapped_column(Text)
    password: Mapped[str | None] = sealed_column()
    from_address: Mapped[str] = mapped_column(Text, nullable=False)
    from_name: Mapped[str] = mapped_column(Text, nullable=False, server_default="")
    reply_to: Mapped[str | None] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(Boolean, nullable=False, server_default="true")
    tested_at: Mapped[datetime | None] = _moment()
    test_ok: Mapped[bool | None] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer, nullable=False, server_default="1")
    created_at: Mapped[datetime] = utc_column()
    updated_at: Mapped[datetime] = utc_column()


class DeliveryRow(Base):
    """One thing for one recipient: the outbox. `final_at` is set once nothing more will be tried, `settled_at` once its
    composer was told that all of the same `ref` are final.

    `claim` counts the leases: who holds another number has lost it. `unknowns` counts tries without an answer."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("ref", "channel", "address"),
        UniqueConstraint("unsubscribe_token"),
        Index("ix_delivery_channel_not_before", "channel", "not_before", postgresql_where=text("final_at IS NULL")),
        Index("ix_delivery_unsettled", "ref", postgresql_where=text("final_at IS NOT NULL AND settled_at IS NULL")),
        Index("ix_delivery_created_at", "created_at"),
        CheckConstraint("channel IN ('email', 'inbox', 'webhook')", name="channel"),
        CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'unknown', 'failed', 'suppressed')",
            name="state",
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ref: Mapped[str] = mapped_column(Text, nullable=False)
    edition_ref: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text, nullable=False)
    address: Mapped[str] = mapped_column(Text, nullable=False)
    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(_USER))
    owner_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(_USER))
    topic: Mapped[str | None] = mapped_column(Text)
    options: Mapped[Any] = mapped_column(JSONB, nullable=False, server_default="{}")
    unsubscribe_token: Mapped[UUID | None] = mapped_column()
    state: Mapped[str] = mapped_column(Text, nullable=False, server_default="pending")
    claim: Mapped[int] = mapped_column(Integer, nullable=False, server_default="0")
    lease_by: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[datetime | None] = _moment()
    attempts: Mapped[int] = mapped_column(Integer, nullable=False, server_default="0")
    unknowns: Mapped[int] = mapped_column(Integer, nullable=False, server_default="0")
    not_before: Mapped[datetime] = utc_column()
    give_up_at: Mapped[datetime] = utc_column()
    message_id: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, nullable=False, server_default="1")
    created_at: Mapped[datetime] = utc_column()
    sent_at: Mapped[datetime | None] = _moment()
    final_at: Mapped[datetime | None] = _moment()
    settled_at: Mapped[datetime | None] = _moment()


class DeliveryAttemptRow(Base):
    """One try, with the other side's own words. Written before the bytes leave, completed when the answer is there."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number"),
        CheckConstraint(
            "outcome IN ('sending', 'sent', 'deferred', 'unknown', 'failed', 'suppressed')",
            name="outcome",
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("delivery.id", ondelete="CASCADE"), nullable=False)
    number: Mapped[int] = mapped_column(Integer, nullable=False)
    outcome: Mapped[str] = mapped_column(Text, nullable=False)
    step: Mapped[str] = mapped_column(Text, nullable=False)
    code: Mapped[int | None] = mapped_column(Integer)
    answer: Mapped[str] = mapped_column(Text, nullable=False, server_default="")
    sender: Mapped[str] = mapped_column(Text, nullable=False)
    began_at: Mapped[datetime] = utc_column()
    ended_at: Mapped[datetime | None] = _moment()


class MailRefusalRow(Base):
    """Who unsubscribed from what."""

    __tablename__ = "mail_refusal"
    address: Mapped[str] = mapped_column(Text, primary_key=True)
    topic: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = utc_column()


class WebhookRow(Base):
    """What signs that which is sent to an address for its owner. Without a secret it is not signed."""

    __tablename__ = "webhook"
    __table_args__ = (UniqueConstraint("owner_id", "url"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    owner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(_USER), nullable=False)
    url: Mapped[str] = mapped_column(Text, nullable=False)
    secret: Mapped[str | None] = sealed_column()
    created_at: Mapped[datetime] = utc_column()
    updated_at: Mapped[datetime] = utc_column()


class NotificationRow(Base):
    """One line in one person's inbox."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("delivery_id"),
        Index("ix_notification_user_id_id", "user_id", "id"),
        Index("ix_notification_user_id_unread", "user_id", postgresql_where=text("read_at IS NULL")),
        Index("ix_notification_created_at", "created_at"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(_USER), nullable=False)
    delivery_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("delivery.id", ondelete="SET NULL"))
    ref: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, nullable=False)
    title: Mapped[str] = mapped_column(Text, nullable=False)
    body: Mapped[str] = mapped_column(Text, nullable=False, server_default="")
    link: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, nullable=False, server_default="1")
    created_at: Mapped[datetime] = utc_column()
    read_at: Mapped[datetime | None] = _moment()
