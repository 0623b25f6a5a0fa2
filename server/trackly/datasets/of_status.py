"""The dataset `status`: what moved, and what is stuck, in a period; for the weekly report."""

from datetime import timedelta

from sqlalchemy import and_, case, null, or_

from trackly.datasets.dataset import ChartOf, Dataset, Expression, Field, Measure, Rows, Scope
from trackly.datasets.expressions import days_between, how_many, moment_literal
from trackly.datasets.issue_fields import FIELDS, IDS, RANKS, issue_columns, without
from trackly.datasets.queries import (
    DONE,
    IN_PROGRESS,
    ISSUE,
    after_period,
    issues_joined,
    last_move_before,
    moves_in_period,
)
from trackly.datasets.schemas import DatasetSource
from trackly.exports.facade import ColumnType
from trackly.issues.facade import visible_predicate

_T = ColumnType
SECTIONS = ("Done", "In progress", "New", "Stuck", "Overdue")


def _rows(scope: Scope, needed: frozenset[str]) -> Rows:
    later, moved = after_period(scope), moves_in_period(scope)
    source = (
        issues_joined(needed)
        .outerjoin(later, later.c.issue_id == ISSUE.c.id)
        .outerjoin(moved, moved.c.issue_id == ISSUE.c.id)
    )
    changed = later.c.issue_id.is_not(None)
    status = case((changed, later.c.status), else_=ISSUE.c.status)
    since = case((changed, last_move_before(ISSUE.c.id, scope)), else_=ISSUE.c.status_since)
    section = _section(scope, status, since, moved.c.moved_at, moved.c.done_at)
    end = min(scope.until, scope.moment)
    own = {
        "section": section,
        "then": status,
        "moved": moved.c.moved_at,
        "days": days_between(since, moment_literal(end)),
    }
    return Rows(
        source=source,
        rights=(visible_predicate(scope.reader, throughout=True), section.is_not(None)),
        columns={**issue_columns(scope), **own},
        tie=(ISSUE.c.id,),
        ranks={**RANKS, "section": (case({word: rank for rank, word in enumerate(SECTIONS)}, value=section),)},
        ids=IDS,
    )


def _section(
    scope: Scope, status: Expression, since: Expression, moved_at: Expression, done_at: Expression
) -> Expression:
    """The first that fits; NULL for what has no place in the report."""
    end = min(scope.until, scope.moment)
    today = end.astimezone(scope.reading.zone).date()
    long_ago = end - timedelta(days=scope.stuck_days)
    new = and_(ISSUE.c.created_at >= scope.since, ISSUE.c.created_at < scope.until)
    return case(
        (and_(status == DONE, done_at.is_not(None)), "Done"),
        (or_(status == DONE, status.is_(None)), null()),
        (ISSUE.c.due_on < today, "Overdue"),
        (and_(status.in_(("TRIAGED", IN_PROGRESS)), since < long_ago), "Stuck"),
        (status == IN_PROGRESS, "In progress"),
        (or_(new, moved_at.is_not(None)), "New"),
        else_=null(),
    )


def _counted(word: str) -> Measure:
    name = word.lower().replace(" ", "_")
    text = f"Those of the section {word}."
    return Measure(name, word, _T.INTEGER, "issues", text, lambda rows: how_many(rows.columns["section"] == word))


_FIELDS = (
    Field(
        *("section", "Section", _T.TEXT, "Done, In progress, New, Stuck or Overdue: the first of these that fits."),
        *("section", False, SECTIONS),
        group=True,
    ),
    FIELDS["key"],
    FIELDS["title"],
    Field("then", "Status then", _T.TEXT, "Its status at the end of the period.", "then", group=True),
    Field("moved", "Moved", _T.TIMESTAMP, "The last change of its status in the period.", "moved", group=True),
    Field("days", "Days in status", _T.DECIMAL, "Days in that status at the end of the period.", "days"),
    *without("key", "title", "description"),
)

STATUS = Dataset(
    name="status",
    title="Status of a period",
    description="Every issue that moved or is stuck in a period, each in one section. Done: moved to Done in the period"
    " and still there at its end. Overdue: not done, and the due date had passed. Stuck: triaged or in progress without"
    " a change of its status for 14 days or more (`stuck_days`). In progress: being worked on. New: reported, triaged"
    " or reopened in the period. The period is `since` up to and including `until`; without them, the last 7 days.",
    fields=_FIELDS,
    measures=(
        Measure("count", "Issues", _T.INTEGER, "issues", "How many issues.", lambda _: how_many()),
        *(_counted(word) for word in SECTIONS),
    ),
    rows=_rows,
    default_columns=("section", "key", "title", "assignee", "priority", "due", "days"),
    default_measures=("count",),
    default_sort=("section", "-priority", "key"),
    example=DatasetSource(dataset="status", filter="project:TRK", sort=["section", "-priority"]),
    key_column="key",
    about_issues=True,
    period=True,
    stuck=True,
    charts=(ChartOf("By project and section", "stacked", "project", "count", "section"),),
    figures=tuple((word, word.lower().replace(" ", "_")) for word in SECTIONS),
)
