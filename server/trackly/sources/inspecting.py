"""Looking at a PostgreSQL elsewhere: a test of it in steps, and what there is to read. Nothing of ours is held open."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import psycopg
from psycopg.rows import TupleRow

from trackly.sources.errors import OwnDatabase, SourceUnreachable, SourceUnusable
from trackly.sources.schemas import SchemaColumn, SchemaTable, SourceSchema, SourceTrial, TrialStep
from trackly.sources.servers import Server, reading_only

WITHIN_S = 20.0
COLUMNS_MAX = 20_000
Step = Literal["resolve", "connect", "identity", "read_only", "read"]
_STEPS: tuple[Step, ...] = ("resolve", "connect", "identity", "read_only", "read")
_WHO = "SELECT current_setting('server_version'), current_user, current_database(), r.rolsuper FROM pg_roles r WHERE r.rolname = current_user"  # noqa: E501
_COLUMNS = """
SELECT n.nspname, c.relname, c.relkind IN ('v', 'm'), coalesce(obj_description(c.oid, 'pg_class'), ''),
       CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint END,
       a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
       coalesce(col_description(c.oid, a.attnum), '')
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%%'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY 1, 2, a.attnum LIMIT %s
"""


@dataclass
class _Steps:
    done: list[TrialStep] = field(default_factory=list)
    since: float = field(default_factory=time.perf_counter)

    def tell(self, words: str, *, ok: bool = True) -> None:
        """How the next step went."""
        now = time.perf_counter()
        step = _STEPS[min(len(self.done), len(_STEPS) - 1)]
        self.done.append(TrialStep(step=step, ok=ok, answer=words, ms=round((now - self.since) * 1000)))
        self.since = now


@dataclass(frozen=True)
class Inspector:
    """Looks at servers on behalf of this installation, whose own database it never reads."""

    own_system: str
    own_database: str

    async def test(self, server: Server) -> SourceTrial:
        """Within 20 s in all. What goes wrong ends it, and is its last step."""
        steps = _Steps()
        try:
            async with asyncio.timeout(WITHIN_S):
                await self._go(server, steps)
        except TimeoutError:
            steps.tell(f"not done within {WITHIN_S:.0f} s", ok=False)
        except (psycopg.Error, OSError) as error:
            steps.tell(server.without_secrets(_words(error)), ok=False)
        return SourceTrial(ok=all(step.ok for step in steps.done), steps=steps.done)

    async def _go(self, server: Server, steps: _Steps) -> None:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
        steps.tell(", ".join(dict.fromkeys(str(one[4][0]) for one in found)))
        async with _connected(server) as connection:
            steps.tell(_transport(connection))
            *before, identity = reading_only(self.own_system, self.own_database)
            await connection.execute(identity.encode())
            version, user, database, is_super = await _one(connection, _WHO)
            steps.tell(f"PostgreSQL {version}, {user} in {database}")
            for statement in before:
                await connection.execute(statement.encode())
            (read_only,) = await _one(connection, "SHOW transaction_read_only")
            warning = "; this role is a superuser: give the source one that may only read" if is_super else ""
            steps.tell(f"transaction_read_only is {read_only}{warning}", ok=read_only == "on")
            await _copy_one(connection)
            schema = await _schema(connection)
            steps.tell(f"{len(schema.tables)}{' or more' if schema.truncated else ''} tables and views can be read")

    async def schema(self, server: Server) -> SourceSchema:
        """What the role can read. SourceUnreachable, SourceUnusable with the server's words, OwnDatabase."""
        try:
            async with asyncio.timeout(WITHIN_S), _connected(server) as connection:
                for statement in reading_only(self.own_system, self.own_database):
                    await connection.execute(statement.encode())
                return await _schema(connection)
        except TimeoutError:
            raise SourceUnreachable(f"The server did not answer within {WITHIN_S:.0f} s.", retry_after_s=30) from None
        except psycopg.errors.RaiseException as error:
            raise OwnDatabase(_words(error)) from None
        except psycopg.Error as error:
            if error.sqlstate is not None:
                raise SourceUnusable(server.without_secrets(_words(error))) from None
            if not isinstance(error, psycopg.OperationalError):
                raise
            raise SourceUnreachable(server.without_secrets(_words(error)), retry_after_s=30) from None


@asynccontextmanager
async def _connected(server: Server) -> AsyncIterator[psycopg.AsyncConnection[TupleRow]]:
    connection = await psycopg.AsyncConnection.connect(server.url, autocommit=True)
    try:
        yield connection
    finally:
        with contextlib.suppress(psycopg.Error):
            await connection.close()


async def _one(connection: psycopg.AsyncConnection[TupleRow], statement: str) -> TupleRow:
    row = await (await connection.execute(statement.encode())).fetchone()
    assert row is not None
    return row


async def _copy_one(connection: psycopg.AsyncConnection[TupleRow]) -> None:
    """As exports read."""
    async with connection.cursor() as cursor, cursor.copy("COPY (SELECT 1) TO STDOUT") as copying:
        async for _ in copying:
            continue


async def _schema(connection: psycopg.AsyncConnection[TupleRow]) -> SourceSchema:
    rows = await (await connection.execute(_COLUMNS.encode(), (COLUMNS_MAX + 1,))).fetchall()
    tables: dict[tuple[str, str], dict[str, Any]] = {}
    for schema, name, is_view, said, guess, column, kind, nullable, comment in rows[:COLUMNS_MAX]:
        table = tables.setdefault(
            (schema, name),
            {"schema_name": schema, "name": name, "kind": "view" if is_view else "table", "columns": []}
            | {"description": said, "rows": guess},
        )
        table["columns"].append(SchemaColumn(name=column, type=kind, nullable=nullable, description=comment))
    found = [SchemaTable.model_validate(table) for table in tables.values()]
    return SourceSchema(tables=found, truncated=len(rows) > COLUMNS_MAX)


def _transport(connection: psycopg.AsyncConnection[TupleRow]) -> str:
    secured = "encrypted" if connection.pgconn.ssl_in_use else "not encrypted"
    return f"connected and logged in, {secured}"


def _words(error: Exception) -> str:
    """The server's own words, else those of the driver."""
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        return str(error.diag.message_primary)
    return str(error) or type(error).__name__
