"""What the routes of reports ask for."""

from typing import Annotated

from fastapi import Depends, Path, Request
from starlette.responses import Response

from trackly.attachments.deps import Download
from trackly.attachments.facade import StoredFile
from trackly.events.unit_of_work import UnitsOfWork
from trackly.http.deps import RequestId
from trackly.http.limits import Limits, address_key
from trackly.kit.schema import StorableText
from trackly.reports import share_queries, shares
from trackly.reports.services import ReportServices
from trackly.reports.tables import ReportFileRow

_FOR_NOBODY_ELSE = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}


async def _services(request: Request) -> ReportServices:
    services: ReportServices = request.app.state.reports
    return services


Reports = Annotated[ReportServices, Depends(_services)]


def stored_file(file: ReportFileRow) -> StoredFile:
    """A report's file as a download: never shown in the page, whatever it is."""
    return StoredFile(
        name=file.name,
        content_type=file.content_type,
        size=file.bytes,
        etag=f'"{file.sha256.hex()}"',
        inline=False,
        stored_name=str(file.stored_name),
        created_at=file.created_at,
    )


async def _shared_download(
    request: Request, request_id: RequestId, token: Annotated[StorableText, Path(max_length=200)]
) -> Response:
    """The file behind a link. Each try counts for its address; the connection goes back before the store is asked."""
    limits: Limits = request.app.state.limits
    limits.anonymous.count(address_key(request.scope), request.scope["state"])
    work: UnitsOfWork = request.app.state.work
    async with work.database.read_session() as session:
        share_id, file = await share_queries.get_shared_file(session, token, work.clock.now())
    response = await Download(request, request_id).send(stored_file(file))
    if response.status_code in (200, 206):
        async with work.begin(request_id) as uow:
            await shares.count_download(uow, share_id)
    response.headers.update(_FOR_NOBODY_ELSE)
    return response


SharedDownload = Annotated[Response, Depends(_shared_download)]
"""What a link answers with. Raises ShareNotFound, ContentMissing, BlobStoreDown, TooManyRequests."""
