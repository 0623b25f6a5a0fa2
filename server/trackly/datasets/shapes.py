"""What a source asks for, checked against its dataset: which columns or groups and measures, in which order. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from trackly.datasets.dataset import CALENDAR, Dataset, Field, Measure
from trackly.datasets.errors import InvalidSource
from trackly.datasets.schemas import COLUMNS_MAX, GROUPS_MAX, SORTS_MAX, AskedDataset
from trackly.exports.facade import Column, ColumnType
from trackly.issues.facade import nearest


@dataclass(frozen=True, slots=True)
class Group:
    """One of the columns that rows are grouped by; `unit` for a date or a time."""

    name: str
    field: Field
    unit: str | None

    @property
    def column(self) -> Column:
        if self.unit is None:
            return Column(self.name, self.field.type, self.field.title)
        title = self.field.title if self.name == self.field.name else f"{self.field.title} ({self.unit})"
        return Column(self.name, ColumnType.DATE, title)


@dataclass(frozen=True, slots=True)
class Sort:
    name: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows with `fields`, or one row for each group with `groups` and `measures`. `sorts` name any of the dataset's."""

    fields: tuple[Field, ...]
    groups: tuple[Group, ...]
    measures: tuple[Measure, ...]
    sorts: tuple[Sort, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        if self.groups:
            measured = (Column(one.name, one.type, one.title) for one in self.measures)
            return (*(group.column for group in self.groups), *measured)
        return tuple(Column(one.name, one.type, one.title) for one in self.fields)

    @property
    def needed(self) -> frozenset[str]:
        return frozenset({*(one.name for one in self.fields), *(group.field.name for group in self.groups)})


def shape_of(dataset: Dataset, source: AskedDataset, sort_in_filter: str | None, at: str) -> Shape:
    """InvalidSource with the path of the first name that the dataset doesn't know."""
    _ensure_few(source, at)
    if source.group_by:
        return _grouped(dataset, source, sort_in_filter, at)
    fields = tuple(
        _field(dataset, name, f"{at}.columns.{index}")
        for index, name in enumerate(source.columns or dataset.default_columns)
    )
    known = tuple(one.name for one in dataset.shown)
    sorts = _sorts(source.sort, sort_in_filter, known, at) or _split(dataset.default_sort)
    return Shape(fields, (), (), tuple(sorts))


def group_of(dataset: Dataset, name: str, at: str) -> Group:
    """InvalidSource when rows can't be grouped by it."""
    field = dataset.group_field(name)
    if field is None:
        raise InvalidSource.of(at, _unknown(name, "a group", dataset.group_names))
    unit = name.rpartition("_")[2] if name != field.name else "day"
    calendar = field.type in (ColumnType.DATE, ColumnType.TIMESTAMP) and unit in CALENDAR
    return Group(name, field, unit if calendar else None)


def measure_of(dataset: Dataset, name: str, at: str) -> Measure:
    measure = dataset.measure(name)
    if measure is None:
        raise InvalidSource.of(at, _unknown(name, "a measure", tuple(one.name for one in dataset.measures)))
    return measure


def _grouped(dataset: Dataset, source: AskedDataset, sort_in_filter: str | None, at: str) -> Shape:
    if not dataset.group_names:
        raise InvalidSource.of(f"{at}.group_by.0", f"{dataset.name} has no groups: leave group_by out")
    groups = tuple(group_of(dataset, name, f"{at}.group_by.{index}") for index, name in enumerate(source.group_by))
    names = {group.name for group in groups}
    asked = [(index, name) for index, name in enumerate(source.columns) if name not in names]
    measures = tuple(measure_of(dataset, name, f"{at}.columns.{index}") for index, name in asked)
    if not measures:
        measures = tuple(measure_of(dataset, name, at) for name in dataset.default_measures)
    known = (*(group.name for group in groups), *(one.name for one in dataset.measures))
    sorts = _sorts(source.sort, sort_in_filter, known, at)
    return Shape((), groups, measures, tuple(sorts))


def _field(dataset: Dataset, name: str, at: str) -> Field:
    field = dataset.field(name)
    if field is not None:
        return field
    if dataset.measure(name):
        raise InvalidSource.of(at, f"{name} is a measure of groups: it goes with group_by")
    raise InvalidSource.of(at, _unknown(name, "a column", tuple(one.name for one in dataset.shown)))


def _sorts(asked: Sequence[str], in_filter: str | None, known: tuple[str, ...], at: str) -> list[Sort]:
    places = [(name, f"{at}.sort.{index}") for index, name in enumerate(asked)]
    if not places and in_filter:
        places = [(in_filter, f"{at}.filter")]
    for name, place in places:
        if name.removeprefix("-") not in known:
            raise InvalidSource.of(place, _unknown(name.removeprefix("-"), "an order", known))
    return _split([name for name, _ in places])


def _split(names: Sequence[str]) -> list[Sort]:
    return [Sort(name.removeprefix("-"), name.startswith("-")) for name in names]


def _unknown(name: str, what: str, known: tuple[str, ...]) -> str:
    near = nearest(name, known)
    hint = f"; did you mean {near}?" if near else ""
    return f"{name!r} is not {what} of this; known are {', '.join(known)}{hint}"


def _ensure_few(source: AskedDataset, at: str) -> None:
    limits = (("columns", source.columns, COLUMNS_MAX), ("group_by", source.group_by, GROUPS_MAX))
    for name, listed, most in (*limits, ("sort", source.sort, SORTS_MAX)):
        if len(listed) > most:
            raise InvalidSource.of(f"{at}.{name}", f"must name {most} at most")
        plain = [one.removeprefix("-") if name == "sort" else one for one in listed]
        for index, one in enumerate(plain):
            if one in plain[:index]:
                raise InvalidSource.of(f"{at}.{name}.{index}", f"{one} is there twice")
