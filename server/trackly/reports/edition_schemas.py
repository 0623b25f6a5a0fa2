"""Editions on the wire, and what is kept of each beside its files: `facts`."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, JsonValue

from trackly.kit.schema import Out, UtcTime
from trackly.reports.parts import FileFormat


class ColumnFact(Out):
    name: str
    type: str
    title: str


class FigureFact(Out):
    """One value, as text; null when there was none."""

    label: str
    value: str | None


class FieldDifferenceOut(Out):
    field: str
    before: JsonValue
    after: JsonValue


class RowDifferenceOut(Out):
    """A row by its key; `label` tells what it is. `fields` only of rows that changed."""

    key: list[JsonValue]
    label: str
    fields: list[FieldDifferenceOut]


class RowChangesOut(Out):
    """How many rows are new, gone, changed and the same; the lists name the first of each sort."""

    n_added: int
    n_gone: int
    n_changed: int
    n_unchanged: int
    added: list[RowDifferenceOut]
    gone: list[RowDifferenceOut]
    changed: list[RowDifferenceOut]


class FigureChange(Out):
    """`difference` when both are numbers."""

    label: str
    before: str | None
    after: str | None
    difference: str | None


class Restatement(Out):
    """A number of a day or period that was over already when it was sent, and that is another one now."""

    what: str
    before: str | None
    after: str | None


class Since(Out):
    """The edition that is compared with."""

    edition_id: int
    run_id: int
    moment: UtcTime
    as_of: str


class ChangesOut(Out):
    """`rows` is null when they could not be compared: other columns, or too many rows."""

    since: Since
    rows: RowChangesOut | None
    figures: list[FigureChange]
    restated: list[Restatement]
    sentence: str


class CheckFact(Out):
    """`stops`: it failed, and nothing was sent because of it."""

    kind: str
    ok: bool
    stops: bool
    text: str


class ChartFact(Out):
    """A Vega-Lite specification with its rows inside; `picture` is the name of the file with the same picture."""

    title: str
    spec: dict[str, Any]
    picture: str


class SightFact(Out):
    """What the readers of an edition saw when it was made: as `scopes.Sight`."""

    admin: bool
    staff: tuple[int, ...] = ()
    open: tuple[int, ...] = ()
    own: tuple[int, ...] = ()


class Facts(BaseModel):
    """What is kept of an edition. `readers`: the people for whom it was made; `sight` None: projects give no rights to
    its rows. `key`: the columns that name a row."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    readers: tuple[int, ...]
    sight: SightFact | None = None
    day: date
    tz: str
    values: dict[str, Any]
    columns: tuple[ColumnFact, ...]
    figures: tuple[FigureFact, ...]
    head: list[list[str | None]]
    lines: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    charts: tuple[ChartFact, ...] = ()
    checks: tuple[CheckFact, ...] = ()
    changes: ChangesOut | None = None
    key: tuple[str, ...] = ()
    data_bytes: int | None = None


class EditionFileOut(Out):
    """`available`: its bytes are still there."""

    id: UUID
    format: FileFormat
    name: str
    content_type: str
    bytes: int
    sha256: str
    available: bool


class EditionOut(Out):
    """What one run made for readers with the same rights, and the receipt of each of its files."""

    id: int
    run_id: int
    report_id: int
    report_version: int
    scope_label: str
    as_of: str
    moment: UtcTime
    day: date
    tz: str
    values: dict[str, JsonValue]
    rows: int
    truncated: bool
    fingerprint: str
    columns: list[ColumnFact]
    head: list[list[str | None]]
    figures: list[FigureFact]
    lines: list[str]
    remarks: list[str]
    charts: list[ChartFact]
    checks: list[CheckFact]
    changes: ChangesOut | None
    files: list[EditionFileOut]
