"""What the datasets read of other domains' tables, and the reader's rights to it. The one module that knows them."""

from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Numeric,
    Subquery,
    Table,
    Text,
    and_,
    func,
    literal_column,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import distinct_on

from trackly.comments.tables import CommentRow
from trackly.datasets.dataset import Expression, Scope
from trackly.datasets.expressions import days_between
from trackly.issues.facade import visible_predicate
from trackly.issues.tables import IssueChangeRow, IssueLabelRow, IssueRow
from trackly.projects.tables import ProjectRow
from trackly.users.tables import UserAccount

ISSUE = cast(Table, IssueRow.__table__)
LABEL = cast(Table, IssueLabelRow.__table__)
CHANGE = cast(Table, IssueChangeRow.__table__)
COMMENT = cast(Table, CommentRow.__table__)
PROJECT = cast(Table, ProjectRow.__table__)
PERSON = cast(Table, UserAccount.__table__)
REPORTER = PERSON.alias("reporter")
ASSIGNEE = PERSON.alias("assignee")
DONE, IN_PROGRESS = "DONE", "IN_PROGRESS"


def issues_joined(needed: frozenset[str], beside: FromClause | None = None, on: Any = None) -> FromClause:
    """`issue` with its project and people beside it (left joins on keys, which cost nothing when they aren't read).

    `beside` stands in front and is joined by `on`. With `label` needed, an issue is there once for each label."""
    issues = ISSUE if beside is None else beside.join(ISSUE, on)
    joined = (
        issues.outerjoin(PROJECT, PROJECT.c.id == ISSUE.c.project_id)
        .outerjoin(REPORTER, REPORTER.c.id == ISSUE.c.reporter_id)
        .outerjoin(ASSIGNEE, ASSIGNEE.c.id == ISSUE.c.assignee_id)
    )
    return joined.outerjoin(LABEL, LABEL.c.issue_id == ISSUE.c.id) if "label" in needed else joined


def first_started(issue_id: Expression) -> Expression:
    """When an issue was first moved to In progress."""
    begun = CHANGE.alias("begun")
    found = select(func.min(begun.c.at)).where(begun.c.issue_id == issue_id, begun.c.status_after == IN_PROGRESS)
    return found.scalar_subquery()


def cycle_days() -> Expression:
    """From the first move to In progress to the last to Done; NULL for what is not done, or was never in progress."""
    return days_between(first_started(ISSUE.c.id), ISSUE.c.done_at)


def moves(scope: Scope) -> Subquery:
    """Every change of a status of the issues that the reader may see: `previous_at` is when the former status began.

    The creation counts as the beginning of the first status, and is no row of its own."""
    began = CHANGE.alias("began")
    place = {"partition_by": began.c.issue_id, "order_by": (began.c.at, began.c.id)}
    steps = (
        select(
            *(began.c[name] for name in ("id", "issue_id", "at", "actor_id", "status_before", "status_after")),
            func.lag(began.c.at).over(**place).label("previous_at"),  # type: ignore[arg-type]
        )
        .select_from(began.join(ISSUE, ISSUE.c.id == began.c.issue_id))
        .where(began.c.status_after.is_not(None), visible_predicate(scope.reader, throughout=True))
        .subquery("steps")
    )
    moved = and_(steps.c.status_before.is_not(None), steps.c.status_before != steps.c.status_after)
    return select(steps).where(moved).subquery("move")


def after_period(scope: Scope) -> Subquery:
    """For issues whose status changed after the period: what it was at the end of it (NULL: they weren't there yet)."""
    later = (
        select(CHANGE.c.issue_id, CHANGE.c.status_before.label("status"))
        .ext(distinct_on(CHANGE.c.issue_id))
        .where(CHANGE.c.at >= scope.until, CHANGE.c.status_after.is_not(None))
        .order_by(CHANGE.c.issue_id, CHANGE.c.at, CHANGE.c.id)
    )
    return later.subquery("later")


