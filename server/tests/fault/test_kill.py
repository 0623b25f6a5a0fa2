"""Servers and databases that die in mid-write: what was acknowledged is there, once, with its event."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.stream.conftest import House, people_of
from tests.support.http import http
from tests.support.postgres import migrate
from tests.support.server import RealServer
from tests.support.sse import StreamClosed, stream
from trackly.kit.embedded_postgres import EmbeddedPostgres
from trackly.kit.postmaster import Postmaster

KILLS = 10


@dataclass
class Follower:
    """A reader that comes back with its cursor for ever."""

    house: House
    titles: list[str] = field(default_factory=list)
    cursor: str | None = None

    async def run(self) -> None:
        token = await self.house.token(self.house.cast.maintainer)
        while True:
            try:
                async with stream(self.house.server.url, token, after=self.cursor) as frames:
                    while True:
                        frame = await frames.frame(30)
                        assert frame.event != "reset", frame
                        self.cursor = frame.id or self.cursor
                        if frame.event == "issue.created":
                            self.titles.append(frame.data["issue"]["title"])
            except (OSError, StreamClosed, asyncio.IncompleteReadError):
                await asyncio.sleep(0.1)


async def file_for_ever(house: House, name: str, acknowledged: list[str]) -> None:
    token = await house.token(house.cast.reporter)
    headers = {"Authorization": f"Bearer {token}"}
    n = 0
    async with http(house.server.url, headers=headers, timeout=5) as client:
        while True:
            n += 1
            title = f"{name}-{n}"
            try:
                answer = await client.post("/api/issues", json={"project": "TRK", "title": title})
                if answer.status_code == 201:
                    acknowledged.append(title)
                elif answer.status_code != 503:
                    raise AssertionError(answer.text)
            except httpx.TransportError:
                await asyncio.sleep(0.05)


async def all_titles(house: House) -> list[str]:
    titles: list[str] = []
    after = ""
    while True:
        page = await house.call(house.cast.admin, "GET", f"/api/issues?limit=100{after}")
        titles += [issue["title"] for issue in page["items"]]
        if page["next"] is None:
            return titles
        after = f"&after={page['next']}"


@asynccontextmanager
async def under_load(house: House) -> AsyncIterator[tuple[Follower, list[str]]]:
    """A follower and four writers at work in the block. At its end the writers stop and the follower has everything."""
    follower = Follower(house)
    acknowledged: list[str] = []
    for person in (house.cast.maintainer, house.cast.reporter, house.cast.admin):
        await house.token(person)
    following = asyncio.create_task(follower.run())
    await asyncio.sleep(0.3)
    writers = [asyncio.create_task(file_for_ever(house, f"w{n}", acknowledged)) for n in range(4)]
    yield follower, acknowledged
    for writer in writers:
        assert not writer.done(), writer
        writer.cancel()
    await asyncio.gather(*writers, return_exceptions=True)
    titles = await all_titles(house)
    async with asyncio.timeout(20):  # a request that was under way when its writer ended may still be committed
        while sorted(follower.titles) != sorted(titles):
            await asyncio.sleep(0.1)
            titles = await all_titles(house)
    assert not following.done(), following
    following.cancel()
    assert len(titles) == len(set(titles))
    assert set(acknowledged) <= set(titles)
    assert sorted(follower.titles) == sorted(titles)


@pytest.mark.timeout(240)
async def test_ten_kills_of_the_server_lose_and_double_nothing(database_url: str) -> None:
    house = House(RealServer(database_url), await people_of(database_url))
    await house.server.start()
    async with under_load(house) as (_, acknowledged):
        for _ in range(KILLS):
            await asyncio.sleep(0.6)
            house.server.kill()
            await house.server.start()
        await asyncio.sleep(1)
    assert house.server.stop() == 0
    assert len(acknowledged) > 50


@pytest.mark.timeout(120)
async def test_a_database_that_dies_under_load_is_503_and_service_is_back_within_5_s(tmp_path: Path) -> None:
    database = EmbeddedPostgres(tmp_path, durable=True)
    await asyncio.to_thread(database.start)
    try:
        await asyncio.to_thread(migrate, database.url())
        house = House(RealServer(database.url()), await people_of(database.url()))
        await house.server.start()
        async with under_load(house) as (_, acknowledged):
            await asyncio.sleep(1)
            postmaster = Postmaster.find(database.data)
            assert postmaster is not None
            os.kill(postmaster.pid, signal.SIGKILL)
            refused_after_s = await _until(house, 503)
            await asyncio.sleep(1)
            await asyncio.to_thread(database.ensure_running)
            back_after_s = await _until(house, 200)
            before = len(acknowledged)
            await asyncio.sleep(1)
            assert len(acknowledged) > before
        assert house.server.stop() == 0
    finally:
        await asyncio.to_thread(database.stop)
    assert refused_after_s < 3.5
    assert back_after_s < 5


async def _until(house: House, status: int) -> float:
    """Seconds until a real request answers with `status`; a 503 has to say when to come back."""
    began = time.monotonic()
    headers = {"Authorization": f"Bearer {await house.token(house.cast.maintainer)}"}
    async with http(house.server.url, timeout=10, headers=headers) as client:
        while time.monotonic() - began < 15:
            answer = await client.get("/api/issues?limit=1")
            if answer.status_code == 503:
                assert int(answer.headers["retry-after"]) >= 1
                assert answer.json()["code"] == "unavailable"
            if answer.status_code == status:
                return time.monotonic() - began
            assert answer.status_code in (200, 503), answer.text
            await asyncio.sleep(0.05)
    raise AssertionError(f"no {status} within 15 s")
