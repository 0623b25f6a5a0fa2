"""The views that SQL may read, with what each column means: for the gate, the editor, and the check of the database.

migrations/sql/reporting.sql makes them; a test holds the two against each other."""

from dataclasses import dataclass
from functools import cache

from trackly.sandbox.schemas import ColumnOut, FunctionsOut, SqlSchemaOut, TableOut
from trackly.sandbox.vocabulary import GROUPS


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """`type` as PostgreSQL writes it."""

    name: str
    type: str
    note: str


@dataclass(frozen=True, slots=True)
class View:
    name: str
    note: str
    columns: tuple[ViewColumn, ...]


_TEXT, _INTEGER, _ID, _BOOLEAN, _DATE = "text", "integer", "bigint", "boolean", "date"
_TIME, _TEXTS, _JSON, _NUMBER, _UUID = "timestamp with time zone", "text[]", "jsonb", "numeric", "uuid"


def _view(name: str, note: str, *columns: tuple[str, str, str]) -> View:
    return View(name, note, tuple(ViewColumn(*column) for column in columns))


_ISSUE = (
    ("issue_id", _ID, "The number of the issue, as issues.id"),
    ("issue", _TEXT, "The key of the issue, such as TRK-12"),
)
_PROJECT = (
    ("project_id", _ID, "The number of the project, as projects.id"),
    ("project", _TEXT, "The key of the project, such as TRK"),
)
_OF_ISSUE = (*_ISSUE, *_PROJECT)
_STATUSES = "OPEN, TRIAGED, IN_PROGRESS or DONE"
_SEVERITIES = "LOW, MEDIUM, HIGH or CRITICAL"

