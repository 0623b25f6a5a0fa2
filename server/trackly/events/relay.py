"""Tails the log for this process: reads what is new when the doorbell rings or 250 ms have passed, and passes it on."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import psycopg
import structlog
from psycopg.rows import tuple_row

from trackly.events.broadcaster import Broadcaster
from trackly.events.doorbell import CHANNEL
from trackly.events.log import STREAM, Epochs, open_epochs
from trackly.events.ring import Entry
from trackly.kit.db import Database, libpq_url

log = structlog.get_logger("trackly.events")

POLL_S = 0.25
PROBE_S = 10.0
PAGE = 1000
COLUMNS = "seq, type, entity, project, issue, audience, body_full, body_public"
_READ = f"SELECT {COLUMNS} FROM event_log WHERE stream = {STREAM} AND seq > %s ORDER BY seq LIMIT %s"  # noqa: S608 - constants only


class LogGapError(RuntimeError):
    """A number is missing in the log. It can't be, so it is never skipped in silence."""


def entry_of(row: tuple[Any, ...], epoch: int) -> Entry:
    """The ring's form of a row of `COLUMNS`."""
    seq, kind, entity, project, issue, audience, full, public = row
    cursor = b"id: %d.%d\n" % (epoch, seq)
    whole = cursor + bytes(full)
    return Entry(
        seq,
        kind,
        entity,
        project,
        issue,
        frozenset(audience),
        whole,
        whole if public is None else cursor + bytes(public),
    )


@dataclass
class Relay:
    """One a process. `caught_up_at` (monotonic seconds) is when it last knew that it had everything."""

    database: Database
    broadcaster: Broadcaster
    woken: asyncio.Event
    on_epoch: Callable[[Epochs], None]
    epochs: Epochs = field(default_factory=lambda: Epochs(((1, 1),)))
    caught_up_at: float = field(default_factory=monotonic)
    _retry_s: float = 0.1

    async def start(self) -> None:
        """Find the epoch and the head. Raises what the database raises when it is away."""
        self.epochs = await open_epochs(self.database)
        async with await self._connect() as connection:
            self.broadcaster.ring.start_at(await self._head(connection))
        self.on_epoch(self.epochs)

    async def run(self) -> None:
        """Tail until cancelled; a database that goes away is waited for."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            while True:
                try:
                    async with await self._connect() as connection:
                        await self._resume(connection)
                        self._retry_s = 0.1
                        await self._tail(connection)
                except (psycopg.Error, OSError) as error:
                    log.warning("relay lost the database", error=type(error).__name__)
                    await asyncio.sleep(self._retry_s)
                    self._retry_s = min(1.0, self._retry_s * 2)

    async def _tail(self, connection: "psycopg.AsyncConnection[tuple[Any, ...]]") -> None:
        while True:
            self.woken.clear()
            while await self._advance(connection):
                pass
            self.caught_up_at = monotonic()
            try:
                async with asyncio.timeout(POLL_S):
                    await self.woken.wait()
            except TimeoutError:
                pass

    async def _advance(self, connection: "psycopg.AsyncConnection[tuple[Any, ...]]") -> bool:
        """Read one page and publish it; returns whether there may be more."""
        head = self.broadcaster.ring.head
        cursor = await connection.execute(_READ, (head, PAGE), prepare=True, binary=True)
        rows = await cursor.fetchall()
        if not rows:
            return False
        if rows[0][0] != head + 1 or rows[-1][0] != head + len(rows):
            raise LogGapError(f"the log goes from {head} to {rows[0][0]}…{rows[-1][0]} in {len(rows)} rows")
        epoch = self.epochs.current
        await self.broadcaster.publish([entry_of(row, epoch) for row in rows])
        return len(rows) == PAGE

    async def _resume(self, connection: "psycopg.AsyncConnection[tuple[Any, ...]]") -> None:
        """After a new connection: is it still the same history?"""
        epochs = await open_epochs(self.database)
        head = await self._head(connection)
        if epochs != self.epochs or head < self.broadcaster.ring.head:
            log.warning("another history of the log", epoch=epochs.current, head=head)
            self.epochs = epochs
            self.broadcaster.ring.start_at(head)
            self.on_epoch(epochs)

    async def _head(self, connection: "psycopg.AsyncConnection[tuple[Any, ...]]") -> int:
        cursor = await connection.execute("SELECT last_seq FROM stream_head WHERE stream = 0")
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def _connect(self) -> "psycopg.AsyncConnection[tuple[Any, ...]]":
        return await psycopg.AsyncConnection.connect(
            libpq_url(self.database.url),
            autocommit=True,
            row_factory=tuple_row,
            connect_timeout=3,
            application_name="trackly relay",
        )

    async def _listen(self) -> None:
        """Hear the other processes' doorbells on a connection of its own, probed; LISTEN first, read second."""
        while True:
            try:
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self.woken.set()
                    while True:
                        async for _ in connection.notifies(timeout=PROBE_S):
                            self.woken.set()
                        async with asyncio.timeout(PROBE_S):
                            await connection.execute("SELECT 1")
            except (psycopg.Error, OSError, TimeoutError):
                await asyncio.sleep(0.5)
