"""The durable log. Its partitions, its append function and its guards are SQL: see the first migration."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Index, Integer, LargeBinary, SmallInteger, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from trackly.kit.db import Base


class StreamHead(Base):
    """One row a stream: the number of its last event."""

    __tablename__ = "stream_head"
    stream: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last_seq: Mapped[int] = mapped_column(BigInteger, nullable=False)


class StreamEpoch(Base):
    """A stretch of history in which a number names one event only. A restore or a failover begins a new one."""

    __tablename__ = "stream_epoch"
    stream: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    epoch: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    first_seq: Mapped[int] = mapped_column(BigInteger, nullable=False)
    origin: Mapped[str] = mapped_column(Text, nullable=False)
    started_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()
    )


class EventRow(Base):
    __tablename__ = "event_log"
    __table_args__ = (
        Index("ix_event_log_entity_seq", "entity", "seq"),
        Index("ix_event_log_issue_seq", "issue", "seq"),
        {"postgresql_partition_by": "RANGE (seq)"},
    )
    stream: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    type: Mapped[str] = mapped_column(Text, nullable=False)
    entity: Mapped[str] = mapped_column(Text, nullable=False)
    entity_version: Mapped[int] = mapped_column(BigInteger, nullable=False)
    actor: Mapped[int | None] = mapped_column(BigInteger)
    request_id: Mapped[str] = mapped_column(Text, nullable=False)
    project: Mapped[str | None] = mapped_column(Text)
    issue: Mapped[str | None] = mapped_column(Text)
    audience: Mapped[list[str]] = mapped_column(ARRAY(Text), nullable=False)
    body_full: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    body_public: Mapped[bytes | None] = mapped_column(LargeBinary)
