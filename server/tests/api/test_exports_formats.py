"""One SELECT in every format, read by real programs: each type as what it is, from one snapshot, the same bytes."""

import asyncio
import csv
import gzip
import io
import json
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from pathlib import Path

import psycopg
import pytest

from tests.support.exports import file_of, make_document, make_job, run, sheet_of, until_somebody_reads
from trackly.exports.facade import (
    Caps,
    Column,
    ColumnType,
    Figure,
    Format,
    ReadPlan,
    bar_chart,
    close_exports,
    export,
    preview,
)
from trackly.exports.guard import guarded_text

EVERYTHING = """
SELECT n, t, d::numeric AS d, f::float8 AS f, b, day::date AS day, at::timestamptz AS at, j::jsonb AS j
FROM (VALUES
  (1, '=1+1', '-12.50', '0.25', true, '2026-11-26', '2026-11-26 06:00:00+00', '{"a": [1, null]}'),
  (2, '-5', 'NaN', 'Infinity', false, 'infinity', '2026-07-01 06:00:00.25+00', '"=x"'),
  (3, '', NULL, NULL, NULL, NULL, NULL, NULL),
  (4, NULL, '-0.10', '-1e-7', true, '1999-12-31', '1970-01-01 00:00+00', '[]'),
  (5, E'two\nlines, "quoted" 漢字 🚀', '9007199254740993', '1e20', true, '2026-01-01', '2026-01-01 00:00+00', '-3')
) AS v (n, t, d, f, b, day, at, j) ORDER BY n"""
ALL: tuple[Format, ...] = ("csv", "xlsx", "json", "ndjson", "pdf", "html")
TYPES = ["integer", "text", "decimal", "float", "boolean", "date", "timestamp", "json"]


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    close_exports()


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        yield connection


async def test_csv(database_url: str, tmp_path: Path):
    done = await run(database_url, EVERYTHING, tmp_path, "csv")
    lines = file_of(done, "csv").read_text(encoding="utf-8").split("\n")
    assert lines[0] == "n,t,d,f,b,day,at,j"
    assert lines[1] == """1,'=1+1,-12.50,0.25,true,2026-11-26,2026-11-26 08:00:00+02,"{""a"": [1, null]}\""""
    assert lines[2] == '''2,-5,NaN,Infinity,false,infinity,2026-07-01 09:00:00.25+03,"""=x"""'''
    assert lines[3] == '3,"",,,,,,'
    assert lines[4].startswith("4,,-0.10,-1e-07,true,1999-12-31,1970-01-01 02:00:00+02,")
    assert [column.type.value for column in done.columns] == TYPES
    assert (done.rows, done.truncated, done.remarks) == (5, False, ())


async def test_json_and_ndjson(database_url: str, tmp_path: Path):
    done = await run(database_url, EVERYTHING, tmp_path, "json", "ndjson")
    array = json.loads(file_of(done, "json").read_text())
    assert array == [json.loads(line) for line in file_of(done, "ndjson").read_text().splitlines()]
    assert array[0] == {
        "n": 1,
        "t": "=1+1",
        "d": -12.5,
        "f": 0.25,
        "b": True,
        "day": "2026-11-26",
        "at": "2026-11-26T08:00:00+02:00",
        "j": {"a": [1, None]},
    }
    assert (array[1]["d"], array[1]["f"], array[1]["day"], array[1]["j"]) == ("NaN", "Infinity", "infinity", "=x")
    assert (array[2]["t"], array[3]["t"]) == ("", None)
    assert '"d": 9007199254740993,' in file_of(done, "json").read_text()


async def test_xlsx(database_url: str, tmp_path: Path):
    done = await run(database_url, EVERYTHING, tmp_path, "xlsx")
    head, first, second, third, _, fifth = sheet_of(file_of(done, "xlsx"))
    assert head == ["n", "t", "d", "f", "b", "day", "at", "j"]
    at = datetime.fromisoformat("2026-11-26T08:00")
    assert first == [1, "=1+1", -12.5, 0.25, True, date(2026, 11, 26), at, '{"a": [1, null]}']
    assert second[1:6] == ["-5", "NaN", "Infinity", False, "infinity"]
    assert third[1:] == [""] * 7
    assert fifth[1:4] == ['two\nlines, "quoted" 漢字 🚀', "9007199254740993", 1e20]


