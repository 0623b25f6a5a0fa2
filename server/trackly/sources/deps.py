"""What the routes of data sources ask for: who may see them, and a file on its way in."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from trackly.attachments.deps import arriving_body
from trackly.attachments.facade import FileForm, UploadTooLarge, boundary_of, clean_name
from trackly.auth.deps import CurrentActor
from trackly.events.envelope import json_bytes
from trackly.events.unit_of_work import UnitOfWork
from trackly.http.deps import RequestId
from trackly.http.idempotency import claim_key, store_answer
from trackly.sources.rules import ensure_staff
from trackly.sources.schemas import SourceOut
from trackly.sources.services import SourceServices
from trackly.sources.table_files import TableFile
from trackly.users.facade import Actor

_FORM_BYTES = 16 * 1024
"""More than what a form adds to its one file: boundaries and headers."""


async def _services(request: Request) -> SourceServices:
    services: SourceServices = request.app.state.sources
    return services


CurrentSources = Annotated[SourceServices, Depends(_services)]


async def _staff(actor: CurrentActor) -> Actor:
    ensure_staff(actor)
    return actor


SourceActor = Annotated[Actor, Depends(_staff)]
"""Maintainers and admins."""


@dataclass(frozen=True)
class TableUpload:
    """A request that brings a table. No database connection is held while the file arrives and is read."""

    request: Request
    request_id: str
    services: SourceServices

    async def keep(self, actor: Actor, keep: Callable[[UnitOfWork, TableFile], Awaitable[SourceOut]]) -> SourceOut:
        """Read the file, then `keep` it in one transaction.

        Raises what `TableReader.read` and `keep` raise; NotMultipart, BrokenUpload, UploadInterrupted. StoredAnswer
        when this Idempotency-Key brought it before."""
        async with self._read() as file, self.services.work.begin(self.request_id) as uow:
            await self._claim(uow, actor, file)
            source = await keep(uow, file)
            await self._store(uow, actor, source)
            return source

    @asynccontextmanager
    async def _read(self) -> AsyncIterator[TableFile]:
        reader = self.services.reader
        declared = self.request.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:18]) > reader.max_bytes + _FORM_BYTES:
            limit = {"limit_bytes": reader.max_bytes}
            raise UploadTooLarge(f"A file may have {reader.max_bytes:,} bytes at most", fields=limit)
        boundary = boundary_of(self.request.headers.get("content-type", ""))
        form = FileForm(arriving_body(self.request), boundary)
        name = clean_name(await form.open())
        async with reader.read(name, form.chunks()) as file:
            yield file

    async def _claim(self, uow: UnitOfWork, actor: Actor, file: TableFile) -> None:
        claim: tuple[str, bytes] | None = getattr(self.request.state, "idempotency", None)
        if claim is not None:
            key, fingerprint = claim
            sent = hashlib.sha256(fingerprint + file.file_name.encode() + file.sha256).digest()
            await claim_key(uow, f"user:{actor.user_id}", actor.user_id, key, sent)

    async def _store(self, uow: UnitOfWork, actor: Actor, source: SourceOut) -> None:
        claim: tuple[str, bytes] | None = getattr(self.request.state, "idempotency", None)
        if claim is not None:
            headers = {"content-type": "application/json", "location": location_of(source)}
            await store_answer(uow.session, f"user:{actor.user_id}", claim[0], 201, headers, json_bytes(source))


def location_of(source: SourceOut) -> str:
    return f"/api/data-sources/{source.id}"


async def _upload(request: Request, request_id: RequestId, services: CurrentSources) -> TableUpload:
    return TableUpload(request, request_id, services)


IncomingTable = Annotated[TableUpload, Depends(_upload)]
