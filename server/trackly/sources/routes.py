"""Data sources and the catalog of datasets, over HTTP."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response, status
from pydantic import StringConstraints

from trackly.attachments.facade import BrokenUpload, NotMultipart, UploadInterrupted, UploadTooLarge
from trackly.datasets.facade import Catalog
from trackly.http.deps import EntityId, IfMatch, RequestId, SnapshotSession, Uow, etag
from trackly.http.problem import problems
from trackly.http.route import CommandRoute
from trackly.kit.errors import InvalidInput, StaleVersion
from trackly.kit.pages import DEFAULT_LIMIT, Limit, Page
from trackly.projects.facade import ProjectNotFound
from trackly.sources import commands, queries
from trackly.sources.deps import CurrentSources, IncomingTable, SourceActor, location_of
from trackly.sources.errors import (
    NotYourSource,
    OwnDatabase,
    PasswordNeeded,
    SourceNotFound,
    SourceUnreachable,
    SourceUnusable,
    TableTooLarge,
    UnreadableTable,
)
from trackly.sources.plans import list_catalog
from trackly.sources.schemas import (
    Description,
    PostgresNew,
    ProjectKey,
    SourceAnswer,
    SourceName,
    SourcePatch,
    SourceSchema,
    SourceTrial,
)
from trackly.users.facade import Forbidden

router = APIRouter(prefix="/api", route_class=CommandRoute, tags=["data sources"])
_NO_LIMIT = 2**62
"""An upload counts for itself, by the operator's setting."""
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
_FILE_REFUSED = (
    *(NotMultipart, InvalidInput, BrokenUpload, UploadInterrupted, UploadTooLarge),
    *(UnreadableTable, TableTooLarge, Forbidden),
)


@router.get("/datasets", responses=problems(Forbidden))
async def list_datasets(session: SnapshotSession, actor: SourceActor) -> Catalog:
    """What a report can be about without SQL: ready-made datasets, and the uploaded tables that you may use."""
    return Catalog(items=await list_catalog(session, actor))


@router.get("/data-sources", responses=problems(Forbidden))
async def list_sources(
    session: SnapshotSession,
    actor: SourceActor,
    kind: Literal["postgresql", "upload"] | None = None,
    limit: Limit = DEFAULT_LIMIT,
    after: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None,
) -> Page[SourceAnswer]:
    """The data sources that you may use: yours, and those of projects that you maintain; admins all. By name."""
    return await queries.list_sources(session, actor, kind, after, limit)


@router.post(
    "/data-sources",
    status_code=status.HTTP_201_CREATED,
    responses=problems(Forbidden, OwnDatabase, ProjectNotFound),
)
async def create_source(
    body: PostgresNew, uow: Uow, actor: SourceActor, services: CurrentSources, response: Response
) -> SourceAnswer:
    """Register a PostgreSQL that reports may read. Admins only."""
    source = await commands.create_postgres(uow, actor, services.box, services.own_url, body)
    response.headers["Location"] = location_of(source)
    response.headers["ETag"] = etag(source.version)
    return await queries.get_source(uow.session, actor, source.id)


@router.post(
    "/data-sources/uploads",
    status_code=status.HTTP_201_CREATED,
    openapi_extra=_FORM,
    max_body_size=_NO_LIMIT,
    responses=problems(*_FILE_REFUSED, ProjectNotFound),
)
async def create_upload(
    upload: IncomingTable,
    actor: SourceActor,
    response: Response,
    name: Annotated[SourceName, Query(description="What it is called")],
    description: Description = "",
    project: Annotated[ProjectKey | None, Query(description="Whose maintainers may use it too")] = None,
) -> SourceAnswer:
    """Upload a table: CSV, or the first sheet of a workbook. Its first row has the titles of the columns."""
    keep = partial(commands.create_upload, actor=actor, name=name, description=description, project=project)
    source = await upload.keep(actor, lambda uow, file: keep(uow, file=file))
    response.headers["Location"] = location_of(source)
    response.headers["ETag"] = etag(source.version)
    return SourceAnswer(**source.model_dump(), can_edit=True)


@router.get("/data-sources/{source_id}", responses=problems(Forbidden, SourceNotFound))
async def get_source(
    source_id: EntityId, session: SnapshotSession, actor: SourceActor, response: Response
) -> SourceAnswer:
    """One data source. Where a database is, admins see."""
    source = await queries.get_source(session, actor, source_id)
    response.headers["ETag"] = etag(source.version)
    return source


@router.patch(
    "/data-sources/{source_id}",
    responses=problems(
        *(Forbidden, SourceNotFound, NotYourSource, StaleVersion, PasswordNeeded, OwnDatabase, ProjectNotFound)
    ),
)
async def update_source(
    source_id: EntityId,
    body: SourcePatch,
    uow: Uow,
    actor: SourceActor,
    services: CurrentSources,
    if_match: IfMatch,
    response: Response,
) -> SourceAnswer:
    """Change what it is called, whom it is shared with, where the database is."""
    source = await commands.update_source(uow, actor, services.box, services.own_url, source_id, body, if_match)
    response.headers["ETag"] = etag(source.version)
    return SourceAnswer(**source.model_dump(), can_edit=True)


@router.put(
    "/data-sources/{source_id}/content",
    openapi_extra=_FORM,
    max_body_size=_NO_LIMIT,
    responses=problems(*_FILE_REFUSED, SourceNotFound, NotYourSource, StaleVersion),
)
async def replace_content(
    source_id: EntityId, upload: IncomingTable, actor: SourceActor, if_match: IfMatch, response: Response
) -> SourceAnswer:
    """Put another file in the place of an uploaded table, at once and whole."""
    keep = partial(commands.replace_upload, actor=actor, source_id=source_id, if_match=if_match)
    source = await upload.keep(actor, lambda uow, file: keep(uow, file=file))
    response.headers["ETag"] = etag(source.version)
    return SourceAnswer(**source.model_dump(), can_edit=True)


@router.delete(
    "/data-sources/{source_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(Forbidden, SourceNotFound, NotYourSource, StaleVersion),
)
async def delete_source(source_id: EntityId, uow: Uow, actor: SourceActor, if_match: IfMatch) -> None:
    """Forget a data source, with its password or its rows. Reports that read it fail from then on."""
    await commands.delete_source(uow, actor, source_id, if_match)


@router.post("/data-sources/{source_id}/test", responses=problems(Forbidden, SourceNotFound, NotYourSource))
async def test_source(
    source_id: EntityId, actor: SourceActor, services: CurrentSources, request_id: RequestId
) -> SourceTrial:
    """Try a database in steps, each with the time that it took and the server's own words. Admins only."""
    return await services.test(actor, source_id, request_id)


@router.get(
    "/data-sources/{source_id}/schema",
    responses=problems(Forbidden, SourceNotFound, SourceUnreachable, SourceUnusable, OwnDatabase),
)
async def get_source_schema(source_id: EntityId, actor: SourceActor, services: CurrentSources) -> SourceSchema:
    """What there is to read: tables and views with their columns."""
    return await services.schema(actor, source_id)
