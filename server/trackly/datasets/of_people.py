"""The dataset `people`: one row for each person who has to do with issues that the reader sees."""

from sqlalchemy import func

from trackly.datasets.dataset import Dataset, Field, Measure, Rows, Scope, Unit
from trackly.datasets.expressions import how_many, total
from trackly.datasets.queries import PERSON, people_counted
from trackly.datasets.schemas import DatasetSource
from trackly.exports.facade import ColumnType

_T = ColumnType
_COUNTS = (
    ("reported", "Reported", "Issues that they reported, ever."),
    ("reported_in_period", "Reported in the period", "Issues that they reported in the period."),
    ("assigned_open", "Open, assigned", "Open issues that they work on now."),
    ("done", "Done in the period", "Issues of theirs that were moved to Done in the period, and are done."),
    ("comments", "Comments in the period", "Comments that they wrote in the period."),
)


def _rows(scope: Scope, _: frozenset[str]) -> Rows:
    counted = people_counted(scope)
    return Rows(
        source=counted.join(PERSON, PERSON.c.id == counted.c.person_id),
        rights=(),
        columns={"person": PERSON.c.name, **{name: counted.c[name] for name, _, _ in _COUNTS}},
        tie=(counted.c.person_id,),
        ranks={"person": (func.lower(PERSON.c.name),)},
        ids={"person": counted.c.person_id},
    )


def _sum(name: str, title: str, description: str) -> Measure:
    unit: Unit = "comments" if name == "comments" else "issues"
    return Measure(name, title, _T.INTEGER, unit, description, lambda rows: total(rows.columns[name]))


PEOPLE = Dataset(
    name="people",
    title="People",
    description="One row for each person who reported, works on or commented on an issue that the reader sees, with"
    " what they did. The filter says which issues count. The period is `since` up to and including `until`; without"
    " them, the last 7 days.",
    fields=(
        Field("person", "Person", _T.TEXT, "Their name."),
        *(Field(name, title, _T.INTEGER, text) for name, title, text in _COUNTS),
    ),
    measures=(
        Measure("count", "People", _T.INTEGER, "people", "How many people.", lambda _: how_many()),
        *(_sum(name, title, text) for name, title, text in _COUNTS),
    ),
    rows=_rows,
    default_columns=("person", *(name for name, _, _ in _COUNTS)),
    default_measures=("count",),
    default_sort=("-done", "person"),
    example=DatasetSource(dataset="people", filter="project:TRK", sort=["-assigned_open"]),
    about_issues=True,
    inside=True,
    period=True,
    figures=(("People", "count"), ("Done in the period", "done"), ("Comments in the period", "comments")),
)
