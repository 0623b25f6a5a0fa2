"""What a definition consists of, as it travels: source, parameters, schedule, recipients, words, checks, charts."""

import re
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from trackly.kit.schema import In
from trackly.users.facade import Role

Format = Literal["csv", "xlsx", "json", "ndjson", "pdf", "html"]
FileFormat = Literal["csv", "xlsx", "json", "ndjson", "pdf", "html", "png"]
"""What a file of an edition is: one of its formats, or the picture of a chart."""
Catchup = Literal["latest", "all", "skip"]
Overlap = Literal["skip", "queue", "allow"]
Layout = Literal["full", "summary", "table"]
"""What a mail and a PDF show: everything; figures, charts and what changed; the rows alone."""
ParameterType = Literal["date", "text", "integer", "number", "boolean", "project", "label", "person"]
Scalar = str | int | float | bool | None

_SPAN = re.compile(r"[1-9]\d{0,4}[mhdw]")


def _one_line(text: str) -> str:
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise ValueError("must be one line without control characters")
    return text


def _span(text: str) -> str:
    if not _SPAN.fullmatch(text):
        raise ValueError("must be a span such as 90m, 36h, 2d or 1w")
    return text


def _timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("must be a time zone of the IANA list, such as Europe/Berlin")
    return name


def _distinct(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError("must not name the same twice")
    return values


ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_one_line)]
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(_one_line)
]
Span = Annotated[str, StringConstraints(max_length=8), AfterValidator(_span)]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_timezone)]
ParameterName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Formats = Annotated[list[Format], Field(min_length=1, max_length=6), AfterValidator(_distinct)]


class SqlSource(In):
    """One SELECT over the views of `reporting`, or over an external data source."""

    kind: Literal["sql"]
    sql: Annotated[str, StringConstraints(min_length=1, max_length=50_000)]
    data_source_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None


class DatasetSource(In):
    """A ready-made dataset, or an uploaded table (`upload:7`). `filter` is the query language, with parameters as
    `$name`; no `columns`: those that the dataset shows by itself; with `group_by` they name measures.
    `sort` names columns of the result, with `-` before those that fall."""

    kind: Literal["dataset"]
    dataset: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    filter: Annotated[str, StringConstraints(max_length=2_000)] = ""
    columns: Annotated[list[ColumnName], Field(max_length=60), AfterValidator(_distinct)] = Field(default_factory=list)
    group_by: Annotated[list[ColumnName], Field(max_length=3), AfterValidator(_distinct)] = Field(default_factory=list)
    sort: Annotated[list[ColumnName], Field(max_length=10), AfterValidator(_distinct)] = Field(default_factory=list)


Source = Annotated[SqlSource | DatasetSource, Field(discriminator="kind")]


class Parameter(In):
    """A value that a run may be given. A date's default may be relative to the run: today, yesterday, -7d, monday,
    month_start, last_month_start and the like. A person's may be `me`: whose rights the run has."""

    name: ParameterName
    type: ParameterType
    default: Scalar = None
    label: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120), AfterValidator(_one_line)] = ""
    required: bool = False


class Schedule(In):
    """When: five fields of cron, or plain words such as `every weekday 08:00`; one of the two.

    `wait_for`: start as soon as yesterday is closed, at `wait_until` (a time of day) at the latest.
    `pause_after`: so many failures in a row pause it; 0: never."""

    cron: Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_one_line)] | None = None
    when: Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_one_line)] | None = None
    tz: TimeZone = "UTC"
    catchup: Catchup = "latest"
    overlap: Overlap = "skip"
    grace_s: Annotated[int, Field(ge=0, le=7 * 24 * 3600)] = 1800
    jitter_s: Annotated[int, Field(ge=0, le=3600)] = 0
    wait_for: Literal["yesterday_closed"] | None = None
    wait_until: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    pause_after: Annotated[int, Field(ge=0, le=100)] = 3

    @model_validator(mode="after")
    def _one_way(self) -> "Schedule":
        if (self.cron is None) == (self.when is None):
            raise ValueError("give either cron or when")
        if (self.wait_until is None) != (self.wait_for is None):
            raise ValueError("wait_for and wait_until go together")
        return self


class EmailRecipient(In):
    """An address outside: its edition has the rights of the report's owner."""

    kind: Literal["email"]
    address: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254)]


class UserRecipient(In):
    """`name` is what answers say; sent back it is taken, and not kept."""

    kind: Literal["user"]
    user_id: Annotated[int, Field(ge=1, le=2**63 - 1)]
    name: Annotated[str, StringConstraints(max_length=200)] = Field(default="", exclude=True)


class RoleRecipient(In):
    """Everybody who has the role when the run begins: in the whole instance, or in one project (its key)."""

    kind: Literal["role"]
    role: Role
    project: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,9}$")] | None = None


class WebhookRecipient(In):
    """`secret` signs what is sent, and is never shown again. Left out in a change, the one of the same address stays;
    null takes it away."""

    kind: Literal["webhook"]
    url: Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=2_000)]
    secret: Annotated[str, StringConstraints(min_length=24, max_length=200)] | None = None


Recipient = Annotated[EmailRecipient | UserRecipient | RoleRecipient | WebhookRecipient, Field(discriminator="kind")]


class Templates(In):
    """Words with variables such as {{date}}. No `subject`: the name of the report, and the date."""

    subject: Annotated[str, StringConstraints(max_length=250), AfterValidator(_one_line)] = ""
    intro: Annotated[str, StringConstraints(max_length=20_000)] = ""
    layout: Layout = "full"


class RowCountCheck(In):
    kind: Literal["row_count"]
    min: Annotated[int, Field(ge=0, le=10**12)] | None = None
    max: Annotated[int, Field(ge=0, le=10**12)] | None = None
    on_fail: Literal["stop", "warn"] = "stop"

    @model_validator(mode="after")
    def _some_bound(self) -> "RowCountCheck":
        if self.min is None and self.max is None:
            raise ValueError("give min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min must not be above max")
        return self


class FreshnessCheck(In):
    """The newest value of `column` is at most `max_age` old."""

    kind: Literal["freshness"]
    column: ColumnName
    max_age: Span
    on_fail: Literal["stop", "warn"] = "stop"


class NullsCheck(In):
    """At most this share of the rows (0 to 1) has nothing in `column`."""

    kind: Literal["nulls"]
    column: ColumnName
    max_share: Annotated[float, Field(ge=0, le=1)]
    on_fail: Literal["stop", "warn"] = "stop"


Check = Annotated[RowCountCheck | FreshnessCheck | NullsCheck, Field(discriminator="kind")]


class ReportChart(In):
    """Drawn from the report's own rows: `x` and `y` are columns, `series` one that splits them."""

    title: Title
    kind: Literal["bar", "line", "stacked"]
    x: ColumnName
    y: ColumnName
    series: ColumnName | None = None


class ReportDocument(In):
    """What a PDF, a page and a mail show beside the rows; `group_by` makes a table of each value of that column."""

    charts: Annotated[list[ReportChart], Field(max_length=6)] = Field(default_factory=list)
    group_by: ColumnName | None = None
