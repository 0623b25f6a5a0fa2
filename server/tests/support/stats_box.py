"""A database of its own with a clock that stands still, and the statistics over both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import text

from tests.support.clock import FixedClock
from tests.support.histories import Change, add_projects, count_naively, dump, read_rows, write_changes
from tests.support.postgres import TestPostgres
from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork
from trackly.kit.db import Database
from trackly.stats.facade import Run, aggregate


class StatsBox:
    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        self.work = UnitsOfWork(database, clock, SilentDoorbell())
        self.zones: dict[int, str] = {}
        self.history: list[Change] = []

    async def projects(self, *zones: str) -> list[int]:
        async with self.work.begin("test") as uow:
            self.zones = await add_projects(uow.session, list(zones))
        return list(self.zones)

    async def write(self, changes: list[Change]) -> None:
        async with self.work.begin("test") as uow:
            await write_changes(uow.session, changes)
        self.history += changes

    async def aggregate(self, *, rebuild: bool = False, patience_s: float = 5.0) -> Run:
        async with self.work.begin("test") as uow:
            return await aggregate(uow, "manual", rebuild=rebuild, patience_s=patience_s)

    async def check(self) -> None:
        """The stored days are what counting one by one gives."""
        async with self.database.sessions() as session:
            assert await read_rows(session) == count_naively(self.history, self.zones, self.clock.now())

    async def execute(self, statement: str) -> None:
        async with self.work.begin("test") as uow:
            await uow.session.execute(text(statement))

    async def dump(self) -> list[dict[str, object]]:
        async with self.database.sessions() as session:
            return await dump(session)


@asynccontextmanager
async def stats_box(postgres: TestPostgres, now: datetime) -> AsyncIterator[StatsBox]:
    with postgres.cloned() as url:
        database = Database.open(url, pool_size=6)
        try:
            yield StatsBox(database, FixedClock(now))
        finally:
            await database.close()
