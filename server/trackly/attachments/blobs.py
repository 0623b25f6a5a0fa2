"""Where the bytes of files live: one small interface, and what its implementations share."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from trackly.kit.ids import new_uuid

BLOCK_BYTES = 1024 * 1024
"""What is held in memory of a file on its way, in either direction."""
_NAME = re.compile(r"[0-9a-f]{32}", re.ASCII)


class BlobMissing(Exception):
    """There is no blob of this name."""


@dataclass(frozen=True, slots=True)
class BlobEntry:
    name: str
    changed_at: datetime


class BlobStore(Protocol):
    """Blobs are written once and never changed. Each method raises BlobStoreDown when the store does not answer."""

    async def put(self, name: str, chunks: AsyncIterator[bytes]) -> None:
        """Keep all of `chunks` under a new name, or nothing: also when `chunks` raises, which is passed on."""
        ...

    async def open(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `end`, fetched as they are taken. BlobMissing at once."""
        ...

    async def delete(self, name: str) -> None:
        """Remove the blob; one that is not there is removed already."""
        ...

    async def exists(self, name: str) -> bool: ...

    def entries(self) -> AsyncIterator[BlobEntry]:
        """Every blob of the store, in no order."""
        ...

    async def check(self) -> None:
        """Return when the store can be used."""
        ...

    async def close(self) -> None: ...


def new_blob_name() -> str:
    """Random, so that a name tells nothing and is never taken."""
    return new_uuid().hex


def is_blob_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def ensure_blob_name(name: str) -> str:
    """ValueError for a name that we did not make: it never becomes a part of a path or an address."""
    if not is_blob_name(name):
        raise ValueError("this is not the name of a blob")
    return name


async def regroup(chunks: AsyncIterator[bytes], size: int = BLOCK_BYTES) -> AsyncGenerator[bytes, None]:
    """The same bytes in blocks of `size`, the last one shorter; no empty block."""
    held = bytearray()
    async for chunk in chunks:
        held += chunk
        while len(held) >= size:
            block = bytes(held[:size])
            del held[:size]
            yield block
    if held:
        yield bytes(held)
