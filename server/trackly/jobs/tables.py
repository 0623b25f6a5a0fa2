"""What the heartbeat did, which of its jobs rest, and which processes are there."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from trackly.kit.db import Base, utc_column


class JobRunRow(Base):
    """One run of a job in one process. Frequent jobs leave a row only when they did something, or failed."""

    __tablename__ = "job_run"
    __table_args__ = (
        Index("ix_job_run_job_id", "job", "id"),
        Index("ix_job_run_started_at", "started_at"),
        CheckConstraint("trigger IN ('schedule', 'manual')", name="trigger"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    job: Mapped[str] = mapped_column(Text, nullable=False)
    trigger: Mapped[str] = mapped_column(Text, nullable=False)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    instance: Mapped[str] = mapped_column(Text, nullable=False)
    started_at: Mapped[datetime] = utc_column()
    duration_ms: Mapped[int] = mapped_column(Integer, nullable=False)
    result: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    lines: Mapped[Any] = mapped_column(JSONB, nullable=False, server_default="[]")


class JobPauseRow(Base):
    """A job that rests, in every process, until somebody resumes it."""

    __tablename__ = "job_pause"
    job: Mapped[str] = mapped_column(Text, primary_key=True)
    paused_at: Mapped[datetime] = utc_column()
    paused_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"), nullable=False)


class InstanceRow(Base):
    """A process of this installation. One that was not seen for a while is gone."""

    __tablename__ = "instance"
    __table_args__ = (CheckConstraint("kind IN ('server', 'worker')", name="kind"),)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, nullable=False)
    host: Mapped[str] = mapped_column(Text, nullable=False)
    pid: Mapped[int] = mapped_column(Integer, nullable=False)
    version: Mapped[str] = mapped_column(Text, nullable=False)
    started_at: Mapped[datetime] = utc_column()
    seen_at: Mapped[datetime] = utc_column()
    stopped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    doing: Mapped[Any] = mapped_column(JSONB, nullable=False, server_default="[]")
