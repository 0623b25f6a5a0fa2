"""Issues as they travel: bodies of requests, answers and events."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from trackly.issues.rules import (
    DESCRIPTION_MAX,
    LABEL_MAX,
    LABELS_MAX,
    TITLE_MAX,
    Priority,
    Resolution,
    Severity,
)
from trackly.kit.schema import In, Out, UtcTime, unset
from trackly.projects.facade import Status
from trackly.users.facade import Person

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    if not line:
        raise ValueError("must not be blank")
    return line


def _iso_day(value: Any) -> Any:
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("must be a date written YYYY-MM-DD")
    if isinstance(value, int | float):
        raise ValueError("must be a date written YYYY-MM-DD")
    return value


def _distinct(names: list[str]) -> list[str]:
    return sorted(set(names))


Title = Annotated[str, StringConstraints(max_length=TITLE_MAX, strip_whitespace=True), AfterValidator(_one_line)]
Description = Annotated[str, StringConstraints(max_length=DESCRIPTION_MAX)]
LabelName = Annotated[
    str,
    StringConstraints(max_length=LABEL_MAX, strip_whitespace=True, pattern=r'^[^",\x00-\x1f\x7f]*$'),
    AfterValidator(_one_line),
]
Labels = Annotated[list[LabelName], Field(max_length=LABELS_MAX), AfterValidator(_distinct)]
PersonId = Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)]
Day = Annotated[date, BeforeValidator(_iso_day)]
IssueKey = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]{1,9}-[1-9][0-9]{0,8}$"), AfterValidator(str.upper)
]
ProjectKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]{1,9}$"), AfterValidator(str.upper)]


class IssueNew(In):
    project: ProjectKey
    title: Title
    description: Description = ""
    severity: Severity = Severity.MEDIUM
    priority: Priority = Priority.MEDIUM
    assignee_id: PersonId | None = None
    labels: Labels = Field(default_factory=list)
    due_on: Day | None = None


class IssuePatch(In):
    """Only the members that are sent are changed; `null` takes an assignee, a due date or a resolution away."""

    title: Title = Field(default_factory=unset)
    description: Description = Field(default_factory=unset)
    status: Status = Field(default_factory=unset)
    resolution: Resolution | None = None
    severity: Severity = Field(default_factory=unset)
    priority: Priority = Field(default_factory=unset)
    assignee_id: PersonId | None = None
    labels: Labels = Field(default_factory=unset)
    due_on: Day | None = None


class IssueSummary(Out):
    """An issue in a list, on the board and in events."""

    id: int
    key: str
    project: str
    title: str
    status: Status
    resolution: Resolution | None
    severity: Severity
    priority: Priority
    reporter: Person
    assignee: Person | None
    labels: Sequence[str]
    due_on: date | None
    watchers_count: int
    comments_count: int
    attachments_count: int
    version: int
    created_at: UtcTime
    updated_at: UtcTime
    done_at: UtcTime | None
    status_since: UtcTime


class IssueOut(IssueSummary):
    """An issue with its text. `watching`: whether the reader watches it."""

    description: str
    description_html: str
    watching: bool


class HistoryItem(Out):
    """One change: `changed` is `{field: {old, new}}`, `detail` what else it was about (comment, file, watcher)."""

    id: int
    type: str
    at: UtcTime
    actor: Person | None
    changed: dict[str, Any]
    detail: dict[str, Any]


class MarkdownText(In):
    """A text as it would be saved; `project` or `issue`: where."""

    text: Description
    project: ProjectKey | None = None
    issue: IssueKey | None = None


class MarkdownHtml(Out):
    """Sanitised: what a page may show as it is."""

    html: str


class SimilarIssues(Out):
    """Likely the same thing, the likeliest first."""

    items: Sequence[IssueSummary]


class StatusCounts(Out):
    OPEN: int
    TRIAGED: int
    IN_PROGRESS: int
    DONE: int


class SeverityCounts(Out):
    LOW: int
    MEDIUM: int
    HIGH: int
    CRITICAL: int


class Count(Out):
    count: int


class Watching(Out):
    """Whether the reader watches the issue, and how many people do."""

    watching: bool
    watchers_count: int


class BulkEdit(In):
    """Which issues (`keys` or a query `q`), what to change, and whether only to say what would happen."""

    keys: Annotated[list[IssueKey], Field(min_length=1, max_length=500)] | None = None
    q: Annotated[str, StringConstraints(max_length=2000)] | None = None
    patch: IssuePatch
    dry_run: bool = False

    @model_validator(mode="after")
    def _one_way_to_choose(self) -> Self:
        if (self.keys is None) == (self.q is None):
            raise ValueError("give either keys or q")
        if not self.patch.model_fields_set:
            raise ValueError("patch must change something")
        return self


class BulkChange(Out):
    key: str
    changed: dict[str, Any]


class BulkRefusal(Out):
    """Why one issue stays as it is; the same `code` as when it is edited alone."""

    key: str
    code: str
    detail: str


class BulkResult(Out):
    """What a bulk edit did, or would do: every chosen issue is in exactly one of the three lists."""

    outcome: Literal["applied", "rehearsed"]
    changed: Sequence[BulkChange]
    unchanged: Sequence[str]
    refused: Sequence[BulkRefusal]