VIEWS = (
    _view(
        "issues",
        "Issues as they are now, one row each",
        ("id", _ID, "The number of the issue, for joins"),
        ("key", _TEXT, "The key of the issue, such as TRK-12"),
        *_PROJECT,
        ("title", _TEXT, "The title"),
        ("description", _TEXT, "The description, in Markdown"),
        ("status", _TEXT, _STATUSES),
        ("resolution", _TEXT, "How it was resolved; null while it is not done"),
        ("severity", _TEXT, _SEVERITIES),
        ("priority", _TEXT, "LOW, MEDIUM, HIGH or URGENT"),
        ("severity_rank", _INTEGER, "The severity as a number, for sorting: 0 is LOW"),
        ("priority_rank", _INTEGER, "The priority as a number, for sorting: 0 is LOW"),
        ("reporter_id", _ID, "Who reported it, as people.id"),
        ("reporter", _TEXT, "The name of who reported it"),
        ("assignee_id", _ID, "Whose work it is, as people.id; null when it is nobody's"),
        ("assignee", _TEXT, "The name of whose work it is"),
        ("labels", _TEXTS, "The names of its labels, sorted: 'bug' = ANY (labels)"),
        ("due_on", _DATE, "The day by which it should be done"),
        ("overdue", _BOOLEAN, "Not done, and due before today in the zone of its project"),
        ("created_at", _TIME, "When it was reported"),
        ("updated_at", _TIME, "When anything about it changed last"),
        ("status_since", _TIME, "Since when it has its status"),
        ("done_at", _TIME, "When it was done; null while it is not"),
        ("comments_count", _INTEGER, "How many comments it has"),
        ("attachments_count", _INTEGER, "How many files it has"),
        ("watchers_count", _INTEGER, "How many people watch it"),
    ),
    _view(
        "issue_labels",
        "Labels of issues, one row for each issue and label",
        *_OF_ISSUE,
        ("label", _TEXT, "The name of the label"),
    ),
    _view(
        "comments",
        "What was said about issues",
        ("id", _ID, "The number of the comment"),
        *_OF_ISSUE,
        ("kind", _TEXT, "comment, progress, analysis or resolution"),
        ("body", _TEXT, "The text, in Markdown"),
        ("author_id", _ID, "Who wrote it, as people.id"),
        ("author", _TEXT, "The name of who wrote it"),
        ("created_at", _TIME, "When it was written"),
        ("updated_at", _TIME, "When it was changed last"),
    ),
    _view(
        "attachments",
        "Files on issues, without their contents",
        ("id", _UUID, "The id of the file"),
        *_OF_ISSUE,
        ("name", _TEXT, "The name of the file"),
        ("content_type", _TEXT, "What it is, such as image/png"),
        ("bytes", _ID, "Its size in bytes"),
        ("uploader_id", _ID, "Who added it, as people.id"),
        ("uploader", _TEXT, "The name of who added it"),
        ("created_at", _TIME, "When it was added"),
    ),
    _view(
        "changes",
        "Everything that happened to issues, also to those that were deleted",
        ("id", _ID, "The number of the change; a later one is higher"),
        *_OF_ISSUE,
        ("at", _TIME, "When it happened"),
        ("type", _TEXT, "What happened, such as issue.updated or comment.created"),
        ("actor_id", _ID, "Who did it, as people.id"),
        ("actor", _TEXT, "The name of who did it"),
        ("changed", _JSON, "Each field that changed: {field: {old, new}}"),
        ("status_before", _TEXT, "The status before, when it changed"),
        ("status_after", _TEXT, "The status after, when it changed"),
        ("severity_before", _TEXT, "The severity before, when it changed"),
        ("severity_after", _TEXT, "The severity after, when it changed"),
    ),
    _view(
        "transitions",
        "Changes of status alone, the first one of each issue among them",
        ("id", _ID, "The number of the change, as changes.id"),
        *_OF_ISSUE,
        ("at", _TIME, "When it happened"),
        ("actor_id", _ID, "Who did it, as people.id"),
        ("actor", _TEXT, "The name of who did it"),
        ("from_status", _TEXT, "The status before; null when the issue was created"),
        ("to_status", _TEXT, _STATUSES),
    ),
    _view(
        "time_in_status",
        "How long issues were in each status, one row for each stay",
        *_OF_ISSUE,
        ("status", _TEXT, _STATUSES),
        ("entered_at", _TIME, "When it came into the status"),
        ("left_at", _TIME, "When it left it; null while it is in it"),
        ("hours", _NUMBER, "How long the stay was, or is until now, in hours"),
    ),
    _view(
        "daily_stats",
        "Numbers of each project and day, in the zone of the project",
        *_PROJECT,
        ("day", _DATE, "The day"),
        ("created", _INTEGER, "Issues that were reported on it"),
        ("triaged", _INTEGER, "Issues that became TRIAGED on it"),
        ("started", _INTEGER, "Issues that became IN_PROGRESS on it"),
        ("done", _INTEGER, "Issues that became DONE on it"),
        ("reopened", _INTEGER, "Issues that were DONE and no longer are"),
        ("in_open", _INTEGER, "Issues that were OPEN at its end"),
        ("in_triaged", _INTEGER, "Issues that were TRIAGED at its end"),
        ("in_progress", _INTEGER, "Issues that were IN_PROGRESS at its end"),
        ("in_done", _INTEGER, "Issues that were DONE at its end"),
        ("open_low", _INTEGER, "Issues of severity LOW that were not done at its end"),
        ("open_medium", _INTEGER, "Issues of severity MEDIUM that were not done at its end"),
        ("open_high", _INTEGER, "Issues of severity HIGH that were not done at its end"),
        ("open_critical", _INTEGER, "Issues of severity CRITICAL that were not done at its end"),
    ),
    _view(
        "projects",
        "Projects",
        ("id", _ID, "The number of the project, for joins"),
        ("key", _TEXT, "The key, such as TRK"),
        ("name", _TEXT, "The name"),
        ("description", _TEXT, "The description"),
        ("visibility", _TEXT, "open or private"),
        ("timezone", _TEXT, "The zone of its days, such as Europe/Helsinki"),
        ("created_at", _TIME, "When it was made"),
    ),
    _view(
        "labels",
        "The labels that a project has",
        *_PROJECT,
        ("name", _TEXT, "The name"),
        ("color", _TEXT, "The colour, such as #2563eb"),
    ),
    _view(
        "people",
        "People, also those who left",
        ("id", _ID, "The number of the person, for joins"),
        ("name", _TEXT, "The name"),
        ("role", _TEXT, "ADMIN, MAINTAINER or REPORTER, for all of Trackly"),
        ("active", _BOOLEAN, "Whether they may log in"),
    ),
)


@cache
def columns_by_view() -> dict[str, frozenset[str]]:
    return {view.name: frozenset(column.name for column in view.columns) for view in VIEWS}


@cache
def sql_schema() -> SqlSchemaOut:
    """What the editor shows and completes."""
    return SqlSchemaOut(
        tables=[
            TableOut(
                name=view.name,
                description=view.note,
                columns=[ColumnOut(name=one.name, type=one.type, description=one.note) for one in view.columns],
            )
            for view in VIEWS
        ],
        functions=[FunctionsOut(group=group, names=sorted(names.split())) for group, names in GROUPS.items()],
    )
