"""Editions, their receipts and links to their files, over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response, status

from trackly.attachments.facade import BlobStoreDown, ContentMissing
from trackly.auth.deps import CurrentActor
from trackly.http.deps import EntityId, SnapshotSession, Uow
from trackly.http.problem import Problem, problems
from trackly.http.route import CommandRoute
from trackly.kit.errors import TooManyRequests
from trackly.kit.pages import Page
from trackly.reports import receipts, share_queries, shares
from trackly.reports.deps import Reports, SharedDownload
from trackly.reports.edition_schemas import EditionOut
from trackly.reports.errors import EditionNotFound, FileGone, FileNotFound, ReportNotFound, ShareNotFound
from trackly.reports.run_errors import RunNotFound
from trackly.reports.share_schemas import ShareMade, ShareNew, ShareOut

router = APIRouter(tags=["reports"], route_class=CommandRoute)
_BYTES: dict[str, Any] = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
_SENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole file", **_BYTES},
    206: {"description": "The bytes that `Range` asks for", **_BYTES},
    304: {"description": "The file that `If-None-Match` names"},
    416: {"description": "`Range` begins after the end of the file", "model": Problem},
}


@router.get("/api/reports/{report_id}/editions/{edition_id}", responses=problems(ReportNotFound, EditionNotFound))
async def get_edition(
    report_id: EntityId, edition_id: EntityId, session: SnapshotSession, actor: CurrentActor
) -> EditionOut:
    """One edition: its receipt, its figures and first rows, and what changed since the one before."""
    return await receipts.get_receipt(session, actor, report_id, edition_id)


@router.get("/api/runs/{run_id}/editions", responses=problems(RunNotFound))
async def list_editions(run_id: EntityId, session: SnapshotSession, actor: CurrentActor) -> Page[EditionOut]:
    """The editions of a run that you may see: one for each group of readers with the same rights."""
    return Page(items=await receipts.list_receipts(session, actor, run_id))


@router.get("/api/runs/{run_id}/files/{file_id}/shares", responses=problems(RunNotFound, FileNotFound, FileGone))
async def list_shares(run_id: EntityId, file_id: UUID, session: SnapshotSession, actor: CurrentActor) -> Page[ShareOut]:
    """The links to a file, newest first; over ones too."""
    return Page(items=await share_queries.list_shares(session, actor, run_id, file_id))


@router.post(
    "/api/runs/{run_id}/files/{file_id}/shares",
    status_code=status.HTTP_201_CREATED,
    responses=problems(RunNotFound, FileNotFound, FileGone),
)
async def create_share(
    run_id: EntityId, file_id: UUID, body: ShareNew, uow: Uow, actor: CurrentActor, reports: Reports
) -> ShareMade:
    """A link to a file for who has no login. Its address is told this once."""
    return await shares.create_share(uow, actor, run_id, file_id, body, reports.public_url)


@router.delete("/api/shares/{share_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problems(ShareNotFound))
async def revoke_share(share_id: UUID, uow: Uow, actor: CurrentActor) -> None:
    """The link is over from now on."""
    await shares.revoke_share(uow, actor, share_id)


@router.get(
    "/shared/{token}",
    response_class=Response,
    responses={**problems(ShareNotFound, ContentMissing, TooManyRequests, BlobStoreDown), **_SENT},
)
async def download_shared(download: SharedDownload) -> Response:
    """The file behind a link, whole or in part (`Range`), for whoever has the address."""
    return download
