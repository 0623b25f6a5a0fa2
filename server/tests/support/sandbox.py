"""SQL reports for tests: a sandbox on the test's database, two projects of which one is nobody's business, and looks at
what an attack left behind."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from tests.support.app import App, running_app
from tests.support.files import attached, picture
from tests.support.issues import edit_issue, make_comment, make_issue, send
from tests.support.people import add_member, make_project
from tests.support.postgres import TestPostgres
from tests.support.sandbox_attacks import MARK
from trackly.exports.facade import Caps, ReadPlan, hold_backend
from trackly.kit.secret_box import SecretBox
from trackly.sandbox.facade import CheckedSql, Sandbox, check_sql, close_plan, plan_sql
from trackly.stats.facade import run_aggregation
from trackly.users.facade import Actor, Role

WORD = f"Q{MARK}a"
"""In everything of the project BBB."""
BOX = SecretBox(["test-secrets-key-6yJ0mQ2vVt9wq8Zk4pXrB1nC7"])
SHORT = "150ms"
"""For what would never end."""
_ENOUGH = "30s"
_MOST_BYTES = 4 * 1024 * 1024


@dataclass
class Box:
    """`reader` is a maintainer of AAA and knows nothing of BBB. `admin` is the superuser's, who sees what is left."""

    app: App
    sandbox: Sandbox
    admin: psycopg.AsyncConnection[Any]
    reader: Actor
    _seen: list[Any] | None = None

    def another(self) -> Sandbox:
        """The sandbox of another process."""
        return Sandbox(self.app.work, BOX, self.sandbox._admin_url)

    async def plan(self, sql: str, reader: Actor | None = None, **values: Any) -> ReadPlan:
        return await self.plan_checked(check_sql(sql, {}), reader, values)

    async def plan_checked(self, checked: CheckedSql, reader: Actor | None, values: Mapping[str, Any]) -> ReadPlan:
        return await plan_sql(self.app.work, self.sandbox, reader or self.reader, checked, values)

    async def read(self, sql: str, reader: Actor | None = None) -> list[str]:
        """The rows of a report in SQL, as lines of CSV. Raises InvalidSql, psycopg.Error."""
        plan = await self.plan(sql, reader)
        try:
            async with connected(plan) as connection:
                return (await copied(connection, plan.select)).splitlines()
        finally:
            await close_plan(self.app.work, plan)

    async def superuser(self, query: str) -> list[Any]:
        cursor = await self.admin.execute(query.encode())
        return await cursor.fetchall() if cursor.description else []

    @property
    def role(self) -> str:
        """The one that reads."""
        assert self.sandbox._access is not None
        return str(make_url(self.sandbox._access.reader_url).username)

    @property
    def database(self) -> str:
        return str(make_url(self.app.work.database.url).database)

    async def still_there(self) -> list[Any]:
        """Connections of the reader of reports that do not end by themselves within five seconds."""
        for _ in range(100):
            found = await self.superuser(f"SELECT query FROM pg_stat_activity WHERE usename = '{self.role}'")
            if not found:
                return []
            await asyncio.sleep(0.05)
        return found

    async def changed(self) -> bool:
        """Whether the database differs from what the last call saw: what an attack does late shows after the next."""
        before, self._seen = self._seen, await self.fingerprint()
        return before is not None and before != self._seen

    async def fingerprint(self) -> list[Any]:
        """Of every row of every table but the run tokens, of what there is, and of who may do what.

        A row that was written has another place and another transaction than before, whatever is in it."""
        tables = await self.superuser(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND relname <> 'sandbox_run' ORDER BY 1"
        )
        kinds = (
            *("pg_class", "pg_proc", "pg_namespace", "pg_type", "pg_db_role_setting", "pg_auth_members"),
            *("pg_extension", "pg_authid", "pg_default_acl", "pg_largeobject_metadata", "pg_rewrite"),
        )
        parts = [
            f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t.ctid::text || t.xmin, 0)), 0) FROM {name} t"
            for name in (*(name for (name,) in tables), *kinds)
        ]
        return await self.superuser(" UNION ALL ".join(parts))


@asynccontextmanager
async def connected(plan: ReadPlan, *, timeout: str = _ENOUGH) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A connection that is ready to read `plan`, with a limit of time, and held as an export holds it."""
    connection = await psycopg.AsyncConnection.connect(plan.url, autocommit=True)
    try:
        async with connection:
            assert hold_backend(connection.pgconn, Caps().database_bytes)
            for statement in (*plan.before, f"SET statement_timeout = '{timeout}'"):
                await connection.execute(statement.encode())
            yield connection
    finally:
        await connection.close()


async def copied(connection: psycopg.AsyncConnection[Any], select: str) -> str:
    """What a report would put into its file: read in one snapshot, by COPY, until it is too much."""
    await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    parts, size = [], 0
    async with connection.cursor() as cursor, cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT csv)".encode()) as copy:
        async for part in copy:
            parts.append(bytes(part))
            size += len(part)
            if size > _MOST_BYTES:
                raise psycopg.errors.ProgramLimitExceeded("too large")
    return b"".join(parts).decode()


async def said(connection: psycopg.AsyncConnection[Any], sql: str) -> str:
    """All that the database answers to a text of any number of statements."""
    async with connection.cursor() as cursor:
        await cursor.execute(sql.encode())
        rows = []
        while True:
            rows += [str(row) for row in (await cursor.fetchmany(2_000) if cursor.description else [])]
            if not cursor.nextset():
                return "\n".join(rows)


def superuser_url(postgres: TestPostgres, url: str) -> str:
    return postgres.superuser_url(str(make_url(url).database))


@asynccontextmanager
async def running_box(postgres: TestPostgres, folder: Path) -> AsyncIterator[Box]:
    """An application whose SQL reports are on, with both projects filled."""
    with postgres.cloned() as url:
        admin_url = superuser_url(postgres, url)
        async with (
            running_app(url, folder) as app,
            await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as admin,
        ):
            sandbox = Sandbox(app.work, BOX, admin_url)
            app.asgi.state.sandbox = sandbox
            await app.asgi.state.relay.start()
            await fill(app)
            await sandbox.attack()
            yield Box(app, sandbox, admin, app.cast.maintainer)


async def fill(app: App) -> None:
    """AAA for the maintainer, BBB for the admin alone: issues, labels, comments, files, changes and numbers in both."""
    cast = app.cast
    for key, word in (("AAA", "Alpha"), ("BBB", WORD)):
        about = {"visibility": "private", "name": f"Project {word}", "description": f"All of {word}"}
        await make_project(app.work, cast.admin, key, **about)
        answer = await send(app, cast.admin, "POST", f"/api/projects/{key}/labels", {"name": word})
        assert answer.status_code == 201, answer.text
        for number in range(3):
            issue = await make_issue(
                app, cast.admin, project=key, title=f"{word} {number}", description=word, severity="HIGH", labels=[word]
            )
            await make_comment(app, cast.admin, issue["key"], f"{word} again")
            await edit_issue(app, cast.admin, issue["key"], status="IN_PROGRESS", title=f"{word} is at work {number}")
        async with await app.as_(cast.admin) as client:
            await attached(client, issue["key"], picture(), f"{word}.png")
    await add_member(app.work, cast.admin, "AAA", cast.maintainer, Role.MAINTAINER)
    await run_aggregation(app.work, "manual")
