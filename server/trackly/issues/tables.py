"""Issues, who watches them, their labels, and every change that they went through."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from trackly.issues.rules import Priority, Resolution, Severity
from trackly.kit.db import Base, utc_column
from trackly.projects.facade import Status


def _one_of(column: str, words: type[Status] | type[Severity] | type[Priority] | type[Resolution]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _rank_of(column: str, words: type[Severity] | type[Priority] | type[Status]) -> str:
    cases = " ".join(f"WHEN '{word}' THEN {rank}" for rank, word in enumerate(words))
    return f"CASE {column} {cases} END"


COUNTED = ("project_id", "status", "severity", "priority", "assignee_id", "reporter_id", "id")
"""What rights and plain filters look at: a list's total is counted in an index, without the wide rows (ADR-0008)."""


class IssueRow(Base):
    """One issue. `version` counts edits of its own fields, `updated_at` grows with every event of it.

    `search` holds the words of title (weight A), description (B) and comments (C): see `search.py`.
    The ranks order statuses, severities and priorities as people do."""

    __tablename__ = "issue"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        UniqueConstraint("project_id", "external_ref"),
        _one_of("status", Status),
        _one_of("resolution", Resolution),
        _one_of("severity", Severity),
        _one_of("priority", Priority),
        CheckConstraint("(status = 'DONE') = (resolution IS NOT NULL)", name="resolved_when_done"),
        CheckConstraint("(status = 'DONE') = (done_at IS NOT NULL)", name="dated_when_done"),
        Index("ix_issue_updated_at_id", "updated_at", "id"),
        Index("ix_issue_created_at_id", "created_at", "id"),
        Index("ix_issue_project_id_updated_at_id", "project_id", "updated_at", "id"),
        Index("ix_issue_reporter_id_updated_at_id", "reporter_id", "updated_at", "id"),
        Index("ix_issue_assignee_id_updated_at_id", "assignee_id", "updated_at", "id"),
        Index("ix_issue_status_rank_id", "status_rank", "id"),
        Index("ix_issue_severity_rank_id", "severity_rank", "id"),
        Index("ix_issue_priority_rank_id", "priority_rank", "id"),
        Index("ix_issue_due_on_id", "due_on", "id", postgresql_where=text("due_on IS NOT NULL")),
        Index("ix_issue_counted", *COUNTED),
        Index("ix_issue_search", "search", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    project_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("project.id", ondelete="CASCADE"), nullable=False)
    number: Mapped[int] = mapped_column(Integer, nullable=False)
    key: Mapped[str] = mapped_column(Text, nullable=False, unique=True)
    external_ref: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text, nullable=False)
    description: Mapped[str] = mapped_column(Text, nullable=False, server_default="")
    description_html: Mapped[str] = mapped_column(Text, nullable=False, server_default="")
    status: Mapped[str] = mapped_column(Text, nullable=False, server_default="OPEN")
    status_since: Mapped[datetime] = utc_column()
    resolution: Mapped[str | None] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(Text, nullable=False, server_default="MEDIUM")
    priority: Mapped[str] = mapped_column(Text, nullable=False, server_default="MEDIUM")
    reporter_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"), nullable=False)
    assignee_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    due_on: Mapped[date | None] = mapped_column(Date)
    watchers_count: Mapped[int] = mapped_column(Integer, nullable=False, server_default="0")
    comments_count: Mapped[int] = mapped_column(Integer, nullable=False, server_default="0")
    attachments_count: Mapped[int] = mapped_column(Integer, nullable=False, server_default="0")
    version: Mapped[int] = mapped_column(Integer, nullable=False, server_default="1")
    created_at: Mapped[datetime] = utc_column()
    updated_at: Mapped[datetime] = utc_column()
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    status_rank: Mapped[int] = mapped_column(Integer, Computed(_rank_of("status", Status), persisted=True))
    severity_rank: Mapped[int] = mapped_column(Integer, Computed(_rank_of("severity", Severity), persisted=True))
    priority_rank: Mapped[int] = mapped_column(Integer, Computed(_rank_of("priority", Priority), persisted=True))
    search: Mapped[str] = mapped_column(TSVECTOR, nullable=False, server_default="")


class IssueLabelRow(Base):
    __tablename__ = "issue_label"
    __table_args__ = (Index("ix_issue_label_name_issue_id", func.lower(text("name")), "issue_id"),)
    issue_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)


class WatcherRow(Base):
    __tablename__ = "watcher"
    __table_args__ = (Index("ix_watcher_user_id_issue_id", "user_id", "issue_id"),)
    issue_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )


class IssueChangeRow(Base):
    """One thing that happened to an issue; outlives it. The history of an issue, and the source of all statistics.

    `status_before` is null when the issue was created, both statuses are null when the status did not change;
    the same holds for severity. `changed` is `{field: {old, new}}`, `detail` what else the event was about."""

    __tablename__ = "issue_change"
    __table_args__ = (
        Index("ix_issue_change_issue_id_at_id", "issue_id", "at", "id"),
        Index("ix_issue_change_project_id_at", "project_id", "at"),
        Index("ix_issue_change_at", "at"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    issue_id: Mapped[int] = mapped_column(BigInteger, nullable=False)
    issue_key: Mapped[str] = mapped_column(Text, nullable=False)
    project_id: Mapped[int] = mapped_column(BigInteger, nullable=False)
    at: Mapped[datetime] = utc_column()
    type: Mapped[str] = mapped_column(Text, nullable=False)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    changed: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False, server_default="{}")
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False, server_default="{}")
    status_before: Mapped[str | None] = mapped_column(Text)
    status_after: Mapped[str | None] = mapped_column(Text)
    severity_before: Mapped[str | None] = mapped_column(Text)
    severity_after: Mapped[str | None] = mapped_column(Text)
