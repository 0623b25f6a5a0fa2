"""Engines that are used by test after test, each time for another database: what they have compiled stays."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import QueuePool, event
from sqlalchemy.engine import make_url

from trackly.kit.db import Database


@dataclass
class _Kept:
    """`name`: the database to which the engine connects next."""

    database: Database
    name: str

    @property
    def lends(self) -> bool:
        """Whether a test has left a connection open."""
        pool = self.database.engine.sync_engine.pool
        return isinstance(pool, QueuePool) and pool.checkedout() > 0

    def point(self, _dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
        parameters["dbname"] = self.name


_IDLE: dict[tuple[Any, int], list[_Kept]] = {}


@asynccontextmanager
async def reused_database(url: str, pool_size: int, *, stays: bool = False) -> AsyncIterator[Database]:
    """As Database.open, closed in the end; if it `stays`, its connections are there for the next who asks for it."""
    address = make_url(url)
    idle = _IDLE.setdefault((address.set(database=""), pool_size), [])
    kept = idle.pop() if idle else _open(url, pool_size)
    if kept.name != address.database:
        await kept.database.close()
    kept.name = address.database or ""
    try:
        yield replace(kept.database, url=url)
    finally:
        if not stays or kept.lends:
            await kept.database.close()
        idle.append(kept)


async def close_engines() -> None:
    """In the end, whoever used them."""
    for idle in _IDLE.values():
        for kept in idle:
            await kept.database.close()
    _IDLE.clear()


def _open(url: str, pool_size: int) -> _Kept:
    kept = _Kept(Database.open(url, pool_size=pool_size), "")
    event.listen(kept.database.engine.sync_engine, "do_connect", kept.point)
    return kept
