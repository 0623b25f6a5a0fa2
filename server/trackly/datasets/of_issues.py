"""The dataset `issues`: one row for each issue."""

from trackly.datasets.dataset import ChartOf, Dataset, Measure, Rows, Scope
from trackly.datasets.expressions import average, how_many, percentile, total
from trackly.datasets.issue_fields import IDS, ISSUE_FIELDS, RANKS, is_open, issue_columns
from trackly.datasets.queries import ASSIGNEE, ISSUE, issues_joined
from trackly.datasets.schemas import DatasetSource
from trackly.exports.facade import ColumnType
from trackly.issues.facade import visible_predicate

_INT, _DEC = ColumnType.INTEGER, ColumnType.DECIMAL
_OLD = "The age of open issues, in days: "
_CYCLE = "Days from the first move to In progress to Done: "


def issue_rows(scope: Scope, needed: frozenset[str]) -> Rows:
    """Every issue that the reader may see."""
    return Rows(
        source=issues_joined(needed),
        rights=(visible_predicate(scope.reader, throughout=True),),
        columns=issue_columns(scope),
        tie=(ISSUE.c.id,),
        ranks=RANKS,
        ids=IDS,
    )


COUNTS = (
    Measure("count", "Issues", _INT, "issues", "How many issues.", lambda _: how_many()),
    Measure("open", "Open", _INT, "issues", "Those that are not Done.", lambda _: how_many(is_open())),
    Measure("done", "Done", _INT, "issues", "Those that are Done.", lambda _: how_many(~is_open())),
    Measure(
        *("overdue", "Overdue", _INT, "issues", "Open ones whose due date has passed."),
        lambda rows: how_many(rows.columns["overdue"]),
    ),
    Measure(
        *("critical", "Critical", _INT, "issues", "Open ones of severity Critical."),
        lambda _: how_many(is_open() & (ISSUE.c.severity == "CRITICAL")),
    ),
    Measure(
        *("unassigned", "Unassigned", _INT, "issues", "Open ones that nobody works on."),
        lambda _: how_many(is_open() & ASSIGNEE.c.id.is_(None)),
    ),
)
AGES = (
    Measure(
        *("average_age", "Average age (days)", _DEC, "days", f"{_OLD}the average."),
        lambda rows: average(rows.columns["age_days"], is_open()),
    ),
    Measure(
        *("median_age", "Median age (days)", _DEC, "days", f"{_OLD}half are younger."),
        lambda rows: percentile(0.5, rows.columns["age_days"], is_open()),
    ),
    Measure(
        *("p85_age", "p85 age (days)", _DEC, "days", f"{_OLD}85 % are younger."),
        lambda rows: percentile(0.85, rows.columns["age_days"], is_open()),
    ),
)
_CYCLES = (
    Measure(
        *("average_cycle", "Average cycle time (days)", _DEC, "days", f"{_CYCLE}the average."),
        lambda rows: average(rows.columns["cycle_days"]),
    ),
    Measure(
        *("median_cycle", "Median cycle time (days)", _DEC, "days", f"{_CYCLE}half took less."),
        lambda rows: percentile(0.5, rows.columns["cycle_days"]),
    ),
    Measure(
        *("p85_cycle", "p85 cycle time (days)", _DEC, "days", f"{_CYCLE}85 % took less."),
        lambda rows: percentile(0.85, rows.columns["cycle_days"]),
    ),
    Measure(
        *("comments", "Comments", _INT, "comments", "The comments on them."),
        lambda rows: total(rows.columns["comments"]),
    ),
)

ISSUES = Dataset(
    name="issues",
    title="Issues",
    description="One row for each issue, as it is now.",
    fields=ISSUE_FIELDS,
    measures=(*COUNTS, *AGES, *_CYCLES),
    rows=issue_rows,
    default_columns=("key", "title", "status", "severity", "priority", "assignee", "created", "due"),
    default_measures=("count", "open", "overdue"),
    default_sort=("key",),
    example=DatasetSource(
        dataset="issues", filter="is:open severity>=high", group_by=["project"], columns=["count"], sort=["-count"]
    ),
    key_column="key",
    about_issues=True,
    charts=(
        ChartOf("Issues by status", "bar", "status", "count"),
        ChartOf("Open issues by severity", "bar", "severity", "open"),
    ),
    figures=(("Issues", "count"), ("Open", "open"), ("Overdue", "overdue"), ("Critical", "critical")),
)
