"""Logins: sessions, what renews them, tokens for programs, failures, and sign-ins on their way through a provider."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from trackly.kit.db import Base, utc_column


class SessionRow(Base):
    """One login of one person on one device. `kind` says who may renew it: a browser's cookie or a program's token."""

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("kind IN ('browser', 'program')", name="kind"),
        Index("ix_session_user_id", "user_id"),
        Index("ix_session_expires_at", "expires_at"),
    )
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False)
    kind: Mapped[str] = mapped_column(Text, nullable=False)
    created_at: Mapped[datetime] = utc_column()
    last_seen_at: Mapped[datetime] = utc_column()
    expires_at: Mapped[datetime] = utc_column()
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ip: Mapped[str | None] = mapped_column(Text)
    user_agent: Mapped[str | None] = mapped_column(Text)


class RefreshTokenRow(Base):
    """One link in a session's chain of refresh tokens. `salt` makes this token from its parent, see `rotation.py`."""

    __tablename__ = "refresh_token"
    __table_args__ = (Index("ix_refresh_token_session_id", "session_id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    session_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("session.id", ondelete="CASCADE"), nullable=False)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, nullable=False, unique=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    parent_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("refresh_token.id", ondelete="CASCADE"), unique=True
    )
    issued_at: Mapped[datetime] = utc_column()
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = utc_column()


class ApiTokenRow(Base):
    """A personal token for programs. Its text is shown once; `scopes` narrow what its owner may do."""

    __tablename__ = "api_token"
    __table_args__ = (Index("ix_api_token_user_id", "user_id"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False)
    name: Mapped[str] = mapped_column(Text, nullable=False)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, nullable=False, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), nullable=False)
    created_at: Mapped[datetime] = utc_column()
    expires_at: Mapped[datetime] = utc_column()
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class LoginAttemptRow(Base):
    """One failed login. `user_key` is a hash: people type passwords into the wrong field."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index("ix_login_attempt_ip_at", "ip", "at"), Index("ix_login_attempt_at", "at"))
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_key: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    ip: Mapped[str] = mapped_column(Text, nullable=False)
    at: Mapped[datetime] = utc_column()


class OAuthStateRow(Base):
    """A sign-in that went to the identity provider and is not back yet. Taken out when it comes back: single use."""

    __tablename__ = "oauth_state"
    __table_args__ = (Index("ix_oauth_state_expires_at", "expires_at"),)
    state_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    browser_hash: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    nonce: Mapped[str] = mapped_column(Text, nullable=False)
    code_verifier: Mapped[str] = mapped_column(Text, nullable=False)
    next_path: Mapped[str] = mapped_column(Text, nullable=False)
    expires_at: Mapped[datetime] = utc_column()
