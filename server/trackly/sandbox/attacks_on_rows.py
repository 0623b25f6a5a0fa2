"""Attacks on the third layer: rows come by the run token of the connection, and by nothing else."""

from datetime import timedelta

from trackly.sandbox.catalog import VIEWS
from trackly.sandbox.queries import Rights
from trackly.sandbox.run_tokens import attaching
from trackly.sandbox.target import NOTHING, Connection, Finding, Target, rows_of, through, tried

_WITHOUT_RIGHTS = """
SELECT c.relname::text AS name FROM pg_class c
WHERE c.relnamespace = 'reporting'::regnamespace AND c.relkind = 'v' AND NOT EXISTS (
    SELECT FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    WHERE r.ev_class = c.oid AND d.refclassid = 'pg_proc'::regclass AND d.refobjid = 'reporting.rights()'::regprocedure)
ORDER BY 1"""
_PROJECTS = "SELECT id FROM project ORDER BY id"


async def no_token(target: Target) -> Finding | None:
    connection = await target.reader()
    return await _sees_a_row(connection, "without a run token")


async def no_rights(target: Target) -> Finding | None:
    async with target.entered(NOTHING) as connection:
        return await _sees_a_row(connection, "with a run token that stands for nothing")


async def one_project(target: Target) -> Finding | None:
    """Who may see one project sees no row of another."""
    projects = [int(row["id"]) for row in await target.as_trackly(_PROJECTS)]
    allowed = projects[0] if projects else 0
    async with target.entered(Rights((allowed,), (), everybody=False)) as connection:
        for view in VIEWS:
            column = "id" if view.name == "projects" else "project_id"
            foreign = f"SELECT FROM reporting.{view.name} WHERE {column} <> {allowed} LIMIT 1"
            if view.name != "people" and await rows_of(connection, foreign):
                return through(f"the view {view.name} shows another project's rows")
    return None


async def views_without_the_predicate(target: Target) -> Finding | None:
    names = [row["name"] for row in await target.as_trackly(_WITHOUT_RIGHTS)]
    return through(f"the view {names[0]} does not ask for rights") if names else None


async def somebody_elses_token(target: Target) -> Finding | None:
    """A token that is bound elsewhere: it can't be bound again, and to name it in the settings gains nothing."""
    projects = tuple(int(row["id"]) for row in await target.as_trackly(_PROJECTS))
    async with target.token(Rights(projects, (), everybody=True)) as token, target.entered() as first:
        for statement in attaching(token):
            await first.execute(statement.encode())
        async with target.entered() as other:
            await other.execute("SET default_transaction_read_only = off")
            if await tried(other, attaching(token)[1]):
                return through("a run token could be bound a second time")
            await other.execute(f"SET reporting.run_token = '{token}'".encode())
            return await _sees_a_row(other, "with the token of another connection in its settings")


async def a_token_that_is_over(target: Target) -> Finding | None:
    connection = await target.reader()
    async with target.token(lives=timedelta(0)) as token:
        await connection.execute("SET default_transaction_read_only = off")
        return await tried(connection, attaching(token)[1], "SELECT reporting.attach('guessed')")


async def other_settings(target: Target) -> Finding | None:
    """Who may change every setting still has the rights of the token alone."""
    async with target.entered(NOTHING) as connection:
        for setting in ("row_security = off", "search_path = public, reporting", "reporting.run_token = 'guessed'"):
            await connection.execute(f"SET {setting}".encode())
        return await _sees_a_row(connection, "with other settings")


async def _sees_a_row(connection: Connection, how: str) -> Finding | None:
    for view in VIEWS:
        if await rows_of(connection, f"SELECT FROM reporting.{view.name} LIMIT 1"):
            return through(f"the view {view.name} shows rows {how}")
    return None
