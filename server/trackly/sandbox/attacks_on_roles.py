"""Attacks on the first two layers: a role of its own, and nothing but the views."""

from trackly.sandbox.catalog import VIEWS
from trackly.sandbox.roles import SETTINGS, TEMP_FILE_LIMIT
from trackly.sandbox.target import Finding, Target, rows_of, through, tried, weaker

_ATTRIBUTES = """
SELECT r.rolname AS role, r.rolcanlogin AS logs_in, r.rolconnlimit AS connections,
       r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls AS strong,
       ARRAY(SELECT m.roleid::regrole::text FROM pg_auth_members m WHERE m.member = r.oid) AS member_of
FROM pg_roles r WHERE r.rolname IN (%(reader)s, %(owner)s)"""
_READABLE = """
SELECT n.nspname || '.' || c.relname AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p', 'S') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname !~ '^pg_(toast|temp)'
  AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege(%(role)s, c.oid, 'USAGE, SELECT, UPDATE')
      ELSE has_any_column_privilege(%(role)s, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES') END"""
_WRITABLE = """
SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND (has_table_privilege(%(role)s, c.oid, 'DELETE, TRUNCATE, TRIGGER')
       OR has_any_column_privilege(%(role)s, c.oid, 'INSERT, UPDATE, REFERENCES'))"""
_VIEWS = """
SELECT c.relname AS name, 'security_barrier=true' = ANY (c.reloptions) AS barrier, c.relowner::regrole::text AS owner,
       EXISTS (SELECT FROM pg_class t WHERE t.relowner = c.relowner AND t.relkind IN ('r', 'p')) AS owns_tables,
       ARRAY(SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum) AS columns
FROM pg_class c WHERE c.relnamespace = 'reporting'::regnamespace AND c.relkind = 'v'"""
_SECRETS = """
SELECT a.attrelid::regclass::text || '.' || a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
  AND (a.attname ~ 'password|email|google|token|secret|sealed|preferences|body_full|body_public'
       OR c.relname ~ 'session|token|login|oauth|secret|webhook|mail')
  AND c.relname <> 'sandbox_run' AND has_column_privilege(%(role)s, a.attrelid, a.attnum, 'SELECT')"""
_WRITES = (
    "UPDATE public.issue SET title = 'changed'",
    "DELETE FROM public.sandbox_run",
    "INSERT INTO public.sandbox_grant (user_id, granted_by, granted_at) SELECT 1, 1, now()",
    "INSERT INTO reporting.labels (project_id, name, color) VALUES (1, 'x', '#000000')",
    "CREATE TABLE public.planted (x integer)",
    "CREATE TABLE reporting.planted (x integer)",
    "CREATE TEMPORARY TABLE planted (x integer)",
    "CREATE SCHEMA planted",
)
_FORGED = (
    "SELECT public.append_events(0::smallint, 'planted', ARRAY[now()], ARRAY['planted'], ARRAY['planted:1'],"
    " ARRAY[1::bigint], ARRAY[NULL::bigint], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY['audit'], ARRAY[''::bytea],"
    " ARRAY[NULL::bytea])"
)


async def attributes(target: Target) -> Finding | None:
    roles = target.roles
    rows = {row["role"]: row for row in await target.as_trackly(_ATTRIBUTES, reader=roles.reader, owner=roles.owner)}
    reader, owner = rows.get(roles.reader), rows.get(roles.owner)
    if reader is None or owner is None:
        return through("the roles are not there")
    if reader["strong"] or owner["strong"]:
        return through("a role of SQL reports may do more than read")
    if owner["logs_in"]:
        return through(f"{owner['role']} can log in")
    if reader["member_of"]:
        return through(f"{reader['role']} is a member of {', '.join(reader['member_of'])}")
    return None if reader["connections"] > 0 else through(f"{reader['role']} has no limit of connections")


async def settings(target: Target) -> Finding | None:
    wanted = {**SETTINGS, "search_path": "reporting, pg_temp"}
    query = ", ".join(f"current_setting('{name}') AS {name}" for name in [*wanted, "temp_file_limit"])
    async with target.entered() as connection:
        found = (await rows_of(connection, f"SELECT {query}"))[0]
    for name, value in wanted.items():
        if found[name] != value:
            return through(f"{name} is {found[name]}, it should be {value}")
    if found["temp_file_limit"] != TEMP_FILE_LIMIT:
        reason = f"temp_file_limit is {found['temp_file_limit']}, it should be {TEMP_FILE_LIMIT}"
        return through(reason) if target.closable else weaker(f"{reason}: only a superuser can set it")
    return None


async def becoming_somebody_else(target: Target) -> Finding | None:
    app = f'"{target.roles.app}"'
    connection = await target.reader()
    return await tried(
        connection,
        f"SET ROLE {app}",
        f"SET ROLE {target.roles.owner}",
        f"SET SESSION AUTHORIZATION {app}",
        f"ALTER ROLE {target.roles.reader} CREATEROLE",
        f"GRANT {app} TO {target.roles.reader}",
    )


async def writing(target: Target) -> Finding | None:
    """In a transaction that may write: what refuses here is not the read-only setting."""
    connection = await target.reader()
    await connection.execute("SET default_transaction_read_only = off")
    return await tried(connection, *_WRITES)


async def forging_an_event(target: Target) -> Finding | None:
    connection = await target.reader()
    await connection.execute("SET default_transaction_read_only = off; SET search_path = public")
    return await tried(connection, _FORGED)


async def the_views(target: Target) -> Finding | None:
    found = {row["name"]: row for row in await target.as_trackly(_VIEWS)}
    for view in VIEWS:
        row = found.get(view.name)
        if row is None:
            return through(f"the view {view.name} is not there")
        if not row["barrier"]:
            return through(f"the view {view.name} is no security barrier")
        if row["owner"] != target.roles.owner or row["owns_tables"]:
            return through(f"the view {view.name} belongs to {row['owner']}")
        if row["columns"] != [f"{column.name} {column.type}" for column in view.columns]:
            return through(f"the view {view.name} has other columns than it should")
    return None


async def reading_anything_else(target: Target) -> Finding | None:
    role = target.roles.reader
    readable = {row["name"] for row in await target.as_trackly(_READABLE, role=role)}
    more = readable - {f"reporting.{view.name}" for view in VIEWS}
    writable = {row["name"] for row in await target.as_trackly(_WRITABLE, role=role)}
    if more or writable:
        return through(f"{target.roles.reader} has rights on {', '.join(sorted(more | writable)[:5])}")
    connection = await target.reader()
    return await tried(
        connection,
        "SELECT password_hash FROM public.user_account",
        "SELECT token_hash FROM public.sandbox_run",
        "SELECT body_full FROM public.event_log",
        "SELECT id FROM reporting.own_issue",
        "SELECT rolpassword FROM pg_catalog.pg_authid",
        "SELECT pg_catalog.pg_read_file('postgresql.conf')",
    )


async def secrets_behind_the_views(target: Target) -> Finding | None:
    rows = await target.as_trackly(_SECRETS, role=target.roles.owner)
    names = sorted(row["name"] for row in rows)
    return through(f"{target.roles.owner} may read {', '.join(names[:5])}") if names else None
