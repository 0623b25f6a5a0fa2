"""Plans of datasets, read as an export reads them: by a connection of their own, in one read-only snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from trackly.datasets.facade import DatasetPlan, DatasetSource, plan_dataset
from trackly.kit.db import Database, libpq_url
from trackly.users.facade import Actor


@dataclass(frozen=True)
class Found:
    """What a plan gave: rows by column, figures by label, charts by title, and the place in the log."""

    plan: DatasetPlan
    rows: list[dict[str, Any]]
    figures: dict[str, Any]
    charts: dict[str, list[dict[str, Any]]]
    position: str

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]


async def found_in(
    database: Database,
    reader: Actor,
    source: DatasetSource,
    moment: datetime,
    values: Mapping[str, Any] | None = None,
    *,
    zone: str = "UTC",
    charts: Sequence[Any] = (),
) -> Found:
    """What `reader` gets of `source`."""
    async with database.read_session() as session:
        plan = await plan_dataset(
            session, reader, source, values or {}, moment, libpq_url(database.url), zone=zone, charts=charts
        )
    return read(plan)


def read(plan: DatasetPlan) -> Found:
    """The rows, charts and figures of a plan, in one snapshot."""
    with psycopg.connect(plan.plan.url, row_factory=dict_row) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        rows = _all(connection, plan.plan.select)
        names = [column.name for column in plan.plan.columns or ()]
        assert all(list(row) == names for row in rows)
        figures = {one.label: next(iter(_all(connection, one.select)[0].values())) for one in plan.figures}
        charts = {one.title: _all(connection, one.select) for one in plan.charts if one.select}
        position = _all(connection, plan.plan.position or "SELECT 'none'")[0]
        return Found(plan, rows, figures, charts, next(iter(position.values())))


def copied(plan: DatasetPlan) -> int:
    """How many bytes the rows are by `COPY (SELECT …)`, whose grammar takes one SELECT and nothing else."""
    copy = f"COPY ({plan.plan.select}) TO STDOUT".encode()
    with psycopg.connect(plan.plan.url) as connection, connection.cursor().copy(copy) as copying:
        return sum(len(block) for block in copying)


def _all(connection: psycopg.Connection[dict[str, Any]], select: str) -> list[dict[str, Any]]:
    return connection.execute(select.encode()).fetchall()
