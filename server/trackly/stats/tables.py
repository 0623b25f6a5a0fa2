"""The numbers of each project and day, how far they reach, and the ledger of the runs that made them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Identity, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from trackly.kit.db import Base, utc_column


def _count() -> Mapped[int]:
    return mapped_column(Integer, nullable=False)


class DailyStatsRow(Base):
    """One project on one day of its own zone: what happened on it, and what there was at its end.

    Follows from the rows of `issue_change` up to `stats_mark.through_change`, and from nothing else: the table can be
    emptied and is made again. `open_*` are the issues that are not done, by severity."""

    __tablename__ = "daily_stats"
    __table_args__ = (Index("ix_daily_stats_day", "day"),)
    project_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    zone: Mapped[str] = mapped_column(Text, nullable=False)
    created: Mapped[int] = _count()
    triaged: Mapped[int] = _count()
    started: Mapped[int] = _count()
    done: Mapped[int] = _count()
    reopened: Mapped[int] = _count()
    in_open: Mapped[int] = _count()
    in_triaged: Mapped[int] = _count()
    in_progress: Mapped[int] = _count()
    in_done: Mapped[int] = _count()
    open_low: Mapped[int] = _count()
    open_medium: Mapped[int] = _count()
    open_high: Mapped[int] = _count()
    open_critical: Mapped[int] = _count()
    computed_at: Mapped[datetime] = utc_column()


class StatsMarkRow(Base):
    """The one row that says which changes `daily_stats` holds: all with an id up to `through_change`, and no other."""

    __tablename__ = "stats_mark"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    through_change: Mapped[int] = mapped_column(BigInteger, nullable=False)


class StatsRunRow(Base):
    """One aggregation, good or failed. `days` and `rows` count what was written; none written is a good run too."""

    __tablename__ = "stats_run"
    __table_args__ = (
        Index("ix_stats_run_started_at", "started_at"),
        CheckConstraint("trigger IN ('start', 'schedule', 'manual', 'import', 'demo')", name="trigger"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    trigger: Mapped[str] = mapped_column(Text, nullable=False)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    started_at: Mapped[datetime] = utc_column()
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    duration_ms: Mapped[int] = mapped_column(Integer, nullable=False)
    from_day: Mapped[date | None] = mapped_column(Date)
    days: Mapped[int] = _count()
    rows: Mapped[int] = _count()
    changes: Mapped[int] = _count()
    through_change: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None] = mapped_column(Text)
