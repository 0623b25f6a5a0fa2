"""A file on its way to becoming a table: spooled, then read by a process of its own (`table_worker.py`)."""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog

from trackly.attachments.facade import UploadTooLarge
from trackly.kit.errors import InvalidInput
from trackly.sources.errors import TableTooLarge, UnreadableTable
from trackly.sources.naming import names_for
from trackly.sources.schemas import UploadColumn

log = structlog.get_logger("trackly.sources")
ROWS_MAX, COLUMNS_MAX = 200_000, 200
_WORKER = Path(__file__).with_name("table_worker.py")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How XLSX (and XLSB, ODS) and the old XLS begin."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file that was read: `rows_path` has its rows as COPY takes them, with their number in front."""

    file_name: str
    size_bytes: int
    sha256: bytes
    note: str
    columns: tuple[UploadColumn, ...]
    rows: int
    rows_path: Path


@dataclass(frozen=True)
class TableReader:
    """At most `at_once` files at a time, each for at most `within_s`."""

    max_bytes: int
    within_s: float = 90
    at_once: int = 2
    _free: asyncio.Semaphore = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_free", asyncio.Semaphore(self.at_once))

    @asynccontextmanager
    async def read(self, file_name: str, chunks: AsyncIterator[bytes]) -> AsyncIterator[TableFile]:
        """The file as a table, for as long as the block runs.

        UploadTooLarge; UnreadableTable with the line and the reason; TableTooLarge; InvalidInput on an empty file."""
        with tempfile.TemporaryDirectory(prefix="trackly-table-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            size, digest = await self._spool(chunks, folder / "sent")
            async with self._free:
                answer = await self._run(folder / "sent", folder / "rows", _kind_of(folder / "sent"))
            _ensure_read(answer)
            titles = [one["title"] for one in answer["columns"]]
            columns = tuple(
                UploadColumn(name=known, title=one["title"], type=one["type"])
                for known, one in zip(names_for(titles), answer["columns"], strict=True)
            )
            yield TableFile(file_name, size, digest, answer["note"], columns, answer["rows"], folder / "rows")

    async def _spool(self, chunks: AsyncIterator[bytes], path: Path) -> tuple[int, bytes]:
        size, digest = 0, sha256()
        with path.open("wb") as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > self.max_bytes:
                    limit = {"limit_bytes": self.max_bytes}
                    raise UploadTooLarge(f"A file may have {self.max_bytes:,} bytes at most", fields=limit)
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
        if size == 0:
            raise InvalidInput.of("file", "is empty: there is no table in it")
        return size, digest.digest()

    async def _run(self, source: Path, target: Path, kind: str) -> dict[str, Any]:
        limits = (str(ROWS_MAX), str(COLUMNS_MAX))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(_WORKER), str(source), str(target), kind, *limits),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={},
        )
        try:
            async with asyncio.timeout(self.within_s):
                out, said = await process.communicate()
            answer: dict[str, Any] = json.loads(out or b"{}")
        except (TimeoutError, ValueError):
            answer, said = {}, b"took too long, or broke off"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if answer.get("status") != "done":
            log.info("table not read", kind=kind, reason=said[-300:].decode(errors="replace"))
        return answer


def _kind_of(path: Path) -> str:
    with path.open("rb") as file:
        return "workbook" if file.read(4) in _WORKBOOKS else "csv"


def _ensure_read(answer: dict[str, Any]) -> None:
    reason = answer.get("reason") or "it takes too much time or memory to read"
    if answer.get("status") == "unreadable":
        raise UnreadableTable(f"This file can't be read as a table: {reason}")
    if answer.get("status") != "done":
        raise TableTooLarge(f"The table is too large: {reason}")
