"""Reports: what is defined, when it is due, and the ledger of every slot, run, edition, file, delivery and link."""

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
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from trackly.kit.db import Base, utc_column

_REPORT = "report.id"
_RUN = "report_run.id"


def _moment() -> Mapped[datetime | None]:
    return mapped_column(DateTime(timezone=True))


def _required_json() -> Mapped[Any]:
    return mapped_column(JSONB, nullable=False, server_default="{}")


class ReportRow(Base):
    """A definition as it is now. `definition` holds source, parameters, formats, recipients, templates, checks."""

    __tablename__ = "report"
    __table_args__ = (
        Index("ix_report_owner_id", "owner_id"),
        Index("ix_report_name_id", text("lower(name)"), "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    owner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"), nullable=False)
    name: Mapped[str] = mapped_column(Text, nullable=False)
    description: Mapped[str] = mapped_column(Text, nullable=False, server_default="")
    definition: Mapped[Any] = _required_json()
    is_active: Mapped[bool] = mapped_column(Boolean, nullable=False, server_default="true")
    version: Mapped[int] = mapped_column(Integer, nullable=False, server_default="1")
    created_at: Mapped[datetime] = utc_column()
    updated_at: Mapped[datetime] = utc_column()
    deleted_at: Mapped[datetime | None] = _moment()


class ReportVersionRow(Base):
    """A definition as it was: one row for each version, the present one among them."""

    __tablename__ = "report_version"
    report_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(_REPORT, ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    author_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    name: Mapped[str] = mapped_column(Text, nullable=False)
    definition: Mapped[Any] = _required_json()
    git_commit: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = utc_column()


class ReportScheduleRow(Base):
    """When a report is due. `last_slot`: every slot up to it has its row in `report_run`."""

    __tablename__ = "report_schedule"
    __table_args__ = (
        Index("ix_report_schedule_next_fire_at", "next_fire_at", postgresql_where=text("next_fire_at IS NOT NULL")),
        CheckConstraint("catchup IN ('latest', 'all', 'skip')", name="catchup"),
        CheckConstraint("overlap IN ('skip', 'queue', 'allow')", name="overlap"),
        CheckConstraint("wait_for IS NULL OR wait_for = 'yesterday_closed'", name="wait_for"),
    )
    report_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(_REPORT, ondelete="CASCADE"), primary_key=True)
    cron: Mapped[str] = mapped_column(Text, nullable=False)
    tz: Mapped[str] = mapped_column(Text, nullable=False)
    catchup: Mapped[str] = mapped_column(Text, nullable=False, server_default="latest")
    overlap: Mapped[str] = mapped_column(Text, nullable=False, server_default="skip")
    grace_s: Mapped[int] = mapped_column(Integer, nullable=False, server_default="1800")
    jitter_s: Mapped[int] = mapped_column(Integer, nullable=False, server_default="0")
    wait_for: Mapped[str | None] = mapped_column(Text)
    wait_until: Mapped[str | None] = mapped_column(Text)
    pause_after: Mapped[int] = mapped_column(Integer, nullable=False, server_default="3")
    last_slot: Mapped[datetime | None] = _moment()
    next_fire_at: Mapped[datetime | None] = _moment()
    paused_at: Mapped[datetime | None] = _moment()
    paused_reason: Mapped[str | None] = mapped_column(Text)
    failure_streak: Mapped[int] = mapped_column(Integer, nullable=False, server_default="0")


