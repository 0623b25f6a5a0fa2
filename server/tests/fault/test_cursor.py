"""Commits that overtake each other: our cursor gives every event once and in order; `id > cursor` does not."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import psycopg
import pytest

from tests.support.postgres import TestPostgres
from trackly.events.envelope import Event
from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork
from trackly.kit.clock import SystemClock
from trackly.kit.db import Database, libpq_url

WRITERS = 24
RUN_S = 20.0
SLOW, ROLLED_BACK = 0.05, 0.05


@dataclass
class Reader:
    """Tails a table by `seq > cursor`, as often as it can."""

    url: str
    table: str
    column: str
    reconnects: bool = False
    seen: list[int] = field(default_factory=list)

    async def run(self, done: asyncio.Event) -> None:
        rest = False
        while not rest:
            rest = done.is_set()
            async with await psycopg.AsyncConnection.connect(libpq_url(self.url), autocommit=True) as connection:
                turns = 3 if self.reconnects else 10**9
                for _ in range(turns):
                    ended = done.is_set()
                    await self._read(connection)
                    if ended:
                        rest = True
                        break
                    await asyncio.sleep(0.002)

    async def _read(self, connection: psycopg.AsyncConnection) -> None:
        cursor = self.seen[-1] if self.seen else 0
        rows = await connection.execute(
            f"SELECT {self.column} FROM {self.table} WHERE {self.column} > %s ORDER BY {self.column} LIMIT 500",
            (cursor,),
        )
        self.seen += [row[0] for row in await rows.fetchall()]


class RolledBack(Exception):
    pass


async def write(work: UnitsOfWork, chance: random.Random, done: asyncio.Event) -> int:
    """Transactions of one writer until `done`; returns how many were committed."""
    committed = 0
    while not done.is_set():
        slow, fails = chance.random() < SLOW, chance.random() < ROLLED_BACK
        try:
            async with work.begin("test") as uow:
                connection = await uow.session.connection()
                await connection.exec_driver_sql("INSERT INTO naive (note) VALUES ('x')")
                uow.record(Event("issue.created", "issue:1", 1, frozenset({"f:admin"}), {"n": 1}, None))
                if slow:
                    await asyncio.sleep(chance.uniform(0.05, 0.2))
                if fails:
                    raise RolledBack
            committed += 1
        except RolledBack:
            pass
    return committed


@pytest.fixture
async def database(postgres: TestPostgres) -> AsyncIterator[Database]:
    with postgres.cloned() as url:
        opened = Database.open(url, pool_size=WRITERS)
        async with opened.engine.begin() as connection:
            await connection.exec_driver_sql("CREATE TABLE naive (id bigserial PRIMARY KEY, note text)")
        yield opened
        await opened.close()


@pytest.mark.timeout(120)
async def test_every_reader_has_every_event_once_and_in_order(database: Database) -> None:
    work = UnitsOfWork(database, SystemClock(), SilentDoorbell())
    stop_writing, stop_reading = asyncio.Event(), asyncio.Event()
    ours = [Reader(database.url, "event_log", "seq", reconnects=n == 2) for n in range(3)]
    naive = Reader(database.url, "naive", "id")
    async with asyncio.TaskGroup() as tasks:
        reading = [tasks.create_task(reader.run(stop_reading)) for reader in (*ours, naive)]
        writing = [tasks.create_task(write(work, random.Random(n), stop_writing)) for n in range(WRITERS)]
        await asyncio.sleep(RUN_S)
        stop_writing.set()
        committed = sum(await asyncio.gather(*writing))
        stop_reading.set()
    assert all(task.done() for task in reading)
    assert committed > 1000
    for reader in ours:
        assert reader.seen == list(range(1, committed + 1))
    assert len(naive.seen) < committed, "the naive reader lost nothing: this run proves nothing"
