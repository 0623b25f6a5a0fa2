"""Who may write SQL, the run tokens that are good now, and which setup of the roles the database had last."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, DateTime, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from trackly.kit.db import Base, utc_column
from trackly.kit.secret_box import sealed_column


class SandboxGrantRow(Base):
    """A maintainer who may write SQL. It counts only while the person is a maintainer somewhere."""

    __tablename__ = "sandbox_grant"
    user_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    granted_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"), nullable=False)
    granted_at: Mapped[datetime] = utc_column()


class SandboxRunRow(Base):
    """One run token, kept as its hash, with the rights that it stands for and the one connection that may use it.

    `whole`: projects of which every issue is visible; `partly`: those where only what `user_id` reported or watches is;
    `everybody`: whether all people are. Read by migrations/sql/reporting.sql. The self-attack has no `user_id`."""

    __tablename__ = "sandbox_run"
    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
        CheckConstraint("(backend_pid IS NULL) = (backend_start IS NULL)", name="bound_whole"),
        Index("ix_sandbox_run_expires_at", "expires_at"),
    )
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id", ondelete="CASCADE"))
    whole: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), nullable=False)
    partly: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), nullable=False)
    everybody: Mapped[bool] = mapped_column(Boolean, nullable=False)
    created_at: Mapped[datetime] = utc_column()
    expires_at: Mapped[datetime] = utc_column()
    attached_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    backend_pid: Mapped[int | None] = mapped_column(Integer)
    backend_start: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SandboxSetupRow(Base):
    """The password of the role that reads, sealed, and which text set up the roles here last: its fingerprint."""

    __tablename__ = "sandbox_setup"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    password: Mapped[str | None] = sealed_column()
    fingerprint: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
