"""What is read: one SELECT, how a connection of its own is made ready for it, and how much it may take."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MIB = 1024 * 1024


class ColumnType(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is the key of JSON and of charts, `title` the head of a table; an empty title is the name."""

    name: str
    type: ColumnType
    title: str = ""

    @property
    def head(self) -> str:
        return self.title or self.name


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """One SELECT with no parameter left open, and how a connection of its own is made ready for it.

    `url`: libpq address of the role that reads. `before`: run first, each by itself, outside of the snapshot.
    `position`: a SELECT of one value, the cursor of the log as text, run in the same snapshot.
    `columns`: titles and types when they are known, as many as the SELECT has; None: as the result describes itself.
    `sandboxed`: an error of the database is shown as its plain message only; never role, host or path."""

    url: str
    select: str
    before: tuple[str, ...] = ()
    position: str | None = None
    columns: tuple[Column, ...] | None = None
    sandboxed: bool = False


@dataclass(frozen=True, slots=True)
class Caps:
    """More rows: the file is cut and says so. More bytes (of the rows, or of one file), seconds or memory above the
    idle process: ExportFailed. `database_bytes`: memory above the idle one for the process of the database that reads
    a sandboxed plan, where it can be held to that (`backends`)."""

    rows: int = 1_000_000
    bytes: int = 512 * MIB
    seconds: float = 60.0
    memory_bytes: int = 512 * MIB
    database_bytes: int = 256 * MIB


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows, each value ready for JSON. `ms`: from the statement to its last row. `plan_cost`: the planner's
    own estimate for a SELECT of this form with any values, None when it would not say."""

    columns: tuple[Column, ...]
    rows: list[list[Any]]
    truncated: bool
    ms: int
    plan_cost: float | None
