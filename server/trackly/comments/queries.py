"""Reading comments; who sees an issue sees all of its comments."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.comments.errors import CommentNotFound
from trackly.comments.schemas import CommentOut
from trackly.comments.tables import CommentRow
from trackly.issues.facade import IssueNotFound, IssueRef, find_visible_issue, find_visible_issue_by_id, lock_issue
from trackly.kit.pages import Page, decode_moment_cursor, encode_moment_cursor
from trackly.users.facade import Actor, Person
from trackly.users.tables import UserAccount

_WORDS_FROM_MAX = 500


@dataclass(frozen=True, slots=True)
class HeldComment:
    """A comment whose row, and whose issue's, this transaction has locked."""

    issue: IssueRef
    comment: CommentOut


async def list_comments(
    session: AsyncSession, actor: Actor, key: str, after: str | None, limit: int
) -> Page[CommentOut]:
    """The comments of an issue, oldest first. IssueNotFound."""
    issue = await find_visible_issue(session, actor, key)
    of_issue = CommentRow.issue_id == issue.id
    total = await session.scalar(select(func.count()).select_from(CommentRow).where(of_issue))
    statement = _comments().where(of_issue)
    if after is not None:
        moment, last = decode_moment_cursor(after)
        statement = statement.where(
            tuple_(CommentRow.created_at, CommentRow.id) > tuple_(literal(moment), literal(last))
        )
    rows = (await session.execute(statement.order_by(CommentRow.created_at, CommentRow.id).limit(limit + 1))).all()
    items = [comment_of(row, issue.key) for row in rows[:limit]]
    further = len(rows) > limit
    return Page(
        items=items,
        next=encode_moment_cursor(items[-1].created_at, items[-1].id) if further else None,
        total=total,
    )


async def get_comment(session: AsyncSession, actor: Actor, comment_id: int) -> CommentOut:
    """CommentNotFound also when its issue is not for the actor to know of."""
    issue = await _issue_of(session, actor, comment_id)
    return await _load(session, issue, _comments().where(CommentRow.id == comment_id))


async def hold_comment(session: AsyncSession, actor: Actor, comment_id: int) -> HeldComment:
    """Lock the issue, then the comment, and read it. CommentNotFound."""
    issue = await _issue_of(session, actor, comment_id)
    await lock_issue(session, issue.id)
    held = _comments().where(CommentRow.id == comment_id).with_for_update(of=CommentRow)
    return HeldComment(issue, await _load(session, issue, held))


async def texts_of(session: AsyncSession, issue_id: int) -> list[str]:
    """All that is said about an issue, oldest first, for the search: of very many comments, the newest."""
    statement = select(CommentRow.body).where(CommentRow.issue_id == issue_id)
    newest = (await session.scalars(statement.order_by(CommentRow.id.desc()).limit(_WORDS_FROM_MAX))).all()
    return list(reversed(newest))


async def is_known(session: AsyncSession, issue_id: int, external_ref: str) -> bool:
    """Whether a comment of that name was imported to the issue."""
    known = select(CommentRow.id).where(CommentRow.issue_id == issue_id, CommentRow.external_ref == external_ref)
    return await session.scalar(known) is not None


async def _issue_of(session: AsyncSession, actor: Actor, comment_id: int) -> IssueRef:
    issue_id = await session.scalar(select(CommentRow.issue_id).where(CommentRow.id == comment_id))
    if issue_id is None:
        raise CommentNotFound
    try:
        return await find_visible_issue_by_id(session, actor, issue_id)
    except IssueNotFound:
        raise CommentNotFound from None


async def _load(session: AsyncSession, issue: IssueRef, statement: Select[Any]) -> CommentOut:
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise CommentNotFound
    return comment_of(row, issue.key)


def _comments() -> Select[Any]:
    names = ("id", "body", "body_html", "kind", "author_id", "version", "created_at", "updated_at")
    return select(*(getattr(CommentRow, name) for name in names), UserAccount.name.label("author_name")).join(
        UserAccount, UserAccount.id == CommentRow.author_id
    )


def comment_of(row: Any, issue_key: str) -> CommentOut:
    return CommentOut(
        id=row.id,
        issue=issue_key,
        body=row.body,
        body_html=row.body_html,
        kind=row.kind,
        author=Person(id=row.author_id, name=row.author_name),
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
