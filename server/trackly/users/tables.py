"""People: who they are, what they may do here, and how they prove who they are."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, DateTime, Identity, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import func, text

from trackly.kit.db import Base, utc_column


class UserAccount(Base):
    """One person. A deleted one keeps its row, for the name in histories: `deleted_at` is set, the rest is emptied.

    `password_hash` is null for who signs in at a provider only; `google_iss` and `google_sub` name them there."""

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint("role IN ('ADMIN', 'MAINTAINER', 'REPORTER')", name="role"),
        CheckConstraint("(google_iss IS NULL) = (google_sub IS NULL)", name="google_whole"),
        CheckConstraint("deleted_at IS NULL OR NOT active", name="deleted_is_inactive"),
        UniqueConstraint("google_iss", "google_sub"),
        Index("uq_user_account_email", func.lower(text("email")), unique=True),
        Index("ix_user_account_name_id", func.lower(text("name")), "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(Text, nullable=False)
    name: Mapped[str] = mapped_column(Text, nullable=False)
    role: Mapped[str] = mapped_column(Text, nullable=False)
    active: Mapped[bool] = mapped_column(Boolean, nullable=False, server_default="true")
    password_hash: Mapped[str | None] = mapped_column(Text)
    google_iss: Mapped[str | None] = mapped_column(Text)
    google_sub: Mapped[str | None] = mapped_column(Text)
    preferences: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False, server_default="{}")
    version: Mapped[int] = mapped_column(Integer, nullable=False, server_default="1")
    created_at: Mapped[datetime] = utc_column()
    updated_at: Mapped[datetime] = utc_column()
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
