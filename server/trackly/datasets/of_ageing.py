"""The dataset `ageing`: what is open, for how long, and what takes longer than things usually take."""

from datetime import timedelta

from sqlalchemy import case, func, null

from trackly.datasets.dataset import ChartOf, Dataset, Field, Measure, Rows, Scope
from trackly.datasets.expressions import average, days_between, how_many, moment_literal, percentile
from trackly.datasets.issue_fields import FIELDS, IDS, RANKS, is_open, issue_columns, without
from trackly.datasets.of_issues import AGES
from trackly.datasets.queries import IN_PROGRESS, ISSUE, first_started, issues_joined, usual_cycle_days
from trackly.datasets.schemas import DatasetSource
from trackly.exports.facade import ColumnType
from trackly.issues.facade import visible_predicate

_T = ColumnType
USUAL_OVER_DAYS = 90


def _rows(scope: Scope, needed: frozenset[str]) -> Rows:
    now = moment_literal(scope.moment)
    started = func.coalesce(first_started(ISSUE.c.id), ISSUE.c.status_since)
    working = ISSUE.c.status == IN_PROGRESS
    in_progress = case((working, days_between(started, now)), else_=null())
    usual = usual_cycle_days(scope, scope.moment - timedelta(days=USUAL_OVER_DAYS))
    own = {
        "started": case((working, started), else_=null()),
        "in_progress_days": in_progress,
        "usual_days": usual,
        "past_p85": func.coalesce(in_progress > usual, False),
    }
    return Rows(
        source=issues_joined(needed),
        rights=(visible_predicate(scope.reader, throughout=True), is_open()),
        columns={**issue_columns(scope), **own},
        tie=(ISSUE.c.id,),
        ranks=RANKS,
        ids=IDS,
    )


_FIELDS = (
    FIELDS["key"],
    FIELDS["title"],
    FIELDS["age_days"],
    FIELDS["in_status_days"],
    Field("started", "Started", _T.TIMESTAMP, "The first move to In progress of what is in progress now.", "started"),
    Field("in_progress_days", "In progress (days)", _T.DECIMAL, "Days since then.", "in_progress"),
    Field(
        *("past_p85", "Past p85", _T.BOOLEAN),
        "Whether it is in progress for longer than 85 % of the issues took that were done in the last 90 days.",
        "past_p85",
        group=True,
    ),
    Field("usual_days", "p85 (days)", _T.DECIMAL, "How long those 85 % took at most."),
    *without("key", "title", "description", "age_days", "in_status_days", "done", "resolution", "cycle_days"),
)

AGEING = Dataset(
    name="ageing",
    title="Ageing",
    description="One row for each open issue: how old it is, how long in its status, and whether it takes longer than"
    " 85 % of the issues took that the reader sees and that were done in the last 90 days.",
    fields=_FIELDS,
    measures=(
        Measure("count", "Open issues", _T.INTEGER, "issues", "How many issues.", lambda _: how_many()),
        Measure(
            *("past_p85", "Past p85", _T.INTEGER, "issues", "Those that take longer than 85 % took."),
            lambda rows: how_many(rows.columns["past_p85"]),
        ),
        Measure(
            *("overdue", "Overdue", _T.INTEGER, "issues", "Those whose due date has passed."),
            lambda rows: how_many(rows.columns["overdue"]),
        ),
        *AGES,
        Measure(
            *("average_in_status", "Average days in status", _T.DECIMAL, "days", "Days in the present status."),
            lambda rows: average(rows.columns["in_status_days"]),
        ),
        Measure(
            *("p85_in_status", "p85 days in status", _T.DECIMAL, "days", "85 % are in their status for less."),
            lambda rows: percentile(0.85, rows.columns["in_status_days"]),
        ),
    ),
    rows=_rows,
    default_columns=(
        "key",
        "title",
        "status",
        "assignee",
        "age_days",
        "in_status_days",
        "in_progress_days",
        "past_p85",
    ),
    default_measures=("count", "median_age", "p85_age"),
    default_sort=("-age_days",),
    example=DatasetSource(dataset="ageing", filter="project:TRK age>30", sort=["-in_status_days"]),
    key_column="key",
    about_issues=True,
    charts=(ChartOf("Median age by status", "bar", "status", "median_age"),),
    figures=(("Open", "count"), ("Past p85", "past_p85"), ("Overdue", "overdue"), ("Median age (days)", "median_age")),
)
