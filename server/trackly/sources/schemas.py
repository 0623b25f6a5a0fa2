"""Data sources as they travel. A password comes in and never goes out."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from trackly.kit.hosts import ascii_host
from trackly.kit.schema import In, Out, StorableText, UtcTime, unset
from trackly.users.facade import Person

SslMode = Literal["disable", "prefer", "require", "verify-full"]
ColumnKind = Literal["text", "integer", "decimal", "float", "boolean", "date", "timestamp"]


def _one_line(text: str) -> str:
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise ValueError("must be one line without control characters")
    return text


def _host(text: str) -> str:
    """One machine: a name or an address, never a path or a list of several, which libpq would understand."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        name = ascii_host(text)
    if name is None:
        raise ValueError("must be the name or the address of a machine")
    return name


SourceName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(_one_line)
]
Description = Annotated[StorableText, StringConstraints(max_length=2_000)]
ColumnDescription = Annotated[StorableText, StringConstraints(strip_whitespace=True, max_length=500)]
ProjectKey = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,9}$")]
Host = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=253), AfterValidator(_host)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=63), AfterValidator(_one_line)]
Password = Annotated[SecretStr, Field(max_length=1_000)]


class PostgresNew(In):
    """A PostgreSQL that reports may read. Give it a role that can only read what may be read.

    `project`: the maintainers of this project may use it too."""

    kind: Literal["postgresql"] = "postgresql"
    name: SourceName
    description: Description = ""
    project: ProjectKey | None = None
    host: Host
    port: Annotated[int, Field(ge=1, le=65_535)] = 5432
    database: Word
    username: Word
    password: Password | None = None
    sslmode: SslMode = "prefer"


class SourcePatch(In):
    """Only the members that are sent are changed. What says where a password goes needs it again.

    `columns`: what columns of an uploaded table mean, by their names; the others keep their words."""

    name: SourceName = Field(default_factory=unset)
    description: Description = Field(default_factory=unset)
    project: ProjectKey | None = None
    columns: Annotated[dict[str, ColumnDescription], Field(max_length=200)] = Field(default_factory=unset)
    host: Host = Field(default_factory=unset)
    port: Annotated[int, Field(ge=1, le=65_535)] = Field(default_factory=unset)
    database: Word = Field(default_factory=unset)
    username: Word = Field(default_factory=unset)
    password: Password | None = None
    sslmode: SslMode = Field(default_factory=unset)


class SourceProject(Out):
    """Whose maintainers may use a source."""

    key: str
    name: str


class PostgresFacts(Out):
    """Where a database is. `tested_at`, `test_ok`: how the last test of it went as it is set now."""

    host: str
    port: int
    database: str
    username: str
    sslmode: SslMode
    has_password: bool
    tested_at: UtcTime | None
    test_ok: bool | None


class UploadColumn(Out):
    """`title` as it is in the file, `name` as a filter and a program say it, `description` as people wrote it."""

    name: str
    title: str
    type: ColumnKind
    description: str = ""


class UploadFacts(Out):
    """What was uploaded. `dataset`: its name as a dataset. `note`: how the file was read, such as its encoding."""

    dataset: str
    file_name: str
    bytes: int
    rows: int
    columns: list[UploadColumn]
    note: str
    uploaded_at: UtcTime


class SourceOut(Out):
    """A data source. Exactly one of `postgresql` and `upload` is there, as `kind` says."""

    id: int
    kind: Literal["postgresql", "upload"]
    name: str
    description: str
    owner: Person
    project: SourceProject | None
    postgresql: PostgresFacts | None
    upload: UploadFacts | None
    version: int
    created_at: UtcTime
    updated_at: UtcTime


class SourceAnswer(SourceOut):
    """As one reader has it."""

    can_edit: bool


class SourceGone(Out):
    id: int
    name: str


class TrialStep(Out):
    """One step of a test, the server's own words, and the time that it took."""

    step: Literal["resolve", "connect", "identity", "read_only", "read"]
    ok: bool
    answer: str
    ms: int


class SourceTrial(Out):
    ok: bool
    steps: list[TrialStep]


class SchemaColumn(Out):
    name: str
    type: str
    nullable: bool
    description: str


class SchemaTable(Out):
    """`rows`: the planner's guess, null when it has none."""

    schema_name: str
    name: str
    kind: Literal["table", "view"]
    description: str
    rows: int | None
    columns: list[SchemaColumn]


class SourceSchema(Out):
    """What the source's own role can read there. `truncated`: there is more than is shown."""

    tables: list[SchemaTable]
    truncated: bool
