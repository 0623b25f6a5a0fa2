"""The fields of an issue, as every dataset shows them whose rows belong to issues."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, func

from trackly.datasets.dataset import Expression, Field, Scope
from trackly.datasets.expressions import days_between, moment_literal
from trackly.datasets.queries import (
    ASSIGNEE,
    DONE,
    ISSUE,
    LABEL,
    PROJECT,
    REPORTER,
    cycle_days,
    project_of_key,
)
from trackly.exports.facade import ColumnType
from trackly.issues.facade import Priority, Resolution, Severity, labels_of
from trackly.projects.facade import Status

_T = ColumnType
_ALL = (
    Field("key", "Key", _T.TEXT, "The key of the issue, such as TRK-12."),
    Field("title", "Title", _T.TEXT, "Its title (`title:crash*` looks at its beginning).", "title"),
    Field("description", "Description", _T.TEXT, "Its text as it was written, in Markdown."),
    Field("project", "Project", _T.TEXT, "The key of its project.", "project", True, group=True),
    Field("project_name", "Project name", _T.TEXT, "The name of its project.", group=True),
    Field("status", "Status", _T.TEXT, "Its status now.", "status", True, tuple(Status), group=True),
    Field(
        *("resolution", "Resolution", _T.TEXT, "How it ended; empty while it is not done."),
        *("resolution", True, tuple(Resolution)),
        group=True,
    ),
    Field("severity", "Severity", _T.TEXT, "How bad it is.", "severity", True, tuple(Severity), group=True),
    Field("priority", "Priority", _T.TEXT, "When to do it.", "priority", True, tuple(Priority), group=True),
    Field("reporter", "Reporter", _T.TEXT, "Who reported it.", "reporter", True, group=True),
    Field("assignee", "Assignee", _T.TEXT, "Who works on it; empty for nobody.", "assignee", True, group=True),
    Field("labels", "Labels", _T.TEXT, "The names of its labels, with commas between them.", "label", True),
    Field(
        *("label", "Label", _T.TEXT, "One of its labels: an issue with two of them counts in both groups."),
        group=True,
        hidden=True,
    ),
    Field("due", "Due", _T.DATE, "The day until which it should be done.", "due", True, group=True),
    Field("overdue", "Overdue", _T.BOOLEAN, "Whether that day has passed and it is not done (`is:overdue`)."),
    Field("created", "Created", _T.TIMESTAMP, "When it was reported.", "created", True, group=True),
    Field("updated", "Updated", _T.TIMESTAMP, "When something last happened to it.", "updated", True, group=True),
    Field("done", "Done", _T.TIMESTAMP, "When it was last moved to Done.", "done", True, group=True),
    Field("age_days", "Age (days)", _T.DECIMAL, "Days since it was reported, or until it was done.", "age"),
    Field("in_status_days", "In status (days)", _T.DECIMAL, "Days in its present status.", "in_status"),
    Field(
        *("cycle_days", "Cycle time (days)", _T.DECIMAL),
        "Days from its first move to In progress to Done; empty when it has none of the two.",
        "cycle",
    ),
    Field("comments", "Comments", _T.INTEGER, "How many comments it has.", "comments"),
    Field("watchers", "Watchers", _T.INTEGER, "How many people watch it.", "watchers"),
    Field("attachments", "Files", _T.INTEGER, "How many files it has.", "attachments"),
)
FIELDS: Mapping[str, Field] = {field.name: field for field in _ALL}
ISSUE_FIELDS = _ALL
RANKS: Mapping[str, tuple[Expression, ...]] = {
    "key": (project_of_key(), ISSUE.c.number),
    "title": (func.lower(ISSUE.c.title),),
    "status": (ISSUE.c.status_rank,),
    "severity": (ISSUE.c.severity_rank,),
    "priority": (ISSUE.c.priority_rank,),
    "reporter": (func.lower(REPORTER.c.name),),
    "assignee": (func.lower(ASSIGNEE.c.name),),
}
IDS: Mapping[str, Expression] = {"reporter": ISSUE.c.reporter_id, "assignee": ISSUE.c.assignee_id}


def without(*names: str) -> tuple[Field, ...]:
    """The fields of an issue but these."""
    return tuple(field for field in _ALL if field.name not in names)


def is_open() -> ColumnElement[bool]:
    return ISSUE.c.status != DONE


def is_overdue(scope: Scope) -> ColumnElement[bool]:
    return and_(ISSUE.c.due_on.is_not(None), ISSUE.c.due_on < scope.reading.today, is_open())


def issue_columns(scope: Scope) -> dict[str, Expression]:
    """An expression for each field, over `issues_joined`."""
    now = moment_literal(scope.moment)
    plain = ("key", "title", "description", "status", "resolution", "severity", "priority")
    return {
        **{name: ISSUE.c[name] for name in plain},
        "project": project_of_key(),
        "project_name": PROJECT.c.name,
        "reporter": REPORTER.c.name,
        "assignee": ASSIGNEE.c.name,
        "labels": func.array_to_string(labels_of(ISSUE.c.id), ", "),
        "label": LABEL.c.name,
        "due": ISSUE.c.due_on,
        "overdue": is_overdue(scope),
        "created": ISSUE.c.created_at,
        "updated": ISSUE.c.updated_at,
        "done": ISSUE.c.done_at,
        "age_days": days_between(ISSUE.c.created_at, func.coalesce(ISSUE.c.done_at, now)),
        "in_status_days": days_between(ISSUE.c.status_since, now),
        "cycle_days": cycle_days(),
        "comments": ISSUE.c.comments_count,
        "watchers": ISSUE.c.watchers_count,
        "attachments": ISSUE.c.attachments_count,
    }
