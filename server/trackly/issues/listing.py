"""Lists, counts and likenesses of issues: the second module of queries, with the reader's rights before every LIMIT."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, cast, func, literal, select, true
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.events.log import position_column
from trackly.issues.filters import sql_of, where
from trackly.issues.language import parse_query
from trackly.issues.orders import DEFAULT_SORT, Order, order_of
from trackly.issues.parameters import IssueListQuery, IssueQuery, conditions_of
from trackly.issues.queries import (
    ISSUE,
    select_summaries,
    summary_columns,
    summary_of,
    visible_predicate,
    with_people,
)
from trackly.issues.rules import Severity
from trackly.issues.terms import Reading
from trackly.issues.words import telling_words
from trackly.kit.db import Database, driver_sql
from trackly.projects.facade import Status, get_project_access
from trackly.users.facade import Actor

TOTAL_MAX = 50_000
"""A list counts no further than this; beyond it, its total is unknown."""
SIMILAR_MAX = 3
_TIMELY = re.compile(r"[+-]\d+[hdwmy]|today|yesterday|tomorrow|overdue", re.IGNORECASE)
_SHOWN = ISSUE.alias("i")
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class IssueList:
    """A page of summaries in their wire form, as `Page[IssueSummary]` says it."""

    items: Sequence[dict[str, Any]]
    next: str | None
    total: int | None
    position: str


async def list_issues(database: Database, actor: Actor, wanted: IssueListQuery, now: datetime) -> IssueList:
    """One page, how many issues match in all, and the position of the log in the same snapshot: in one statement.

    Raises InvalidQuery for `q`, InvalidInput for unknown filter values, orders and cursors."""
    asked = _statement(actor, wanted, now)
    async with database.one_statement() as connection:
        rows = (await connection.exec_driver_sql(asked.sql, asked.values)).all()
    total, position = rows[0].total, rows[0].position
    shown = [row for row in rows[: wanted.limit] if row.id is not None]
    further = len(rows) > wanted.limit
    return IssueList(
        items=[summary_of(row) for row in shown],
        next=asked.order.cursor(_place(asked.order, shown[-1])) if further else None,
        total=total if total <= TOTAL_MAX else None,
        position=position,
    )


@dataclass(frozen=True, slots=True)
class _Statement:
    """A list as the driver takes it. Making one takes longer than fetching its rows, so they are kept."""

    sql: str
    values: dict[str, Any]
    order: Order


def _statement(actor: Actor, wanted: IssueListQuery, now: datetime) -> _Statement:
    """The statement of a list. Spans such as `-7d` are read to the minute, so that it can be kept for as long."""
    reader = Actor(actor.user_id, "", "", actor.role)
    timely = wanted.q is not None and _TIMELY.search(wanted.q)
    return _made(reader, wanted, now.replace(second=0, microsecond=0) if timely else _ANY_TIME)


@lru_cache(maxsize=1024)
def _made(reader: Actor, wanted: IssueListQuery, now: datetime) -> _Statement:
    """Says what to read, never what was read."""
    matching, sort = _matching(reader, wanted, now)
    order = order_of(wanted.sort or sort or DEFAULT_SORT, "sort" if wanted.sort else "q")
    return _Statement(*driver_sql(_page(matching, order, wanted)), order)


def _matching(actor: Actor, wanted: IssueQuery, now: datetime) -> tuple[list[ColumnElement[bool]], str | None]:
    """The reader's rights and everything that is asked for, and the order that `q` names."""
    reading = Reading(actor.user_id, now)
    conditions = [visible_predicate(actor), *(sql_of(one, reading) for one in conditions_of(wanted, reading))]
    if not wanted.q:
        return conditions, None
    query = parse_query(wanted.q)
    asked = where(query.where, reading)
    if asked is not None:
        conditions.append(asked)
    return conditions, query.sort.text if query.sort else None


