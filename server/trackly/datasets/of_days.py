"""The dataset `daily`: one row for each project and day, as the page of numbers counts."""

from sqlalchemy import Integer, Numeric, cast, distinct, func

from trackly.datasets.dataset import ChartOf, Dataset, Expression, Field, Measure, Rows, Scope
from trackly.datasets.expressions import total
from trackly.datasets.schemas import DatasetSource
from trackly.exports.facade import ColumnType
from trackly.stats.facade import each_day

_T = ColumnType
_MOVES = (
    ("created", "Created", "Issues that were reported on that day."),
    ("triaged", "Triaged", "Moves to Triaged on that day."),
    ("started", "Started", "Moves to In progress on that day."),
    ("done", "Done", "Moves to Done on that day."),
    ("reopened", "Reopened", "Moves away from Done on that day."),
)
_LEVELS = (
    ("open", "Open", "Issues that were not Done at the end of the day."),
    ("in_open", "In Open", "Issues in status Open at the end of the day."),
    ("in_triaged", "In Triaged", "Issues in status Triaged at the end of the day."),
    ("in_progress", "In progress", "Issues in status In progress at the end of the day."),
    ("in_done", "In Done", "Issues in status Done at the end of the day."),
    ("open_low", "Open, low", "Open ones of severity Low at the end of the day."),
    ("open_medium", "Open, medium", "Open ones of severity Medium at the end of the day."),
    ("open_high", "Open, high", "Open ones of severity High at the end of the day."),
    ("open_critical", "Open, critical", "Open ones of severity Critical at the end of the day."),
)


def _rows(scope: Scope, _: frozenset[str]) -> Rows:
    days = each_day(scope.reader, scope.moment)
    names = ("project", "project_name", "day", "partial", *(name for name, _, _ in (*_MOVES, *_LEVELS[1:])))
    not_done = cast(days.c.in_open + days.c.in_triaged + days.c.in_progress, Integer())
    return Rows(
        source=days,
        rights=(),
        columns={**{name: days.c[name] for name in names}, "open": not_done},
        tie=(days.c.day, days.c.project_id),
    )


def _sum(name: str, title: str, description: str) -> Measure:
    return Measure(name, title, _T.INTEGER, "issues", description, lambda rows: total(rows.columns[name]))


def _level(name: str, title: str, description: str) -> Measure:
    text = f"{description} Over several days, their average; over several projects, their sum."
    return Measure(name, title, _T.DECIMAL, "issues", text, lambda rows: _a_day(rows, rows.columns[name]))


def _a_day(rows: Rows, value: Expression) -> Expression:
    return func.round(cast(func.sum(value), Numeric()) / func.count(distinct(rows.columns["day"])), 1)


DAILY = Dataset(
    name="daily",
    title="Daily figures",
    description="One row for each project and day of its own time zone: what happened on it, and what there was at its"
    " end. In projects where the reader sees only single issues, over these. The figures are those of the page"
    " of numbers.",
    fields=(
        Field("day", "Day", _T.DATE, "The day, in the time zone of the project.", "day", group=True),
        Field("project", "Project", _T.TEXT, "The key of the project.", "project", group=True),
        Field("project_name", "Project name", _T.TEXT, "The name of the project.", group=True),
        Field("partial", "Partial", _T.BOOLEAN, "Whether the day is not over yet.", "partial", group=True),
        *(Field(name, title, _T.INTEGER, text, name) for name, title, text in (*_MOVES, *_LEVELS)),
    ),
    measures=(*(_sum(*one) for one in _MOVES), *(_level(*one) for one in _LEVELS)),
    rows=_rows,
    default_columns=("day", "project", "created", "triaged", "started", "done", "reopened", "open", "open_critical"),
    default_measures=("created", "done", "open"),
    default_sort=("-day", "project"),
    example=DatasetSource(
        dataset="daily", filter="day>=-90d project:TRK", group_by=["day_week"], columns=["created", "done", "open"]
    ),
    charts=(
        ChartOf("Created each day", "line", "day", "created"),
        ChartOf("Open at the end of each day", "line", "day", "open"),
    ),
    figures=(("Created", "created"), ("Done", "done"), ("Reopened", "reopened")),
)
