"""The roles of SQL reports: are they there as this server wants them, and may it make them so.

To see that all is well costs one statement. Setting up is one transaction under an advisory lock, safe to repeat."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import psycopg
import structlog
from psycopg.rows import dict_row

from trackly.kit.db import libpq_url
from trackly.sandbox.catalog import VIEWS
from trackly.sandbox.roles import Roles, setup_for

_log = structlog.get_logger(__name__)
_PLACE = files("trackly.sandbox").joinpath("sql", "place.sql").read_text(encoding="utf-8")
OLDEST = 150000
_CONNECT_S = 5


@dataclass(frozen=True, slots=True)
class Place:
    """The database as Trackly's own role finds it. `made`: the views have their owner, and the reader may read them."""

    roles: Roles
    version: int
    superuser: bool
    may_make_roles: bool
    fingerprint: str | None
    sealed: str | None
    made: bool

    def is_ready(self, password: str) -> bool:
        """Whether the roles are there, as this server's text makes them, and the views belong to them."""
        return self.made and self.fingerprint == setup_for(self.roles, password).fingerprint


async def connect(url: str) -> psycopg.AsyncConnection[dict[str, Any]]:
    """A connection whose statements commit one by one, with rows by name."""
    return await psycopg.AsyncConnection.connect(
        libpq_url(url), autocommit=True, connect_timeout=_CONNECT_S, row_factory=dict_row
    )


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[psycopg.AsyncConnection[dict[str, Any]]]:
    """As `connect`. It is closed at the end of the block, also when who waits for its last rollback is cancelled:
    psycopg's own block leaves it open then."""
    connection = await connect(url)
    try:
        async with connection:
            yield connection
    finally:
        await connection.close()


async def find_place(connection: psycopg.AsyncConnection[dict[str, Any]]) -> Place:
    """One statement, on a connection of Trackly's own role."""
    cursor = await connection.execute(_PLACE)
    row = await cursor.fetchone()
    assert row is not None
    return Place(
        roles=Roles(row["database"], row["oid"], row["app"]),
        version=row["version"],
        superuser=row["superuser"],
        may_make_roles=row["may_make_roles"],
        fingerprint=row["fingerprint"],
        sealed=row["sealed"],
        made=row["views"] == len(VIEWS) + 1 and row["readable"] == len(VIEWS),
    )


async def set_up(url: str, roles: Roles, password: str) -> None:
    """Run the text of the setup as the role of `url`. Raises psycopg.Error: then nothing is changed."""
    async with connected(url) as connection:
        await connection.execute(setup_for(roles, password).script.encode())
    _log.info("sql_reports_set_up", reader=roles.reader)
