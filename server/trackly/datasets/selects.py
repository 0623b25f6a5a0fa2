"""From a shape to a SELECT: rights and filter before everything else, and an order that leaves nothing to chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from trackly.datasets.dataset import ChartOf, Dataset, Expression, Rows, Scope
from trackly.datasets.expressions import calendar_group
from trackly.datasets.shapes import Group, Shape, Sort, group_of, measure_of

CHART_ROWS = 1_000


@dataclass(frozen=True)
class Reader:
    """The rows of a dataset as one reader has them: `conditions` are the rights and the filter."""

    dataset: Dataset
    scope: Scope
    rows: Rows
    conditions: tuple[ColumnElement[bool], ...]

    def select(self, shape: Shape) -> Select[Any]:
        """The SELECT of `shape`, its columns named and ordered as `shape.columns`."""
        return self._groups(shape) if shape.groups else self._rows(shape)

    def figure(self, measure: str) -> Select[Any]:
        """One value: the measure over all rows."""
        return self._from(select(measure_of(self.dataset, measure, "figures").of(self.rows)))

    def chart(self, chart: ChartOf) -> Select[Any]:
        """At most 1,000 rows of `x`, `series` (if there is one) and `y`: of days the newest, of what has ranks in
        their order, of other categories the largest."""
        names = (chart.x, chart.series) if chart.series else (chart.x,)
        groups = tuple(group_of(self.dataset, name, "charts") for name in names)
        measure = measure_of(self.dataset, chart.y, "charts")
        first = groups[0]
        ordered = first.unit is not None or bool(first.field.words)
        sort = Sort(first.name, first.unit is not None) if ordered else Sort(measure.name, True)
        return self._groups(Shape((), groups, (measure,), (sort,))).limit(CHART_ROWS)

    def _rows(self, shape: Shape) -> Select[Any]:
        columns = [self.rows.columns[field.name].label(field.name) for field in shape.fields]
        order = [key for sort in shape.sorts for key in _directed(self._keys(sort.name), sort.descending)]
        last = shape.sorts[-1].descending if shape.sorts else False
        return self._from(select(*columns)).order_by(*order, *_directed(self.rows.tie, last))

    def _keys(self, name: str) -> Sequence[Expression]:
        return self.rows.ranks.get(name, (self.rows.columns[name],))

    def _groups(self, shape: Shape) -> Select[Any]:
        values = {group.name: self._value(group) for group in shape.groups}
        measured = {measure.name: measure.of(self.rows) for measure in shape.measures}
        ids = [self.rows.ids[group.field.name] for group in shape.groups if group.field.name in self.rows.ids]
        chosen = [value.label(name) for name, value in (*values.items(), *measured.items())]
        order = [key for sort in shape.sorts for key in self._sorted_group(shape, sort)]
        left = [group.name for group in shape.groups if group.name not in {sort.name for sort in shape.sorts}]
        rest = [key for name in left for key in self._sorted_group(shape, Sort(name, False))]
        statement = self._from(select(*chosen)).group_by(*values.values(), *ids)
        return statement.order_by(*order, *rest, *ids)

    def _value(self, group: Group) -> Expression:
        column = self.rows.columns[group.field.name]
        return column if group.unit is None else calendar_group(column, group.unit, self.scope.zone)

    def _sorted_group(self, shape: Shape, sort: Sort) -> list[Expression]:
        group = next((one for one in shape.groups if one.name == sort.name), None)
        if group is None:
            return _directed([measure_of(self.dataset, sort.name, "sort").of(self.rows)], sort.descending)
        ranks = self.rows.ranks.get(group.field.name) if group.unit is None else None
        keys = [func.min(rank) for rank in ranks] if ranks else [self._value(group)]
        return _directed(keys, sort.descending)

    def _from(self, statement: Select[Any]) -> Select[Any]:
        return statement.select_from(self.rows.source).where(*self.rows.rights, *self.conditions)


def _directed(keys: Sequence[Expression], descending: bool) -> list[Expression]:
    """What is missing comes last, either way."""
    return [(key.desc() if descending else key.asc()).nulls_last() for key in keys]
