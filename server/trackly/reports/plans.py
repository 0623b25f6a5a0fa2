"""From a definition to what is read of it: checked for one author, planned for one reader. Dataset, SQL, or SQL
elsewhere: who comes after need not know which."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from trackly.datasets.facade import catalog
from trackly.events.unit_of_work import UnitsOfWork
from trackly.exports.facade import Chart, Figure, ReadPlan, bar_chart, line_chart, stacked_chart
from trackly.kit.db import libpq_url
from trackly.kit.secret_box import SecretBox
from trackly.reports.parameters import Value
from trackly.reports.parts import DatasetSource, Parameter, ReportChart, Source, SqlSource
from trackly.sandbox.facade import (
    ParameterType,
    Sandbox,
    check_sql,
    close_plan,
    look_at_sql,
    plan_sql,
)
from trackly.sources.facade import check_dataset, check_external, plan_dataset, plan_external
from trackly.users.facade import Actor

UPLOAD = "upload:"
"""How an uploaded table is named among the datasets."""
_ME = re.compile(r"(?<![\w\"$])me(?![\w\"])|is:watching", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be read: the parts of a definition that decide it."""

    source: Source
    parameters: tuple[Parameter, ...] = ()
    charts: tuple[ReportChart, ...] = ()

    @property
    def types(self) -> dict[str, str]:
        return {parameter.name: parameter.type for parameter in self.parameters}

    @property
    def elsewhere(self) -> bool:
        """Whether the rows are not Trackly's own: the log says nothing of them, and projects no rights to them."""
        if isinstance(self.source, SqlSource):
            return self.source.data_source_id is not None
        return self.source.dataset.startswith(UPLOAD)


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """What an export reads for one reader. `key`: the columns that name a row together, as far as that is known;
    `spoken`: the parameters of which `lines` speak already."""

    plan: ReadPlan
    charts: tuple[Chart, ...] = ()
    figures: tuple[Figure, ...] = ()
    lines: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    spoken: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[str, ...] | None:
        """Names of the columns, where they are known before anything is read."""
        return None if self.plan.columns is None else tuple(column.name for column in self.plan.columns)


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes plans. Each is read on a connection of its own. `box` opens the passwords of other databases."""

    work: UnitsOfWork
    sandbox: Sandbox
    box: SecretBox

    async def check(self, session: AsyncSession, author: Actor, asked: Asked, *, at: str = "source") -> None:
        """That `asked` can be planned. InvalidInput, InvalidSql and the like with paths below `at`; SqlReportsOff."""
        source = asked.source
        if isinstance(source, DatasetSource):
            await check_dataset(session, author, source, asked.types, asked.charts, at=at)
        elif source.data_source_id is not None:
            await check_external(session, author, source.data_source_id, source.sql, asked.types, at=at)
        else:
            await self.sandbox.ready()
            await look_at_sql(check_sql, source.sql, sandbox_types(asked.parameters), at)

    @asynccontextmanager
    async def open(
        self, reader: Actor, asked: Asked, values: Mapping[str, Value], moment: datetime, zone: str
    ) -> AsyncIterator[SourcePlan]:
        """The plan for `reader`, good as long as the block runs. Raises what `check` raises, and InvalidInput on a
        value."""
        if isinstance(asked.source, DatasetSource):
            async with self.work.database.read_session() as session:
                plan = await self.plan_dataset(session, reader, asked, values, moment, zone)
            yield plan
        elif asked.source.data_source_id is not None:
            source = asked.source
            async with self.work.database.read_session() as session:
                read = await plan_external(
                    session, self.box, reader, asked.source.data_source_id, source.sql, asked.types, values
                )
            yield SourcePlan(read, charts=_charts(asked.charts))
        else:
            checked = await look_at_sql(check_sql, asked.source.sql, sandbox_types(asked.parameters))
            read = await plan_sql(self.work, self.sandbox, reader, checked, values)
            try:
                yield SourcePlan(read, charts=_charts(asked.charts))
            finally:
                await close_plan(self.work, read)

    async def plan_dataset(
        self,
        session: AsyncSession,
        reader: Actor,
        asked: Asked,
        values: Mapping[str, Value],
        moment: datetime,
        zone: str,
    ) -> SourcePlan:
        """The plan of a dataset, which holds nothing open."""
        assert isinstance(asked.source, DatasetSource)
        url = libpq_url(self.work.database.url)
        made = await plan_dataset(session, reader, asked.source, values, moment, url, zone=zone, charts=asked.charts)
        names = tuple(column.name for column in made.plan.columns or ())
        grouped = names[: len(asked.source.group_by)]
        key = grouped or ((made.key_column,) if made.key_column else ())
        return SourcePlan(made.plan, made.charts, made.figures, made.lines, key, _own_parameters(asked.source.dataset))


def _own_parameters(dataset: str) -> frozenset[str]:
    """Those that the dataset itself understands, such as the days of a period."""
    return frozenset(one.name for known in catalog() if known.name == dataset for one in known.parameters)


def sandbox_types(parameters: Sequence[Parameter]) -> dict[str, ParameterType]:
    """As the gate for SQL wants them."""
    return {parameter.name: ParameterType(parameter.type) for parameter in parameters}


def asks_for_me(asked: Asked, values: Mapping[str, Value]) -> bool:
    """Whether the rows depend on who reads them beyond their rights: then everybody gets an edition of their own."""
    people = {parameter.name for parameter in asked.parameters if parameter.type == "person"}
    if any(values.get(name) == "me" for name in people):
        return True
    return isinstance(asked.source, DatasetSource) and _ME.search(asked.source.filter) is not None


def _charts(charts: Sequence[ReportChart]) -> tuple[Chart, ...]:
    """Drawn from the rows themselves."""
    return tuple(_chart(chart) for chart in charts)


def _chart(chart: ReportChart) -> Chart:
    if chart.kind == "line":
        return line_chart(chart.title, chart.x, chart.y, series=chart.series)
    if chart.kind == "stacked" and chart.series is not None:
        return stacked_chart(chart.title, chart.x, chart.y, chart.series)
    return bar_chart(chart.title, chart.x, chart.y)
