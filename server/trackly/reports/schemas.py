"""Reports on the wire: a definition as it is sent in, and as it is shown."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from trackly.kit.pages import Page
from trackly.kit.schema import In, Out, UtcTime, unset
from trackly.reports.parts import (
    Catchup,
    Check,
    EmailRecipient,
    Format,
    Formats,
    Overlap,
    Parameter,
    ParameterName,
    Recipient,
    ReportDocument,
    RoleRecipient,
    Scalar,
    Schedule,
    Source,
    Templates,
    TimeZone,
    Title,
)
from trackly.users.facade import Person

Name = Title
Description = Annotated[str, StringConstraints(max_length=2_000)]
Parameters = Annotated[list[Parameter], Field(max_length=20)]
Recipients = Annotated[list[Recipient], Field(max_length=200)]
Checks = Annotated[list[Check], Field(max_length=20)]
Values = dict[ParameterName, Scalar]
RunStatus = Literal[
    "QUEUED", "RUNNING", "RENDERED", "DELIVERING", "SUCCESS", "PARTIAL", "FAILED", "CANCELLED", "MISSED", "SKIPPED"
]


def _few(values: Values) -> Values:
    if len(values) > 20:
        raise ValueError("must name 20 parameters at most")
    return values


GivenValues = Annotated[Values, AfterValidator(_few)]


class ReportNew(In):
    """A whole definition: POST makes a report of it, PUT replaces one."""

    name: Name
    description: Description = ""
    source: Source
    parameters: Parameters = Field(default_factory=list)
    formats: Formats = Field(default=["xlsx"])
    schedule: Schedule | None = None
    recipients: Recipients = Field(default_factory=list)
    templates: Templates = Field(default_factory=Templates)
    checks: Checks = Field(default_factory=list)
    document: ReportDocument = Field(default_factory=ReportDocument)
    is_active: bool = True


class ReportPatch(In):
    """Only the members that are sent are changed, each whole. `schedule` null: only by hand."""

    name: Name = Field(default_factory=unset)
    description: Description = Field(default_factory=unset)
    source: Source = Field(default_factory=unset)
    parameters: Parameters = Field(default_factory=unset)
    formats: Formats = Field(default_factory=unset)
    schedule: Schedule | None = None
    recipients: Recipients = Field(default_factory=unset)
    templates: Templates = Field(default_factory=unset)
    checks: Checks = Field(default_factory=unset)
    document: ReportDocument = Field(default_factory=unset)
    is_active: bool = Field(default_factory=unset)


class UserRecipientOut(Out):
    kind: Literal["user"]
    user_id: int
    name: str


class WebhookOut(Out):
    kind: Literal["webhook"]
    url: str
    has_secret: bool


RecipientOut = Annotated[EmailRecipient | UserRecipientOut | RoleRecipient | WebhookOut, Field(discriminator="kind")]


class ScheduleOut(Out):
    """`when` says `cron` in words. Paused by hand or after failures: `paused_at`, and why."""

    cron: str
    when: str
    tz: str
    catchup: Catchup
    overlap: Overlap
    grace_s: int
    jitter_s: int
    wait_for: Literal["yesterday_closed"] | None
    wait_until: str | None
    pause_after: int
    paused_at: UtcTime | None
    paused_reason: str | None
    failure_streak: int


class LastRun(Out):
    id: int
    status: RunStatus
    trigger: Literal["schedule", "manual", "test", "api"]
    scheduled_for: UtcTime | None
    started_at: UtcTime | None
    finished_at: UtcTime | None
    reason: str | None


class ReportFacts(Out):
    """A report as everybody has it who may see it: the form in events."""

    id: int
    name: str
    description: str
    kind: Literal["sql", "dataset"]
    formats: list[Format]
    owner: Person
    schedule: ScheduleOut | None
    next_fire_at: UtcTime | None
    is_active: bool
    version: int
    created_at: UtcTime
    updated_at: UtcTime


class ReportSummary(ReportFacts):
    """As lists have it. `last_run`: the newest of the ledger; null before the first."""

    last_run: LastRun | None
    can_edit: bool


class ReportOut(ReportSummary):
    """The whole definition. Who may not change it does not get `source` and `recipients`: null and none."""

    source: Source | None
    parameters: list[Parameter]
    recipients: list[RecipientOut]
    templates: Templates
    checks: list[Check]
    document: ReportDocument
    next_fires: list[UtcTime]


class PreviewNew(In):
    """What to try. `parameters` are the values to try it with, `declared` says which there are; `tz` is the zone that
    relative dates are of."""

    source: Source
    parameters: GivenValues = Field(default_factory=dict)
    declared: Parameters = Field(default_factory=list)
    tz: TimeZone = "UTC"


class PreviewColumn(Out):
    name: str
    type: str
    title: str


class PreviewOut(Out):
    """The first 100 rows, each a list in the order of `columns`. `cost` is the planner's guess, without a unit."""

    columns: list[PreviewColumn]
    rows: list[list[JsonValue]]
    truncated: bool
    ms: int
    cost: float | None


class TemplateNew(In):
    """Words to try, for a report of that name, source and parameters."""

    templates: Templates
    name: Name
    source: Source | None = None
    declared: Parameters = Field(default_factory=list)
    tz: TimeZone = "UTC"


class VariableOut(Out):
    """`example` is what stands for it in the preview."""

    name: str
    description: str
    example: str


class TemplateProblem(Out):
    field: str
    message: str


class TemplateOut(Out):
    """How it would read; what is wrong is named, and the words without it are shown all the same."""

    subject: str
    html: str
    text: str
    variables: list[VariableOut]
    errors: list[TemplateProblem]


class LineChange(Out):
    """One line of a text: kept, added or removed."""

    op: Literal["keep", "add", "remove"]
    text: str


class FieldChange(Out):
    """What differs in one field, by its path. `lines` for texts of several lines, else `before` and `after`; the times
    of a schedule in words."""

    field: str
    label: str
    before: JsonValue
    after: JsonValue
    lines: list[LineChange] | None


class VersionSummary(Out):
    version: int
    at: UtcTime
    author: Person | None
    name: str
    changed: list[str]
    git_commit: str | None


class VersionPage(Page[VersionSummary]):
    """`git_problem`: why versions are not committed to the Git repository that was asked for; null when all is well."""

    git_problem: str | None = None


class VersionOut(VersionSummary):
    """The definition as it was, ready to be sent by PUT (secrets stay those of now), and what it changed."""

    definition: dict[str, JsonValue]
    differences: list[FieldChange]


class Abilities(Out):
    """What you may do with reports here. `sql_refusal`: why you can't write SQL, and `ask` who can change that.

    `often`: your schedules may fire more than once a minute. `sends_mail`: a mail server is set up and switched on;
    without one, people find their reports in the inbox alone."""

    make: bool
    sql: bool
    sql_refusal: str | None
    ask: list[Person]
    often: bool
    sends_mail: bool


class ReadyMadeOut(Out):
    """A report that is made by one click."""

    name: str
    title: str
    description: str
    when: str | None
    formats: list[Format]


class ReadyMadeNew(In):
    """`tz`: of the schedule and of relative dates."""

    tz: TimeZone = "UTC"