def _page(matching: Sequence[ColumnElement[bool]], order: Order, wanted: IssueListQuery) -> Select[Any]:
    """Rows for `summary_of`, then the keys of the order as `sort_0`…, then `total` and `position`, the same in each.

    A row without an issue carries the latter when the page is empty. First the ids of the page are found, then what
    is shown of them: so nothing wide is sorted."""
    keys = [key.label(f"sort_{index}") for index, key in enumerate(order.keys)]
    chosen = select(ISSUE.c.id, *keys).where(*matching)
    if wanted.after is not None:
        chosen = chosen.where(order.after(wanted.after))
    page = chosen.order_by(*order.by()).limit(wanted.limit + 1).subquery("page")
    found = select(ISSUE.c.id).where(*matching).limit(TOTAL_MAX + 1).subquery("found")
    total = select(func.count()).select_from(found).scalar_subquery().label("total")
    facts = select(total, position_column()).subquery("facts")
    places = [page.c[key.key] for key in keys]
    shown = with_people(page.join(_SHOWN, page.c.id == _SHOWN.c.id), _SHOWN)
    return (
        select(*summary_columns(_SHOWN), *places, facts.c.total, facts.c.position)
        .select_from(facts.outerjoin(shown, true()))
        .order_by(*(place.desc() if order.descending else place.asc() for place in (*places, page.c.id)))
    )


def _place(order: Order, row: Any) -> list[Any]:
    return [*(getattr(row, f"sort_{index}") for index in range(len(order.keys))), row.id]


async def count_issues(session: AsyncSession, actor: Actor, wanted: IssueQuery, now: datetime) -> int:
    """How many issues that the actor may see match. InvalidQuery, InvalidInput."""
    matching, _ = _matching(actor, wanted, now)
    return await session.scalar(select(func.count()).select_from(ISSUE).where(*matching)) or 0


async def count_by(
    session: AsyncSession, actor: Actor, wanted: IssueQuery, now: datetime, words: type[Status] | type[Severity]
) -> dict[str, int]:
    """Issues that the actor may see and that match, for each of the words. InvalidQuery, InvalidInput."""
    column = ISSUE.c.status if words is Status else ISSUE.c.severity
    matching, _ = _matching(actor, wanted, now)
    statement = select(column, func.count()).where(*matching).group_by(column)
    counts: dict[str, int] = {row[0]: row[1] for row in await session.execute(statement)}
    return {str(word): counts.get(word, 0) for word in words}


async def find_matching_ids(
    session: AsyncSession, actor: Actor, wanted: IssueQuery, now: datetime, limit: int
) -> list[int]:
    """Ids of the issues that the actor may see and that match, oldest first, at most `limit`."""
    matching, _ = _matching(actor, wanted, now)
    return list(await session.scalars(select(ISSUE.c.id).where(*matching).order_by(ISSUE.c.id).limit(limit)))


async def list_similar(session: AsyncSession, actor: Actor, project: str, title: str) -> list[dict[str, Any]]:
    """Up to three issues of the project that the actor may see and whose titles share at least half of the telling
    words of `title`; those that share most first, then the newest. ProjectNotFound."""
    access = await get_project_access(session, actor, project)
    words = telling_words(title)
    if not words:
        return []
    in_title = [ISSUE.c.search.op("@@", is_comparison=True)(cast(literal(f"{word}:*A"), TSQUERY)) for word in words]
    shared = sum((cast(found, Integer) for found in in_title[1:]), cast(in_title[0], Integer))
    any_of_them = cast(literal(" | ".join(f"{word}:*A" for word in words)), TSQUERY)
    rows = await session.execute(
        select_summaries()
        .where(
            ISSUE.c.project_id == access.project_id,
            visible_predicate(actor),
            ISSUE.c.search.op("@@", is_comparison=True)(any_of_them),
            shared * 2 >= len(words),
        )
        .order_by(shared.desc(), ISSUE.c.id.desc())
        .limit(SIMILAR_MAX)
    )
    return [summary_of(row) for row in rows]
