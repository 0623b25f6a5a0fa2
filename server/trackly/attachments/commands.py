"""The only writer of attachments and of the list of blobs to remove."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from trackly.attachments import queries
from trackly.attachments.errors import AttachmentNotFound
from trackly.attachments.events import attachment_created, attachment_deleted
from trackly.attachments.rules import ensure_can_delete
from trackly.attachments.schemas import AttachmentOut
from trackly.attachments.tables import AttachmentRow, BlobDeletionRow
from trackly.attachments.uploads import Received
from trackly.events.unit_of_work import UnitOfWork
from trackly.issues import facade as issues
from trackly.kit.ids import new_uuid
from trackly.users.facade import Actor, Person


async def create_attachment(
    uow: UnitOfWork, actor: Actor, key: str, received: Received, at: datetime | None = None
) -> AttachmentOut:
    """Add a file, whose bytes are in the store already, to an issue that the actor sees. IssueNotFound.

    `at`: when it happened, if that was not now. Locks the issue's row."""
    issue = await issues.find_visible_issue(uow.session, actor, key)
    row = AttachmentRow(
        id=new_uuid(),
        issue_id=issue.id,
        uploader_id=actor.user_id,
        name=received.name,
        content_type=received.content_type,
        size=received.content.size,
        sha256=received.content.sha256,
        inline=received.inline,
        stored_name=received.content.name,
        thumbnail_name=received.thumbnail.name if received.thumbnail else None,
        thumbnail_size=received.thumbnail.size if received.thumbnail else None,
        created_at=at or uow.now,
    )
    told = {"attachment": {"id": str(row.id), "name": row.name}}
    touched = await issues.touch_issue(
        uow, actor, issue.id, type="attachment.created", attachments=1, detail=told, at=at
    )
    uow.session.add(row)
    attachment = queries.describe(row, issue.key, Person(id=actor.user_id, name=actor.name))
    uow.record(attachment_created(touched, attachment, actor.ref, at))
    return attachment


async def delete_attachment(uow: UnitOfWork, actor: Actor, attachment_id: UUID) -> None:
    """Take a file away; its blobs are removed soon after. AttachmentNotFound, NotTheUploader. Locks the issue's row."""
    owned = await queries.get_owned(uow.session, actor, attachment_id)
    ensure_can_delete(actor.user_id, owned.issue.role, owned.uploader_id)
    told = {"attachment": {"id": str(owned.id), "name": owned.name}}
    touched = await issues.touch_issue(
        uow, actor, owned.issue.id, type="attachment.deleted", attachments=-1, detail=told
    )
    gone = await uow.session.execute(
        delete(AttachmentRow).where(AttachmentRow.id == attachment_id).returning(AttachmentRow.id)
    )
    if gone.one_or_none() is None:
        raise AttachmentNotFound
    await _queue(uow, owned.blobs)
    uow.record(attachment_deleted(touched, attachment_id, actor.ref))


async def forget_files_of_gone_issues(uow: UnitOfWork, most: int = 1000) -> int:
    """Turn attachments whose issue was deleted into blobs to remove; returns how many. Skips what others hold."""
    orphaned = (
        select(AttachmentRow.id)
        .where(~queries.issue_exists())
        .limit(most)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    rows = (
        await uow.session.execute(
            delete(AttachmentRow)
            .where(AttachmentRow.id.in_(orphaned))
            .returning(AttachmentRow.stored_name, AttachmentRow.thumbnail_name)
        )
    ).all()
    await _queue(uow, (name for row in rows for name in row if name))
    return len(rows)


async def claim_deletions(uow: UnitOfWork, most: int) -> list[str]:
    """The names of blobs whose removal is due. Their next try is put off first: 1 min, 2, 4 … a day."""
    due = (
        select(BlobDeletionRow.stored_name)
        .where(BlobDeletionRow.due_at <= uow.now)
        .order_by(BlobDeletionRow.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    wait_s = func.least(60 * func.power(2, BlobDeletionRow.attempts), 24 * 3600)
    claimed = await uow.session.scalars(
        update(BlobDeletionRow)
        .where(BlobDeletionRow.stored_name.in_(due))
        .values(attempts=BlobDeletionRow.attempts + 1, due_at=uow.now + func.make_interval(0, 0, 0, 0, 0, 0, wait_s))
        .returning(BlobDeletionRow.stored_name)
    )
    return list(claimed)


async def forget_blob(uow: UnitOfWork, name: str) -> None:
    """The store has removed it."""
    await uow.session.execute(delete(BlobDeletionRow).where(BlobDeletionRow.stored_name == name))


async def remove_blobs_later(uow: UnitOfWork, names: Iterable[str], after: timedelta) -> None:
    """Have blobs of another domain removed from the store, unless one of its rows has them again by then."""
    await _queue(uow, names, uow.now + after)


async def _queue(uow: UnitOfWork, names: Iterable[str], due_at: datetime | None = None) -> None:
    rows = [{"stored_name": name, "queued_at": uow.now, "due_at": due_at or uow.now} for name in names]
    if rows:
        await uow.session.execute(insert(BlobDeletionRow).values(rows).on_conflict_do_nothing())
