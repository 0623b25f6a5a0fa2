"""Projects on the wire."""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, StringConstraints

from trackly.kit.schema import In, Out, UtcTime, unset
from trackly.projects.rules import STAFF, Status
from trackly.users.facade import Role, UserOut

Visibility = Literal["open", "private"]


def _timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("must be a time zone of the IANA list, such as Europe/Berlin")
    return name


def _label_name(name: str) -> str:
    if "," in name or '"' in name:
        raise ValueError("must not contain a comma or a double quote")
    return name


def _staff(role: Role) -> Role:
    if role not in STAFF:
        raise ValueError("must be MAINTAINER or ADMIN: reporters do not move issues")
    return role


NewKey = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,9}$")]
ProjectName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Description = Annotated[str, StringConstraints(max_length=10_000)]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_timezone)]
LabelName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(_label_name)
]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True)]
WipLimits = dict[Status, Annotated[int, Field(ge=1, le=10_000)]]


class ProjectFacts(Out):
    """A project as everybody has it: the form in events."""

    id: int
    key: str
    name: str
    description: str
    visibility: Visibility
    reporters_see_all: bool
    timezone: str
    version: int
    created_at: UtcTime


class ProjectOut(ProjectFacts):
    """`role` is the reader's own, in this project."""

    role: Role


class ProjectRef(Out):
    id: int
    key: str


class ProjectCreate(In):
    key: NewKey
    name: ProjectName
    description: Description = ""
    visibility: Visibility = "open"
    reporters_see_all: bool = False
    timezone: TimeZone = "UTC"


class ProjectPatch(In):
    """The key stays for ever: it is in links and in mails."""

    name: ProjectName = Field(default_factory=unset)
    description: Description = Field(default_factory=unset)
    visibility: Visibility = Field(default_factory=unset)
    reporters_see_all: bool = Field(default_factory=unset)
    timezone: TimeZone = Field(default_factory=unset)


class MemberOut(Out):
    user_id: int
    name: str
    role: Role


class MemberPut(In):
    role: Role


class PersonInProject(Out):
    """Somebody to whom issues can be given."""

    id: int
    name: str
    role: Role


class LabelOut(Out):
    name: str
    color: str


class ProjectLabels(Out):
    """The labels of one project, by name."""

    project: str
    labels: list[LabelOut]


class LabelCreate(In):
    """Without a colour it gets one of its own."""

    name: LabelName
    color: Color | None = None


class TransitionOut(Out):
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    role: Role
    from_status: Status = Field(alias="from")
    to_status: Status = Field(alias="to")


class TransitionIn(In):
    role: Annotated[Role, AfterValidator(_staff)]
    from_status: Status = Field(alias="from")
    to_status: Status = Field(alias="to")


class WorkflowOut(Out):
    """Which moves are legal for whom, and how many issues a status should hold at most."""

    transitions: list[TransitionOut]
    wip_limits: dict[Status, int]
    version: int


class WorkflowPut(In):
    """Replaces the whole workflow. Moves named twice count once."""

    transitions: Annotated[list[TransitionIn], Field(max_length=200)]
    wip_limits: WipLimits = Field(default_factory=dict)


class MyProject(Out):
    id: int
    key: str
    name: str
    role: Role


class MeOut(UserOut):
    """Who I am. `session_id` is null for an API token; `demo`: this instance has demo people."""

    session_id: str | None
    demo: bool
    projects: list[MyProject]
    preferences: dict[str, JsonValue]
