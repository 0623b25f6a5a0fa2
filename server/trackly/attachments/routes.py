"""Files on issues, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from trackly.attachments import commands, queries
from trackly.attachments.deps import IncomingUpload, OutgoingFile, VisibleFile, VisibleThumbnail, location_of
from trackly.attachments.errors import (
    AttachmentNotFound,
    BlobStoreDown,
    BrokenUpload,
    ContentMissing,
    ImageTooLarge,
    NotMultipart,
    NotTheUploader,
    ThumbnailNotFound,
    UploadInterrupted,
    UploadTooLarge,
)
from trackly.attachments.schemas import AttachmentOut
from trackly.auth.deps import CurrentActor
from trackly.http.deps import SnapshotSession, Uow
from trackly.http.problem import Problem, problems
from trackly.http.route import CommandRoute
from trackly.issues.facade import IssueKey, IssueNotFound
from trackly.kit.errors import InvalidInput
from trackly.kit.pages import DEFAULT_LIMIT, Limit, Page

router = APIRouter(route_class=CommandRoute, tags=["attachments"])
_NO_LIMIT = 2**62
"""The upload counts for itself, by the operator's setting; other bodies are far smaller."""
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
_BYTES: dict[str, Any] = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
_SENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole file", **_BYTES},
    206: {"description": "The bytes that `Range` asks for", **_BYTES},
    304: {"description": "The file that `If-None-Match` names"},
    416: {"description": "`Range` begins after the end of the file", "model": Problem},
}


@router.post(
    "/api/issues/{key}/attachments",
    status_code=201,
    openapi_extra=_FORM,
    max_body_size=_NO_LIMIT,
    responses=problems(
        IssueNotFound,
        NotMultipart,
        InvalidInput,
        BrokenUpload,
        UploadInterrupted,
        UploadTooLarge,
        ImageTooLarge,
        BlobStoreDown,
    ),
)
async def create_attachment(
    key: IssueKey, upload: IncomingUpload, actor: CurrentActor, response: Response
) -> AttachmentOut:
    """Add one file. Pictures (png, jpeg, webp, gif) are written anew without metadata and get a thumbnail."""
    attachment = await upload.attach_to(actor, key)
    response.headers["Location"] = location_of(attachment)
    return attachment


@router.get("/api/issues/{key}/attachments", responses=problems(IssueNotFound, InvalidInput))
async def list_attachments(
    key: IssueKey,
    session: SnapshotSession,
    actor: CurrentActor,
    limit: Limit = DEFAULT_LIMIT,
    after: Annotated[str | None, Query(max_length=500)] = None,
) -> Page[AttachmentOut]:
    """The files of an issue, oldest first."""
    return await queries.list_attachments(session, actor, key, limit, after)


@router.get("/api/attachments/{attachment_id}", responses=problems(AttachmentNotFound))
async def get_attachment(attachment_id: UUID, session: SnapshotSession, actor: CurrentActor) -> AttachmentOut:
    """What is known of a file."""
    return await queries.get_attachment(session, actor, attachment_id)


@router.get(
    "/api/attachments/{attachment_id}/content",
    response_class=Response,
    responses={**problems(AttachmentNotFound, ContentMissing, BlobStoreDown), **_SENT},
)
async def download_attachment(file: VisibleFile, download: OutgoingFile) -> Response:
    """The file itself, whole or in part (`Range`). Only pictures that were written anew come `inline`."""
    return await download.send(file)


@router.get(
    "/api/attachments/{attachment_id}/thumbnail",
    response_class=Response,
    responses={**problems(AttachmentNotFound, ThumbnailNotFound, ContentMissing, BlobStoreDown), **_SENT},
)
async def download_thumbnail(file: VisibleThumbnail, download: OutgoingFile) -> Response:
    """A picture of at most 480 pixels a side, for those that have one (`thumbnail: true`)."""
    return await download.send(file)


@router.delete(
    "/api/attachments/{attachment_id}", status_code=204, responses=problems(AttachmentNotFound, NotTheUploader)
)
async def delete_attachment(attachment_id: UUID, uow: Uow, actor: CurrentActor) -> None:
    """Take a file away: its uploader may, and maintainers."""
    await commands.delete_attachment(uow, actor, attachment_id)
