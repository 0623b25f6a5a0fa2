"""What somebody is told when their SELECT fails: the reason and the place, and nothing that is not theirs to know."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.exports import make_document, make_job, run
from tests.support.postgres import TestPostgres
from trackly.exports.facade import Chart, ExportFailed, Figure, ReadPlan, close_exports, export, preview
from trackly.exports.snapshot import milliseconds


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    close_exports()


async def failure_of(plan: ReadPlan, folder: Path) -> ExportFailed:
    with pytest.raises(ExportFailed) as failed:
        await export(make_job(plan, "csv"), folder, lambda _step, _part: None)
    return failed.value


@pytest.mark.parametrize(
    ("select", "sqlstate", "position"),
    [
        ("SELECT nothing FROM event_log", "42703", 8),
        ("SELECT 1 FROM\n  no_such_table", "42P01", 17),
        ("SELECT 1 SELEC 2", "42601", 16),
        ("SELECT 1/0 AS a", "22012", None),
        ("SELECT 'x'::int AS a", "22P02", 8),
    ],
)
async def test_a_mistake_has_its_place(
    database_url: str, tmp_path: Path, select: str, sqlstate: str, position: int | None
):
    failed = await failure_of(ReadPlan(database_url, select, sandboxed=True), tmp_path)
    assert (failed.code, failed.sqlstate, failed.position) == ("query", sqlstate, position)
    with pytest.raises(ExportFailed) as seen:
        await preview(ReadPlan(database_url, select, sandboxed=True))
    assert (seen.value.code, seen.value.sqlstate, seen.value.message) == ("query", sqlstate, failed.message)


@pytest.mark.parametrize(
    "select",
    [
        "SELECT 1; DROP TABLE event_log",
        "SELECT 1) TO STDOUT; DROP TABLE event_log; COPY (SELECT 1",
        "COMMIT",
        "DELETE FROM event_log",
        "WITH gone AS (DELETE FROM event_log RETURNING 1) SELECT * FROM gone",
        "CREATE TABLE forged AS SELECT 1 AS a",
        "SELECT 1 AS a INTO forged",
        "SELECT 1 /* never closed",
        "",
        "COPY event_log TO '/tmp/x'",
        "SHOW statement_timeout",
    ],
)
async def test_a_plan_is_one_select_and_reads_only(database_url: str, tmp_path: Path, select: str):
    assert (await failure_of(ReadPlan(database_url, select), tmp_path)).code == "query"
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute("SELECT FROM event_log LIMIT 1")
        found = await (await connection.execute("SELECT to_regclass('forged')")).fetchone()
        assert found == (None,)


@pytest.mark.parametrize("select", ["SELECT setval('event_log_seq', 1)", "SELECT nextval('s') AS a"])
async def test_functions_cannot_write_either(database_url: str, tmp_path: Path, select: str):
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute("CREATE SEQUENCE s")
        await connection.execute("CREATE SEQUENCE IF NOT EXISTS event_log_seq")
    failed = await failure_of(ReadPlan(database_url, select), tmp_path)
    assert (failed.code, failed.sqlstate) == ("query", "25006")


async def test_a_remark_at_the_end_changes_nothing(database_url: str, tmp_path: Path):
    assert (await run(database_url, "SELECT 1 AS a -- the end", tmp_path, "csv")).rows == 1


async def test_hints_are_for_those_who_may_know_the_tables(database_url: str, tmp_path: Path):
    select = "SELECT sec FROM event_log"
    open_words = await failure_of(ReadPlan(database_url, select), tmp_path)
    told = await failure_of(ReadPlan(database_url, select, sandboxed=True), tmp_path / ".")
    assert "Perhaps you meant" in open_words.message
    assert told.message == 'column "sec" does not exist'


async def test_no_role_host_or_path_in_the_words_of_a_sandbox(postgres: TestPostgres, tmp_path: Path):
    url = "postgresql://nobody_there@/nowhere?host=%2Ftmp%2Fno-such-folder&port=5999"
    failed = await failure_of(ReadPlan(url, "SELECT 1", sandboxed=True), tmp_path)
    assert (failed.code, failed.message) == ("connection", "The database can't be reached")
    unknown = postgres.url("trackly_template").replace("trackly@", "no_such_role@")
    refused = await failure_of(ReadPlan(unknown, "SELECT 1", sandboxed=True), tmp_path)
    assert (refused.code, refused.message) == ("connection", "The database can't be reached")
    plain = await failure_of(ReadPlan(url, "SELECT 1"), tmp_path)
    assert plain.message.startswith("The database can't be reached: ")


async def test_a_file_of_the_server_is_not_named(postgres: TestPostgres, database_url: str, tmp_path: Path):
    superuser = postgres.superuser_url(database_url.split("@/")[1].split("?", maxsplit=1)[0])
    select = "SELECT pg_read_file('/no/such/file') AS a"
    failed = await failure_of(ReadPlan(superuser, select, sandboxed=True), tmp_path)
    assert (failed.code, failed.message) == ("query", "The database could not finish this query")


async def test_what_is_said_before_is_said_first_and_not_in_the_snapshot(database_url: str, tmp_path: Path):
    plan = ReadPlan(
        database_url,
        "SELECT current_setting('my.token') AS token, current_setting('transaction_read_only') AS read_only,"
        " current_setting('transaction_isolation') AS isolation, current_setting('TimeZone') AS zone",
        before=("SELECT set_config('my.token', 'abc', false)",),
    )
    done = await export(make_job(plan, "csv"), tmp_path, lambda _step, _part: None)
    assert done.head == [["abc", "on", "repeatable read", "Europe/Helsinki"]]
    broken = ReadPlan(database_url, "SELECT 1", before=("SELECT no_such_function()",))
    assert (await failure_of(broken, tmp_path)).code == "query"


async def test_its_own_time_limit_is_only_ever_shorter(database_url: str, tmp_path: Path):
    select = "SELECT current_setting('statement_timeout') AS a"
    strict = ReadPlan(database_url, select, before=("SET statement_timeout = '5s'",))
    loose = ReadPlan(database_url, select, before=("SET statement_timeout = '5min'",))
    (tmp_path / "b").mkdir()
    kept = await export(make_job(strict, "csv"), tmp_path, lambda _step, _part: None)
    lowered = await export(make_job(loose, "csv"), tmp_path / "b", lambda _step, _part: None)
    assert kept.head == [["5s"]]
    assert milliseconds(str(lowered.head[0][0])) <= 60_000


async def test_a_statement_that_its_role_may_not_run_so_long_is_a_timeout(database_url: str, tmp_path: Path):
    plan = ReadPlan(database_url, "SELECT pg_sleep(600)", before=("SET statement_timeout = '100ms'",))
    failed = await failure_of(plan, tmp_path)
    assert (failed.code, failed.message) == ("timeout", "The query took longer than it may")


@pytest.mark.parametrize("part", ["figure", "chart", "position"])
async def test_mistakes_beside_the_rows_are_told_too(database_url: str, tmp_path: Path, part: str):
    wrong = "SELECT wrong"
    chart = Chart("t", {"data": {"name": "rows"}, "mark": "bar"}, wrong)
    document = make_document(
        figures=(Figure("f", wrong),) if part == "figure" else (), charts=(chart,) if part == "chart" else ()
    )
    plan = ReadPlan(database_url, "SELECT 1 AS a", position=wrong if part == "position" else None)
    with pytest.raises(ExportFailed) as failed:
        await export(make_job(plan, "csv", document=document), tmp_path, lambda _step, _part: None)
    assert (failed.value.code, failed.value.sqlstate) == ("query", "42703")


@pytest.mark.parametrize(("shown", "expected"), [("0", 0), ("30s", 30_000), ("1500ms", 1500), ("2min", 120_000)])
def test_durations_as_the_database_shows_them(shown: str, expected: int):
    assert milliseconds(shown) == expected


async def test_a_preview_of_what_is_nested_too_deeply_says_so(database_url: str) -> None:
    deep = "SELECT CAST(repeat('[', 5000) || repeat(']', 5000) AS jsonb) AS deep"
    with pytest.raises(ExportFailed) as failed:
        await preview(ReadPlan(database_url, deep))
    assert (failed.value.code, "nested too deeply" in failed.value.message) == ("too_large", True)
