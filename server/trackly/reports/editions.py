"""What an edition says of the one before: rows and figures that differ, and numbers that were sent and are others now.

Pure; the rows of both are read by functions that are passed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from trackly.exports.facade import Column, ColumnType
from trackly.reports.changes import Layout, RowChanges, RowDifference, Rows, compare_rows
from trackly.reports.edition_schemas import (
    ChangesOut,
    Facts,
    FieldDifferenceOut,
    FigureChange,
    FigureFact,
    Restatement,
    RowChangesOut,
    RowDifferenceOut,
    Since,
)

_NAMES = ("key", "issue", "issue_key", "id")
_LABELS = ("title", "name", "subject")
_NUMBERS = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT)
RESTATED_MOST = 10


@dataclass(frozen=True, slots=True)
class Side:
    """One edition to compare. `rows` is None when they were not kept."""

    columns: tuple[Column, ...]
    figures: tuple[FigureFact, ...]
    values: dict[str, Any]
    rows: Rows | None
    key: tuple[str, ...]

    @property
    def layout(self) -> Layout:
        names = tuple(column.name for column in self.columns)
        label = next((name for name in _LABELS if name in names), None)
        return Layout(names, self.key, label)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The last edition that was sent, and when its numbers were of which local day."""

    side: Side
    since: Since
    day: date


def side_of(facts: Facts, rows: Rows | None) -> Side:
    """A kept edition as a side."""
    columns = tuple(Column(one.name, ColumnType(one.type), one.title) for one in facts.columns)
    return Side(columns, facts.figures, facts.values, rows, facts.key)


def key_of(columns: Sequence[Column], known: Sequence[str]) -> tuple[str, ...]:
    """The columns that name a row: those `known` to, else one whose name says so, else all before the first number."""
    names = [column.name for column in columns]
    if known and set(known) <= set(names):
        return tuple(known)
    named = next((name for name in names if name.lower() in _NAMES), None)
    if named is not None:
        return (named,)
    first = next((n for n, column in enumerate(columns) if column.type in _NUMBERS), 0)
    return tuple(names[:first])


def changes_since(earlier: Earlier, now: Side, tz: str) -> ChangesOut:
    """Everything that differs from the earlier edition."""
    then = earlier.side
    rows = None
    if then.rows is not None and now.rows is not None:
        rows = compare_rows(then.rows, now.rows, then.layout, now.layout)
    figures = _figures(then.figures, now.figures)
    restated = [*_restated_figures(earlier, now, figures), *_restated_rows(earlier, now, rows)]
    sentence = _sentence(rows, figures, earlier.since.moment, tz)
    return ChangesOut(
        since=earlier.since,
        rows=None if rows is None else _rows_out(rows, now.columns),
        figures=figures,
        restated=restated[:RESTATED_MOST],
        sentence=sentence,
    )


def _figures(then: Sequence[FigureFact], now: Sequence[FigureFact]) -> list[FigureChange]:
    """Those that both have, in the order of now, also when they are the same."""
    old = {figure.label: figure.value for figure in then}
    return [
        FigureChange(
            label=one.label, before=old[one.label], after=one.value, difference=_difference(old[one.label], one.value)
        )
        for one in now
        if one.label in old
    ]


def _difference(before: str | None, after: str | None) -> str | None:
    try:
        by = Decimal(after or "") - Decimal(before or "")
    except InvalidOperation:
        return None
    return f"{by:+}" if by else "0"


def _restated_figures(earlier: Earlier, now: Side, figures: Sequence[FigureChange]) -> list[Restatement]:
    """Of the same values, all of whose days were over already."""
    if earlier.side.values != now.values or not _all_over(now.values, earlier.day):
        return []
    return [
        Restatement(what=one.label, before=one.before, after=one.after) for one in figures if one.before != one.after
    ]


def _all_over(values: dict[str, Any], day: date) -> bool:
    days = [one for one in map(_day_in, values.values()) if one is not None]
    return bool(days) and max(days) < day


def _restated_rows(earlier: Earlier, now: Side, rows: RowChanges | None) -> list[Restatement]:
    """Rows that are named by a day, which was over already."""
    dated = [n for n, name in enumerate(now.key) if _type_of(now.columns, name) is ColumnType.DATE]
    if rows is None or not dated:
        return []
    found = []
    for row in rows.changed:
        day = _day_in(row.key[dated[0]])
        if day is not None and day < earlier.day:
            words = " ".join(_words(part) for part in row.key)
            found += [
                Restatement(
                    what=f"{words}: {_title(now.columns, one.field)}", before=_said(one.before), after=_said(one.after)
                )
                for one in row.fields
            ]
    return found


def _day_in(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _words(part: Any) -> str:
    day = _day_in(part)
    return f"{day:%-d %b %Y}" if day else str(part)


def _said(value: Any) -> str | None:
    return None if value is None else str(value)


def _type_of(columns: Sequence[Column], name: str) -> ColumnType | None:
    return next((column.type for column in columns if column.name == name), None)


def _title(columns: Sequence[Column], name: str) -> str:
    return next((column.head for column in columns if column.name == name), name)


def moment_text(moment: datetime, tz: str) -> str:
    """Such as `26 Nov 2026, 08:00`, in the zone of the report."""
    return f"{moment.astimezone(ZoneInfo(tz)):%-d %b %Y, %H:%M}"


def _sentence(rows: RowChanges | None, figures: Sequence[FigureChange], since: datetime, tz: str) -> str:
    when = f"since {moment_text(since, tz)}"
    counts = [] if rows is None else [(rows.n_added, "new"), (rows.n_gone, "gone"), (rows.n_changed, "changed")]
    parts = [f"{n:,} {word}" for n, word in counts if n]
    moved = [f"{one.label} {one.before or '–'} → {one.after or '–'}" for one in figures if one.before != one.after]
    if not parts and not moved:
        return f"Nothing changed {when}."
    said = ", ".join(parts) or ("The rows are the same" if rows is not None else "")
    return "; ".join(part for part in (said, *moved) if part) + f" {when}."


def _rows_out(rows: RowChanges, columns: Sequence[Column]) -> RowChangesOut:
    return RowChangesOut(
        n_added=rows.n_added,
        n_gone=rows.n_gone,
        n_changed=rows.n_changed,
        n_unchanged=rows.n_unchanged,
        added=[_row_out(row, columns) for row in rows.added],
        gone=[_row_out(row, columns) for row in rows.gone],
        changed=[_row_out(row, columns) for row in rows.changed],
    )


def _row_out(row: RowDifference, columns: Sequence[Column]) -> RowDifferenceOut:
    """Fields by the titles of their columns."""
    fields = [
        FieldDifferenceOut(field=_title(columns, one.field), before=one.before, after=one.after) for one in row.fields
    ]
    return RowDifferenceOut(key=list(row.key), label=row.label, fields=fields)
