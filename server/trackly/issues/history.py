"""Reading what happened to an issue."""

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.issues.queries import CHANGE, REPORTER, find_visible_issue
from trackly.issues.schemas import HistoryItem
from trackly.kit.pages import Page, decode_moment_cursor, encode_moment_cursor
from trackly.users.facade import Actor, Person


async def list_history(
    session: AsyncSession, actor: Actor, key: str, after: str | None, limit: int
) -> Page[HistoryItem]:
    """What happened to the issue, oldest first. IssueNotFound."""
    issue = await find_visible_issue(session, actor, key)
    of_issue = CHANGE.c.issue_id == issue.id
    total = await session.scalar(select(func.count()).select_from(CHANGE).where(of_issue))
    names = ("id", "at", "type", "actor_id", "changed", "detail")
    statement = (
        select(*(CHANGE.c[name] for name in names), REPORTER.c.name)
        .outerjoin(REPORTER, REPORTER.c.id == CHANGE.c.actor_id)
        .where(of_issue)
    )
    if after is not None:
        moment, last = decode_moment_cursor(after)
        statement = statement.where(tuple_(CHANGE.c.at, CHANGE.c.id) > tuple_(literal(moment), literal(last)))
    rows = (await session.execute(statement.order_by(CHANGE.c.at, CHANGE.c.id).limit(limit + 1))).all()
    items = [
        HistoryItem(
            id=row.id,
            type=row.type,
            at=row.at,
            actor=Person(id=row.actor_id, name=row.name) if row.actor_id else None,
            changed=row.changed,
            detail=row.detail,
        )
        for row in rows[:limit]
    ]
    further = len(rows) > limit
    return Page(items=items, next=encode_moment_cursor(items[-1].at, items[-1].id) if further else None, total=total)
