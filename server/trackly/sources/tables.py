"""What reports may read beside Trackly itself. Uploaded rows are in tables of the schema `uploads`, one for each."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, DateTime, ForeignKey, Identity, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from trackly.kit.db import Base, utc_column
from trackly.kit.secret_box import sealed_column


class DataSourceRow(Base):
    """A database elsewhere (`postgresql`), or an uploaded table (`upload`).

    `project_id`: the maintainers of this project may use it too. `table_columns` is a list of
    `{name, title, type, description}`, `table_name` the table in `uploads` that holds the rows of now."""

    __tablename__ = "data_source"
    __table_args__ = (
        CheckConstraint("kind IN ('postgresql', 'upload')", name="kind"),
        CheckConstraint(
            "kind <> 'postgresql' OR (host IS NOT NULL AND port IS NOT NULL AND database IS NOT NULL"
            " AND username IS NOT NULL AND sslmode IS NOT NULL)",
            name="whole_postgresql",
        ),
        CheckConstraint(
            "kind <> 'upload' OR (table_name IS NOT NULL AND table_columns IS NOT NULL AND table_rows IS NOT NULL)",
            name="whole_upload",
        ),
        Index("ix_data_source_owner_id", "owner_id"),
        Index("ix_data_source_project_id", "project_id"),
        Index("ix_data_source_name_id", text("lower(name)"), "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(Text, nullable=False)
    name: Mapped[str] = mapped_column(Text, nullable=False)
    description: Mapped[str] = mapped_column(Text, nullable=False, server_default="")
    owner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"), nullable=False)
    project_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("project.id", ondelete="SET NULL"))
    host: Mapped[str | None] = mapped_column(Text)
    port: Mapped[int | None] = mapped_column(Integer)
    database: Mapped[str | None] = mapped_column(Text)
    username: Mapped[str | None] = mapped_column(Text)
    password: Mapped[str | None] = sealed_column()
    sslmode: Mapped[str | None] = mapped_column(Text)
    tested_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    test_ok: Mapped[bool | None] = mapped_column(Boolean)
    table_name: Mapped[str | None] = mapped_column(Text, unique=True)
    table_columns: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    table_rows: Mapped[int | None] = mapped_column(BigInteger)
    file_name: Mapped[str | None] = mapped_column(Text)
    file_bytes: Mapped[int | None] = mapped_column(BigInteger)
    file_note: Mapped[str | None] = mapped_column(Text)
    uploaded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer, nullable=False, server_default="1")
    created_at: Mapped[datetime] = utc_column()
    updated_at: Mapped[datetime] = utc_column()


class RetiredTableRow(Base):
    """A table in `uploads` that nothing names any more, dropped when what still reads it has ended."""

    __tablename__ = "retired_table"
    __table_args__ = (Index("ix_retired_table_due_at", "due_at"),)
    table_name: Mapped[str] = mapped_column(Text, primary_key=True)
    due_at: Mapped[datetime] = utc_column()
