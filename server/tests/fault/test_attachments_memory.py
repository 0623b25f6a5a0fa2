"""A real server takes and gives large files without holding them."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.blob_store import Azurite
from tests.support.files import encoded, make_issue, picture, upload
from tests.support.http import http
from tests.support.people import PASSWORD, furnished
from tests.support.server import SECRET, RealServer
from trackly.main import open_work
from trackly.settings import load_settings

MIB = 1024 * 1024
MOST_GROWTH = 16 * MIB


@pytest.fixture(scope="module")
def azurite() -> Iterator[Azurite]:
    store = Azurite().start()
    yield store
    store.close()


@pytest.fixture(scope="module", params=["disk", "azure"])
async def server(request, postgres) -> AsyncIterator[RealServer]:
    store = request.getfixturevalue("azurite").settings if request.param == "azure" else {}
    with postgres.cloned() as url:
        async with open_work(load_settings(_env_file=None, database_url=url, jwt_secret_key=SECRET)) as (_, work):
            await furnished(work)
        async with RealServer(url, **store) as running:
            yield running


@pytest.fixture
async def me(server) -> AsyncIterator[httpx.AsyncClient]:
    async with http(server.url, timeout=30) as client:
        form = {"grant_type": "password", "username": "rea.reporter@example.com", "password": PASSWORD}
        token = (await client.post("/api/auth/token", data=form)).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


class Memory:
    """Resident memory of the server alone: pictures are decoded in processes that are not it."""

    def __init__(self, server: RealServer) -> None:
        assert server.process is not None
        self._proc = Path(f"/proc/{server.process.pid}")
        (self._proc / "clear_refs").write_text("5")
        self._before = self._read("VmRSS")

    @property
    def growth(self) -> int:
        """From then to the highest point since."""
        return self._read("VmHWM") - self._before

    def _read(self, name: str) -> int:
        line = next(line for line in (self._proc / "status").read_text().splitlines() if line.startswith(name))
        return int(line.split()[1]) * 1024


async def test_the_largest_file_passes_through_in_small_pieces(server, me):
    key = await make_issue(me)
    await upload(me, key, picture(), "warm.png")
    await upload(me, key, os.urandom(3 * MIB))
    content = os.urandom(25 * MIB - 1000)
    memory = Memory(server)
    answer = await upload(me, key, content, "large.bin")
    assert answer.status_code == 201, answer.text
    assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()
    assert memory.growth < MOST_GROWTH
    memory = Memory(server)
    digest = hashlib.sha256()
    async with me.stream("GET", f"/api/attachments/{answer.json()['id']}/content") as download:
        async for chunk in download.aiter_bytes():
            digest.update(chunk)
    assert digest.digest() == hashlib.sha256(content).digest()
    assert memory.growth < MOST_GROWTH


async def test_a_large_picture_is_decoded_elsewhere(server, me):
    from PIL import Image

    key = await make_issue(me)
    await upload(me, key, picture(), "warm.png")
    noise = Image.frombytes("RGB", (2800, 2800), os.urandom(2800 * 2800 * 3))
    content = encoded(noise, "PNG", compress_level=1)
    assert 20 * MIB < len(content) < 25 * MIB
    memory = Memory(server)
    answer = await upload(me, key, content, "large.png")
    assert (answer.status_code, answer.json()["inline"]) == (201, True)
    assert memory.growth < MOST_GROWTH


async def test_a_reader_who_does_not_read_costs_nothing(server, me):
    key = await make_issue(me)
    made = (await upload(me, key, os.urandom(24 * MIB))).json()
    memory = Memory(server)
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(stall(server, me, made["id"]))
    assert memory.growth < MOST_GROWTH


async def stall(server: RealServer, me: httpx.AsyncClient, attachment_id: str) -> None:
    """Ask for the file and read nothing of it for a second."""
    _, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=65_536)
    request = f"GET /api/attachments/{attachment_id}/content HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    writer.write(f"{request}Authorization: {me.headers['authorization']}\r\n\r\n".encode())
    await asyncio.sleep(1)
    writer.close()


async def test_a_file_that_is_too_large_is_answered_over_a_real_connection(server, me):
    key = await make_issue(me)
    answer = await upload(me, key, b"\0" * (26 * MIB))
    assert (answer.status_code, answer.json()["code"]) == (413, "upload_too_large")
    assert (await me.get(f"/api/issues/{key}")).json()["attachments_count"] == 0
