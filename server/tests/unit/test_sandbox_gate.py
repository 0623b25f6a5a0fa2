"""What the gate reads, how it writes it again, and how it says where something is wrong."""

import pytest

from trackly.sandbox.catalog import VIEWS
from trackly.sandbox.dialect import TooInvolved, statements_of, tokens_of
from trackly.sandbox.facade import InvalidSql, ParameterType, check_foreign_sql, check_sql
from trackly.sandbox.guard import MAX_CHARS, MAX_DEPTH

READ_AS = {
    "select Key, ISSUES.Title from Issues;": 'SELECT "key", "issues"."title" FROM "reporting"."issues"',
    "SELECT count(*), status FROM reporting.issues GROUP BY 2": (
        'SELECT count(*), "status" FROM "reporting"."issues" GROUP BY 2'
    ),
    "SELECT 1 -- what is hidden\n, /* here */ 2": "SELECT 1, 2",
    "SELECT 'it''s', ';', '\\', '--'": "SELECT 'it''s', ';', '\\', '--'",
    'SELECT "a""b" FROM (SELECT 1 AS "a""b") x': 'SELECT "a""b" FROM (SELECT 1 AS "a""b") AS "x"',
    "WITH issues AS (SELECT 1 AS n) SELECT n FROM issues": (
        'WITH "issues" AS (SELECT 1 AS "n") SELECT "n" FROM "issues"'
    ),
    "WITH a AS (SELECT key FROM issues), b AS (SELECT key FROM a) SELECT key FROM b": (
        'WITH "a" AS (SELECT "key" FROM "reporting"."issues"), "b" AS (SELECT "key" FROM "a") SELECT "key" FROM "b"'
    ),
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<9), m AS (SELECT i FROM n) SELECT i FROM m": (
        'WITH RECURSIVE "n"("i") AS (SELECT 1 UNION ALL SELECT "i" + 1 FROM "n" WHERE "i" < 9), '
        '"m" AS (SELECT "i" FROM "n") SELECT "i" FROM "m"'
    ),
    "SELECT d FROM generate_series(1, 3) d": 'SELECT "d" FROM reporting.generate_series(1, 3) AS "d"',
    "SELECT coalesce(changed->'title'->>'new', '') FROM changes": (
        "SELECT coalesce(\"changed\" -> 'title' ->> 'new', '') FROM \"reporting\".\"changes\""
    ),
    "SELECT string_agg(DISTINCT key, ', ' ORDER BY key DESC) FILTER (WHERE overdue) FROM issues": (
        'SELECT string_agg(DISTINCT "key", \', \' ORDER BY "key" DESC) FILTER(WHERE "overdue")'
        ' FROM "reporting"."issues"'
    ),
    "SELECT created_at - interval '7 days', created_at::date FROM issues": (
        'SELECT "created_at" - INTERVAL \'7 DAYS\', CAST("created_at" AS DATE) FROM "reporting"."issues"'
    ),
    "SELECT labels[1], labels[1:2] FROM issues": 'SELECT "labels"[1], "labels"[1:2] FROM "reporting"."issues"',
    "SELECT to_char(created_at, 'IYYY-\"W\"IW') FROM issues": (
        'SELECT to_char("created_at", \'IYYY-"W"IW\') FROM "reporting"."issues"'
    ),
    "(SELECT key FROM issues) UNION ALL SELECT issue FROM comments ORDER BY 1 LIMIT 5 OFFSET 2": (
        '(SELECT "key" FROM "reporting"."issues") UNION ALL SELECT "issue" FROM "reporting"."comments"'
        " ORDER BY 1 LIMIT 5 OFFSET 2"
    ),
}
WRONG = (
    ("", 1, 1, "expected SELECT or WITH"),
    ("UPDATE issues SET title = 'x'", 1, 1, "expected SELECT or WITH"),
    ("SELECT 1; SELECT 2", 1, 9, "one statement"),
    ("select * form issues", 1, 15, "did not expect this"),
    ("SELECT key,\n  titel\nFROM issues", 2, 3, "no column titel, is title meant?"),
    ("SELECT i.hours FROM issues i", 1, 8, "no column hours in issues"),
    ("SELECT *\nFROM isues", 2, 6, "no table isues, is issues meant?"),
    ("SELECT * FROM public.issues", 1, 15, "no table"),
    ("SELECT count(* FROM issues", 1, 16, "expected )"),
    ("SELECT * FROM issues WHERE", 1, 22, "WHERE is not complete"),
    ("SELECT pg_sleep(1)", 1, 8, "the function pg_sleep is not known"),
    ("SELECT pg_catalog.count(*) FROM issues", 1, 8, "without a schema"),
    ('SELECT "count"(*) FROM issues', 1, 8, "without quotes"),
    ("SELECT key FROM issues WHERE project = :projekt", 1, 41, "no parameter projekt"),
    ("SELECT $1", 1, 8, "did not expect this"),
    ("SELECT 'never ends", 1, 8, "expected the end of a text"),
    ("SELECT E'\\n'", 1, 8, "plain quotes"),
    ("SELECT 1_000", 1, 9, "expected a space after a number"),
    ("SELECT 'x'::regclass", 1, 8, "this type is not known"),
    ("SELECT repeat('x', 1001)", 1, 8, "up to 1,000"),
    ("SELECT repeat('x', 10 * 1000)", 1, 8, "up to 1,000"),
    ("SELECT * FROM issues FOR UPDATE", 1, 8, "can't be locked"),
    ("SELECT * INTO x FROM issues", 1, 8, "INTO"),
    ("SELECT a NOT IN (1) = true FROM (SELECT 1 AS a) x", 1, 1, "without a doubt"),
    ("WITH RECURSIVE x(n) AS (SELECT 1) CYCLE n SET y USING z SELECT * FROM x", 1, 16, "SEARCH is not known"),
    ("WITH RECURSIVE x(n) AS (SELECT n FROM issue) SELECT n FROM x", 1, 39, "no table issue"),
    ("WITH RECURSIVE a(n) AS (SELECT n FROM b), b(n) AS (SELECT 1) SELECT n FROM a", 1, 39, "no table b"),
    ("WITH x AS (SELECT * FROM x) SELECT * FROM x", 1, 26, "no table x"),
    ("SELECT strpos(title, description) FROM issues", 1, 22, "what to look for in quotes"),
    ("SELECT replace(title, :project, '') FROM issues", 1, 24, "left(…, 100)"),
    ("SELECT a.labels && b.labels FROM issues a, issues b", 1, 8, "one side to be written out"),
    ("WITH pg_class AS (SELECT 1) SELECT * FROM pg_class", 1, 6, "does not begin as pg_"),
    ("SELECT * FROM (WITH a AS (SELECT 1) SELECT 1) x, a", 1, 50, "no table a"),
    ("SELECT current_user", 1, 1, "who runs the report"),
    (f"SELECT {'(' * (MAX_DEPTH + 1)}1{')' * (MAX_DEPTH + 1)}", 1, 8 + MAX_DEPTH, "nested too deeply"),
    ("SELECT " + "not " * 5 + "true", 1, 24, "signs in a row"),
    ("SELECT '" + "x" * MAX_CHARS + "'", 1, MAX_CHARS + 1, "too long"),
    ("SELECT '\x00'", 1, 1, "NUL"),
    ("SELECT '\ud800'", 1, 1, "lone surrogates"),
)


