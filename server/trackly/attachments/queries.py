"""Reading attachments: always through the issue that the reader may see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, exists, func, literal, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.attachments.errors import AttachmentNotFound, ThumbnailNotFound
from trackly.attachments.images import THUMBNAIL_TYPE
from trackly.attachments.schemas import AttachmentOut
from trackly.attachments.tables import AttachmentRow
from trackly.issues import facade as issues
from trackly.issues.tables import IssueRow
from trackly.kit.errors import InvalidInput
from trackly.kit.pages import Page, decode_cursor, encode_cursor
from trackly.kit.schema import utc_text
from trackly.users.facade import Actor, Person
from trackly.users.tables import UserAccount


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What a download needs to know; the store has the bytes under `stored_name`."""

    name: str
    content_type: str
    size: int
    etag: str
    inline: bool
    stored_name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OwnedAttachment:
    """An attachment that the actor may see, with what decides whether they may delete it."""

    id: UUID
    name: str
    uploader_id: int
    issue: issues.IssueRef
    blobs: tuple[str, ...]


async def list_attachments(
    session: AsyncSession, actor: Actor, key: str, limit: int, after: str | None
) -> Page[AttachmentOut]:
    """The issue's files, oldest first. IssueNotFound."""
    issue = await issues.find_visible_issue(session, actor, key)
    of_issue = AttachmentRow.issue_id == issue.id
    total = await session.scalar(select(func.count()).select_from(AttachmentRow).where(of_issue))
    statement = _with_uploader().where(of_issue).order_by(AttachmentRow.created_at, AttachmentRow.id).limit(limit + 1)
    if after is not None:
        statement = statement.where(tuple_(AttachmentRow.created_at, AttachmentRow.id) > _position(after))
    rows = (await session.execute(statement)).all()
    items = [_out(row, issue.key) for row in rows[:limit]]
    last = items[-1] if len(rows) > limit else None
    return Page(items=items, next=last and encode_cursor([utc_text(last.created_at), str(last.id)]), total=total)


async def get_attachment(session: AsyncSession, actor: Actor, attachment_id: UUID) -> AttachmentOut:
    """AttachmentNotFound also when its issue is not for the actor to know of."""
    row = (await session.execute(_with_uploader().where(AttachmentRow.id == attachment_id))).one_or_none()
    if row is None:
        raise AttachmentNotFound
    return _out(row, (await _visible_issue(session, actor, row.AttachmentRow.issue_id)).key)


async def get_content(session: AsyncSession, actor: Actor, attachment_id: UUID) -> StoredFile:
    """What to send as the file itself. AttachmentNotFound."""
    row = await _get_visible(session, actor, attachment_id)
    return StoredFile(
        row.name, row.content_type, row.size, f'"{row.sha256.hex()}"', row.inline, row.stored_name, row.created_at
    )


async def get_thumbnail(session: AsyncSession, actor: Actor, attachment_id: UUID) -> StoredFile:
    """What to send as its small picture. AttachmentNotFound, ThumbnailNotFound."""
    row = await _get_visible(session, actor, attachment_id)
    if row.thumbnail_name is None or row.thumbnail_size is None:
        raise ThumbnailNotFound
    name, etag = f"{row.name}.webp", f'"{row.thumbnail_name}"'
    return StoredFile(name, THUMBNAIL_TYPE, row.thumbnail_size, etag, True, row.thumbnail_name, row.created_at)


async def get_owned(session: AsyncSession, actor: Actor, attachment_id: UUID) -> OwnedAttachment:
    """AttachmentNotFound."""
    row = await _get_visible(session, actor, attachment_id)
    issue = await _visible_issue(session, actor, row.issue_id)
    blobs = (row.stored_name, *([row.thumbnail_name] if row.thumbnail_name else []))
    return OwnedAttachment(row.id, row.name, row.uploader_id, issue, blobs)


async def find_used_blobs(session: AsyncSession, names: Collection[str]) -> set[str]:
    """Those of `names` that a row has as its file or thumbnail."""
    contents = select(AttachmentRow.stored_name).where(AttachmentRow.stored_name.in_(names))
    thumbnails = select(AttachmentRow.thumbnail_name).where(AttachmentRow.thumbnail_name.in_(names))
    return {str(name) for name in await session.scalars(union_all(contents, thumbnails))}


def issue_exists() -> ColumnElement[bool]:
    """Whether the issue of a row of `attachment` is still there."""
    return exists().where(IssueRow.id == AttachmentRow.issue_id)


async def _get_visible(session: AsyncSession, actor: Actor, attachment_id: UUID) -> AttachmentRow:
    row = await session.get(AttachmentRow, attachment_id)
    if row is None:
        raise AttachmentNotFound
    await _visible_issue(session, actor, row.issue_id)
    return row


async def _visible_issue(session: AsyncSession, actor: Actor, issue_id: int) -> issues.IssueRef:
    try:
        return await issues.find_visible_issue_by_id(session, actor, issue_id)
    except issues.IssueNotFound:
        raise AttachmentNotFound from None


def _with_uploader() -> Select[AttachmentRow, str]:
    return select(AttachmentRow, UserAccount.name.label("uploader")).join(
        UserAccount, UserAccount.id == AttachmentRow.uploader_id
    )


def _out(row: Row[AttachmentRow, str], issue_key: str) -> AttachmentOut:
    return describe(row.AttachmentRow, issue_key, Person(id=row.AttachmentRow.uploader_id, name=row.uploader))


def describe(row: AttachmentRow, issue_key: str, uploader: Person) -> AttachmentOut:
    """The wire form of a row."""
    return AttachmentOut(
        id=row.id,
        issue=issue_key,
        name=row.name,
        content_type=row.content_type,
        bytes=row.size,
        sha256=row.sha256.hex(),
        inline=row.inline,
        thumbnail=row.thumbnail_name is not None,
        uploader=uploader,
        created_at=row.created_at,
    )


def _position(after: str) -> ColumnElement[Any]:
    moment, attachment_id = decode_cursor(after, 2)
    try:
        return tuple_(literal(datetime.fromisoformat(moment)), literal(UUID(attachment_id)))
    except (ValueError, TypeError, AttributeError):
        raise InvalidInput.of("after", "is not a cursor that this list gave") from None
