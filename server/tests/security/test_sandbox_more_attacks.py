"""More of what people might write: catalogs and their functions, casts that look things up, errors that talk, what
grows without end, texts that two readers read differently. As `test_sandbox_attacks`, with and without the gate."""

from collections.abc import AsyncIterator

import psycopg
import pytest

from tests.support.issues import make_issue, send
from tests.support.sandbox import WORD, Box, connected, copied, running_box, said
from tests.support.sandbox_attacks import MARK
from trackly.exports.facade import preview
from trackly.sandbox.facade import CheckedSql, InvalidSql, check_sql, close_plan

CATALOG = (
    "SELECT reltuples FROM pg_class WHERE oid = 'public.issue'::regclass",
    "SELECT 'public.user_account'::text::regclass, 'trackly'::regrole, 'public'::regnamespace",
    "SELECT to_regclass('public.issue'), to_regrole('trackly'), to_regproc('reporting.rights')",
    "SELECT CAST('append_events' AS regproc), CAST('=' AS regoper), CAST('english' AS regconfig)",
    "SELECT pg_get_functiondef('reporting.rights()'::regprocedure)",
    "SELECT prosrc FROM pg_proc WHERE proname = 'attach'",
    "SELECT definition FROM pg_views WHERE schemaname = 'reporting'",
    "SELECT * FROM pg_stats_ext; SELECT * FROM pg_stat_user_tables; SELECT * FROM pg_statio_user_indexes",
    "SELECT histogram_bounds FROM pg_stats WHERE attname = 'title'",
    "SELECT setting FROM pg_file_settings UNION ALL SELECT setting FROM pg_settings WHERE name = 'data_directory'",
    "SELECT pg_relation_filepath('public.issue'), pg_relation_size('public.issue'), pg_database_size('trackly')",
    "SELECT pg_column_size(i), pg_column_compression(title) FROM issues i",
    "SELECT current_database(), current_schema(), current_schemas(true), current_catalog",
    "SELECT current_user, session_user, user, current_role, system_user",
    "SELECT pg_has_role('trackly', 'MEMBER'), has_table_privilege('public.issue', 'SELECT')",
    "SELECT obj_description('public.issue'::regclass), col_description('public.issue'::regclass, 1)",
    "SELECT pg_describe_object('pg_class'::regclass, 'public.issue'::regclass, 0)",
    "SELECT pg_identify_object_as_address(classid, objid, objsubid) FROM pg_depend",
    "SELECT txid_current(), pg_current_xact_id(), pg_current_snapshot(), pg_current_wal_lsn()",
    "SELECT pg_backend_pid(), pg_blocking_pids(1), pg_postmaster_start_time(), pg_conf_load_time()",
    "SELECT * FROM pg_locks; SELECT * FROM pg_prepared_statements; SELECT * FROM pg_cursors",
    "SELECT * FROM pg_get_keywords(), pg_timezone_names, pg_config",
    "SELECT * FROM pg_ls_logdir(), pg_ls_waldir(), pg_ls_tmpdir()",
    "SELECT pg_reload_conf(), pg_rotate_logfile(), pg_promote()",
    "SELECT pg_stat_reset(), pg_stat_reset_shared('bgwriter'), pg_stat_clear_snapshot()",
    "SELECT pg_create_restore_point('x'), pg_switch_wal(), pg_replication_origin_create('x')",
    "SELECT pg_create_physical_replication_slot('planted'); SELECT * FROM pg_replication_slots",
    "SELECT currval('public.issue_id_seq'), lastval(), last_value FROM public.issue_id_seq",
    "SELECT pg_sequence_last_value('public.issue_id_seq'::regclass)",
    "SELECT pg_get_serial_sequence('public.issue', 'id'), pg_size_pretty(1::bigint)",
)
ROLES = (
    "SET LOCAL ROLE NONE; SELECT title FROM public.issue",
    "WITH x AS (SELECT set_config('reporting.run_token', '', false)) SELECT * FROM issues, x",
    "SELECT i.title FROM issues i ORDER BY (SELECT set_config('search_path', 'public', true))",
    "SELECT count(*) FILTER (WHERE set_config('row_security', 'off', true) = 'off') FROM issues",
    "START TRANSACTION READ WRITE; UPDATE public.issue SET title = 'x'; COMMIT",
    "COMMIT PREPARED 'x'; PREPARE TRANSACTION 'x'",
    "SAVEPOINT a; SET TRANSACTION READ WRITE; DELETE FROM public.comment",
    "COMMIT AND CHAIN; SET SESSION AUTHORIZATION DEFAULT; SELECT title FROM public.issue",
    "ALTER ROLE CURRENT_USER SET default_transaction_read_only = off",
    "ALTER ROLE CURRENT_USER PASSWORD 'x'",
    "ALTER ROLE CURRENT_USER CONNECTION LIMIT -1",
    "ALTER DATABASE CURRENT RESET ALL; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
    "REASSIGN OWNED BY CURRENT_USER TO trackly",
    "CREATE ROLE planted SUPERUSER",
    "CREATE PROCEDURE planted() LANGUAGE sql AS 'SELECT 1'; CALL planted()",
    "CREATE OPERATOR reporting.=== (LEFTARG = text, RIGHTARG = text, PROCEDURE = texteq)",
    "CREATE TYPE planted AS ENUM ('x'); CREATE DOMAIN planted2 AS text",
    "CREATE EVENT TRIGGER planted ON ddl_command_end EXECUTE FUNCTION now()",
    "CREATE SUBSCRIPTION planted CONNECTION 'host=127.0.0.1' PUBLICATION x",
    "CREATE SERVER planted FOREIGN DATA WRAPPER postgres_fdw; IMPORT FOREIGN SCHEMA public FROM SERVER planted INTO x",
    "SECURITY LABEL ON TABLE public.issue IS 'x'; ALTER LARGE OBJECT 1 OWNER TO CURRENT_USER",
    "DECLARE c CURSOR WITH HOLD FOR SELECT title FROM public.issue; FETCH ALL FROM c",
    "PREPARE p (text) AS SELECT $1; EXECUTE p ((SELECT title FROM public.issue LIMIT 1))",
    "SELECT pg_catalog.pg_advisory_unlock_all(), pg_catalog.pg_advisory_xact_lock_shared(1)",
    "SELECT reporting.attach(current_setting('reporting.run_token')), reporting.as_of()",
    "SELECT (reporting.rights()).whole, pg_catalog.array_agg(x) FROM reporting.rights() x",
    "SELECT whole FROM reporting.rights()",
    "SELECT public.lo_export(1, 'x'), pg_catalog.lo_get(1), pg_catalog.loread(1, 1)",
)
OTHER_ROWS = (
    "SELECT i FROM issues i WHERE i::text LIKE '%" + MARK + "%'",
    "SELECT key FROM issues i WHERE i OPERATOR(pg_catalog.*=) i",
    "SELECT 1 FROM issues WHERE title OPERATOR(pg_catalog.~) '" + MARK + "'",
    "SELECT 'x' OPERATOR(pg_catalog.||) string_agg(title, ',') FROM public.issue",
    'SELECT * FROM reporting."own_issue" o JOIN issues i ON i.id <> o.id',
    "SELECT coalesce(a.title, b.title) FROM issues a RIGHT JOIN issues b ON a.project_id = 2 AND b.project_id = 2",
    "SELECT key FROM issues WHERE (SELECT count(*) FROM comments WHERE body ~ '" + MARK + "') > 0",
    "SELECT json_object_agg(name, id) FROM projects",
    "SELECT max(bytes), string_agg(name, '/') FROM attachments GROUP BY CUBE (project, content_type)",
    "SELECT name, row_number() OVER (ORDER BY id DESC) FROM projects WHERE id >= ALL (SELECT project_id FROM labels)",
    "SELECT to_jsonb(c.*) #>> '{changed,title,new}' FROM changes c WHERE type LIKE 'issue.%' OR project_id IS NULL",
    "SELECT DISTINCT ON (project) project, day, created FROM daily_stats ORDER BY project, day DESC",
    "SELECT * FROM issues i, LATERAL (SELECT * FROM issues j WHERE j.project_id > i.project_id) k",
    (
        "WITH RECURSIVE x AS (SELECT id FROM projects UNION SELECT x.id + 1 FROM x WHERE x.id < 1000)"
        " SELECT p.* FROM x JOIN projects p USING (id)"
    ),
    "SELECT xmax, cmin FROM comments UNION SELECT tableoid, 1 FROM comments",
    "SELECT * FROM issues * WHERE true OR 1 / 0 = 1",
    'SELECT title COLLATE "C" FROM issues ORDER BY title COLLATE "und-x-icu"',
    "SELECT ROW(i.*)::public.issue FROM issues i",
    "SELECT (jsonb_populate_record(NULL::public.user_account, '{}')).*",
    "SELECT (SELECT u FROM people u WHERE u.id = 1)::text::public.user_account",
    "SELECT CAST(title AS integer) FROM issues WHERE project = 'BBB'",
    "SELECT title::timestamptz FROM issues WHERE title ~ '" + MARK + "'",
    "SELECT width_bucket(1, ARRAY[length(title), 1]) FROM issues WHERE title ~ '" + MARK + "'",
    "SELECT key FROM issues WHERE key = 'BBB-1' AND 1 / (id - id) = 1",
    "SELECT i.title FROM ONLY (reporting.issues) i",
    "SELECT people FROM people WHERE people::text ~ 'argon2'",
)
GROWTH = (
    "SELECT jsonb_pretty(jsonb_agg(to_jsonb(repeat('{', 1000)))) FROM generate_series(1, 100000) a, issues",
    "SELECT string_agg(repeat(repeat('x', 1000), 1000), '') FROM generate_series(1, 100000)",
    "SELECT repeat(t, 1000) FROM (SELECT repeat('y', 1000) AS t) a, generate_series(1, 100000) b",
    "SELECT rpad(lpad('x', 1000, 'y'), 1000, 'z') FROM generate_series(1, 100000) a, generate_series(1, 100000) b",
    "SELECT xmlelement(name x, xmlagg(xmlelement(name y))) FROM generate_series(1, 100000)",
    "SELECT xpath('//x', ('<x>' || repeat('<y/>', 1000) || '</x>')::xml)",
    "SELECT array_agg(array_append(array_cat(ARRAY[a], ARRAY[a]), a)) FROM generate_series(1, 100000) a, issues i",
    "WITH RECURSIVE f(n, m) AS (SELECT 1::numeric, 2::numeric UNION ALL SELECT m, n * m FROM f) SELECT * FROM f",
    (
        "WITH RECURSIVE f(j) AS (SELECT jsonb_build_array(1) UNION ALL SELECT jsonb_build_array(j, j) FROM f)"
        " SELECT count(j) FROM f"
    ),
    "SELECT power(10::numeric, 100000) * power(10::numeric, 31000), factorial(30000), 10::numeric ^ 131071",
    "SELECT round(1 / 3.0, 16000), trunc(sqrt(2.0::numeric(1000, 900)), 900) FROM generate_series(1, 100000)",
    "SELECT 'a' SIMILAR TO '((a|b)*(c|d)*)*e', repeat('ab', 500) ~* '(a*b*)*c(?=x)' FROM generate_series(1, 100000)",
    r"SELECT regexp_like(repeat('a', 1000), '(a{1,255}){1,255}$'), regexp_replace('x', '(x{255}){255}', 'y')",
    r"SELECT regexp_match(repeat('xy', 500), '^(?:(?:x|xy|y)+)+\Z(?<!y)') FROM generate_series(1, 1000)",
    "SELECT to_char(1e100::numeric, repeat('9', 1000) || 'EEEE'), to_char(now(), repeat('TMMonth', 140))",
    "SELECT generate_series(1, 100000) AS a, generate_series(1, 99991) AS b, generate_series(1, 99989) AS c ORDER BY 1",
    "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY repeat('x', 1000) || a) FROM generate_series(1, 100000) a",
    "SELECT count(*) FROM generate_series('infinity'::timestamp, 'infinity'::timestamp, interval '0')",
    "SELECT count(*) FROM generate_series(now(), now() + interval '1 day', interval '-1 microsecond')",
    "SELECT count(*) FROM generate_series(1, 2147483647, 21475) a, generate_series(1, 100000, 1) b",
    "SELECT count(*) FROM generate_series(timestamp '0001-01-01', timestamp '9999-12-31', interval '1 microsecond')",
    "SELECT DISTINCT a.* FROM changes a, changes b, changes c, changes d, changes e, changes f, changes g, changes h",
)
TEXTS = (
    'SELECT 1 AS "a\u202e"; DELETE FROM public.comment',
    "SELECT title FROM issues -- \u2028; DELETE FROM public.comment",
    "SELECT title FROM issues -- \r DELETE FROM public.comment",
    "SELECT 'a' /* ' */ 'b'; DELETE FROM public.comment",
    "SELECT 'a'\n'; DELETE FROM public.comment; --'",
    "SELECT $\u00e9$x$\u00e9$; DELETE FROM public.comment",
    "SELECT $$x$$ || $y$ $$ $y$, $z$; DELETE FROM public.comment; $z$",
    "SELECT e'\\x27; DELETE FROM public.comment; --'",
    "SELECT U&'!0027; DELETE FROM public.comment; --' UESCAPE '!'",
    "SELECT B'1' X'FF', N'x'; DELETE FROM public.comment",
    "SELECT '\uff07; DELETE FROM public.comment; --'",
    "SELECT /*! title FROM public.issue */ 1",
    "SELECT /*+ SeqScan(issue) */ title FROM issues; /**/ TABLE public.issue",
    "SELECT title FROM \u0131ssues",
    "SELECT title FROM \uff49\uff53\uff53\uff55\uff45\uff53",
    "\u200bSELECT title FROM issues; COMMIT",
    "SELECT 1 WHERE 1=1;;;SELECT 2;",
    "SELECT title FROM issues WHERE id = $1; DEALLOCATE ALL",
    "SELECT :x; SELECT :'y', :\"z\" \\; DELETE FROM public.comment \\g",
    "SELECT 1 \\gexec",
    "\\copy public.issue to stdout",
    "SELECT 0x_1F, 1_000, 0b1, 0o7; DELETE FROM public.comment",
    "SELECT a.b.c.d.e FROM issues a",
    "SELECT title FROM trackly.public.issue",
    "SELECT (title).public.issue FROM issues",
    "SELECT 1 FROM issues WINDOW w AS (PARTITION BY (SELECT title FROM public.issue LIMIT 1))",
    "SELECT * FROM ROWS FROM (generate_series(1, 2), pg_ls_dir('.')) AS x(a, b)",
    "SELECT * FROM json_to_recordset('[]') AS x(a public.issue)",
    "SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a public.issue PATH '$'))",
    "SELECT * FROM XMLTABLE('/' PASSING '<x/>' COLUMNS a text PATH '/')",
    "SELECT GROUPING(title), concat(VARIADIC ARRAY(SELECT title FROM public.issue)) FROM issues GROUP BY title",
    "SELECT concat(VARIADIC ARRAY['a', 'b']), make_interval(days => 1, secs => (SELECT 1))",
    "SELECT CASE WHEN EXISTS (TABLE public.issue) THEN 1 END",
    "(((SELECT 1))) UNION (VALUES (1)) EXCEPT TABLE public.issue",
    "SELECT ARRAY(TABLE public.issue), ARRAY(VALUES ((SELECT 1)))",
    "SELECT NOT NULL IS NULL IS UNKNOWN IS DISTINCT FROM NOT TRUE",
    "SELECT 1 = ANY ('{1,2}'), - - 1, + + 1, @ -5, |/ 25.0, 5 !=- 1, ~ 1, 1 # 2, 1 << 2, 'a' ^@ 'a'",
)
ALL = (*CATALOG, *ROLES, *OTHER_ROWS, *GROWTH, *TEXTS)
NAMED = [pytest.param(sql, id=f"{number:03}-{sql[:40]!a}") for number, sql in enumerate(ALL)]


