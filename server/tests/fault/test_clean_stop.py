"""SIGTERM under load: not ready any more, streams say goodbye, what is under way ends well, and nothing is lost."""

import asyncio
import signal
from collections.abc import AsyncIterator

import httpx
import psycopg

from tests.stream.conftest import House, people_of
from tests.support.http import http
from tests.support.postgres import TestPostgres
from tests.support.server import RealServer
from tests.support.sse import Stream, StreamClosed

HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'


async def goodbye_of(stream: Stream) -> str:
    """The reason in the last frame; the server has closed the stream after it."""
    reason = ""
    try:
        while True:
            frame = await stream.frame()
            reason = frame.data["reason"] if frame.event == "bye" else ""
    except StreamClosed:
        return reason
    finally:
        stream.close()


async def until_it_is_stopping(client: httpx.AsyncClient) -> httpx.Response:
    while (answer := await client.get("/readyz")).status_code == 200:
        await asyncio.sleep(0.01)
    return answer


def kept(url: str) -> set[str]:
    """The titles of those that are there, with their event."""
    statement = (
        "SELECT i.title FROM issue i JOIN event_log e ON e.issue = i.key AND e.type = 'issue.created'"
        " WHERE i.title LIKE 'acknowledged%'"
    )
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute(statement)}


async def test_sigterm_under_load(postgres: TestPostgres) -> None:
    with postgres.cloned() as url:
        house = House(RealServer(url), await people_of(url))
        async with house.server:
            titles = await stop_under_load(house)
        assert kept(url) == titles


async def file_until_refused(client: httpx.AsyncClient, name: int, titles: set[str]) -> int:
    """Adds each title that was acknowledged; returns the status of the first refusal."""
    for n in range(10_000):
        title = f"acknowledged {name} {n}"
        answer = await client.post("/api/issues", json={"project": "TRK", "title": title})
        if answer.status_code != 201:
            assert answer.json()["code"] == "unavailable"
            assert answer.headers["retry-after"]
            return answer.status_code
        titles.add(title)
    return 0


async def stop_under_load(house: House) -> set[str]:
    """The titles that were acknowledged."""
    process = house.server.process
    assert process is not None
    issue, upload_may_end = await house.file_issue(house.cast.reporter), asyncio.Event()
    streams = [await house.listen(house.cast.maintainer) for _ in range(3)]
    titles: set[str] = set()

    async def slow_body() -> AsyncIterator[bytes]:
        yield HEAD + b"the first half"
        await upload_may_end.wait()
        yield b" and the second\r\n--b--\r\n"

    token = await house.token(house.cast.reporter)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=b"}
    async with http(house.server.url, timeout=30) as client:
        path = f"/api/issues/{issue['key']}/attachments"
        upload = asyncio.create_task(client.post(path, content=slow_body(), headers=headers))
        client.headers["Authorization"] = f"Bearer {token}"
        writers = [asyncio.create_task(file_until_refused(client, name, titles)) for name in range(4)]
        while len(titles) < 8:
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert (await until_it_is_stopping(client)).json()["checks"] == {"server": "stopping"}
        assert await asyncio.gather(*writers) == [503] * 4
        assert await asyncio.gather(*map(goodbye_of, streams)) == ["server_stopping"] * 3
        async with http(house.server.url) as newcomer:
            assert (await newcomer.get("/readyz")).status_code == 503
            assert (await newcomer.get("/livez")).status_code == 200
        assert process.poll() is None
        upload_may_end.set()
        assert (await upload).status_code == 201
    assert await asyncio.to_thread(process.wait, 20) == 0
    return titles
