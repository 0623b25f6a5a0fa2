"""What nobody needs any more leaves the store, whatever fails on the way."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from tests.support.app import App, running_app
from tests.support.clock import FixedClock
from tests.support.files import attached, make_issue, picture
from trackly.attachments import jobs
from trackly.attachments.blobs import new_blob_name
from trackly.attachments.facade import DiskBlobs, Sweeper
from trackly.attachments.uploads import SPOOL_PREFIX
from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork


@pytest.fixture
async def app(postgres, tmp_path) -> AsyncIterator[App]:
    with postgres.cloned() as url:
        async with running_app(url, tmp_path) as running:
            yield running


@pytest.fixture
async def me(app) -> AsyncIterator[httpx.AsyncClient]:
    async with await app.as_(app.cast.reporter) as client:
        yield client


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC) + timedelta(seconds=30))


@pytest.fixture
def sweeper(app, clock, tmp_path) -> Sweeper:
    return Sweeper(UnitsOfWork(app.database, clock, SilentDoorbell()), app.asgi.state.blobs, tmp_path)


async def names(app: App) -> set[str]:
    return {entry.name async for entry in app.asgi.state.blobs.entries()}


async def rows(app: App, table: str) -> int:
    async with app.database.engine.connect() as connection:
        return int(await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def put(app: App, name: str) -> None:
    async def content() -> AsyncIterator[bytes]:
        yield b"x"

    await app.asgi.state.blobs.put(name, content())


async def test_a_deleted_file_leaves_the_store_with_its_thumbnail(app, me, sweeper):
    key = await make_issue(me)
    kept = await attached(me, key, picture(), "kept.png")
    before = await names(app)
    gone = await attached(me, key, picture(), "gone.png")
    assert (await me.delete(f"/api/attachments/{gone['id']}")).status_code == 204
    assert len(await names(app)) == 4
    assert await sweeper.remove_deleted() == 2
    assert await names(app) == before
    assert await rows(app, "blob_deletion") == 0
    assert await sweeper.remove_deleted() == 0
    assert (await me.get(f"/api/attachments/{kept['id']}/content")).status_code == 200


async def test_a_deleted_issue_takes_its_files_along(app, me, sweeper):
    key, other = await make_issue(me), await make_issue(me)
    files = [await attached(me, key, content) for content in (b"one", picture())]
    await attached(me, other, b"stays")
    async with await app.as_(app.cast.admin) as admin:
        assert (await admin.delete(f"/api/issues/{key}")).status_code == 204
        for file in files:
            assert (await admin.get(f"/api/attachments/{file['id']}/content")).status_code == 404
            assert (await admin.delete(f"/api/attachments/{file['id']}")).status_code == 404
    assert await sweeper.remove_deleted() == 3
    assert (await rows(app, "attachment"), len(await names(app))) == (1, 1)


async def test_a_removal_that_fails_is_tried_again_later_each_time(app, me, sweeper, clock, tmp_path):
    made = await attached(me, await make_issue(me), b"x")
    await me.delete(f"/api/attachments/{made['id']}")
    folder: Path = app.asgi.state.blobs.folder
    folder.rename(tmp_path / "aside")
    folder.write_text("no folder: the store is down")
    assert await sweeper.remove_deleted() == 0
    assert await rows(app, "blob_deletion") == 1
    folder.unlink()
    (tmp_path / "aside").rename(folder)
    assert await sweeper.remove_deleted() == 0
    clock.advance(seconds=61)
    assert await sweeper.remove_deleted() == 1
    assert (await rows(app, "blob_deletion"), await names(app)) == (0, set())


async def test_orphans_go_after_an_hour_and_nothing_else_does(app, me, sweeper, clock):
    await attached(me, await make_issue(me), picture())
    used, orphan = await names(app), new_blob_name()
    await put(app, orphan)
    assert await sweeper.sweep_orphans() == 0
    clock.advance(minutes=58)
    assert await sweeper.sweep_orphans() == 0
    clock.advance(minutes=3)
    assert await sweeper.sweep_orphans() == 1
    assert await names(app) == used


async def test_a_store_that_seems_to_be_another_databases_is_left_alone(app, me, sweeper, clock, monkeypatch):
    monkeypatch.setattr(jobs, "MANY", 3)
    await attached(me, await make_issue(me), b"x")
    for _ in range(4):
        await put(app, new_blob_name())
    clock.advance(hours=2)
    assert await sweeper.sweep_orphans() == 0
    assert len(await names(app)) == 5
    assert await sweeper.sweep_orphans(whatever=True) == 4
    assert len(await names(app)) == 1


async def test_many_orphans_among_many_files_are_swept(app, me, sweeper, clock, monkeypatch):
    monkeypatch.setattr(jobs, "MANY", 3)
    key = await make_issue(me)
    for _ in range(4):
        await attached(me, key, b"x")
        await put(app, new_blob_name())
    clock.advance(hours=2)
    assert await sweeper.sweep_orphans() == 4


async def test_a_file_whose_row_could_not_be_written_is_swept(app, me, sweeper, clock):
    key = await make_issue(me)
    async with app.database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE attachment ADD CONSTRAINT never CHECK (false)"))
    answer = await me.post(f"/api/issues/{key}/attachments", files={"file": ("a.png", picture())})
    assert answer.status_code == 409
    assert await rows(app, "attachment") == 0
    assert len(await names(app)) == 2
    clock.advance(hours=2)
    assert await sweeper.sweep_orphans() == 2
    assert await names(app) == set()


async def test_what_a_crash_left_of_a_picture_is_swept(sweeper, tmp_path):
    old, young = tmp_path / f"{SPOOL_PREFIX}old", tmp_path / f"{SPOOL_PREFIX}young"
    for folder in (old, young):
        folder.mkdir()
        (folder / "sent").write_bytes(b"x")
    long_ago = time.time() - timedelta(hours=2).total_seconds()
    os.utime(old, (long_ago, long_ago))
    await sweeper.sweep_orphans()
    assert (old.exists(), young.exists()) == (False, True)


async def test_two_servers_may_sweep_at_once(app, me, sweeper, clock):
    key = await make_issue(me)
    for _ in range(6):
        made = await attached(me, key, b"x")
        await me.delete(f"/api/attachments/{made['id']}")
    for _ in range(6):
        await put(app, new_blob_name())
    clock.advance(hours=2)
    assert sum(await asyncio.gather(sweeper.remove_deleted(), sweeper.remove_deleted())) == 6
    await asyncio.gather(sweeper.sweep_orphans(), sweeper.sweep_orphans())
    assert (await names(app), await rows(app, "blob_deletion")) == (set(), 0)


async def test_the_sweep_goes_on_after_a_failure(app, tmp_path):
    (tmp_path / "broken").write_text("a file where the folder should be")
    broken = Sweeper(app.work, DiskBlobs(tmp_path / "broken"), tmp_path)
    await put(app, new_blob_name())
    task = asyncio.create_task(broken.run(every_s=0.4, orphans_every_s=0.01))
    # Between the second turn and the third: ended in a statement, it would leave its connection to the collector.
    await asyncio.sleep(1)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
