"""What is known of files whose bytes are in the blob store, and which bytes are to be removed from there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from trackly.kit.db import Base, utc_column


class AttachmentRow(Base):
    """One file on an issue. Size and `sha256` are those of the blob: of a picture, as it was written anew.

    `issue_id` has no foreign key: the row outlives its issue until its blobs are on the way out (`jobs.py`)."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_issue_id_created_at_id", "issue_id", "created_at", "id"),
        Index("ix_attachment_uploader_id", "uploader_id"),
        CheckConstraint("bytes > 0", name="bytes"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        CheckConstraint("(thumbnail_name IS NULL) = (thumbnail_bytes IS NULL)", name="thumbnail_whole"),
    )
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    issue_id: Mapped[int] = mapped_column(BigInteger, nullable=False)
    uploader_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"), nullable=False)
    name: Mapped[str] = mapped_column(Text, nullable=False)
    content_type: Mapped[str] = mapped_column(Text, nullable=False)
    size: Mapped[int] = mapped_column("bytes", BigInteger, nullable=False)
    sha256: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    inline: Mapped[bool] = mapped_column(Boolean, nullable=False)
    stored_name: Mapped[str] = mapped_column(Text, nullable=False, unique=True)
    thumbnail_name: Mapped[str | None] = mapped_column(Text, unique=True)
    thumbnail_size: Mapped[int | None] = mapped_column("thumbnail_bytes", BigInteger)
    created_at: Mapped[datetime] = utc_column()


class BlobDeletionRow(Base):
    """A blob that nobody needs any more. Written in the transaction that made it so, gone when the blob is gone."""

    __tablename__ = "blob_deletion"
    __table_args__ = (Index("ix_blob_deletion_due_at", "due_at"),)
    stored_name: Mapped[str] = mapped_column(Text, primary_key=True)
    queued_at: Mapped[datetime] = utc_column()
    due_at: Mapped[datetime] = utc_column()
    attempts: Mapped[int] = mapped_column(Integer, nullable=False, server_default="0")
