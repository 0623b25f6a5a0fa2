"""An uploaded table: what it is called, what its columns are, and what it is as a dataset."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Float, Numeric, TableClause, Text, cast, column, func, table
from sqlalchemy.types import TypeEngine

from trackly.datasets.facade import (
    Dataset,
    DatasetSource,
    Expression,
    Field,
    Measure,
    Rows,
    Scope,
    average,
    how_many,
)
from trackly.exports.facade import ColumnType
from trackly.sources.schemas import UploadColumn

SCHEMA = "uploads"
PREFIX = "upload:"
POSITION = "_row"
"""The number of the row in its file. Names made of titles begin with a letter."""
TYPES: dict[str, TypeEngine[Any]] = {
    "text": Text(),
    "integer": BigInteger(),
    "decimal": Numeric(),
    "float": Float(53),
    "boolean": Boolean(),
    "date": Date(),
    "timestamp": DateTime(timezone=True),
}
_NUMBERS = ("integer", "decimal", "float")
_GROUPED = ("text", "integer", "boolean", "date", "timestamp")


@dataclass(frozen=True, slots=True)
class UploadedTable:
    """The table in the schema `uploads` that holds the rows of now."""

    source_id: int
    title: str
    description: str
    table_name: str
    columns: tuple[UploadColumn, ...]

    @property
    def dataset_name(self) -> str:
        return f"{PREFIX}{self.source_id}"

    @property
    def clause(self) -> TableClause:
        named = [column(one.name, TYPES[one.type]) for one in self.columns]
        return table(self.table_name, column(POSITION, BigInteger()), *named, schema=SCHEMA)


def dataset_of(uploaded: UploadedTable) -> Dataset:
    """The table as a dataset. Who may use it was decided before: it has no rows that one may see and another not."""
    clause, names = uploaded.clause, tuple(one.name for one in uploaded.columns)

    def rows(_: Scope, __: frozenset[str]) -> Rows:
        ranks = {one.name: (func.lower(clause.c[one.name]),) for one in uploaded.columns if one.type == "text"}
        columns = {name: clause.c[name] for name in names}
        return Rows(source=clause, rights=(), columns=columns, tie=(clause.c[POSITION],), ranks=ranks)

    return Dataset(
        name=uploaded.dataset_name,
        title=uploaded.title,
        description=uploaded.description or "An uploaded table.",
        fields=tuple(_field(one) for one in uploaded.columns),
        measures=(
            Measure("count", "Rows", ColumnType.INTEGER, "rows", "How many rows.", lambda _: how_many()),
            *(measure for one in uploaded.columns if one.type in _NUMBERS for measure in _measures(one)),
        ),
        rows=rows,
        default_columns=names,
        default_measures=("count",),
        default_sort=(),
        example=DatasetSource(dataset=uploaded.dataset_name),
        figures=(("Rows", "count"),),
    )


def _field(one: UploadColumn) -> Field:
    text = one.description or f"The column {one.title} of the file."
    return Field(one.name, one.title, ColumnType(one.type), text, one.name, group=one.type in _GROUPED)


def _measures(one: UploadColumn) -> list[Measure]:
    kind = ColumnType.INTEGER if one.type == "integer" else ColumnType.DECIMAL
    ways: list[tuple[str, str, ColumnType, Callable[[Expression], Expression]]] = [
        ("sum", "Sum", kind, func.sum),
        ("average", "Average", ColumnType.DECIMAL, average),
        ("min", "Smallest", kind, func.min),
        ("max", "Largest", kind, func.max),
    ]
    return [_measure(one, *way) for way in ways]


def _measure(
    one: UploadColumn, way: str, word: str, kind: ColumnType, of: Callable[[Expression], Expression]
) -> Measure:
    title, text = f"{word} of {one.title}", f"{word} of the column {one.title}."
    return Measure(
        f"{way}_{one.name}", title, kind, "sum", text, lambda rows: of(cast(rows.columns[one.name], Numeric()))
    )
