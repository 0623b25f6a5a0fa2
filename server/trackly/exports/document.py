"""What is made of the rows: the words around them, charts, figures, and the files that come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from trackly.exports.plan import Caps, Column, ReadPlan

Format = Literal["csv", "xlsx", "json", "ndjson", "pdf", "html"]


@dataclass(frozen=True, slots=True)
class Chart:
    """A Vega-Lite 6 specification whose data is `{"name": "rows"}`.

    `select`: a SELECT of its own in the same snapshot, at most 1,000 rows; None: the first 1,000 of the rows."""

    title: str
    spec: Mapping[str, Any]
    select: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One value in the same snapshot: the first of the first row of `select`."""

    label: str
    select: str


@dataclass(frozen=True, slots=True)
class Document:
    """The words around the rows; every text is plain, none is markup.

    `as_of_text`: f.e. "26 Nov 2026, 08:00 Europe/Helsinki". `timezone`: IANA, the zone that timestamps are shown in.
    `lines`: sentences under the title; `notes`: sentences at the end. `group_by`: name of the column whose value heads
    a group of rows in PDF and HTML. `checks`: values that are read in the snapshot and returned, not printed.
    `moment`: the creation date inside files; None: the first of 1980, so that the same rows give the same bytes."""

    title: str
    as_of_text: str
    timezone: str = "UTC"
    subtitle: str = ""
    lines: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    figures: tuple[Figure, ...] = ()
    checks: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    group_by: str | None = None
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExportJob:
    """`file_stem`: name of the files without ending. `raw`: no guard against formulas in the CSV, for programs."""

    plan: ReadPlan
    formats: tuple[Format, ...]
    document: Document
    caps: Caps = field(default_factory=Caps)
    file_stem: str = "report"
    raw: bool = False


@dataclass(frozen=True, slots=True)
class ExportedFile:
    format: Format
    name: str
    path: Path
    content_type: str
    sha256: bytes
    bytes: int


@dataclass(frozen=True, slots=True)
class DrawnChart:
    """`spec` holds its rows, for the page; `svg` and `png` (twice the size) are the same picture."""

    title: str
    spec: dict[str, Any]
    png: Path
    svg: Path


@dataclass(frozen=True, slots=True)
class Exported:
    """What one export made, all of it from one snapshot.

    `position`: the value of the plan's `position`. `seconds`: how long each step took. `figures`, `checks`: label and
    value as text, None when it was null. `head`: the first 20 rows as text, null as None. `data`: the rows as gzip of
    one JSON array a line, when they are 50,000 at most. `fingerprint`: SHA-256 of the rows; rows in the same order
    have the same. `remarks`: sentences on what a file leaves out."""

    columns: tuple[Column, ...]
    rows: int
    truncated: bool
    position: str | None
    seconds: dict[str, float]
    files: tuple[ExportedFile, ...]
    charts: tuple[DrawnChart, ...]
    figures: tuple[tuple[str, str | None], ...]
    checks: tuple[tuple[str, str | None], ...]
    head: list[list[str | None]]
    data: Path | None
    fingerprint: bytes
    remarks: tuple[str, ...] = ()
