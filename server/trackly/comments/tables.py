"""Comments on issues."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trackly.kit.db import Base, utc_column


class CommentRow(Base):
    __tablename__ = "comment"
    __table_args__ = (
        Index("ix_comment_issue_id_created_at_id", "issue_id", "created_at", "id"),
        Index("ix_comment_author_id", "author_id"),
        UniqueConstraint("issue_id", "external_ref"),
        CheckConstraint("kind IN ('comment', 'progress', 'analysis', 'resolution')", name="kind"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    issue_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False)
    external_ref: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, nullable=False, server_default="comment")
    body: Mapped[str] = mapped_column(Text, nullable=False)
    body_html: Mapped[str] = mapped_column(Text, nullable=False)
    author_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"), nullable=False)
    version: Mapped[int] = mapped_column(Integer, nullable=False, server_default="1")
    created_at: Mapped[datetime] = utc_column()
    updated_at: Mapped[datetime] = utc_column()