async def test_head_and_packed_rows_are_the_rows(database_url: str, tmp_path: Path):
    done = await run(database_url, EVERYTHING, tmp_path, "csv")
    assert done.head[0][:3] == ["1", "=1+1", "-12.50"]
    assert (done.head[2][1], done.head[3][1]) == ("", None)
    assert done.data is not None
    packed = [json.loads(line) for line in gzip.decompress(done.data.read_bytes()).splitlines()]
    assert packed[0][:5] == [1, "=1+1", -12.5, 0.25, True]


async def test_the_same_plan_gives_the_same_bytes_in_every_format(database_url: str, tmp_path: Path):
    document = make_document(charts=(bar_chart("By b", "t", "n"),), figures=(Figure("Rows", "SELECT 5"),))
    one = await run(database_url, EVERYTHING, tmp_path, *ALL, document=document)
    two = await run(database_url, EVERYTHING, tmp_path, *ALL, document=document)
    assert [file.sha256 for file in one.files] == [file.sha256 for file in two.files]
    assert [chart.svg.read_bytes() for chart in one.charts] == [chart.svg.read_bytes() for chart in two.charts]
    assert [chart.png.read_bytes() for chart in one.charts] == [chart.png.read_bytes() for chart in two.charts]
    assert one.fingerprint == two.fingerprint
    assert [file.format for file in one.files] == [*ALL]
    assert all(file.path.stat().st_size == file.bytes for file in one.files)
    assert {path.name for path in one.files[0].path.parent.iterdir()} == {
        *(file.name for file in one.files),
        *("chart-1.svg", "chart-1.png", "rows.ndjson.gz"),
    }


async def test_programs_get_texts_as_they_are(database_url: str, tmp_path: Path):
    done = await run(database_url, "SELECT '=1' AS \"=a\", '''=1' AS b", tmp_path, "csv", "xlsx", raw=True)
    assert file_of(done, "csv").read_text() == "=a,b\n=1,'=1\n"
    assert sheet_of(file_of(done, "xlsx"))[1] == ["=1", "'=1"]


