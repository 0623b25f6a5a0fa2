"""The dataset `transitions`: one row for each change of a status."""

from sqlalchemy import case, distinct, func

from trackly.datasets.dataset import ChartOf, Dataset, Field, Measure, Rows, Scope
from trackly.datasets.expressions import average, days_between, how_many, percentile
from trackly.datasets.issue_fields import FIELDS, IDS, RANKS, issue_columns, without
from trackly.datasets.queries import DONE, ISSUE, PERSON, issues_joined, moves
from trackly.datasets.schemas import DatasetSource
from trackly.exports.facade import ColumnType
from trackly.issues.facade import visible_predicate
from trackly.projects.facade import Status

_T = ColumnType
_STAY = "Days in the former status: "


def _rows(scope: Scope, needed: frozenset[str]) -> Rows:
    move, actor = moves(scope), PERSON.alias("actor")
    source = issues_joined(needed, move, move.c.issue_id == ISSUE.c.id).outerjoin(actor, actor.c.id == move.c.actor_id)
    own = {
        "at": move.c.at,
        "from": move.c.status_before,
        "to": move.c.status_after,
        "by": actor.c.name,
        "days": days_between(move.c.previous_at, move.c.at),
        "issue": ISSUE.c.id,
    }
    order = {word: rank for rank, word in enumerate(Status)}
    ranks = {name: (case(order, value=own[name]),) for name in ("from", "to")} | {"by": (func.lower(actor.c.name),)}
    return Rows(
        source=source,
        rights=(visible_predicate(scope.reader, throughout=True),),
        columns={**issue_columns(scope), **own},
        tie=(move.c.at, move.c.id),
        ranks={**RANKS, **ranks},
        ids={**IDS, "by": move.c.actor_id},
    )


_FIELDS = (
    Field("at", "When", _T.TIMESTAMP, "When the status changed.", "at", group=True),
    FIELDS["key"],
    FIELDS["title"],
    Field("from", "From", _T.TEXT, "The status before.", "from", words=tuple(Status), group=True),
    Field("to", "To", _T.TEXT, "The status after.", "to", words=tuple(Status), group=True),
    Field("by", "By", _T.TEXT, "Who changed it.", "by", group=True),
    Field("days", "Days before", _T.DECIMAL, "Days that the issue had been in the former status.", "days"),
    *without("key", "title", "description"),
)
_MEASURES = (
    Measure("count", "Changes", _T.INTEGER, "changes", "How many changes of a status.", lambda _: how_many()),
    Measure(
        *("issues", "Issues", _T.INTEGER, "issues", "Of how many issues."),
        lambda rows: func.count(distinct(rows.columns["issue"])),
    ),
    Measure(
        *("done", "Done", _T.INTEGER, "changes", "Moves to Done."),
        lambda rows: how_many(rows.columns["to"] == DONE),
    ),
    Measure(
        *("reopened", "Reopened", _T.INTEGER, "changes", "Moves away from Done."),
        lambda rows: how_many(rows.columns["from"] == DONE),
    ),
    Measure(
        *("average_days", "Average days", _T.DECIMAL, "days", f"{_STAY}the average."),
        lambda rows: average(rows.columns["days"]),
    ),
    Measure(
        *("median_days", "Median days", _T.DECIMAL, "days", f"{_STAY}half took less."),
        lambda rows: percentile(0.5, rows.columns["days"]),
    ),
    Measure(
        *("p85_days", "p85 days", _T.DECIMAL, "days", f"{_STAY}85 % took less."),
        lambda rows: percentile(0.85, rows.columns["days"]),
    ),
)

TRANSITIONS = Dataset(
    name="transitions",
    title="Changes of status",
    description="One row for each change of a status: what it was and what it became, who did it, and how long the"
    " issue had been in the former status. Of issues that are still there.",
    fields=_FIELDS,
    measures=_MEASURES,
    rows=_rows,
    default_columns=("at", "key", "title", "from", "to", "by", "days"),
    default_measures=("count", "issues", "median_days"),
    default_sort=("-at",),
    example=DatasetSource(dataset="transitions", filter="to:done at>-30d", group_by=["at_week"], columns=["count"]),
    key_column="key",
    about_issues=True,
    charts=(ChartOf("Changes by week", "line", "at_week", "count", "to"),),
    figures=(("Changes", "count"), ("Issues", "issues"), ("Done", "done"), ("Reopened", "reopened")),
)
