"""Attacks on the fourth layer: functions that everybody may call in a new database, taken away."""

from trackly.sandbox.roles import CLOSED_FUNCTIONS, OPEN_FUNCTIONS
from trackly.sandbox.target import Finding, Target, through, tried, weaker

_OPEN_SYSTEM = """
SELECT p.oid::regprocedure::text AS name FROM pg_proc p
WHERE p.prokind = 'f' AND p.proname ~ %(closed)s AND has_function_privilege(%(role)s, p.oid, 'EXECUTE') ORDER BY 1"""
_OPEN_ELSEWHERE = """
SELECT p.oid::regprocedure::text AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND has_function_privilege(%(role)s, p.oid, 'EXECUTE') AND has_schema_privilege(%(role)s, n.oid, 'USAGE')
  AND NOT EXISTS (SELECT FROM unnest(%(allowed)s::text[]) a WHERE a::regprocedure = p.oid) ORDER BY 1"""
_ELSE = """
SELECT has_database_privilege(%(role)s, current_database(), 'TEMPORARY') AS temporary,
       has_database_privilege(%(role)s, current_database(), 'CREATE') AS schemas,
       has_language_privilege(%(role)s, 'plpgsql', 'USAGE')
       OR has_language_privilege(%(role)s, 'sql', 'USAGE') AS code"""
_CALLS = (
    "SELECT pg_catalog.set_config('statement_timeout', '0', false)",
    "UPDATE pg_catalog.pg_settings SET setting = '0' WHERE name = 'statement_timeout'",
    "SELECT pg_catalog.pg_notify('trackly', '')",
    "SELECT pg_catalog.pg_try_advisory_xact_lock(7211, 0)",
    "SELECT pg_catalog.pg_sleep(0)",
    "SELECT pg_catalog.pg_cancel_backend(0)",
    "SELECT pg_catalog.pg_terminate_backend(0)",
    "SELECT pg_catalog.lo_from_bytea(0, 'x')",
    "SELECT pg_catalog.query_to_xml('SELECT 1', true, true, '')",
    "SELECT pg_catalog.ts_stat('SELECT to_tsvector(''x'')')",
    "SELECT pg_catalog.pg_stat_get_activity(NULL)",
    "DO $$ BEGIN PERFORM 1; END $$",
)


async def functions_of_the_system(target: Target) -> Finding | None:
    rows = await target.as_trackly(_OPEN_SYSTEM, closed=CLOSED_FUNCTIONS, role=target.roles.reader)
    names = [row["name"] for row in rows]
    if not names:
        return None
    reason = (
        f"everybody may call {names[0]} and {len(names) - 1} others" if names[1:] else f"everybody may call {names[0]}"
    )
    return through(reason) if target.closable else weaker(f"{reason}: only a superuser can take that away")


async def calling_them(target: Target) -> Finding | None:
    if not target.closable and await functions_of_the_system(target):
        return None
    connection = await target.reader()
    await connection.execute("SET default_transaction_read_only = off")
    return await tried(connection, *_CALLS)


async def functions_of_others(target: Target) -> Finding | None:
    rows = await target.as_trackly(_OPEN_ELSEWHERE, role=target.roles.reader, allowed=list(OPEN_FUNCTIONS))
    names = [row["name"] for row in rows]
    if not names:
        return None
    reason = f"everybody may call {', '.join(names[:5])}, which are no part of PostgreSQL"
    return through(reason) if target.closable else weaker(reason)


async def tables_and_code_of_its_own(target: Target) -> Finding | None:
    (row,) = await target.as_trackly(_ELSE, role=target.roles.reader)
    if row["temporary"] or row["schemas"]:
        return through("the reader may make tables")
    if row["code"]:
        reason = "everybody may write functions"
        return through(reason) if target.closable else weaker(f"{reason}: only a superuser can take that away")
    return None