async def test_the_guard_in_the_database_is_the_one_that_is_told(
    connection: psycopg.AsyncConnection, database_url: str, tmp_path: Path
):
    samples = [
        f"{before}{sign}{after}"
        for before in ("", "'", "''", " ", "\u00a0", "\ufeff", "\u200b\u3000", "\x01", "a", "\t")
        for sign in ("", "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "’", "#", "漢")
        for after in ("", "1", "5.5", "1+1", "x", " ", "-1", "1e5", "%")
    ]
    await connection.execute("CREATE TABLE samples (n int, t text, v varchar, c char(4))")
    async with connection.cursor() as cursor:
        rows = [(number, text, text, text[:3]) for number, text in enumerate(samples)]
        await cursor.executemany("INSERT INTO samples VALUES (%s, %s, %s, %s)", rows)
    done = await run(database_url, "SELECT t, v, c FROM samples ORDER BY n", tmp_path, "csv", "ndjson")
    written = [*csv.reader(io.StringIO(file_of(done, "csv").read_bytes().decode(), newline=""))][1:]
    assert [row[0] for row in written] == [guarded_text(text) for text in samples]
    assert [row[1] for row in written] == [guarded_text(text) for text in samples]
    read = [json.loads(line) for line in file_of(done, "ndjson").read_text().splitlines()]
    assert [row["t"] for row in read] == samples
    assert [row["v"] for row in read] == samples


async def test_times_lengths_and_addresses_are_no_formulas(database_url: str, tmp_path: Path):
    select = (
        "SELECT interval '-1 day' AS i, '-$5.00'::money AS m, time '01:02' AS t, ARRAY['=1'] AS a, '\\x2d'::bytea AS b"
    )
    done = await run(database_url, select, tmp_path, "csv")
    assert file_of(done, "csv").read_text() == "i,m,t,a,b\n-1 days,-$5.00,01:02:00,{=1},\\x2d\n"


async def test_names_that_are_there_twice_and_titles(database_url: str, tmp_path: Path):
    columns = (Column("id", ColumnType.INTEGER, "Number"), Column("id", ColumnType.INTEGER, "Again, =1"))
    plan = ReadPlan(database_url, "SELECT 1 AS id, 2 AS id -- a remark", columns=columns)
    done = await export(make_job(plan, "csv", "json", "xlsx"), tmp_path, lambda _step, _part: None)
    assert file_of(done, "csv").read_text() == 'Number,"Again, =1"\n1,2\n'
    assert json.loads(file_of(done, "json").read_text()) == [{"id": 1, "id_2": 2}]
    assert sheet_of(file_of(done, "xlsx"))[0] == ["Number", "Again, =1"]


async def test_no_rows_is_a_result_too(database_url: str, tmp_path: Path):
    done = await run(database_url, "SELECT 1 AS a WHERE false", tmp_path, *ALL)
    assert (done.rows, done.head) == (0, [])
    assert file_of(done, "csv").read_text() == "a\n"
    assert json.loads(file_of(done, "json").read_text()) == []
    assert file_of(done, "ndjson").read_text() == ""


async def test_what_is_cut_says_so_in_every_file(database_url: str, tmp_path: Path):
    select = "SELECT n FROM generate_series(1, 11) AS n ORDER BY n"
    done = await run(database_url, select, tmp_path, *ALL, caps=Caps(rows=10), file_stem="weekly")
    said = "Only the first 10 rows are here; there are more."
    assert (done.rows, done.truncated, done.remarks) == (10, True, (said,))
    assert file_of(done, "csv").name == "weekly-first-10-rows.csv"
    assert file_of(done, "csv").read_text().splitlines()[-1] == "10"
    assert len(json.loads(file_of(done, "json").read_text())) == 10
    assert said in [row[0] for row in sheet_of(file_of(done, "xlsx"), 1)]
    assert said in file_of(done, "html").read_text()
    exact = await run(database_url, select, tmp_path, "csv", caps=Caps(rows=11))
    assert (exact.rows, exact.truncated) == (11, False)


async def test_rows_figures_charts_and_position_are_of_one_snapshot(
    connection: psycopg.AsyncConnection, database_url: str, tmp_path: Path
):
    await connection.execute("CREATE TABLE ticks AS SELECT n FROM generate_series(1, 3) AS n")
    slow = "SELECT n FROM ticks, pg_sleep(0.2) ORDER BY n"
    plan = ReadPlan(database_url, slow, position="SELECT count(*) FROM ticks")
    document = make_document(
        charts=(bar_chart("Ticks", "a", "n", select="SELECT 'all' AS a, count(*) AS n FROM ticks"),),
        figures=(Figure("Ticks", "SELECT count(*) FROM ticks"), Figure("None", "SELECT NULL")),
        checks=(Figure("Nulls", "SELECT count(*) FROM ticks WHERE n IS NULL"),),
    )
    steps: list[tuple[str, float]] = []

    def tell(step: str, part: float) -> None:
        steps.append((step, part))

    exporting = asyncio.create_task(export(make_job(plan, "csv", document=document), tmp_path, tell))
    await until_somebody_reads(connection, "pg_sleep")
    await connection.execute("INSERT INTO ticks VALUES (4)")
    done = await exporting
    assert (done.rows, done.position) == (3, "3")
    assert done.figures == (("Ticks", "3"), ("None", None))
    assert done.checks == (("Nulls", "0"),)
    assert done.charts[0].spec["data"]["values"] == [{"a": "all", "n": 3}]
    assert [part for _, part in steps] == sorted(part for _, part in steps)


async def test_preview(database_url: str):
    seen = await preview(ReadPlan(database_url, EVERYTHING), limit=4)
    assert (len(seen.rows), seen.truncated) == (4, True)
    assert seen.rows[0] == [1, "=1+1", -12.5, 0.25, True, "2026-11-26", "2026-11-26T06:00:00+00:00", {"a": [1, None]}]
    assert [column.type.value for column in seen.columns] == TYPES
    assert seen.plan_cost is not None
    whole = await preview(ReadPlan(database_url, EVERYTHING), limit=5)
    assert (len(whole.rows), whole.truncated) == (5, False)
