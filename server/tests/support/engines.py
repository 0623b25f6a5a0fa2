"""Engines that are used by test after test, each time for another database: what they have compiled stays."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url

from trackly.kit.db import Database


@dataclass
class _Kept:
    """`name`: the database to which the engine connects next."""

    database: Database
    name: str

    def point(self, _dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
        parameters["dbname"] = self.name


_IDLE: dict[tuple[Any, int], list[_Kept]] = {}


@asynccontextmanager
async def reused_database(url: str, pool_size: int) -> AsyncIterator[Database]:
    """As Database.open, closed in the end."""
    address = make_url(url)
    idle = _IDLE.setdefault((address.set(database=""), pool_size), [])
    kept = idle.pop() if idle else _open(url, pool_size)
    kept.name = address.database or ""
    try:
        yield replace(kept.database, url=url)
    finally:
        await kept.database.close()
        idle.append(kept)


def _open(url: str, pool_size: int) -> _Kept:
    kept = _Kept(Database.open(url, pool_size=pool_size), "")
    event.listen(kept.database.engine.sync_engine, "do_connect", kept.point)
    return kept
