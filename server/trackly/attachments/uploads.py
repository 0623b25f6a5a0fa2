"""A file on its way in: measured, looked at and stored while it arrives. Its row comes after it (`commands.py`)."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from trackly.attachments.blobs import BlobStore, new_blob_name, regroup
from trackly.attachments.content import HEAD_BYTES, PICTURES, content_type_of
from trackly.attachments.errors import BlobStoreDown, UploadTooLarge
from trackly.attachments.images import Images
from trackly.attachments.multipart import PART, FileForm
from trackly.attachments.names import clean_name
from trackly.kit.errors import FieldError, InvalidInput

log = structlog.get_logger("trackly.attachments")
SPOOL_PREFIX = "trackly-upload-"


@dataclass(frozen=True)
class UploadLimits:
    """`spool` is where a picture waits to be written anew; None: the system's temporary folder."""

    max_bytes: int = 25 * 1024 * 1024
    spool: Path | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A blob that is in the store, whole."""

    name: str
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """A file in the store, and what we found it to be. `sent_sha256` is of the bytes that the client sent."""

    name: str
    content_type: str
    inline: bool
    content: Stored
    thumbnail: Stored | None
    sent_sha256: bytes


class Meter:
    """Bytes that pass, counted and hashed. UploadTooLarge as soon as there are more than `most`."""

    def __init__(self, chunks: AsyncIterator[bytes], most: int | None = None) -> None:
        self._chunks = chunks
        self._most = most
        self._digest = hashlib.sha256()
        self.size = 0

    async def pass_on(self) -> AsyncGenerator[bytes, None]:
        async for chunk in self._chunks:
            self.size += len(chunk)
            if self._most is not None and self.size > self._most:
                raise too_large(self._most)
            self._digest.update(chunk)
            yield chunk

    @property
    def sha256(self) -> bytes:
        return self._digest.digest()


def too_large(most: int) -> UploadTooLarge:
    reason = f"A file may have {most:,} bytes at most"
    return UploadTooLarge(reason, fields={"limit_bytes": most}, errors=[FieldError(PART, reason)])


@dataclass(frozen=True)
class Receiver:
    """Takes files in. What it has stored when it fails later on is removed again, or left to the sweep."""

    blobs: BlobStore
    images: Images
    limits: UploadLimits

    async def receive(self, form: FileForm) -> Received:
        """Store the one file of `form`. Nothing is left of it when this raises: InvalidInput (empty, or not one file),
        BrokenUpload, UploadTooLarge, ImageTooLarge, BlobStoreDown."""
        return await self.receive_named(await form.open(), form.chunks())

    async def receive_named(self, given_name: str, chunks: AsyncIterator[bytes]) -> Received:
        """As `receive`, for a file that comes from elsewhere."""
        name, meter = clean_name(given_name), Meter(chunks, self.limits.max_bytes)
        async with aclosing(meter.pass_on()) as passing:
            head = await _take(passing, HEAD_BYTES)
            if not head:
                raise InvalidInput.of(PART, "is empty: there is nothing to attach")
            content_type = content_type_of(head)
            whole = _join(head, passing)
            if content_type in PICTURES:
                return await self._receive_picture(name, content_type, whole, meter)
            stored = await self._store(whole)
            return Received(name, content_type, False, stored, None, meter.sha256)

    async def discard(self, received: Received) -> None:
        """Remove what no row will name. A store that fails now is no matter: the sweep finds it."""
        await self._remove(received.content, received.thumbnail)

    async def _receive_picture(
        self, name: str, content_type: str, chunks: AsyncGenerator[bytes, None], meter: Meter
    ) -> Received:
        with _spooled(self.limits.spool) as folder:
            await _spool(chunks, folder / "sent")
            picture = await self.images.rewrite(folder / "sent", content_type, folder)
            stored = await self._store(read_file(picture.content or folder / "sent"))
            try:
                thumbnail = await self._store(read_file(picture.thumbnail)) if picture.thumbnail else None
            except BaseException:
                await self._remove(stored, None)
                raise
        return Received(name, content_type, picture.content is not None, stored, thumbnail, meter.sha256)

    async def _store(self, chunks: AsyncGenerator[bytes, None]) -> Stored:
        name, meter = new_blob_name(), Meter(chunks)
        async with aclosing(chunks), aclosing(meter.pass_on()) as passing:
            await self.blobs.put(name, passing)
        return Stored(name, meter.size, meter.sha256)

    async def _remove(self, *stored: Stored | None) -> None:
        for blob in stored:
            try:
                if blob is not None:
                    await self.blobs.delete(blob.name)
            except BlobStoreDown:
                log.info("blob left to the sweep", blob=blob.name if blob else None)


@contextmanager
def _spooled(within: Path | None) -> Iterator[Path]:
    """A folder for as long as the block runs. A disk that is full or gone is a store that is down."""
    try:
        with tempfile.TemporaryDirectory(prefix=SPOOL_PREFIX, dir=within, ignore_cleanup_errors=True) as folder:
            yield Path(folder)
    except OSError as error:
        log.error("no room for pictures", error=str(error))
        raise BlobStoreDown from error


async def _take(chunks: AsyncIterator[bytes], least: int) -> bytes:
    """The first chunks, until there are `least` bytes or there is no more."""
    head = bytearray()
    while len(head) < least:
        chunk = await anext(chunks, None)
        if chunk is None:
            break
        head += chunk
    return bytes(head)


async def _join(head: bytes, rest: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    yield head
    async for chunk in rest:
        yield chunk


async def _spool(chunks: AsyncIterator[bytes], path: Path) -> None:
    with path.open("wb") as file:
        async with aclosing(regroup(chunks)) as blocks:
            async for block in blocks:
                await asyncio.to_thread(file.write, block)


async def read_file(path: Path) -> AsyncGenerator[bytes, None]:
    with path.open("rb") as file:
        while block := await asyncio.to_thread(file.read, 256 * 1024):
            yield block
