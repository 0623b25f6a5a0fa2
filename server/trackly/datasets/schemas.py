"""A dataset as it is asked for, and the catalog of what can be asked for."""

from collections.abc import Sequence
from typing import Annotated, Literal, Protocol

from pydantic import Field, StringConstraints

from trackly.kit.schema import In, Out

ParameterKind = Literal["date", "text", "integer", "number", "boolean", "project", "label", "person"]
ChartKind = Literal["bar", "line", "stacked"]
COLUMNS_MAX, GROUPS_MAX, SORTS_MAX = 60, 3, 10
_Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]


class AskedDataset(Protocol):
    """What a source has to say: `DatasetSource` does, and so may a schema of the domain above."""

    @property
    def dataset(self) -> str: ...
    @property
    def filter(self) -> str: ...
    @property
    def columns(self) -> Sequence[str]: ...
    @property
    def group_by(self) -> Sequence[str]: ...
    @property
    def sort(self) -> Sequence[str]: ...


class AskedChart(Protocol):
    """`x` and `series` are columns, `y` a measure of the dataset or a column of the rows."""

    @property
    def title(self) -> str: ...
    @property
    def kind(self) -> ChartKind: ...
    @property
    def x(self) -> str: ...
    @property
    def y(self) -> str: ...
    @property
    def series(self) -> str | None: ...


class DatasetSource(In):
    """Rows of a dataset that `filter` (the query language) lets through; no `columns`: those shown by default.

    With `group_by` there is one row for each group, and `columns` name measures. `sort` names columns or measures of
    the result, with `-` before those that fall."""

    kind: Literal["dataset"] = "dataset"
    dataset: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    filter: Annotated[str, StringConstraints(max_length=2_000)] = ""
    columns: Annotated[list[_Name], Field(max_length=COLUMNS_MAX)] = Field(default_factory=list)
    group_by: Annotated[list[_Name], Field(max_length=GROUPS_MAX)] = Field(default_factory=list)
    sort: Annotated[list[_Name], Field(max_length=SORTS_MAX)] = Field(default_factory=list)


class ColumnOut(Out):
    """`filter`: the word that the filter knows it by, if any. `group`: how it can be grouped (as itself, or a time by
    `created_day`, `created_week`, `created_month`); empty: not at all. Not `shown`: there for groups alone."""

    name: str
    title: str
    type: Literal["text", "integer", "decimal", "float", "boolean", "date", "timestamp"]
    description: str
    filter: str | None
    group: list[str]
    shown: bool


class MeasureOut(Out):
    """What can be counted or measured for each group."""

    name: str
    title: str
    type: Literal["integer", "decimal"]
    unit: Literal["issues", "changes", "comments", "people", "days", "rows", "sum"]
    description: str


class DatasetParameterOut(Out):
    """A parameter that the dataset itself understands when the report has one of that name."""

    name: str
    type: ParameterKind
    description: str


class DatasetOut(Out):
    """A dataset with everything that a source may name. `key_column` holds the key of an issue, if there is one."""

    name: str
    title: str
    description: str
    columns: list[ColumnOut]
    measures: list[MeasureOut]
    default_columns: list[str]
    default_measures: list[str]
    default_sort: list[str]
    key_column: str | None
    parameters: list[DatasetParameterOut]
    filter_help: str
    example: DatasetSource


class Catalog(Out):
    items: list[DatasetOut]
