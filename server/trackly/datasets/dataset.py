"""What a dataset is: fields, measures, and how its rows are found for one reader at one moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, FromClause

from trackly.datasets.schemas import ChartKind, DatasetSource
from trackly.exports.facade import ColumnType
from trackly.issues.facade import Reading
from trackly.users.facade import Actor

Unit = Literal["issues", "changes", "comments", "people", "days", "rows", "sum"]
Expression = ColumnElement[Any]
CALENDAR = ("day", "week", "month")
"""What the groups of a date or a time are."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rights, and which time: `since` up to `until` is the period, days are those of `zone`.

    `asked`: the filter, for a dataset that counts issues and shows something else."""

    reader: Actor
    moment: datetime
    zone: str
    since: datetime
    until: datetime
    stuck_days: int = 14
    asked: tuple[ColumnElement[bool], ...] = ()

    @property
    def reading(self) -> Reading:
        return Reading(self.reader.user_id, self.moment, ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True)
class Field:
    """One column. `word`: what the filter calls it; with `asked_of_issue` the language of issues knows that word.

    `words`: the values that there are, if they are few. `group`: rows can be grouped by it; a date or a time is then
    grouped by day, week or month. `hidden`: for groups alone, no column of the rows."""

    name: str
    title: str
    type: ColumnType
    description: str
    word: str | None = None
    asked_of_issue: bool = False
    words: tuple[str, ...] = ()
    group: bool = False
    hidden: bool = False

    @property
    def groups(self) -> tuple[str, ...]:
        if not self.group:
            return ()
        if self.type is ColumnType.TIMESTAMP:
            return tuple(f"{self.name}_{unit}" for unit in CALENDAR)
        if self.type is ColumnType.DATE:
            return (self.name, f"{self.name}_week", f"{self.name}_month")
        return (self.name,)


@dataclass(frozen=True)
class Rows:
    """Rows of a dataset: where they come from, the reader's rights, an expression for each field.

    `ranks`: by what a field is sorted instead of its value. `ids`: what tells two groups with the same name apart, and
    which person a term names. `tie`: makes every order a total one."""

    source: FromClause
    rights: tuple[ColumnElement[bool], ...]
    columns: Mapping[str, Expression]
    tie: tuple[Expression, ...]
    ranks: Mapping[str, tuple[Expression, ...]] = field(default_factory=dict)
    ids: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a group of rows. `needs`: fields whose expressions it is made of."""

    name: str
    title: str
    type: ColumnType
    unit: Unit
    description: str
    of: Callable[[Rows], Expression]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChartOf:
    """A chart that a dataset has by itself: `x` and `series` are groups, `y` is a measure."""

    title: str
    kind: ChartKind
    x: str
    y: str
    series: str | None = None


@dataclass(frozen=True)
class Dataset:
    """`rows` makes what is read, for a scope and the names of the fields that are needed.

    `about_issues`: each row belongs to an issue, so that the filter knows the language of issues and its words.
    `inside`: the filter says which issues count, not which rows are left; it is in `scope.asked`.
    `period`: reads the parameters `since` and `until`. `figures`: measures over all rows, for the top of a report."""

    name: str
    title: str
    description: str
    fields: tuple[Field, ...]
    measures: tuple[Measure, ...]
    rows: Callable[[Scope, frozenset[str]], Rows]
    default_columns: tuple[str, ...]
    default_measures: tuple[str, ...]
    default_sort: tuple[str, ...]
    example: DatasetSource
    key_column: str | None = None
    about_issues: bool = False
    inside: bool = False
    period: bool = False
    stuck: bool = False
    charts: tuple[ChartOf, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()

    def field(self, name: str) -> Field | None:
        return next((one for one in self.fields if one.name == name and not one.hidden), None)

    def measure(self, name: str) -> Measure | None:
        return next((one for one in self.measures if one.name == name), None)

    def group_field(self, name: str) -> Field | None:
        """The field whose group this is."""
        return next((one for one in self.fields if name in one.groups), None)

    @property
    def shown(self) -> tuple[Field, ...]:
        return tuple(one for one in self.fields if not one.hidden)

    @property
    def group_names(self) -> tuple[str, ...]:
        return tuple(name for one in self.fields for name in one.groups)
