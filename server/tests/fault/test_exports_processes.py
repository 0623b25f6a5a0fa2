"""What an export does when it takes too long, too much, is called off, or loses the ground it stands on."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.support.exports import fork_server, make_document, make_job, run, until_somebody_reads
from tests.support.postgres import SERVER
from trackly.exports.facade import (
    Caps,
    ExportFailed,
    ReadPlan,
    bar_chart,
    close_exports,
    export,
    preview,
    warm_up_exports,
)
from trackly.exports.plan import MIB

ENDLESS = "SELECT count(*) FROM generate_series(1, 100000000) AS a, generate_series(1, 1000) AS b"
ENDLESS_ROWS = "SELECT generate_series(1, 2000000000) AS a, repeat('x', 200) AS t"


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    close_exports()


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        yield connection


async def until_no_job_is_left() -> None:
    for _ in range(200):
        if not fork_server().children():
            return
        await asyncio.sleep(0.025)
    raise AssertionError("a process is left")


async def failure_of(url: str, select: str, folder: Path, **over: object) -> ExportFailed:
    with pytest.raises(ExportFailed) as failed:
        await run(url, select, folder, "csv", **over)
    return failed.value


@pytest.mark.parametrize("select", [ENDLESS, "SELECT pg_sleep(600)"])
async def test_a_deadline_ends_process_and_statement(
    connection: psycopg.AsyncConnection, database_url: str, tmp_path: Path, select: str
):
    failed = await failure_of(database_url, select, tmp_path, caps=Caps(seconds=0.5))
    assert failed.code == "timeout"
    await until_somebody_reads(connection, select[:20], 0)
    await until_no_job_is_left()


@pytest.mark.parametrize("select", [ENDLESS, ENDLESS_ROWS, "SELECT pg_sleep(600)"])
async def test_calling_off_ends_process_and_statement(
    connection: psycopg.AsyncConnection, database_url: str, tmp_path: Path, select: str
):
    exporting = asyncio.create_task(run(database_url, select, tmp_path, "csv", caps=Caps(rows=10**9, bytes=10**12)))
    await until_somebody_reads(connection, select[:20])
    exporting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await exporting
    assert not fork_server().children()
    await until_somebody_reads(connection, select[:20], 0)


async def test_a_row_that_is_too_large_is_a_failure_not_an_end(database_url: str, tmp_path: Path):
    select = "SELECT repeat('x', 300000000) AS t"
    failed = await failure_of(database_url, select, tmp_path, caps=Caps(memory_bytes=128 * MIB))
    assert failed.code == "memory"
    await until_no_job_is_left()
    assert (await run(database_url, "SELECT 1 AS a", tmp_path, "csv")).rows == 1


async def test_rows_that_are_too_many_bytes_are_a_failure(database_url: str, tmp_path: Path):
    failed = await failure_of(database_url, ENDLESS_ROWS, tmp_path, caps=Caps(rows=10**9, bytes=5 * MIB))
    assert (failed.code, failed.message) == ("too_large", "This is more than 5 MiB. Ask for fewer rows")
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 5 * MIB


async def test_a_file_that_is_larger_than_the_rows_were_is_a_failure_too(database_url: str, tmp_path: Path):
    select = "SELECT 'a' AS a_rather_long_name_of_a_column FROM generate_series(1, 100000)"
    with pytest.raises(ExportFailed) as failed:
        await run(database_url, select, tmp_path, "json", caps=Caps(bytes=MIB))
    assert failed.value.code == "too_large"


async def test_memory_does_not_grow_with_the_rows(database_url: str, tmp_path: Path):
    select = "SELECT generate_series(1, 300000) AS a, repeat('x', 500) AS t, '-5' AS n"
    caps = Caps(memory_bytes=64 * MIB, seconds=50)
    assert (await run(database_url, select, tmp_path, "csv", "xlsx", "ndjson", caps=caps)).rows == 300_000


async def test_an_endless_chart_ends(database_url: str, tmp_path: Path):
    spec = {
        **bar_chart("t", "a", "n").spec,
        "transform": [{"calculate": "sequence(0, 1e8)", "as": "x"}, {"flatten": ["x"]}],
    }
    chart = bar_chart("t", "a", "n")
    document = make_document(charts=(type(chart)("t", spec, None),))
    with pytest.raises(ExportFailed) as failed:
        await run(
            *(database_url, "SELECT 'x' AS a, 1 AS n", tmp_path, "csv"),
            document=document,
            caps=Caps(seconds=20, memory_bytes=400 * MIB),
        )
    assert failed.value.code in ("memory", "timeout", "render")
    await until_no_job_is_left()


async def test_a_killed_process_is_a_failure(connection: psycopg.AsyncConnection, database_url: str, tmp_path: Path):
    exporting = asyncio.create_task(run(database_url, ENDLESS, tmp_path, "csv"))
    await until_somebody_reads(connection, ENDLESS[:20])
    fork_server().children()[0].kill()
    with pytest.raises(ExportFailed) as failed:
        await exporting
    assert failed.value.code == "memory"
    await until_somebody_reads(connection, ENDLESS[:20], 0)


async def test_a_killed_fork_server_fails_what_ran_and_a_new_one_takes_the_next(
    connection: psycopg.AsyncConnection, database_url: str, tmp_path: Path
):
    exporting = asyncio.create_task(run(database_url, ENDLESS, tmp_path, "csv"))
    await until_somebody_reads(connection, ENDLESS[:20])
    fork_server().kill()
    with pytest.raises(ExportFailed):
        await exporting
    await until_somebody_reads(connection, ENDLESS[:20], 0)
    assert (await run(database_url, "SELECT 1 AS a", tmp_path, "csv")).rows == 1


async def test_more_than_run_at_once_wait_and_all_are_done(database_url: str, tmp_path: Path):
    done = await asyncio.gather(*(run(database_url, f"SELECT {number} AS a", tmp_path, "csv") for number in range(40)))
    assert [exported.head for exported in done] == [[[str(number)]] for number in range(40)]


async def test_one_that_waits_can_be_called_off(connection: psycopg.AsyncConnection, database_url: str, tmp_path: Path):
    slow = [asyncio.create_task(run(database_url, "SELECT pg_sleep(600)", tmp_path, "csv")) for _ in range(8)]
    await until_somebody_reads(connection, "pg_sleep(600)", 8)
    waiting = asyncio.create_task(run(database_url, "SELECT 1 AS a", tmp_path, "csv"))
    await asyncio.sleep(0.1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    for task in slow:
        task.cancel()
    assert all(
        isinstance(ended, asyncio.CancelledError) for ended in await asyncio.gather(*slow, return_exceptions=True)
    )
    await until_somebody_reads(connection, "pg_sleep(600)", 0)


async def test_previews_have_limits_too(connection: psycopg.AsyncConnection, database_url: str):
    with pytest.raises(ExportFailed) as slow:
        await preview(ReadPlan(database_url, ENDLESS), caps=Caps(seconds=0.5))
    with pytest.raises(ExportFailed) as large:
        await preview(ReadPlan(database_url, "SELECT repeat('x', 2000000) AS t"), caps=Caps(bytes=MIB, seconds=20))
    assert (slow.value.code, large.value.code) == ("timeout", "too_large")
    await until_somebody_reads(connection, ENDLESS[:20], 0)


PARENT = """
import asyncio, sys
from pathlib import Path
from trackly.exports.facade import *
job = ExportJob(ReadPlan(sys.argv[1], "SELECT pg_sleep(600)"), ("csv",), Document("t", ""))
asyncio.run(export(job, Path(sys.argv[2]), lambda step, part: print(step, flush=True)))
"""


async def test_everything_ends_with_the_server_also_by_kill_9(
    connection: psycopg.AsyncConnection, database_url: str, tmp_path: Path
):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, database_url, str(tmp_path)], cwd=SERVER, stdout=subprocess.PIPE
    )
    with parent:
        await until_somebody_reads(connection, "pg_sleep(600)")
        family = psutil.Process(parent.pid).children(recursive=True)
        assert len(family) == 2
        os.kill(parent.pid, signal.SIGKILL)
    _, alive = await asyncio.to_thread(psutil.wait_procs, family, 10)
    assert not alive
    await until_somebody_reads(connection, "pg_sleep(600)", 0)


async def test_no_secret_of_the_server_is_with_the_processes(monkeypatch: pytest.MonkeyPatch):
    close_exports()
    monkeypatch.setenv("SECRET_KEY", "not for them")
    warm_up_exports()
    environment = Path(f"/proc/{fork_server().pid}/environ")
    for _ in range(100):
        if b"PYTHONPATH" in environment.read_bytes():
            break
        time.sleep(0.02)
    assert b"not for them" not in environment.read_bytes()


async def test_a_folder_that_is_gone_is_a_failure(database_url: str, tmp_path: Path):
    job = make_job(ReadPlan(database_url, "SELECT 1 AS a"), "csv")
    with pytest.raises(ExportFailed) as failed:
        await export(job, tmp_path / "nowhere", lambda _step, _part: None)
    assert failed.value.code == "render"
