"""Plans, documents and files for the tests of exports."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg
import python_calamine

from trackly.exports.facade import Caps, Document, Exported, ExportJob, Format, ReadPlan, export
from trackly.exports.rows import Rows
from trackly.exports.types import described

MOMENT = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
OIDS = {"bool": 16, "int8": 20, "int4": 23, "text": 25, "json": 114, "float8": 701, "date": 1082}
OIDS |= {"timestamp": 1114, "timestamptz": 1184, "interval": 1186, "numeric": 1700}


def make_document(**over: Any) -> Document:
    words = {"title": "Weekly status", "as_of_text": "26 Nov 2026, 08:00 Europe/Helsinki", "moment": MOMENT}
    return Document(**{"timezone": "Europe/Helsinki", **words, **over})


def make_job(plan: ReadPlan, *formats: Format, document: Document | None = None, **over: Any) -> ExportJob:
    return ExportJob(plan, formats, document or make_document(), **over)


async def run(url: str, select: str, folder: Path, *formats: Format, **over: Any) -> Exported:
    """Export `select` into a new folder below `folder`."""
    place = folder / f"export-{len([*folder.iterdir()])}"
    place.mkdir()
    caps = over.pop("caps", Caps(seconds=30))
    return await export(make_job(ReadPlan(url, select), *formats, caps=caps, **over), place, lambda _step, _part: None)


def file_of(exported: Exported, form: Format) -> Path:
    return next(file.path for file in exported.files if file.format == form)


def make_rows(path: Path, csv: str, count: int, **columns: str) -> Rows:
    """Rows as the database would have written them; `columns`: name and type."""
    path.write_text(csv, encoding="utf-8", newline="")
    described_columns = described([*columns], [OIDS[kind] for kind in columns.values()], None)
    return Rows(path, 0, count, described_columns, True)


def sheet_of(path: Path, sheet: int = 0) -> Sequence[Sequence[Any]]:
    return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(sheet).to_python()


def fork_server() -> psutil.Process:
    """The one of this process."""
    running = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    (server,) = [child for child in running if "trackly.exports.fork_server" in child.cmdline()]
    return server


async def until_somebody_reads(connection: psycopg.AsyncConnection, words: str, count: int = 1) -> None:
    """Until `count` other connections run a statement with `words` in it; 0: until none does any more."""
    for _ in range(400):
        if await readers(connection, words) == count:
            return
        await asyncio.sleep(0.025)
    raise AssertionError(f"not {count} statements with {words!r}")


async def readers(connection: psycopg.AsyncConnection, words: str) -> int:
    cursor = await connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state = 'active'"
        " AND datname = current_database() AND strpos(query, %s) > 0",
        [words],
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])
