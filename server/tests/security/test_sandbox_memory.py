"""The memory of one statement in SQL is held: it ends, others go on, and who wrote it is told in plain words."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.support.exports import make_document
from tests.support.sandbox import Box, connected, running_box
from tests.support.sandbox_attacks_on_memory import ENDLESS, MEMORY
from trackly.exports.facade import Caps, ExportFailed, ExportJob, ReadPlan, close_exports, export, hold_backend
from trackly.exports.plan import MIB
from trackly.kit.db import libpq_url
from trackly.sandbox.facade import InvalidSql, ParameterType, check_sql, close_plan

EATERS = tuple(MEMORY[number] for number in (1, 3, 4, 9, 15, 29))
"""Of each kind of memory one that grows fast."""
_IDLE = 64 * MIB


@pytest.fixture(scope="module")
async def box(postgres, tmp_path_factory) -> AsyncIterator[Box]:
    async with running_box(postgres, tmp_path_factory.mktemp("sandbox")) as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    close_exports()


async def postmaster(box: Box) -> object:
    return await box.superuser("SELECT pg_postmaster_start_time()")


async def most_in_use(box: Box) -> int:
    """The most memory of its own that a process of the reader of reports had until it ended, in bytes."""
    most = 0
    while True:
        found = await box.superuser(f"SELECT pid FROM pg_stat_activity WHERE usename = '{box.role}'")
        if not found and most:
            return most
        for (pid,) in found:
            most = max(most, anonymous_bytes(pid))
        await asyncio.sleep(0.01)


def anonymous_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


async def failure_of(box: Box, plan: ReadPlan, folder: Path) -> ExportFailed:
    job = ExportJob(plan, ("csv",), make_document(), Caps(seconds=30))
    try:
        with pytest.raises(ExportFailed) as failed:
            await export(job, folder, lambda _step, _part: None)
    finally:
        await close_plan(box.app.work, plan)
    return failed.value


@pytest.mark.parametrize("sql", EATERS, ids=range(len(EATERS)))
async def test_an_eater_is_ended_and_nobody_else(box: Box, tmp_path: Path, sql: str) -> None:
    began, limit = await postmaster(box), Caps().database_bytes
    async with connected(await box.plan("SELECT 1")) as other:
        watched = asyncio.create_task(most_in_use(box))
        failure = await failure_of(box, await box.plan(sql), tmp_path)
        assert (failure.code, failure.sqlstate) == ("memory", "53200")
        assert failure.message == "This query needs too much memory"
        answered = await other.execute("SELECT 1")
        assert await answered.fetchone() == (1,)
    assert await watched < limit + _IDLE
    assert await postmaster(box) == began
    assert await box.still_there() == []


async def test_what_can_not_be_ended_is_put_behind_everybody_else(box: Box, tmp_path: Path) -> None:
    """Its report is over in time; the process, which looks at nothing before it is through, gets what nobody wants."""
    sql = "SELECT to_jsonb(array_agg('x' || n)) - array_agg('y' || n) FROM generate_series(1, 40000) n"
    plan = await box.plan(sql)
    job = ExportJob(plan, ("csv",), make_document(), Caps(seconds=0.5))
    with pytest.raises(ExportFailed) as failed:
        await export(job, tmp_path, lambda _step, _part: None)
    assert failed.value.code == "timeout"
    ((pid,),) = await box.superuser(f"SELECT pid FROM pg_stat_activity WHERE usename = '{box.role}'")
    assert niceness(pid) == {19}
    await close_plan(box.app.work, plan)
    while await box.still_there():
        continue  # it ends when it is through, whenever that is


def niceness(pid: int) -> set[int]:
    """That of the process, and that of the group that the kernel may have put it into."""
    group = Path(f"/proc/{pid}/autogroup")
    found = {os.getpriority(os.PRIO_PROCESS, pid)}
    return found | ({int(group.read_text().split()[-1])} if group.exists() else set())


async def test_a_connection_goes_on_after_it_was_refused_memory(box: Box) -> None:
    async with connected(await box.plan("SELECT 1")) as connection:
        for _ in range(2):
            with pytest.raises(psycopg.errors.OutOfMemory):
                await connection.execute(EATERS[0].encode())
            answered = await connection.execute("SELECT 1")
            assert await answered.fetchone() == (1,)


async def test_an_ordinary_report_fits(box: Box) -> None:
    found = await box.read(
        "SELECT a % 1000 AS n, string_agg(a::text, ',' ORDER BY a) FROM generate_series(1, 100000) a GROUP BY 1"
    )
    assert len(found) == 1000


async def test_what_is_behind_something_else_is_left_alone(box: Box, tmp_path: Path) -> None:
    """The number of a process on another machine is somebody else's here: who listens has to be its parent."""
    url = libpq_url(box.app.work.database.url)
    async with await psycopg.AsyncConnection.connect(url) as connection:
        assert hold_backend(connection.pgconn, 64 * MIB)
        host = connection.info.host
    async with forwarded(Path(host) / ".s.PGSQL.5432", tmp_path / ".s.PGSQL.5432"):
        through = make_url(url).update_query_dict({"host": str(tmp_path)}).render_as_string(hide_password=False)
        async with await psycopg.AsyncConnection.connect(through) as connection:
            assert not hold_backend(connection.pgconn, 64 * MIB)
            limits = Path(f"/proc/{connection.pgconn.backend_pid}/limits").read_text()
            assert f"{1024 * MIB} " in limits


@asynccontextmanager
async def forwarded(to: Path, at: Path) -> AsyncIterator[None]:
    """A socket at `at` through which the one at `to` is reached."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(to)
        await asyncio.gather(_pass_on(reader, there_writer), _pass_on(there_reader, writer))

    server = await asyncio.start_unix_server(serve, at)
    try:
        yield
    finally:
        server.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(65536):
        writer.write(some)
        await writer.drain()
    writer.close()


@pytest.mark.parametrize("sql", ENDLESS, ids=range(len(ENDLESS)))
def test_what_could_not_be_ended_is_refused(sql: str) -> None:
    with pytest.raises(InvalidSql, match=r"expected (what to look for|one side)"):
        check_sql(sql, {})


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT replace(title, 'a', 'b'), replace(title, chr(10), ' '), split_part(key, '-', 2) FROM issues",
        "SELECT strpos(lower(title), left(lower(project), 10)), trim(title), trim(BOTH '-' FROM title) FROM issues",
        "SELECT key FROM issues WHERE labels && ARRAY['bug', :label] OR labels @> '{ops}' OR :label = ANY (labels)",
        "SELECT id FROM changes WHERE changed @> '{\"status\": {}}' OR changed ?| ARRAY['status', 'title']",
    ],
)
def test_ordinary_searches_are_not(sql: str) -> None:
    assert check_sql(sql, {"label": ParameterType.LABEL}).tables
