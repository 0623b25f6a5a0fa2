"""The figures of today against yesterday, and what is behind each figure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.kit.errors import InvalidInput
from trackly.kit.pages import decode_cursor, encode_cursor
from trackly.kit.schema import utc_text
from trackly.stats.queries import (
    LEVELS,
    MOVES,
    SEVERITY_LEVELS,
    STATUS_LEVELS,
    Reach,
    Span,
    by_severity_of,
    by_status_of,
)
from trackly.stats.schemas import Figure, Figures, Item, ItemIssue, ItemPage, Summary, Windows
from trackly.stats.sql import statement
from trackly.users.facade import Person

NOT_DONE = ("OPEN", "TRIAGED", "IN_PROGRESS")
DEFINITIONS = {
    Figure.CREATED: "Issues that were reported, by the day of their project",
    Figure.TRIAGED: "Moves to Triaged, each time that it happened",
    Figure.STARTED: "Moves to In progress, each time that it happened",
    Figure.DONE: "Moves to Done, each time that it happened",
    Figure.REOPENED: "Moves away from Done, each time that it happened",
    Figure.OPEN: "Issues that were not Done at the end of the last day, or are not now",
    Figure.OVERDUE: "Issues that were not Done although their due date had passed, of those that are still there",
}
_MOVES = frozenset({Figure.CREATED, Figure.TRIAGED, Figure.STARTED, Figure.DONE, Figure.REOPENED})
_BIGINT_MAX = 2**63 - 1


async def get_summary(session: AsyncSession, reach: Reach) -> Summary:
    """Today against yesterday, each project by its own days, exact at the snapshot."""
    asked = reach.arguments()
    spans = {row["span"]: dict(row) for row in (await session.execute(statement("summary_moves"), asked)).mappings()}
    now = (await session.execute(statement("summary_now"), asked)).mappings().all()
    overdue = (await session.execute(statement("summary_overdue"), asked)).mappings().one()
    windows = (await session.execute(statement("windows"), asked)).mappings().all()
    levels = _levels_now(now)
    at_end = _minus(levels, spans.get("today"))
    at_minute = _minus(at_end, spans.get("rest"))
    whole = {name: _count(spans, "until_now", name) + _count(spans, "rest", name) for name in MOVES}
    today = _figures(_moves(spans, "today"), levels, sum(row["overdue"] for row in now if row["status"] != "DONE"))
    until_now = _figures(_moves(spans, "until_now"), at_minute, overdue["at_minute"])
    return Summary(
        as_of=reach.now,
        timezone=reach.timezone,
        windows=[Windows.model_validate(dict(row)) for row in windows],
        today=today,
        yesterday=_figures(whole, at_end, overdue["at_end"]),
        yesterday_until_now=until_now,
        change=Figures(**{name: getattr(today, name) - getattr(until_now, name) for name in Figures.model_fields}),
        by_status=by_status_of(levels),
        by_severity=by_severity_of(levels),
    )


def _levels_now(rows: Any) -> dict[str, int]:
    levels = dict.fromkeys(LEVELS, 0)
    for row in rows:
        levels[STATUS_LEVELS[row["status"]]] += row["issues"]
        if row["status"] != "DONE":
            levels[SEVERITY_LEVELS[row["severity"]]] += row["issues"]
    return levels


def _minus(levels: Mapping[str, int], since: Mapping[str, Any] | None) -> dict[str, int]:
    """The levels before the changes of `since`."""
    return {name: value - (int(since[name]) if since else 0) for name, value in levels.items()}


def _count(spans: Mapping[str, Mapping[str, Any]], span: str, name: str) -> int:
    return int(spans[span][name]) if span in spans else 0


def _moves(spans: Mapping[str, Mapping[str, Any]], span: str) -> dict[str, int]:
    return {name: _count(spans, span, name) for name in MOVES}


def _figures(moves: Mapping[str, int], levels: Mapping[str, int], overdue: int) -> Figures:
    return Figures(**moves, open=sum(levels[STATUS_LEVELS[status]] for status in NOT_DONE), overdue=overdue)


async def list_items(
    session: AsyncSession, reach: Reach, figure: Figure, span: Span, status: str | None, after: str | None, limit: int
) -> ItemPage:
    """What a figure counted, newest first: changes for moves, issues for `open` and `overdue` at the end of the span.

    `status` narrows `open` to one status, DONE among them. `total` is the figure itself. InvalidInput on `after`."""
    if status is not None and figure is not Figure.OPEN:
        raise InvalidInput.of("status", "goes with the figure open only")
    at, position = _place(figure, after)
    asked = reach.arguments(
        figure=figure.value,
        from_day=span.first,
        to_day=span.last,
        statuses=[status] if status else list(NOT_DONE),
        at=at,
        id=position,
        limit=limit + 1,
    )
    name = "items_moves" if figure in _MOVES else "items_levels"
    rows = (await session.execute(statement(name), asked)).mappings().all()
    found = [row for row in rows if row["key"] is not None]
    return ItemPage(
        figure=figure,
        definition=DEFINITIONS[figure],
        from_day=span.first,
        to_day=span.last,
        items=[_item(row) for row in found[:limit]],
        next=_cursor(figure, found[limit - 1]) if len(found) > limit else None,
        total=rows[0]["total"],
        issues=rows[0]["issues"],
    )


def _place(figure: Figure, after: str | None) -> tuple[datetime | None, int | None]:
    if after is None:
        return None, None
    kind, at, position = decode_cursor(after, 3)
    if kind != figure.value or type(position) is not int or not 0 < position <= _BIGINT_MAX:
        raise InvalidInput.of("after", "is not a cursor that this list gave")
    if figure not in _MOVES:
        return None, position
    try:
        return datetime.fromisoformat(str(at)), position
    except ValueError:
        raise InvalidInput.of("after", "is not a cursor that this list gave") from None


def _cursor(figure: Figure, row: RowMapping) -> str:
    return encode_cursor([figure.value, utc_text(row["at"]), row["position"]])


def _item(row: RowMapping) -> Item:
    return Item(
        key=row["key"],
        issue=None if row["issue_id_now"] is None else _issue(row),
        at=row["at"],
        change_id=row["change_id"],
        actor=None if row["actor_name"] is None else Person(id=row["actor_id"], name=row["actor_name"]),
        status_before=row["status_before"],
        status_after=row["status_after"],
    )


def _issue(row: RowMapping) -> ItemIssue:
    return ItemIssue(
        id=row["issue_id_now"],
        key=row["key"],
        project=row["project_key"],
        title=row["title"],
        status=row["status"],
        resolution=row["resolution"],
        severity=row["severity"],
        priority=row["priority"],
        assignee=assignee_of(row),
        due_on=row["due_on"],
    )


def assignee_of(row: RowMapping) -> Person | None:
    return None if row["assignee_name"] is None else Person(id=row["assignee_id"], name=row["assignee_name"])