@pytest.fixture(scope="module")
async def box(postgres, tmp_path_factory) -> AsyncIterator[Box]:
    async with running_box(postgres, tmp_path_factory.mktemp("sandbox")) as made:
        yield made


@pytest.mark.parametrize("sql", NAMED)
async def test_as_a_report(box: Box, sql: str) -> None:
    checked = _read(sql)
    if isinstance(checked, InvalidSql):
        assert checked.line >= 1 and checked.column >= 1 and checked.reason
        return
    before = await box.fingerprint()
    plan = await box.plan_checked(checked, None, {})
    try:
        async with connected(plan) as connection:
            _ensure_nothing_of_b(sql, await copied(connection, plan.select))
    except psycopg.Error as error:
        _ensure_nothing_of_b(sql, str(error))
    finally:
        await close_plan(box.app.work, plan)
    assert await box.still_there() == []
    assert await box.fingerprint() == before


@pytest.mark.parametrize("sql", NAMED)
async def test_as_it_stands_on_a_connection_of_the_reader(box: Box, sql: str) -> None:
    before = await box.fingerprint()
    plan = await box.plan("SELECT 1")
    try:
        async with connected(plan) as connection:
            _ensure_nothing_of_b(sql, await said(connection, sql))
    except (psycopg.Error, UnicodeError) as error:
        _ensure_nothing_of_b(sql, str(error))
    finally:
        await close_plan(box.app.work, plan)
    assert await box.still_there() == []
    assert await box.fingerprint() == before