@pytest.mark.parametrize(("sql", "text"), READ_AS.items(), ids=[sql[:40] for sql in READ_AS])
def test_what_is_read_is_written_again_without_a_doubt(sql: str, text: str) -> None:
    checked = check_sql(sql, {})
    assert checked.text == text
    assert check_sql(text.replace("reporting.generate_series", "generate_series"), {}).text == text


@pytest.mark.parametrize(("sql", "line", "column", "reason"), WRONG, ids=[sql[:30] for sql, *_ in WRONG])
def test_what_is_wrong_is_said_with_its_place(sql: str, line: int, column: int, reason: str) -> None:
    with pytest.raises(InvalidSql) as refused:
        check_sql(sql, {"project": ParameterType.PROJECT})
    assert (refused.value.line, refused.value.column) == (line, column)
    assert reason in refused.value.reason
    assert refused.value.fields == {"line": line, "column": column, "reason": refused.value.reason}


def test_it_is_known_what_a_report_reads_and_which_parameters_it_uses() -> None:
    types = {"day": ParameterType.DATE, "label": ParameterType.LABEL, "who": ParameterType.PERSON}
    sql = (
        "SELECT i.key, (SELECT count(*) FROM comments c WHERE c.issue_id = i.id) FROM issues i"
        " WHERE i.created_at >= :day AND :label = ANY (i.labels) AND i.created_at < :day + 1"
    )
    checked = check_sql(sql, types)
    assert checked.tables == ("comments", "issues")
    assert checked.parameters == {"day": ParameterType.DATE, "label": ParameterType.LABEL}
    assert checked.unused == ("who",)
    assert '"created_at" >= :day' in checked.text


