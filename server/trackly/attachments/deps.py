"""What the routes of attachments ask for: a file on its way in, a file on its way out."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse

from trackly.attachments import commands, queries
from trackly.attachments.blobs import BlobMissing, BlobStore
from trackly.attachments.content import served_as
from trackly.attachments.errors import ContentMissing, UploadInterrupted
from trackly.attachments.multipart import FileForm, boundary_of
from trackly.attachments.names import content_disposition
from trackly.attachments.queries import StoredFile
from trackly.attachments.ranges import Span, choose_span
from trackly.attachments.schemas import AttachmentOut
from trackly.attachments.uploads import Received, Receiver, too_large
from trackly.auth.deps import CurrentActor
from trackly.events.envelope import json_bytes
from trackly.events.unit_of_work import UnitOfWork, UnitsOfWork
from trackly.http.deps import RequestId
from trackly.http.idempotency import StoredAnswer, claim_key, store_answer
from trackly.http.problem import problem_response
from trackly.issues import facade as issues
from trackly.kit.db import Database
from trackly.kit.errors import AppError
from trackly.users.facade import Actor

_STALLED_S = 60
_FORM_BYTES = 16 * 1024
"""More than what a form adds to its one file: boundaries and headers."""


@dataclass(frozen=True)
class Upload:
    """A request that brings a file. No database connection is held while the file arrives."""

    request: Request
    request_id: str

    async def attach_to(self, actor: Actor, key: str) -> AttachmentOut:
        """First the blob, then its row: what fails between them leaves a blob that is swept, never a row without one.

        IssueNotFound, and what `Receiver.receive` raises. StoredAnswer when this Idempotency-Key brought it before."""
        receiver: Receiver = self.request.app.state.receiver
        await self._refuse_early(receiver, actor, key)
        received = await receiver.receive(self._form())
        work: UnitsOfWork = self.request.app.state.work
        try:
            async with work.begin(self.request_id) as uow:
                await self._claim(uow, actor, received)
                attachment = await commands.create_attachment(uow, actor, key, received)
                await self._keep(uow, actor, attachment)
        except (AppError, StoredAnswer):
            await receiver.discard(received)
            raise
        return attachment

    async def _refuse_early(self, receiver: Receiver, actor: Actor, key: str) -> None:
        """What would be refused in the end is refused before the file is sent."""
        database: Database = self.request.app.state.database
        async with database.read_session() as session:
            await issues.find_visible_issue(session, actor, key)
        declared = self.request.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:18]) > receiver.limits.max_bytes + _FORM_BYTES:
            raise too_large(receiver.limits.max_bytes)
        await receiver.blobs.check()

    def _form(self) -> FileForm:
        return FileForm(arriving_body(self.request), boundary_of(self.request.headers.get("content-type", "")))

    async def _claim(self, uow: UnitOfWork, actor: Actor, received: Received) -> None:
        """The same key with the same bytes is the same request, whatever boundary they came with."""
        claim: tuple[str, bytes] | None = getattr(self.request.state, "idempotency", None)
        if claim is not None:
            key, fingerprint = claim
            sent = hashlib.sha256(fingerprint + received.name.encode() + received.sent_sha256).digest()
            await claim_key(uow, _owner(actor), actor.user_id, key, sent)

    async def _keep(self, uow: UnitOfWork, actor: Actor, attachment: AttachmentOut) -> None:
        claim: tuple[str, bytes] | None = getattr(self.request.state, "idempotency", None)
        if claim is not None:
            headers = {"content-type": "application/json", "location": location_of(attachment)}
            await store_answer(uow.session, _owner(actor), claim[0], 201, headers, json_bytes(attachment))


def _owner(actor: Actor) -> str:
    return f"user:{actor.user_id}"


def location_of(attachment: AttachmentOut) -> str:
    return f"/api/attachments/{attachment.id}"


async def arriving_body(request: Request) -> AsyncGenerator[bytes, None]:
    """What the client sends, as it comes. UploadInterrupted when it goes away, or says nothing for a minute."""
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(_STALLED_S):
                chunk = await anext(stream, None)
        except (ClientDisconnect, TimeoutError):
            raise UploadInterrupted from None
        if chunk is None:
            return
        yield chunk


async def _upload(request: Request, request_id: RequestId) -> Upload:
    return Upload(request, request_id)


IncomingUpload = Annotated[Upload, Depends(_upload)]


async def _file(request: Request, actor: CurrentActor, attachment_id: UUID) -> StoredFile:
    return await _look_up(request, actor, attachment_id, queries.get_content)


async def _thumbnail(request: Request, actor: CurrentActor, attachment_id: UUID) -> StoredFile:
    return await _look_up(request, actor, attachment_id, queries.get_thumbnail)


async def _look_up(
    request: Request,
    actor: Actor,
    attachment_id: UUID,
    query: Callable[[AsyncSession, Actor, UUID], Awaitable[StoredFile]],
) -> StoredFile:
    """The connection goes back before the store is asked: a store that hangs may not take the database with it."""
    database: Database = request.app.state.database
    async with database.read_session() as session:
        return await query(session, actor, attachment_id)


VisibleFile = Annotated[StoredFile, Depends(_file)]
VisibleThumbnail = Annotated[StoredFile, Depends(_thumbnail)]


@dataclass(frozen=True)
class Download:
    """Sends a file that the reader may have, or the part of it that they ask for."""

    request: Request
    request_id: str

    async def send(self, file: StoredFile) -> Response:
        """200, 206, 304 or 416. ContentMissing, BlobStoreDown: both before anything is sent."""
        modified = format_datetime(file.created_at, usegmt=True)
        span = choose_span(file.size, file.etag, modified, self.request.headers)
        headers = _headers(file, span, modified)
        if span.status == 304:
            return Response(status_code=304, headers=headers)
        if span.status == 416:
            return self._unsatisfiable(span)
        blobs: BlobStore = self.request.app.state.blobs
        try:
            chunks = await blobs.open(file.stored_name, span.start, span.end)
        except BlobMissing:
            raise ContentMissing from None
        return StreamingResponse(chunks, span.status, headers)

    def _unsatisfiable(self, span: Span) -> Response:
        title, detail = "The range is not in the file", f"The file has {span.size} bytes"
        response = problem_response(416, "range_not_satisfiable", title, detail, self.request_id)
        response.headers["Content-Range"] = str(span.content_range)
        return response


def _headers(file: StoredFile, span: Span, modified: str) -> dict[str, str]:
    """Nothing of ours is a page: it can't run, be framed, be guessed at, or be kept for others."""
    headers = {
        "ETag": file.etag,
        "Last-Modified": modified,
        "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes",
        "Content-Type": served_as(file.content_type),
        "Content-Disposition": content_disposition("inline" if file.inline else "attachment", file.name),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if span.status != 304:
        headers["Content-Length"] = str(span.length)
    if span.content_range:
        headers["Content-Range"] = span.content_range
    return headers


async def _download(request: Request, request_id: RequestId) -> Download:
    return Download(request, request_id)


OutgoingFile = Annotated[Download, Depends(_download)]
