"""From a source of a report to what an export reads, for one reader: with the rights that they have to the source."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from trackly.datasets import facade as datasets
from trackly.datasets.facade import (
    AskedChart,
    AskedDataset,
    DatasetOut,
    DatasetPlan,
    Given,
    InvalidSource,
    Scalar,
    catalog,
    check_rows,
    check_source,
    describe,
    plan_rows,
    position_select,
    scope_of,
)
from trackly.exports.facade import ReadPlan
from trackly.kit.secret_box import SecretBox
from trackly.sandbox.facade import ParameterType, check_foreign_sql, look_at_sql, with_values
from trackly.sources.errors import SourceNotFound
from trackly.sources.queries import find_server, find_upload, get_source, list_uploads, load_identity
from trackly.sources.schemas import UploadColumn
from trackly.sources.servers import reading_only
from trackly.sources.uploads import PREFIX, SCHEMA, dataset_of
from trackly.users.facade import Actor


@dataclass(frozen=True, slots=True)
class TableForSql:
    """An uploaded table as SQL would name it, for who may use it."""

    schema: str
    name: str
    title: str
    columns: tuple[UploadColumn, ...]


async def list_catalog(session: AsyncSession, actor: Actor) -> list[DatasetOut]:
    """The ready-made datasets, then the uploaded tables that the actor may use as `upload:<id>`."""
    uploaded = await list_uploads(session, actor)
    return [*catalog(), *(describe(dataset_of(table)) for table in uploaded)]


async def upload_tables(session: AsyncSession, actor: Actor) -> list[TableForSql]:
    """The uploaded tables that the actor may use, for a gate that would let SQL read them."""
    found = await list_uploads(session, actor)
    return [TableForSql(SCHEMA, one.table_name, one.title, one.columns) for one in found]


async def check_dataset(
    session: AsyncSession,
    actor: Actor,
    source: AskedDataset,
    parameters: Mapping[str, str],
    charts: Sequence[AskedChart] = (),
    *,
    at: str = "source",
) -> None:
    """As `datasets.facade.check_source`; an upload that is not for the actor to know of is an unknown dataset."""
    if not source.dataset.startswith(PREFIX):
        check_source(source, parameters, charts, at=at)
        return
    try:
        uploaded = await find_upload(session, actor, _upload_id(source.dataset))
    except SourceNotFound:
        raise InvalidSource.of(f"{at}.dataset", "there is no such uploaded table") from None
    check_rows(dataset_of(uploaded), source, parameters, charts, at=at)


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
    """As `datasets.facade.plan_dataset`. SourceNotFound when the reader may not use the upload."""
    if not source.dataset.startswith(PREFIX):
        return await datasets.plan_dataset(session, reader, source, values, moment, url, zone=zone, charts=charts)
    dataset = dataset_of(await find_upload(session, reader, _upload_id(source.dataset)))
    scope = scope_of(dataset, reader, values, moment, zone)
    plan = await plan_rows(session, dataset, source, scope, values, charts=charts)
    return replace(plan, plan=replace(plan.plan, url=url, position=position_select("source")))


def _upload_id(name: str) -> int:
    """SourceNotFound for what is no number."""
    number = name.removeprefix(PREFIX)
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        raise SourceNotFound
    return int(number)


async def check_external(
    session: AsyncSession, actor: Actor, source_id: int, sql: str, parameters: Mapping[str, str], *, at: str = "source"
) -> None:
    """That `sql` is one SELECT that may run in the external database.

    InvalidSource on `at`.data_source_id when the actor may not use it, InvalidSql on `at`.sql."""
    try:
        found = await get_source(session, actor, source_id)
    except SourceNotFound:
        raise InvalidSource.of(f"{at}.data_source_id", "there is no such data source") from None
    if found.kind != "postgresql":
        raise InvalidSource.of(f"{at}.data_source_id", f"is an upload: read it as the dataset {PREFIX}{source_id}")
    await look_at_sql(check_foreign_sql, sql, _typed(parameters), at)


async def plan_external(
    session: AsyncSession,
    box: SecretBox,
    reader: Actor,
    source_id: int,
    sql: str,
    parameters: Mapping[str, str],
    values: Mapping[str, Scalar],
) -> ReadPlan:
    """The plan of a SELECT in an external database; `parameters` as in `check_external`, `values` by the same names.

    SourceNotFound, InvalidSql; InvalidInput on a value. It fails when it is read if the server is Trackly's own."""
    server = await find_server(session, box, reader, source_id)
    own = await load_identity(session)
    checked = await look_at_sql(check_foreign_sql, sql, _typed(parameters))
    return ReadPlan(
        url=server.url,
        select=await asyncio.to_thread(with_values, checked, values),
        before=reading_only(own.system, own.database),
        sandboxed=True,
    )


def _typed(parameters: Mapping[str, str]) -> dict[str, ParameterType]:
    return {name: ParameterType(kind) for name, kind in parameters.items()}
