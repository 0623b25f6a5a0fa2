"""Pages of the log, for who is behind the ring: resuming streams, the polling API, the feed of the past."""

from typing import Any

import psycopg

from trackly.events.log import STREAM
from trackly.events.relay import COLUMNS, PAGE, entry_of
from trackly.events.ring import Entry
from trackly.kit.db import Database

_SEEN = f"SELECT {COLUMNS} FROM event_log WHERE stream = {STREAM} AND seq > %s AND seq <= %s AND audience && %s"  # noqa: S608 - constants only
_FORWARD = f"{_SEEN} ORDER BY seq LIMIT {PAGE}"
_BACKWARD = f"{_SEEN} ORDER BY seq DESC LIMIT %s"


async def read_page(database: Database, after: int, until: int, tokens: frozenset[str], epoch: int) -> list[Entry]:
    """Up to `PAGE` entries after `after`, not beyond `until`, that meet one of `tokens`, oldest first."""
    rows = await _fetch(database, _FORWARD, (after, until, sorted(tokens)))
    return [entry_of(row, epoch) for row in rows]


async def read_back(database: Database, until: int, tokens: frozenset[str], epoch: int, limit: int) -> list[Entry]:
    """Up to `limit` entries not beyond `until` that meet one of `tokens`, newest first."""
    rows = await _fetch(database, _BACKWARD, (0, until, sorted(tokens), limit))
    return [entry_of(row, epoch) for row in rows]


async def _fetch(database: Database, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Straight from the driver, in its binary form: the bodies are bytes, and there may be many."""
    async with database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        assert isinstance(driver, psycopg.AsyncConnection)
        cursor = await driver.execute(statement.encode(), values, binary=True)
        rows: list[tuple[Any, ...]] = await cursor.fetchall()
        await driver.rollback()
    return rows
