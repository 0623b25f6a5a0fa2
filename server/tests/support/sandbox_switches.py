"""How each layer of the sandbox is switched off, one thing at a time."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Switch:
    """`off` breaks `layer`, so that an attack tells `reason`. `on` mends what setting up anew does not."""

    layer: int
    off: str
    reason: str
    on: str = "SELECT 1"


_LABELS = (
    "CREATE OR REPLACE VIEW reporting.labels WITH (security_barrier) AS"
    " SELECT l.project_id, p.key AS project, l.name, l.color FROM label l LEFT JOIN project p ON p.id = l.project_id"
    " WHERE "
)
_RIGHTS = "l.project_id = ANY ((SELECT r.known FROM reporting.rights() r)::bigint[])"
_RIGHT_LABELS = f"{_LABELS}{_RIGHTS}"
_ANYBODYS_TOKEN = """
CREATE OR REPLACE FUNCTION reporting.rights(
    OUT whole bigint[], OUT partly bigint[], OUT known bigint[], OUT person bigint, OUT everybody boolean
) LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED BEGIN ATOMIC
    SELECT r.whole, r.partly, r.whole || r.partly, r.user_id, r.everybody FROM sandbox_run r WHERE {0};
END"""
_BY_SETTING = "r.token_hash = sha256(convert_to(current_setting('reporting.run_token', true), 'UTF8'))"
_BOUND = (
    f"{_BY_SETTING} AND r.backend_pid = pg_backend_pid() AND r.expires_at > clock_timestamp()"
    " AND r.backend_start = (SELECT a.backend_start FROM pg_stat_get_activity(pg_backend_pid()) a)"
)
_SHORT = """
CREATE OR REPLACE FUNCTION reporting.ensure_short(steps double precision) RETURNS void LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF steps > 100000 THEN
        RAISE EXCEPTION 'generate_series may give 100,000 rows at most' USING ERRCODE = 'program_limit_exceeded';
    END IF;
END $$"""
_MAY_APPEND = (
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC; GRANT ALL ON ALL TABLES IN SCHEMA public TO {reader};"
    " GRANT ALL ON FUNCTION pg_advisory_xact_lock(integer, integer), set_config TO {reader}"
)
_MAY_NOT_APPEND = (
    "REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;"
    " REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {reader};"
    " REVOKE ALL ON FUNCTION pg_advisory_xact_lock(integer, integer), set_config FROM {reader}"
)
_PLANTED = "CREATE FUNCTION public.{0}(text) RETURNS integer LANGUAGE sql AS 'SELECT 1'"

SWITCHES = (
    Switch(1, "GRANT trackly TO {reader}", "is a member of trackly"),
    Switch(1, "ALTER ROLE {reader} SET default_transaction_read_only = off", "default_transaction_read_only is off"),
    Switch(1, "ALTER ROLE {reader} SET statement_timeout = 0", "statement_timeout is 0"),
    Switch(1, "ALTER ROLE {reader} RESET temp_file_limit", "temp_file_limit is -1"),
    Switch(1, "ALTER ROLE {reader} SET search_path = public", "search_path is public"),
    Switch(1, "ALTER ROLE {reader} CREATEROLE", "may do more than read"),
    Switch(1, "ALTER ROLE {reader} SUPERUSER", "may do more than read"),
    Switch(1, "ALTER ROLE {owner} LOGIN", "can log in"),
    Switch(1, "ALTER ROLE {reader} CONNECTION LIMIT -1", "no limit of connections"),
    Switch(
        1, "GRANT CREATE ON SCHEMA public TO {reader}", "was not refused", "REVOKE ALL ON SCHEMA public FROM {reader}"
    ),
    Switch(1, _MAY_APPEND, "was not refused: SELECT public.append_events", _MAY_NOT_APPEND),
    Switch(
        2,
        "ALTER VIEW reporting.issues RESET (security_barrier)",
        "is no security barrier",
        "ALTER VIEW reporting.issues SET (security_barrier)",
    ),
    Switch(2, "ALTER VIEW reporting.issues OWNER TO trackly", "belongs to trackly"),
    Switch(
        2,
        "GRANT SELECT (email) ON user_account TO {reader}",
        "has rights on public.user_account",
        "REVOKE ALL (email) ON user_account FROM {reader}",
    ),
    Switch(
        2,
        "GRANT SELECT (password_hash) ON user_account TO {owner}",
        "may read user_account.password_hash",
        "REVOKE ALL (password_hash) ON user_account FROM {owner}",
    ),
    Switch(
        2,
        "GRANT UPDATE (title) ON issue TO {reader}",
        "has rights on public.issue",
        "REVOKE ALL (title) ON issue FROM {reader}",
    ),
    Switch(3, f"{_LABELS}true", "shows rows without a run token", _RIGHT_LABELS),
    Switch(3, f"{_LABELS}{_RIGHTS} OR true", "shows rows without a run token", _RIGHT_LABELS),
    Switch(3, f"{_LABELS}{_RIGHTS} OR p.key = 'BBB'", "shows another project's rows", _RIGHT_LABELS),
    Switch(3, f"{_LABELS}false", "the view labels does not ask for rights", _RIGHT_LABELS),
    Switch(3, _ANYBODYS_TOKEN.format(_BY_SETTING), "in its settings", _ANYBODYS_TOKEN.format(_BOUND)),
    Switch(4, "GRANT EXECUTE ON FUNCTION set_config TO PUBLIC", "may call set_config"),
    Switch(
        4,
        "GRANT EXECUTE ON FUNCTION pg_sleep TO {reader}",
        "may call pg_sleep",
        "REVOKE ALL ON FUNCTION pg_sleep FROM {reader}",
    ),
    Switch(4, _PLANTED.format("dblink"), "may call dblink(text)", "DROP FUNCTION public.dblink"),
    Switch(4, _PLANTED.format("fetched"), "fetched(text), which are no part", "DROP FUNCTION public.fetched"),
    Switch(4, "GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC", "everybody may write functions"),
    Switch(4, "GRANT TEMPORARY ON DATABASE {database} TO PUBLIC", "the reader may make tables"),
    Switch(
        7,
        "CREATE OR REPLACE FUNCTION reporting.ensure_short(steps double precision) RETURNS void LANGUAGE sql AS ''",
        "was not refused: SELECT count(*) FROM reporting.generate_series",
        _SHORT,
    ),
)