def _ensure_nothing_of_b(sql: str, answer: str) -> None:
    assert WORD not in answer and "argon2" not in answer, f"something of the other project was read by: {sql[:200]}"


def _read(sql: str) -> CheckedSql | InvalidSql:
    try:
        return check_sql(sql, {})
    except InvalidSql as refused:
        return refused


@pytest.mark.parametrize(
    ("there", "nowhere"),
    [
        (f"SELECT * FROM issue_labels WHERE label = '{WORD}'", "SELECT * FROM issue_labels WHERE label = 'nowhere'"),
        ("SELECT key FROM issues WHERE project_id = 2", "SELECT key FROM issues WHERE project_id = 200"),
        (
            "SELECT key FROM issues WHERE created_at > '2020-01-01'",
            "SELECT key FROM issues WHERE created_at > '2999-01-01'",
        ),
        (f"SELECT name FROM labels WHERE name IN ('{WORD}', 'x')", "SELECT name FROM labels WHERE name IN ('y', 'x')"),
    ],
)
async def test_what_a_preview_costs_tells_nothing_of_rows_that_are_hidden(box: Box, there: str, nowhere: str) -> None:
    """The planner knows how often a value is in the whole table."""
    await _known_by_the_planner(box)
    costs = []
    for sql in (there, nowhere):
        plan = await box.plan(sql)
        try:
            costs.append((await preview(plan)).plan_cost)
        finally:
            await close_plan(box.app.work, plan)
    assert costs[0] is not None and costs[0] == costs[1]


async def test_nor_does_what_a_preview_of_a_dataset_costs(box: Box) -> None:
    await _known_by_the_planner(box)
    answers = []
    for label in (WORD, "nowhere"):
        source = {"kind": "dataset", "dataset": "issues", "filter": f"label:{label}"}
        answer = await send(box.app, box.app.cast.maintainer, "POST", "/api/reports/preview", {"source": source})
        answers.append((answer.status_code, answer.json()["cost"], answer.json()["rows"]))
    assert answers[0] == answers[1]
    assert answers[0][0] == 200 and answers[0][1] > 0 and answers[0][2] == []


async def _known_by_the_planner(box: Box) -> None:
    """As after a while of work: a label that is frequent in BBB alone, and statistics of it."""
    cast = box.app.cast
    for number in range(20):
        await make_issue(box.app, cast.admin, project="BBB", title=f"{WORD} more {number}", labels=[WORD])
    await box.superuser("ANALYZE")
