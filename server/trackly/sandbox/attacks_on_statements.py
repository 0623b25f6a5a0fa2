"""Attacks on the last layers: the gate, the grammar around a SELECT, and the limits of a run."""

import asyncio
from dataclasses import astuple

from trackly.exports.facade import Caps, hold_backend
from trackly.sandbox.errors import InvalidSql
from trackly.sandbox.gate import check_sql
from trackly.sandbox.guard import MAX_DEPTH
from trackly.sandbox.target import Finding, Target, rows_of, through, tried, weaker

REFUSED = (
    "UPDATE issues SET title = 'x'",
    "SELECT 1; COMMIT; RESET ROLE; UPDATE issue SET title = 'x'",
    "WITH x AS (DELETE FROM issues RETURNING *) SELECT * FROM x",
    "SELECT * INTO planted FROM issues",
    "SELECT * FROM issues FOR UPDATE",
    "SELECT password_hash FROM user_account",
    "SELECT * FROM public.issue",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM pg_authid",
    "SELECT * FROM own_issue",
    "SELECT set_config('role', 'trackly', true)",
    "SELECT query_to_xml('SELECT 1', true, true, '')",
    "SELECT current_setting('reporting.run_token')",
    "SELECT pg_sleep(60)",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT * FROM dblink('host=localhost', 'SELECT 1') AS t(x integer)",
    "SELECT reporting.attach('x')",
    "SELECT 'user_account'::regclass",
    "SELECT '<x/>'::xml",
    "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) CYCLE n SET y USING z SELECT * FROM x",
    "SELECT repeat('x', 1000000000)",
    "SELECT E'\\x41'",
    "SELECT U&'\\0041'",
    "SELECT $$text$$",
    "SELECT 1 OPERATOR(pg_catalog.+) 2",
    "SELECT * FROM issues TABLESAMPLE SYSTEM (1)",
    "COPY issues TO PROGRAM 'cat'",
    "EXPLAIN ANALYZE SELECT 1",
    f"SELECT {'(' * (MAX_DEPTH + 1)}1{')' * (MAX_DEPTH + 1)}",
)
ACCEPTED = (
    "SELECT project, status, count(*) FROM issues GROUP BY 1, 2 ORDER BY 1, 2",
    "WITH late AS (SELECT * FROM issues WHERE overdue) SELECT assignee, count(*) FROM late GROUP BY assignee",
    "SELECT day, sum(created) OVER (ORDER BY day) FROM daily_stats WHERE day >= current_date - 30",
    "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 9) SELECT n FROM n",
    "SELECT key FROM issues WHERE 'bug' = ANY (labels) UNION SELECT issue FROM comments LIMIT 10;",
)
_NOT_ONE_SELECT = (
    "COPY (COMMIT) TO STDOUT",
    "COPY (SELECT 1; SELECT 2) TO STDOUT",
    "COPY (UPDATE public.issue SET title = 'x' RETURNING id) TO STDOUT",
    "COPY (SELECT 1) TO '/tmp/planted'",
    "COPY (SELECT 1) TO PROGRAM 'cat'",
    "DECLARE planted CURSOR FOR DELETE FROM public.issue",
)
_LITTLE_BYTES = 16 * 1024 * 1024
_EATS_MEMORY = "SELECT length(string_agg(repeat('x', 1000), '')) FROM generate_series(1, 40000)"


async def forbidden_sql(_: Target) -> Finding | None:
    return await asyncio.to_thread(_let_through)


async def ordinary_sql(_: Target) -> Finding | None:
    return await asyncio.to_thread(_not_let_through)


def _let_through() -> Finding | None:
    for sql in REFUSED:
        try:
            check_sql(sql, {})
        except InvalidSql:
            continue
        return through(f"the gate lets through: {sql[:80]}")
    return None


def _not_let_through() -> Finding | None:
    for sql in ACCEPTED:
        try:
            text = check_sql(sql, {}).text
            again = check_sql(text, {}).text
        except InvalidSql as error:
            return through(f"the gate refuses an ordinary report: {error.detail}")
        if again != text:
            return through("the gate does not read its own text as it was meant")
    return None


async def another_statement(target: Target) -> Finding | None:
    connection = await target.reader()
    return await tried(connection, *_NOT_ONE_SELECT)


async def running_for_ever(target: Target) -> Finding | None:
    """The time limit ends a statement; here it is set to 10 ms."""
    connection = await target.reader()
    await connection.execute("SET statement_timeout = '10ms'")
    return await tried(
        connection,
        "SELECT count(*) FROM generate_series(1, 1000000000)",
        "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b",
        "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT count(*) FROM x",
    )


async def a_series_without_end(target: Target) -> Finding | None:
    connection = await target.reader()
    await rows_of(connection, "SELECT count(*) FROM reporting.generate_series(1, 100000)")
    return await tried(
        connection,
        "SELECT count(*) FROM reporting.generate_series(1, 1000000)",
        "SELECT count(*) FROM reporting.generate_series(now(), now() + interval '100 years', interval '1 second')",
    )


async def memory_without_end(target: Target) -> Finding | None:
    """Where the server is on this machine; elsewhere its administrator limits it (docs/operate/sql-reports.md)."""
    async with target.entered() as connection:
        if not connection.info.host.startswith("/"):
            return None
        if not hold_backend(connection.pgconn, _LITTLE_BYTES):
            return weaker("the memory of a statement can't be limited from here: the server's own limit remains")
        return await tried(connection, _EATS_MEMORY)


async def files_without_end(_: Target) -> Finding | None:
    return None if all(0 < limit < 2**40 for limit in astuple(Caps())) else through("a file may grow without end")