def test_every_view_and_column_may_be_read() -> None:
    for view in VIEWS:
        columns = ", ".join(f"{view.name}.{column.name}" for column in view.columns)
        assert check_sql(f"SELECT {columns} FROM {view.name}", {}).tables == (view.name,)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "array[" * 20 + "1" + "]" * 20,
        "SELECT " + "date (" * 23 + "1" + ")" * 23,
        "SELECT a" + "[1]" * 1200,
        "SELECT 1" + "::int" * 1600,
        "SELECT now()" + " at time zone 'UTC'" * 900,
        "SELECT * FROM issues " + "JOIN issues " * 300 + "ON true " * 300,
    ],
    ids=["arrays", "dates", "places", "casts", "zones", "joins"],
)
def test_what_would_keep_the_parser_for_ever_is_refused(sql: str) -> None:
    with pytest.raises(InvalidSql, match="nested too deeply"):
        check_sql(sql, {})


def test_the_parser_counts_its_steps() -> None:
    sql = "SELECT " + "array[" * 20 + "1" + "]" * 20
    with pytest.raises(TooInvolved):
        statements_of(sql, tokens_of(sql))


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT o.id, c.name FROM sales.orders o JOIN customers c USING (id)", ("customers", "sales.orders")),
        ('SELECT "Id" FROM "Orders"', ("Orders",)),
        ("SELECT n FROM generate_series(1, 100) n", ()),
    ],
)
def test_another_database_has_tables_of_its_own(sql: str, tables: tuple[str, ...]) -> None:
    checked = check_foreign_sql(sql, {})
    assert checked.tables == tables
    assert "reporting" not in checked.text


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT * FROM pg_class", "belongs to the system"),
        ("SELECT * FROM information_schema.tables", "belongs to the system"),
        ('SELECT * FROM "pg_catalog"."pg_class"', "belongs to the system"),
        ("SELECT * FROM other.sales.orders", "not known to reports"),
        ("SELECT pg_read_file('x') FROM orders", "not known to reports"),
        ("SELECT n FROM generate_series(1, 1000000) n", "at most 100,000 apart"),
        ("SELECT n FROM generate_series(1, (SELECT max(id) FROM orders)) n", "expected two numbers"),
        ("DELETE FROM orders", "expected SELECT"),
        ("SELECT * FROM orders FOR UPDATE", "can't be locked"),
    ],
)
def test_another_database_is_behind_the_same_gate(sql: str, reason: str) -> None:
    with pytest.raises(InvalidSql, match=reason):
        check_foreign_sql(sql, {})