def moves_in_period(scope: Scope) -> Subquery:
    """For each issue with a change of status in the period: the last one's time, and the last one's to Done."""
    done = CHANGE.c.status_after == DONE
    moved = (
        select(
            CHANGE.c.issue_id,
            func.max(CHANGE.c.at).filter(CHANGE.c.status_before.is_not(None)).label("moved_at"),
            func.max(CHANGE.c.at).filter(done).label("done_at"),
        )
        .where(CHANGE.c.at >= scope.since, CHANGE.c.at < scope.until, CHANGE.c.status_after.is_not(None))
        .group_by(CHANGE.c.issue_id)
    )
    return moved.subquery("moved")


def last_move_before(issue_id: Expression, scope: Scope) -> Expression:
    """When the status that an issue had at the end of the period began."""
    earlier = CHANGE.alias("earlier")
    found = select(func.max(earlier.c.at)).where(
        earlier.c.issue_id == issue_id, earlier.c.at < scope.until, earlier.c.status_after.is_not(None)
    )
    return found.scalar_subquery()


def usual_cycle_days(scope: Scope, over: Any) -> Expression:
    """The p85 of the cycle times of the issues that the reader may see and that were done since `over`; one value."""
    done = ISSUE.alias("finished")
    began = CHANGE.alias("started")
    visible = (
        select(ISSUE.c.id)
        .where(visible_predicate(scope.reader, throughout=True), ISSUE.c.done_at >= over)
        .subquery("seen")
    )
    cycles = (
        select(days_between(func.min(began.c.at), done.c.done_at).label("days"))
        .select_from(done.join(visible, visible.c.id == done.c.id).join(began, began.c.issue_id == done.c.id))
        .where(began.c.status_after == IN_PROGRESS)
        .group_by(done.c.id)
        .subquery("cycle")
    )
    p85 = func.percentile_cont(0.85).within_group(cycles.c.days)
    return select(func.round(sql_cast(p85, Numeric()), 1, type_=Numeric())).scalar_subquery()


def people_counted(scope: Scope) -> FromClause:
    """One row for each person who has to do with an issue that the reader may see: `person_id` and their counts."""
    seen = select(ISSUE).where(visible_predicate(scope.reader, throughout=True), *scope.asked).cte("seen")
    inside = _within(scope)
    reported = select(
        seen.c.reporter_id.label("person_id"),
        func.count().label("reported"),
        func.count().filter(inside(seen.c.created_at)).label("reported_in_period"),
        *_zeros("assigned_open", "done", "comments"),
    ).group_by(seen.c.reporter_id)
    assigned = (
        select(
            seen.c.assignee_id,
            *_zeros("reported", "reported_in_period"),
            func.count().filter(seen.c.status != DONE),
            func.count().filter(inside(seen.c.done_at)),
            *_zeros("comments"),
        )
        .where(seen.c.assignee_id.is_not(None))
        .group_by(seen.c.assignee_id)
    )
    said = (
        select(COMMENT.c.author_id, *_zeros("reported", "reported_in_period", "assigned_open", "done"), func.count())
        .select_from(COMMENT.join(seen, seen.c.id == COMMENT.c.issue_id))
        .where(inside(COMMENT.c.created_at))
        .group_by(COMMENT.c.author_id)
    )
    parts = reported.union_all(assigned, said).subquery("part")
    names = ("reported", "reported_in_period", "assigned_open", "done", "comments")
    sums = [sql_cast(func.sum(parts.c[name]), Integer()).label(name) for name in names]
    return select(parts.c.person_id, *sums).group_by(parts.c.person_id).subquery("counted")


def _zeros(*names: str) -> list[ColumnElement[Any]]:
    return [literal_column("0", Integer()).label(name) for name in names]


def _within(scope: Scope) -> Any:
    return lambda at: and_(at >= scope.since, at < scope.until)


def project_of_key() -> Expression:
    return func.split_part(ISSUE.c.key, "-", 1, type_=Text())
