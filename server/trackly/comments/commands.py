"""What people do with comments. The only writer of their table."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update

from trackly.comments import events
from trackly.comments.queries import hold_comment, is_known, texts_of
from trackly.comments.rules import CommentKind, ensure_may_delete, ensure_may_edit
from trackly.comments.schemas import CommentNew, CommentOut, CommentPatch
from trackly.comments.tables import CommentRow
from trackly.events.unit_of_work import UnitOfWork
from trackly.issues.facade import (
    IssueRef,
    TouchedIssue,
    find_visible_issue,
    find_visible_issue_by_id,
    lock_issue,
    render_aside,
    touch_issue,
)
from trackly.kit.errors import StaleVersion
from trackly.users.facade import Actor, Person


@dataclass(frozen=True, slots=True)
class ImportedComment:
    """A comment that was written elsewhere or earlier. Within an issue, an `external_ref` is imported once."""

    external_ref: str
    body: str
    created_at: datetime
    kind: CommentKind = CommentKind.COMMENT


async def create_comment(uow: UnitOfWork, actor: Actor, key: str, new: CommentNew) -> CommentOut:
    """Say something about an issue that the actor sees. Raises IssueNotFound. Locks: the issue."""
    issue = await find_visible_issue(uow.session, actor, key)
    await lock_issue(uow.session, issue.id)
    return await _write(uow, actor, issue, new.body, new.kind, uow.now)


async def import_comment(uow: UnitOfWork, author: Actor, issue_id: int, comment: ImportedComment) -> CommentOut | None:
    """Write a comment with its own time; None when it was imported before. The author has to see the issue.

    Raises IssueNotFound. Locks: the issue."""
    issue = await find_visible_issue_by_id(uow.session, author, issue_id)
    await lock_issue(uow.session, issue.id)
    if await is_known(uow.session, issue.id, comment.external_ref):
        return None
    return await _write(uow, author, issue, comment.body, comment.kind, comment.created_at, comment.external_ref)


async def _write(
    uow: UnitOfWork,
    author: Actor,
    issue: IssueRef,
    body: str,
    kind: CommentKind,
    at: datetime,
    external_ref: str | None = None,
) -> CommentOut:
    html = await render_aside(body)
    values = {"issue_id": issue.id, "kind": kind, "body": body, "body_html": html, "author_id": author.user_id}
    times = {"created_at": at, "updated_at": at, "external_ref": external_ref}
    written = await uow.session.execute(insert(CommentRow).values(**values, **times).returning(CommentRow.id))
    comment = CommentOut(
        id=written.scalar_one(),
        issue=issue.key,
        body=body,
        body_html=html,
        kind=kind,
        author=Person(id=author.user_id, name=author.name),
        version=1,
        created_at=at,
        updated_at=at,
    )
    then = None if at == uow.now else at
    touched = await _touch(uow, author, issue, comment, "comment.created", by=1, at=then)
    uow.record(events.comment_created(comment, touched, author.ref, then))
    return comment


async def update_comment(
    uow: UnitOfWork, actor: Actor, comment_id: int, patch: CommentPatch, if_match: int | None
) -> CommentOut:
    """Change one's own comment. Nothing is told, and the version stays, when nothing changes.

    Raises CommentNotFound, NotYourComment, StaleVersion. Locks: the issue, then the comment."""
    held = await hold_comment(uow.session, actor, comment_id)
    ensure_may_edit(actor.user_id, held.comment.author.id)
    _ensure_fresh(held.comment, if_match)
    wanted: dict[str, Any] = patch.model_dump(exclude_unset=True)
    changes = {name: value for name, value in wanted.items() if value != getattr(held.comment, name)}
    if not changes:
        return held.comment
    if "body" in changes:
        changes["body_html"] = await render_aside(changes["body"])
    changes |= {"version": held.comment.version + 1, "updated_at": uow.now}
    await uow.session.execute(update(CommentRow).where(CommentRow.id == comment_id).values(**changes))
    comment = held.comment.model_copy(update=changes)
    touched = await _touch(uow, actor, held.issue, comment, "comment.updated")
    uow.record(events.comment_updated(comment, touched, actor.ref))
    return comment


async def delete_comment(uow: UnitOfWork, actor: Actor, comment_id: int, if_match: int | None) -> None:
    """Remove one's own comment, or as a maintainer anybody's.

    Raises CommentNotFound, NotYourComment, StaleVersion. Locks: the issue, then the comment."""
    held = await hold_comment(uow.session, actor, comment_id)
    ensure_may_delete(actor.user_id, held.issue.role, held.comment.author.id)
    _ensure_fresh(held.comment, if_match)
    await uow.session.execute(delete(CommentRow).where(CommentRow.id == comment_id))
    touched = await _touch(uow, actor, held.issue, held.comment, "comment.deleted", by=-1)
    uow.record(events.comment_deleted(held.comment, touched, actor.ref))


async def _touch(
    uow: UnitOfWork,
    actor: Actor,
    issue: IssueRef,
    comment: CommentOut,
    kind: str,
    *,
    by: int = 0,
    at: datetime | None = None,
) -> TouchedIssue:
    return await touch_issue(
        uow,
        actor,
        issue.id,
        type=kind,
        comments=by,
        detail={"comment": {"id": comment.id, "kind": comment.kind.value}},
        comment_texts=await texts_of(uow.session, issue.id),
        at=at,
    )


def _ensure_fresh(comment: CommentOut, if_match: int | None) -> None:
    if if_match is not None and if_match != comment.version:
        raise StaleVersion(f"The comment is at version {comment.version} now.", fields={"version": comment.version})
