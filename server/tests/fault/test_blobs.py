"""Both stores keep the same promises; the one over the network also when it is gone."""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from tests.support.blob_store import Azurite
from trackly.attachments.blobs import BLOCK_BYTES, new_blob_name, regroup
from trackly.attachments.blobs_azure import AzureBlobs
from trackly.attachments.facade import BlobMissing, BlobStore, BlobStoreDown, DiskBlobs


@pytest.fixture(scope="module")
def azurite() -> Iterator[Azurite]:
    store = Azurite().start()
    yield store
    store.close()


@pytest.fixture(params=["disk", "azure"])
async def blobs(request, tmp_path) -> AsyncIterator[BlobStore]:
    store: BlobStore
    if request.param == "disk":
        store = DiskBlobs(tmp_path / "files")
    else:
        store = request.getfixturevalue("azurite").connect(f"c-{uuid.uuid4().hex}")
    yield store
    await store.close()


async def chunked(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]


async def content_of(store: BlobStore, name: str, start: int, end: int) -> bytes:
    return b"".join([chunk async for chunk in await store.open(name, start, end)])


@pytest.mark.parametrize("size", [1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES + 17])
async def test_what_was_put_comes_back_whole_and_in_part(blobs, size):
    content, name = os.urandom(size), new_blob_name()
    await blobs.put(name, chunked(content))
    assert await content_of(blobs, name, 0, size) == content
    start, end = size // 3, size // 3 + max(1, size // 2)
    assert await content_of(blobs, name, start, end) == content[start:end]
    assert await content_of(blobs, name, size - 1, size) == content[-1:]
    assert await blobs.exists(name)


async def test_a_source_that_fails_leaves_nothing(blobs):
    name = new_blob_name()

    async def failing() -> AsyncIterator[bytes]:
        yield b"x" * (2 * BLOCK_BYTES)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await blobs.put(name, failing())
    assert not await blobs.exists(name)
    assert [entry async for entry in blobs.entries()] == []


async def test_a_put_that_is_cancelled_leaves_nothing(blobs):
    name, reached = new_blob_name(), asyncio.Event()

    async def stuck() -> AsyncIterator[bytes]:
        yield b"x" * (2 * BLOCK_BYTES)
        reached.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(blobs.put(name, stuck()))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not await blobs.exists(name)


async def test_a_blob_that_is_not_there(blobs):
    await blobs.check()
    with pytest.raises(BlobMissing):
        await blobs.open(new_blob_name(), 0, 10)
    assert not await blobs.exists(new_blob_name())
    await blobs.delete(new_blob_name())


async def test_an_empty_store_that_nobody_has_used_yet(blobs):
    assert [entry async for entry in blobs.entries()] == []
    assert not await blobs.exists(new_blob_name())
    await blobs.delete(new_blob_name())
    with pytest.raises(BlobMissing):
        await blobs.open(new_blob_name(), 0, 10)


async def test_every_blob_is_listed_until_it_is_deleted(blobs):
    names = {new_blob_name() for _ in range(5)}
    for name in names:
        await blobs.put(name, chunked(b"x"))
    found = {entry.name: entry.changed_at async for entry in blobs.entries()}
    assert set(found) == names
    assert all(abs(changed_at.timestamp() - time.time()) < 60 for changed_at in found.values())
    for name in names:
        await blobs.delete(name)
        await blobs.delete(name)
    assert [entry async for entry in blobs.entries()] == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 32, "g" * 32, "0" * 33, "0" * 31 + "\n"])
async def test_a_name_that_is_not_ours_reaches_no_store(blobs, name):
    with pytest.raises(ValueError, match="not the name of a blob"):
        await blobs.put(name, chunked(b"x"))
    with pytest.raises(ValueError, match="not the name of a blob"):
        await blobs.open(name, 0, 1)
    with pytest.raises(ValueError, match="not the name of a blob"):
        await blobs.delete(name)


async def test_blocks_are_of_one_size():
    blocks = [block async for block in regroup(chunked(b"x" * 2500, 7), 1000)]
    assert [len(block) for block in blocks] == [1000, 1000, 500]
    assert [block async for block in regroup(chunked(b""))] == []


async def test_what_a_crash_left_half_written_is_listed_and_removed(tmp_path):
    store, name = DiskBlobs(tmp_path), new_blob_name()
    place = tmp_path / name[:2] / f"{name}.partial"
    place.parent.mkdir()
    place.write_bytes(b"half")
    (tmp_path / name[:2] / "README").write_text("somebody else's")
    assert [entry.name async for entry in store.entries()] == [name]
    assert not await store.exists(name)
    await store.delete(name)
    assert not place.exists()


async def test_a_disk_that_can_not_be_written_is_a_store_that_is_down(tmp_path):
    (tmp_path / "files").write_text("a file where the folder should be")
    store = DiskBlobs(tmp_path / "files")
    with pytest.raises(BlobStoreDown):
        await store.check()
    with pytest.raises(BlobStoreDown):
        await store.put(new_blob_name(), chunked(b"x"))


async def test_a_store_that_is_gone_says_so_soon_and_is_used_again_when_it_is_back():
    azurite = Azurite().start()
    store = azurite.connect("issue-files")
    try:
        name = new_blob_name()
        await store.put(name, chunked(b"kept"))
        azurite.stop()
        await down_within(3.5, store.check)
        await down_within(3.5, lambda: store.put(new_blob_name(), chunked(b"x")))
        await down_within(3.5, lambda: store.open(name, 0, 4))
        await down_within(3.5, lambda: store.delete(name))
        azurite.start()
        assert await content_of(store, name, 0, 4) == b"kept"
    finally:
        await store.close()
        azurite.close()


async def test_a_store_that_hangs_is_found_out_before_the_file_is_taken():
    azurite = Azurite().start()
    store = azurite.connect("issue-files")
    try:
        azurite.freeze()
        await down_within(3.5, store.check)
        azurite.thaw()
        await store.check()
    finally:
        azurite.thaw()
        await store.close()
        azurite.close()


async def test_a_store_in_a_net_that_swallows_everything_is_down_soon():
    store = AzureBlobs.connect("nobody", "a2V5", "issue-files", "http://192.0.2.1:9/nobody")
    try:
        await down_within(3.5, store.check)
    finally:
        await store.close()


async def test_a_wrong_key_is_a_store_that_is_down(azurite):
    store = AzureBlobs.connect("devstoreaccount1", "d3Jvbmc=", "issue-files", azurite.endpoint)
    try:
        with pytest.raises(BlobStoreDown):
            await store.check()
    finally:
        await store.close()


async def down_within(seconds: float, attempt: Callable[[], Awaitable[object]]) -> None:
    started = time.monotonic()
    with pytest.raises(BlobStoreDown):
        await attempt()
    assert time.monotonic() - started < seconds
