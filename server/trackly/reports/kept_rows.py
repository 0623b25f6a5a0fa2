"""The rows of an edition as they are kept beside its files: one JSON array a line, compressed."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from trackly.attachments.facade import BlobMissing, BlobStore
from trackly.reports.changes import Rows


def rows_in(path: Path) -> Rows:
    """Reads the file from its beginning each time."""

    def read() -> Iterator[list[Any]]:
        with gzip.open(path, "rb") as lines:
            for line in lines:
                yield orjson.loads(line)

    return read


async def fetch_rows(blobs: BlobStore, name: str, size: int, place: Path) -> Rows | None:
    """The rows in a blob of `size` bytes, brought to `place`; None when it is gone. BlobStoreDown."""
    try:
        chunks = await blobs.open(name, 0, size)
    except BlobMissing:
        return None
    with place.open("wb") as file:
        async for chunk in chunks:
            file.write(chunk)
    return rows_in(place)
