"""From a source to what an export reads: one SELECT for one reader, with literals in it, and what is said around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from trackly.datasets.catalog import DATASETS, filter_words
from trackly.datasets.charts import charts_of, drawn
from trackly.datasets.conditions import condition_of, ensure_known
from trackly.datasets.dataset import Dataset, Scope
from trackly.datasets.errors import InvalidSource
from trackly.datasets.literals import write_out
from trackly.datasets.parameters import Given, Scalar, with_values
from trackly.datasets.position import position_select
from trackly.datasets.schemas import AskedChart, AskedDataset
from trackly.datasets.scopes import period_sentence, scope_of
from trackly.datasets.selects import Reader
from trackly.datasets.shapes import Shape, shape_of
from trackly.exports.facade import Chart, Figure, ReadPlan
from trackly.issues.facade import InvalidQuery, Node, nearest, parse_query
from trackly.kit.errors import FieldError
from trackly.kit.schema import ensure_storable
from trackly.users.facade import Actor, Role

CHARTS_AT = "document.charts"
_SAMPLES: Mapping[str, Scalar] = {
    "date": date(2026, 1, 31),
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "project": "TRK",
    "person": 1,
}
"""For checking a filter before its parameters have values; a text can be anything, and is left out."""
_NOBODY = Actor(0, "", "", Role.REPORTER)
_ANY_TIME = datetime(2026, 1, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DatasetPlan:
    """`plan` with its columns titled; `charts` and `figures` read in the same snapshot; `lines` are sentences for the
    top of the document; `key_column` names the column of `plan` that holds keys of issues, if there is one."""

    plan: ReadPlan
    charts: tuple[Chart, ...]
    figures: tuple[Figure, ...]
    lines: tuple[str, ...]
    key_column: str | None


def check_source(
    source: AskedDataset,
    parameters: Mapping[str, str],
    charts: Sequence[AskedChart] = (),
    *,
    at: str = "source",
) -> None:
    """That the source can be planned for somebody, with any value of its parameters (`name → type`).

    InvalidSource (422) with the path below `at` of what is wrong, InvalidQuery on `at`.filter with the position."""
    check_rows(find_dataset(source.dataset, at), source, parameters, charts, at=at)


def check_rows(
    dataset: Dataset,
    source: AskedDataset,
    parameters: Mapping[str, str],
    charts: Sequence[AskedChart] = (),
    *,
    at: str = "source",
) -> None:
    """As `check_source`, for a dataset that is at hand."""
    samples = {name: _SAMPLES.get(kind) for name, kind in parameters.items()}
    scope = Scope(_NOBODY, _ANY_TIME, "UTC", _ANY_TIME, _ANY_TIME)
    _, shape = _read(dataset, source, scope, samples, at)
    charts_of(dataset, shape, charts, CHARTS_AT)


async def plan_dataset(
    session: AsyncSession,
    reader: Actor,
    source: AskedDataset,
    values: Mapping[str, Given],
    moment: datetime,
    url: str,
    *,
    zone: str = "UTC",
    charts: Sequence[AskedChart] = (),
) -> DatasetPlan:
    """The plan of `source` with the rights of `reader`, relative times counted from `moment` in days of `zone`.

    `values`: those of the parameters that the filter names as `$name`; `since`, `until` and `stuck_days` are read by
    the datasets that say so. A date is a whole day, `until` included. None: as if the term were not there.
    `url`: libpq address of the app's own role. InvalidSource and InvalidQuery as `check_source`."""
    dataset = find_dataset(source.dataset, "source")
    scope = scope_of(dataset, reader, values, moment, zone)
    plan = await plan_rows(session, dataset, source, scope, values, charts=charts)
    return replace(plan, plan=replace(plan.plan, url=url, position=position_select()))


async def plan_rows(
    session: AsyncSession,
    dataset: Dataset,
    source: AskedDataset,
    scope: Scope,
    values: Mapping[str, Given],
    *,
    charts: Sequence[AskedChart] = (),
) -> DatasetPlan:
    """As `plan_dataset`, for a dataset and a scope that are at hand; `url` and `position` are left to the caller."""
    reading, shape = _read(dataset, source, scope, values, "source")
    wanted = charts_of(dataset, shape, charts, CHARTS_AT)
    own = [chart for chart, from_rows in wanted if not from_rows]
    figures = [(label, name) for label, name in dataset.figures]
    statements = [
        reading.select(shape),
        *(reading.chart(chart) for chart in own),
        *(reading.figure(name) for _, name in figures),
    ]
    texts = await write_out(session, statements)
    selects = dict(zip(map(id, own), texts[1:], strict=False))
    return DatasetPlan(
        plan=ReadPlan(url="", select=texts[0], columns=shape.columns),
        charts=tuple(drawn(dataset, shape, chart, selects.get(id(chart))) for chart, _ in wanted),
        figures=tuple(Figure(label, text) for (label, _), text in zip(figures, texts[1 + len(own) :], strict=True)),
        lines=_lines(dataset, source, scope),
        key_column=_key_column(dataset, shape),
    )


def find_dataset(name: str, at: str) -> Dataset:
    """InvalidSource when there is none of this name."""
    found = DATASETS.get(name)
    if found is None:
        near = nearest(name, tuple(DATASETS))
        hint = f"; did you mean {near}?" if near else ""
        raise InvalidSource.of(f"{at}.dataset", f"{name!r} is no dataset; there are {', '.join(DATASETS)}{hint}")
    return found


def _read(
    dataset: Dataset, source: AskedDataset, scope: Scope, values: Mapping[str, Given], at: str
) -> tuple[Reader, Shape]:
    """The reader's rows and the shape that they get."""
    _ensure_text(source.filter, f"{at}.filter")
    for name, value in values.items():
        _ensure_text(value, f"parameters.{name}")
    try:
        query = parse_query(source.filter, numbered_fields=not dataset.about_issues)
        ensure_known(query.where, dataset)
        shape = shape_of(dataset, source, query.sort.text if query.sort else None, at)
        return _filtered(dataset, with_values(query.where, values), scope, shape), shape
    except InvalidQuery as wrong:
        raise InvalidQuery(
            wrong.detail, fields=wrong.fields, errors=[FieldError(f"{at}.filter", wrong.detail)]
        ) from None


def _filtered(dataset: Dataset, asked: Node, scope: Scope, shape: Shape) -> Reader:
    rows = dataset.rows(scope, shape.needed)
    condition = condition_of(asked, dataset, rows, scope.reading)
    conditions = () if condition is None else (condition,)
    if not dataset.inside:
        return Reader(dataset, scope, rows, conditions)
    return Reader(dataset, scope, dataset.rows(replace(scope, asked=conditions), shape.needed), ())


def _ensure_text(value: object, at: str) -> None:
    if isinstance(value, str):
        try:
            ensure_storable(value)
        except ValueError as error:
            raise InvalidSource.of(at, str(error)) from None


def _lines(dataset: Dataset, source: AskedDataset, scope: Scope) -> tuple[str, ...]:
    period = (period_sentence(scope),) if dataset.period else ()
    asked = " ".join(source.filter.split())
    return (*period, f"Filter: {asked}") if asked else period


def _key_column(dataset: Dataset, shape: Shape) -> str | None:
    names = {column.name for column in shape.columns}
    return dataset.key_column if dataset.key_column in names and not shape.groups else None


__all__ = ["DatasetPlan", "check_rows", "check_source", "filter_words", "find_dataset", "plan_dataset", "plan_rows"]
