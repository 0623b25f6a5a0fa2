"""Projects, who belongs to them, their labels, and which way issues move in them."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Identity, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import func, text

from trackly.kit.db import Base, utc_column

_ROLES = "role IN ('ADMIN', 'MAINTAINER', 'REPORTER')"
_STATUSES = "IN ('OPEN', 'TRIAGED', 'IN_PROGRESS', 'DONE')"


class ProjectRow(Base):
    """`next_number` is what the next issue gets. `workflow_version` counts changes of transitions and limits."""

    __tablename__ = "project"
    __table_args__ = (
        CheckConstraint("key ~ '^[A-Z][A-Z0-9]{1,9}$'", name="key"),
        CheckConstraint("visibility IN ('open', 'private')", name="visibility"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(Text, nullable=False, unique=True)
    name: Mapped[str] = mapped_column(Text, nullable=False)
    description: Mapped[str] = mapped_column(Text, nullable=False, server_default="")
    visibility: Mapped[str] = mapped_column(Text, nullable=False, server_default="open")
    reporters_see_all: Mapped[bool] = mapped_column(Boolean, nullable=False, server_default="false")
    timezone: Mapped[str] = mapped_column(Text, nullable=False, server_default="UTC")
    next_number: Mapped[int] = mapped_column(Integer, nullable=False, server_default="1")
    wip_limits: Mapped[dict[str, int]] = mapped_column(JSONB, nullable=False, server_default="{}")
    workflow_version: Mapped[int] = mapped_column(Integer, nullable=False, server_default="1")
    version: Mapped[int] = mapped_column(Integer, nullable=False, server_default="1")
    created_at: Mapped[datetime] = utc_column()
    updated_at: Mapped[datetime] = utc_column()


class MembershipRow(Base):
    """Another role in one project than in the rest of the instance; in a private project, the way in."""

    __tablename__ = "membership"
    __table_args__ = (CheckConstraint(_ROLES, name="role"), Index("ix_membership_user_id", "user_id"))
    project_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(Text, nullable=False)


class LabelRow(Base):
    """Two labels of a project differ in more than the case of their letters."""

    __tablename__ = "label"
    __table_args__ = (Index("uq_label_project_id_name", "project_id", func.lower(text("name")), unique=True),)
    project_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    color: Mapped[str] = mapped_column(Text, nullable=False)


class TransitionRow(Base):
    """One legal move of an issue, for one role."""

    __tablename__ = "transition"
    __table_args__ = (
        CheckConstraint(_ROLES, name="role"),
        CheckConstraint(f"from_status {_STATUSES} AND to_status {_STATUSES}", name="statuses"),
    )
    project_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(Text, primary_key=True)
    from_status: Mapped[str] = mapped_column(Text, primary_key=True)
    to_status: Mapped[str] = mapped_column(Text, primary_key=True)