class ReportRunRow(Base):
    """One slot, or one run by hand. `definition` and `parameters` are those of its beginning; `as_of` is the position
    of the log that its numbers are of, `moment` the time that its relative dates count from."""

    __tablename__ = "report_run"
    __table_args__ = (
        UniqueConstraint("report_id", "scheduled_for"),
        Index("ix_report_run_report_id_id", "report_id", "id"),
        Index("ix_report_run_state_not_before", "state", "not_before"),
        Index("ix_report_run_going", "report_id", postgresql_where=text("state IN ('QUEUED', 'RUNNING', 'RENDERED')")),
        CheckConstraint(
            "state IN ('QUEUED', 'RUNNING', 'RENDERED', 'DELIVERING', 'SUCCESS', 'PARTIAL', 'FAILED', 'CANCELLED',"
            " 'MISSED', 'SKIPPED')",
            name="state",
        ),
        CheckConstraint("trigger IN ('schedule', 'manual', 'test', 'api')", name="trigger"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(_REPORT, ondelete="CASCADE"), nullable=False)
    scheduled_for: Mapped[datetime | None] = _moment()
    trigger: Mapped[str] = mapped_column(Text, nullable=False)
    requested_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    report_version: Mapped[int] = mapped_column(Integer, nullable=False)
    definition: Mapped[Any] = _required_json()
    parameters: Mapped[Any] = _required_json()
    state: Mapped[str] = mapped_column(Text, nullable=False)
    reason: Mapped[str | None] = mapped_column(Text)
    as_of: Mapped[str | None] = mapped_column(Text)
    moment: Mapped[datetime | None] = _moment()
    attempt: Mapped[int] = mapped_column(Integer, nullable=False, server_default="0")
    lease_by: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[datetime | None] = _moment()
    not_before: Mapped[datetime] = utc_column()
    cancel_by: Mapped[int | None] = mapped_column(BigInteger)
    progress: Mapped[Any] = _required_json()
    rows: Mapped[int | None] = mapped_column(BigInteger)
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    truncated: Mapped[bool] = mapped_column(Boolean, nullable=False, server_default="false")
    error_code: Mapped[str | None] = mapped_column(Text)
    error_message: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = utc_column()
    started_at: Mapped[datetime | None] = _moment()
    finished_at: Mapped[datetime | None] = _moment()
    version: Mapped[int] = mapped_column(Integer, nullable=False, server_default="1")


class ReportRunLogRow(Base):
    """What a run said while it ran."""

    __tablename__ = "report_run_log"
    __table_args__ = (Index("ix_report_run_log_run_id_id", "run_id", "id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(_RUN, ondelete="CASCADE"), nullable=False)
    at: Mapped[datetime] = utc_column()
    level: Mapped[str] = mapped_column(Text, nullable=False)
    text: Mapped[str] = mapped_column(Text, nullable=False)


class ReportEditionRow(Base):
    """What one run made for readers with the same rights. `scope` names those rights, `facts` what a mail and the page
    say of it: columns, figures, the first rows, charts, what changed since the last edition of this scope."""

    __tablename__ = "report_edition"
    __table_args__ = (UniqueConstraint("run_id", "scope"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(_RUN, ondelete="CASCADE"), nullable=False)
    scope: Mapped[str] = mapped_column(Text, nullable=False)
    scope_label: Mapped[str] = mapped_column(Text, nullable=False)
    as_of: Mapped[str] = mapped_column(Text, nullable=False)
    moment: Mapped[datetime] = utc_column()
    rows: Mapped[int] = mapped_column(BigInteger, nullable=False)
    truncated: Mapped[bool] = mapped_column(Boolean, nullable=False)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    facts: Mapped[Any] = _required_json()
    data_blob: Mapped[str | None] = mapped_column(Text)


class ReportFileRow(Base):
    """One file of an edition. `stored_name` is null once it was removed by age or quota; its receipt stays."""

    __tablename__ = "report_file"
    __table_args__ = (
        UniqueConstraint("edition_id", "name"),
        Index("ix_report_file_stored_name", "stored_name"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("report_edition.id", ondelete="CASCADE"), nullable=False
    )
    format: Mapped[str] = mapped_column(Text, nullable=False)
    name: Mapped[str] = mapped_column(Text, nullable=False)
    content_type: Mapped[str] = mapped_column(Text, nullable=False)
    sha256: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    bytes: Mapped[int] = mapped_column(BigInteger, nullable=False)
    stored_name: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = utc_column()


class ReportShareRow(Base):
    """A link to one file for who has no login. Only the hash of its token is kept."""

    __tablename__ = "report_share"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_report_share_file_id", "file_id"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("report_file.id", ondelete="CASCADE"), nullable=False)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    created_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"), nullable=False)
    created_at: Mapped[datetime] = utc_column()
    expires_at: Mapped[datetime] = utc_column()
    revoked_at: Mapped[datetime | None] = _moment()
    downloads: Mapped[int] = mapped_column(Integer, nullable=False, server_default="0")
