"""Pens: one process draws for one job after another, and whatever happens to either is not felt by the next."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from tests.support.exports import fork_server, make_document, make_job, run, until_somebody_reads
from tests.support.postgres import SERVER
from trackly.exports.facade import (
    Caps,
    Chart,
    Exported,
    ExportFailed,
    ReadPlan,
    bar_chart,
    close_exports,
    export,
    warm_up_exports,
)
from trackly.exports.pens import DRAWINGS, KEPT_IDLE
from trackly.exports.plan import MIB

SELECT = "SELECT 'Payments' AS a, 7 AS n UNION ALL SELECT 'Search', 3"
LOCKED = "SELECT 'x' AS a, 1 AS n FROM pg_advisory_xact_lock_shared(7)"
BARS = bar_chart("Bars", "a", "n")


def chart_of(*transform: dict[str, Any], mark: Any = "point", size: int = 10) -> Chart:
    spec = {"data": {"name": "rows"}, "width": size, "height": size, "mark": mark, "transform": [*transform]}
    return Chart("t", spec)


ENDLESS = chart_of({"calculate": f"test(regexp('(a+)+$'), '{'a' * 60}b')", "as": "x"})
LARGE = chart_of(
    *({"calculate": "sequence(0, 2500000)", "as": "x"}, {"flatten": ["x"]}, {"aggregate": [{"op": "count", "as": "c"}]})
)
WRONG = chart_of(mark="no-such-mark")
HUGE = chart_of(size=10**9)
STOPS = [{"offset": 0, "color": "#fff"}, {"offset": 1, "color": "#00f"}]
NAMED = [
    chart_of(mark={"type": "bar", "clip": True, "color": {"gradient": kind, "stops": STOPS, **more}}, size=50)
    for kind, more in (("linear", {}), ("radial", {"x1": 0.2}))
]


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    close_exports()


@pytest.fixture(autouse=True)
async def one_pen() -> None:
    """Each test begins with one idle pen, or none."""
    warm_up_exports()
    await ended_but(1)


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        yield connection


def living(is_wanted: Callable[[str], bool]) -> set[psutil.Process]:
    found = set()
    for child in fork_server().children():
        with suppress(psutil.NoSuchProcess):
            if child.status() != psutil.STATUS_ZOMBIE and is_wanted(child.name()):
                found.add(child)
    return found


def pens() -> set[psutil.Process]:
    return living(lambda name: name == "trackly-pen")


def jobs() -> set[psutil.Process]:
    return living(lambda name: name != "trackly-pen")


async def until(is_so: Callable[[], bool]) -> None:
    for _ in range(800):
        if is_so():
            return
        await asyncio.sleep(0.025)
    raise AssertionError("it never came")


async def gone(processes: set[psutil.Process]) -> bool:
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, 10)
    return not alive


async def ended_but(count: int) -> None:
    """End the idle pens but `count` of them."""
    spare = set([*pens()][count:])
    for pen in spare:
        pen.kill()
    assert await gone(spare)


async def draw(url: str, folder: Path, *charts: Chart, select: str = SELECT, **caps: Any) -> Exported:
    document = make_document(charts=charts or (BARS,))
    return await run(url, select, folder, "csv", document=document, caps=Caps(**{"seconds": 40, **caps}))


async def failure_of(url: str, folder: Path, *charts: Chart, **over: Any) -> ExportFailed:
    with pytest.raises(ExportFailed) as failed:
        await draw(url, folder, *charts, **over)
    return failed.value


def pictures(exported: Exported) -> list[bytes]:
    return [path.read_bytes() for chart in exported.charts for path in (chart.svg, chart.png)]


@asynccontextmanager
async def drawing(url: str, folder: Path, count: int = 1) -> AsyncIterator[list[asyncio.Task[Exported]]]:
    """While `count` jobs are in the middle of a chart that has no end."""
    before = {pen: pen.cpu_times().user for pen in pens()}
    tasks = [asyncio.create_task(draw(url, folder, ENDLESS)) for _ in range(count)]
    await until(lambda: len([pen for pen in pens() if pen.cpu_times().user > before.get(pen, 0) + 0.3]) == count)
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_the_next_report_has_the_same_pen_and_one_without_charts_none(database_url: str, tmp_path: Path):
    await ended_but(0)
    await run(database_url, SELECT, tmp_path, "csv")
    assert not pens()
    await draw(database_url, tmp_path)
    first = pens()
    assert len(first) == 1
    await draw(database_url, tmp_path, BARS, NAMED[0])
    assert pens() == first
    assert not jobs()


async def test_a_picture_is_the_same_whatever_was_drawn_before(database_url: str, tmp_path: Path):
    await ended_but(0)
    cold = pictures(await draw(database_url, tmp_path, *NAMED, BARS))
    first = pens()
    await draw(database_url, tmp_path, NAMED[1], BARS, NAMED[0])
    assert pictures(await draw(database_url, tmp_path, *NAMED, BARS)) == cold
    assert pens() == first
    await ended_but(0)
    assert pictures(await draw(database_url, tmp_path, *NAMED, BARS)) == cold


async def test_what_fails_in_order_leaves_the_pen_in_order(database_url: str, tmp_path: Path):
    await draw(database_url, tmp_path)
    first = pens()
    wrong = await failure_of(database_url, tmp_path, BARS, WRONG)
    assert (wrong.code, wrong.message[:24]) == ("render", "A chart can't be drawn: ")
    assert (await failure_of(database_url, tmp_path, select="SELECT 1/0 AS a")).code == "query"
    await draw(database_url, tmp_path)
    assert pens() == first


async def test_a_pen_whose_engine_breaks_is_not_kept(database_url: str, tmp_path: Path):
    broken = await failure_of(database_url, tmp_path, HUGE)
    assert (broken.code, broken.message) == ("render", "The files could not be made")
    assert not fork_server().children()


async def test_a_pen_is_free_while_pages_are_set(database_url: str, tmp_path: Path):
    others: list[asyncio.Task[Exported]] = []

    def also(step: str, _part: float) -> None:
        if step == "Writing PDF":
            others.append(asyncio.create_task(draw(database_url, tmp_path)))

    place = tmp_path / "pages"
    place.mkdir()
    select = "SELECT 'x' || i AS a, i AS n FROM generate_series(1, 1000) AS i"
    job = make_job(ReadPlan(database_url, select), "pdf", document=make_document(charts=(BARS,)))
    await export(job, place, also)
    assert len(await asyncio.gather(*others)) == 1
    assert len(pens()) == 1


async def test_what_is_done_is_said_as_ever(database_url: str, tmp_path: Path):
    said: list[str] = []
    job = make_job(ReadPlan(database_url, SELECT), "csv", "pdf", document=make_document(charts=(BARS, BARS)))
    await export(job, tmp_path, lambda step, _part: said.append(step))
    assert [step for step in said if step.startswith("Drawing")] == ["Drawing chart 1 of 2", "Drawing chart 2 of 2"]


async def test_the_pen_of_a_job_that_is_called_off_is_dead(database_url: str, tmp_path: Path):
    async with drawing(database_url, tmp_path) as (task,):
        first = pens()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not fork_server().children()
    await draw(database_url, tmp_path)
    assert len(pens() - first) == 1


async def test_the_pen_of_a_killed_job_is_dead(database_url: str, tmp_path: Path):
    async with drawing(database_url, tmp_path) as (task,):
        jobs().pop().kill()
        with pytest.raises(ExportFailed) as failed:
            await task
        assert failed.value.code == "memory"
        assert not fork_server().children()


async def test_an_endless_chart_ends_at_its_deadline(database_url: str, tmp_path: Path):
    assert (await failure_of(database_url, tmp_path, ENDLESS, seconds=1.5)).code == "timeout"
    assert not fork_server().children()


async def test_the_memory_of_a_pen_is_that_of_its_job(database_url: str, tmp_path: Path):
    failed = await failure_of(database_url, tmp_path, LARGE, memory_bytes=150 * MIB)
    assert (failed.code, failed.message) == ("memory", "This needs more memory than it may use")
    assert not fork_server().children()


async def test_a_pen_that_has_grown_too_much_is_not_kept(database_url: str, tmp_path: Path):
    await draw(database_url, tmp_path)
    first = pens()
    assert (await draw(database_url, tmp_path, LARGE, memory_bytes=2048 * MIB)).rows == 2
    await until(lambda: not pens() & first)


async def test_a_pen_that_has_drawn_enough_is_not_kept(database_url: str, tmp_path: Path):
    await ended_but(0)
    await draw(database_url, tmp_path, chart_of())
    first = pens()
    await draw(database_url, tmp_path, *[chart_of()] * (DRAWINGS - 2))
    assert pens() == first
    await draw(database_url, tmp_path, chart_of())
    await until(lambda: not pens())


async def test_a_pen_that_no_job_wants_ends_and_the_next_job_has_another(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    close_exports()
    monkeypatch.setattr("trackly.exports.facade._processes.pens_idle_s", 0.4)
    for _ in range(2):
        await draw(database_url, tmp_path)
        await until(lambda: not pens())
    close_exports()


async def test_an_idle_pen_that_dies_is_not_missed(database_url: str, tmp_path: Path):
    cold = pictures(await draw(database_url, tmp_path))
    first = pens()
    for pen in first:
        pen.kill()
    assert await gone(first)
    assert pictures(await draw(database_url, tmp_path)) == cold
    assert len(pens()) == 1


async def test_a_pen_that_dies_before_it_was_asked_is_not_missed(
    connection: psycopg.AsyncConnection, database_url: str, tmp_path: Path
):
    cold = pictures(await draw(database_url, tmp_path, select=LOCKED))
    first = pens()
    await connection.execute("SELECT pg_advisory_lock(7)")
    exporting = asyncio.create_task(draw(database_url, tmp_path, select=LOCKED))
    await until_somebody_reads(connection, LOCKED)
    for pen in first:
        pen.kill()
    assert await gone(first)
    await connection.execute("SELECT pg_advisory_unlock(7)")
    assert pictures(await exporting) == cold
    assert not fork_server().children()


async def test_a_pen_that_dies_while_it_draws_is_a_failure(database_url: str, tmp_path: Path):
    async with drawing(database_url, tmp_path) as (task,):
        pens().pop().kill()
        with pytest.raises(ExportFailed) as failed:
            await task
        assert (failed.value.code, failed.value.message) == ("memory", "This needs more memory than it may use")
        assert not fork_server().children()
    await draw(database_url, tmp_path)


async def test_jobs_at_once_have_a_pen_each_and_two_of_them_stay(
    connection: psycopg.AsyncConnection, database_url: str, tmp_path: Path
):
    await connection.execute("SELECT pg_advisory_lock(7)")
    exporting = [asyncio.create_task(draw(database_url, tmp_path, select=LOCKED)) for _ in range(4)]
    await until_somebody_reads(connection, LOCKED, 4)
    await until(lambda: len(pens()) == 4)
    await connection.execute("SELECT pg_advisory_unlock(7)")
    await asyncio.gather(*exporting)
    await until(lambda: len(pens()) == KEPT_IDLE)
    kept = pens()
    await asyncio.gather(*(draw(database_url, tmp_path) for _ in range(2)))
    assert pens() == kept


def links(process: psutil.Process) -> set[str]:
    """Its sockets and pipes, without the three that everybody has."""
    found = set()
    for descriptor in Path(f"/proc/{process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(str(descriptor.readlink()) if int(descriptor.name) > 2 else "")
    return {link for link in found if link.startswith(("socket:", "pipe:"))}


async def test_nobody_holds_what_belongs_to_another(database_url: str, tmp_path: Path):
    await asyncio.gather(*(draw(database_url, tmp_path) for _ in range(2)))
    async with drawing(database_url, tmp_path, 3):
        of_the_server = links(fork_server())
        of_pens, of_jobs = [links(pen) for pen in pens()], [links(job) for job in jobs()]
    assert len(of_pens) == len(of_jobs) == 3
    assert all(not held & of_the_server for held in of_pens)
    assert all(len(held & of_the_server) == 1 for held in of_jobs)  # its leash
    held_by_one = [*of_pens, *of_jobs]
    assert sum(map(len, held_by_one)) == len(set().union(*held_by_one))


async def test_nothing_is_left_of_what_was_closed(database_url: str, tmp_path: Path):
    await draw(database_url, tmp_path)
    async with drawing(database_url, tmp_path, 2):
        server = fork_server()
        family = {server, *server.children()}
        assert len(family) == 5
        close_exports()
        assert await gone(family)


async def test_pens_end_with_a_fork_server_that_is_killed(database_url: str, tmp_path: Path):
    async with drawing(database_url, tmp_path, 2) as tasks:
        family = set(fork_server().children())
        assert len(family) == 4
        fork_server().kill()
        assert await gone(family)
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(end) for end in ends] == [ExportFailed] * 2
    await draw(database_url, tmp_path)


PARENT = """
import asyncio, sys
from pathlib import Path
from trackly.exports.facade import *
chart = bar_chart("t", "a", "n")
job = ExportJob(ReadPlan(sys.argv[1], "SELECT 'x' AS a, 1 AS n"), ("csv",), Document("t", "", charts=(chart,)))
async def main():
    await export(job, Path(sys.argv[2]), lambda step, part: None)
    print("drawn", flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


async def test_idle_pens_end_with_the_server_also_by_kill_9(database_url: str, tmp_path: Path):
    command = [sys.executable, "-c", PARENT, database_url, str(tmp_path)]
    with subprocess.Popen(command, cwd=SERVER, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert await asyncio.to_thread(parent.stdout.readline) == b"drawn\n"
        family = set(psutil.Process(parent.pid).children(recursive=True))
        assert len(family) == 2
        os.kill(parent.pid, signal.SIGKILL)
    assert await gone(family)
