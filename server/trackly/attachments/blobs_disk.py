"""Blobs in a folder of this machine: for one server, without a blob store of its own."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import structlog

from trackly.attachments.blobs import BLOCK_BYTES, BlobEntry, BlobMissing, ensure_blob_name, is_blob_name, regroup
from trackly.attachments.errors import BlobStoreDown

log = structlog.get_logger("trackly.attachments")
_PARTIAL = ".partial"


@dataclass(frozen=True)
class DiskBlobs:
    """`folder`/ab/abcdef…: 256 folders. A blob is written beside its place, synced, then renamed into it."""

    folder: Path

    async def put(self, name: str, chunks: AsyncIterator[bytes]) -> None:
        place = self._place(name)
        partial = place.with_name(name + _PARTIAL)
        with _as_down("put"):
            file = await asyncio.to_thread(_create, partial)
        try:
            async with contextlib.aclosing(regroup(chunks)) as blocks:
                async for block in blocks:
                    with _as_down("put"):
                        await asyncio.to_thread(_write, file, block)
            with _as_down("put"):
                await asyncio.to_thread(_settle, file, partial, place)
        finally:
            file.close()
            partial.unlink(missing_ok=True)

    async def open(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        with _as_down("open"):
            file = await asyncio.to_thread(_open_at, self._place(name), start)
        return _read(file, end - start)

    async def delete(self, name: str) -> None:
        with _as_down("delete"):
            await asyncio.to_thread(_remove, self._place(name))

    async def exists(self, name: str) -> bool:
        with _as_down("exists"):
            return await asyncio.to_thread(self._place(name).is_file)

    async def entries(self) -> AsyncIterator[BlobEntry]:
        for number in range(256):
            with _as_down("entries"):
                found = await asyncio.to_thread(_entries_of, self.folder / f"{number:02x}")
            for entry in found:
                yield entry

    async def check(self) -> None:
        with _as_down("check"):
            await asyncio.to_thread(self.folder.mkdir, parents=True, exist_ok=True)
            if not await asyncio.to_thread(os.access, self.folder, os.R_OK | os.W_OK | os.X_OK):
                raise PermissionError(f"{self.folder} is not writable")

    async def close(self) -> None:
        return None

    def _place(self, name: str) -> Path:
        return self.folder / ensure_blob_name(name)[:2] / name


def _create(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(0o600, exist_ok=False)
    return path.open("wb", buffering=0)


def _write(file: IO[bytes], block: bytes) -> None:
    """All of it: an unbuffered write may take less."""
    view = memoryview(block)
    while view:
        view = view[file.write(view) :]


def _remove(place: Path) -> None:
    for path in (place, place.with_name(place.name + _PARTIAL)):
        path.unlink(missing_ok=True)


def _settle(file: IO[bytes], partial: Path, place: Path) -> None:
    """On disk, and under its name, before anybody is told."""
    os.fsync(file.fileno())
    partial.rename(place)
    for folder in (place.parent, place.parent.parent):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _open_at(path: Path, start: int) -> IO[bytes]:
    try:
        file = path.open("rb", buffering=0)
    except FileNotFoundError:
        raise BlobMissing(path.name) from None
    file.seek(start)
    return file


async def _read(file: IO[bytes], left: int) -> AsyncIterator[bytes]:
    try:
        while left > 0:
            block = await asyncio.to_thread(file.read, min(left, BLOCK_BYTES))
            if not block:
                raise BlobStoreDown("A file is shorter than it was when it was stored")
            left -= len(block)
            yield block
    finally:
        file.close()


def _entries_of(folder: Path) -> list[BlobEntry]:
    """Also what a crash left half-written, under the name that it would have had: it is swept like an orphan."""
    found = []
    for item in os.scandir(folder) if folder.is_dir() else ():
        name = item.name.removesuffix(_PARTIAL)
        with contextlib.suppress(FileNotFoundError):
            if is_blob_name(name):
                found.append(BlobEntry(name, datetime.fromtimestamp(item.stat().st_mtime, UTC)))
    return found


@contextlib.contextmanager
def _as_down(doing: str) -> Iterator[None]:
    """A disk that is full, gone or read-only is a store that is down."""
    try:
        yield
    except OSError as error:
        log.error("blob store failed", store="disk", doing=doing, error=str(error))
        raise BlobStoreDown from error
