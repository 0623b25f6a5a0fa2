"""Uploads and downloads when the store, the database or the client lets them down. The store is a real Azurite."""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.support.app import App, running_app
from tests.support.blob_store import Azurite
from tests.support.files import attached, make_issue, picture, upload
from trackly.attachments import deps

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def store() -> Iterator[Azurite]:
    made = Azurite()
    yield made
    made.close()


@pytest.fixture
def azurite(store: Azurite) -> Azurite:
    """It runs, whatever the test before did to it."""
    return store if store.is_running() else store.start()


@pytest.fixture
async def app(postgres, tmp_path, azurite) -> AsyncIterator[App]:
    container = {"AZURE_STORAGE_CONTAINER_NAME": f"files-{uuid.uuid4().hex}"}
    with postgres.cloned() as url:
        async with running_app(url, tmp_path, **azurite.settings, **container) as running:
            yield running


@pytest.fixture
async def me(app) -> AsyncIterator[httpx.AsyncClient]:
    async with await app.as_(app.cast.reporter) as client:
        yield client


async def rows(app: App) -> int:
    async with app.database.engine.connect() as connection:
        return int(await connection.scalar(text("SELECT count(*) FROM attachment")) or 0)


async def blobs(app: App) -> int:
    return len([entry async for entry in app.asgi.state.blobs.entries()])


async def test_there_and_back_again(me, app):
    key = await make_issue(me)
    content = os.urandom(5 * MIB + 123)
    made = await attached(me, key, content, "big.bin")
    shown = await attached(me, key, picture("PNG", (900, 600)), "screen.png")
    assert (await me.get(f"/api/attachments/{made['id']}/content")).content == content
    part = await me.get(f"/api/attachments/{made['id']}/content", headers={"Range": f"bytes={MIB - 5}-{4 * MIB + 5}"})
    assert (part.status_code, part.content) == (206, content[MIB - 5 : 4 * MIB + 6])
    assert (await me.get(f"/api/attachments/{shown['id']}/thumbnail")).content[:4] == b"RIFF"
    assert (await rows(app), await blobs(app)) == (2, 3)


async def test_a_store_that_is_down_costs_three_seconds_and_no_row(me, app, azurite):
    key = await make_issue(me)
    made = await attached(me, key, b"before")
    azurite.kill()
    for content in (b"small", picture(), os.urandom(3 * MIB)):
        started = time.monotonic()
        answer = await upload(me, key, content)
        assert (answer.status_code, answer.json()["code"]) == (503, "blob_store_down")
        assert int(answer.headers["retry-after"]) > 0
        assert time.monotonic() - started < 3.5
    down = await me.get(f"/api/attachments/{made['id']}/content")
    assert (down.status_code, "retry-after" in down.headers) == (503, True)
    assert (await me.get(f"/api/attachments/{made['id']}")).status_code == 200
    assert (await me.get(f"/api/issues/{key}")).json()["attachments_count"] == 1
    assert (await me.delete(f"/api/attachments/{made['id']}")).status_code == 204
    assert await rows(app) == 0
    azurite.start()
    assert (await upload(me, key, b"after")).status_code == 201


async def test_a_store_that_dies_in_the_middle_of_a_file_leaves_no_row(me, app, azurite):
    key = await make_issue(me)

    async def body() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        for number in range(80):
            if number == 40:
                azurite.kill()
            yield b"\0" * 65_536
        yield b"\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await me.post(f"/api/issues/{key}/attachments", content=body(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (503, "blob_store_down")
    assert await rows(app) == 0


async def test_a_store_that_hangs_keeps_nothing_else_waiting(me, app, azurite):
    """More uploads wait for it than there are connections to the database."""
    key = await make_issue(me)
    azurite.freeze()
    try:
        started = time.monotonic()
        waiting = [asyncio.create_task(upload(me, key, b"x")) for _ in range(20)]
        await asyncio.sleep(0.5)
        for _ in range(10):
            asked = time.monotonic()
            assert (await me.get(f"/api/issues/{key}")).status_code == 200
            assert time.monotonic() - asked < 0.5
        assert not any(task.done() for task in waiting)
        assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {503}
        assert time.monotonic() - started < 4.5
        assert await rows(app) == 0
    finally:
        azurite.thaw()
    assert (await upload(me, key, b"x")).status_code == 201


async def test_a_database_that_fails_after_the_blob_leaves_an_orphan_and_no_row(me, app):
    key = await make_issue(me)
    async with app.database.engine.connect() as other:
        await other.execute(text("SELECT 1 FROM issue FOR UPDATE"))
        answer = await upload(me, key, b"orphan")
    assert answer.status_code == 503
    assert (await rows(app), await blobs(app)) == (0, 1)
    assert (await me.get(f"/api/issues/{key}")).json()["attachments_count"] == 0


async def test_an_issue_that_is_deleted_while_its_file_arrives(me, app):
    key = await make_issue(me)
    async with await app.as_(app.cast.admin) as admin:

        async def body() -> AsyncIterator[bytes]:
            yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nhello'
            assert (await admin.delete(f"/api/issues/{key}")).status_code == 204
            yield b"\r\n--b--\r\n"

        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        answer = await me.post(f"/api/issues/{key}/attachments", content=body(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "issue_not_found")
    assert (await rows(app), await blobs(app)) == (0, 0)


async def send_by_hand(app: App, me: httpx.AsyncClient, key: str, messages: AsyncIterator[dict[str, Any]]) -> list[int]:
    """A request whose body comes as `messages` of ASGI; returns the statuses that were answered."""
    path, statuses = f"/api/issues/{key}/attachments", []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1:8000"),
            (b"authorization", me.headers["authorization"].encode()),
            (b"content-type", b"multipart/form-data; boundary=b"),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app.asgi(scope, lambda: anext(messages), send)
    return statuses


def piece(content: bytes) -> dict[str, Any]:
    return {"type": "http.request", "body": content, "more_body": True}


HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'


@pytest.mark.parametrize("head", [b"\0", picture()[:100]], ids=["file", "picture"])
async def test_a_client_that_goes_away_leaves_nothing(me, app, head):
    key = await make_issue(me)

    async def messages() -> AsyncIterator[dict[str, Any]]:
        yield piece(HEAD + head)
        for _ in range(40):
            yield piece(b"\0" * 65_536)
        while True:
            yield {"type": "http.disconnect"}

    await send_by_hand(app, me, key, messages())
    assert (await rows(app), await blobs(app)) == (0, 0)


async def test_a_client_that_says_nothing_more_is_not_waited_for(me, app, monkeypatch):
    monkeypatch.setattr(deps, "_STALLED_S", 0.1)
    key = await make_issue(me)

    async def messages() -> AsyncIterator[dict[str, Any]]:
        yield piece(HEAD + b"hello")
        await asyncio.sleep(30)

    started = time.monotonic()
    assert await send_by_hand(app, me, key, messages()) == [422]
    assert time.monotonic() - started < 3
    assert (await rows(app), await blobs(app)) == (0, 0)


async def test_one_key_sent_many_times_at_once_brings_one_file(me, app):
    key = await make_issue(me)
    sends = [upload(me, key, picture(), "a.png", **{"Idempotency-Key": "same"}) for _ in range(8)]
    answers = await asyncio.gather(*sends)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await rows(app), await blobs(app)) == (1, 2)
