"""What the self-attack attacks: connections as the reader of reports, with run tokens of its own making."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg

from trackly.events.unit_of_work import UnitsOfWork
from trackly.sandbox.commands import close_run, open_run
from trackly.sandbox.queries import Rights
from trackly.sandbox.roles import Roles
from trackly.sandbox.run_tokens import attaching, new_token
from trackly.sandbox.schemas import LayerState
from trackly.sandbox.setup import connect, connected

NOTHING = Rights((), (), everybody=False)
_LIVES = timedelta(minutes=1)
Connection = psycopg.AsyncConnection[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What an attack found. None in its place: the layer held."""

    state: LayerState
    reason: str


def through(reason: str) -> Finding:
    """Something got through, or a layer is not there."""
    return Finding(LayerState.RED, reason)


def weaker(reason: str) -> Finding:
    """It can't be had here, and other layers stand in its place."""
    return Finding(LayerState.AMBER, reason)


@dataclass(slots=True)
class Shared:
    """The reader's connection that attacks use one after the other: the first opens it, `close` closes it."""

    _connection: Connection | None = None

    async def cleared(self, url: str) -> Connection:
        """The connection as a new one is: settings, and whatever else a session has, are gone."""
        if self._connection is None or self._connection.closed:
            self._connection = await connect(url)
        await self._connection.execute("DISCARD ALL")
        return self._connection

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
        self._connection = None


@dataclass(frozen=True, slots=True)
class Target:
    """`closable`: whether this server could take functions of the system away from everybody, so that one that is
    open is no matter of the place."""

    work: UnitsOfWork
    roles: Roles
    reader_url: str
    closable: bool
    version: int
    shared: Shared = field(default_factory=Shared)

    @asynccontextmanager
    async def entered(self, rights: Rights | None = None) -> AsyncIterator[Connection]:
        """A connection of its own as the reader; with `rights`, a token that stands for them is bound to it."""
        async with AsyncExitStack() as held:
            token = None if rights is None else await held.enter_async_context(self.token(rights))
            connection = await held.enter_async_context(connected(self.reader_url))
            for statement in attaching(token) if token else ():
                await connection.execute(statement.encode())
            yield connection

    async def reader(self) -> Connection:
        """The reader's shared connection, without a token, as if it were new. For one attack at a time."""
        return await self.shared.cleared(self.reader_url)

    @asynccontextmanager
    async def token(self, rights: Rights = NOTHING, lives: timedelta = _LIVES) -> AsyncIterator[str]:
        """A run token, good inside of the block."""
        token = new_token()
        async with self.work.begin("sandbox:attack") as uow:
            await open_run(uow, token, rights, None, lives)
        try:
            yield token
        finally:
            async with self.work.begin("sandbox:attack") as uow:
                await close_run(uow, token)

    async def as_trackly(self, query: str, **values: Any) -> list[dict[str, Any]]:
        """The rows of a query of Trackly's own role."""
        as_written = {"no_parameters": not values}  # a % in a query without values is one
        async with self.work.database.one_statement() as connection:
            found = await connection.exec_driver_sql(query, values or None, execution_options=as_written)
            return [dict(row) for row in found.mappings()]


async def rows_of(connection: Connection, query: str) -> list[dict[str, Any]]:
    cursor = await connection.execute(query.encode())
    return await cursor.fetchall()


async def tried(connection: Connection, *statements: str) -> Finding | None:
    """None when each statement is refused; else which one was not. What went through is rolled back."""
    for statement in statements:
        try:
            async with connection.transaction(force_rollback=True):
                await connection.execute(statement.encode())
        except psycopg.Error as error:
            if error.sqlstate is None:
                raise
        else:
            return through(f"this was not refused: {statement}")
    return None
