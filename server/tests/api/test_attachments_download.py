"""Files on their way out: whole, in part, not at all; and away."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.app import App, running_app
from tests.support.files import attached, make_issue, picture

CONTENT = bytes(range(256)) * 10_000


@pytest.fixture(scope="module")
async def app(postgres, tmp_path_factory) -> AsyncIterator[App]:
    with postgres.cloned() as url:
        async with running_app(url, tmp_path_factory.mktemp("app")) as running:
            yield running


@pytest.fixture
async def me(app) -> AsyncIterator[httpx.AsyncClient]:
    async with await app.as_(app.cast.reporter) as client:
        yield client


@pytest.fixture(scope="module")
async def file(app) -> str:
    async with await app.as_(app.cast.reporter) as client:
        made = await attached(client, await make_issue(client), CONTENT, "résumé 100%.bin")
    return f"/api/attachments/{made['id']}"


async def test_the_whole_file_and_what_is_said_of_it(me, file):
    made = (await me.get(file)).json()
    answer = await me.get(f"{file}/content")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    said = {name: answer.headers[name] for name in answer.headers if name not in ("x-request-id", "last-modified")}
    assert (
        said.items()
        >= {
            "content-type": "application/octet-stream",
            "content-length": str(len(CONTENT)),
            "content-disposition": (
                "attachment; filename=\"resume 100_.bin\"; filename*=UTF-8''r%C3%A9sum%C3%A9%20100%25.bin"
            ),
            "content-security-policy": "default-src 'none'; sandbox",
            "x-content-type-options": "nosniff",
            "cross-origin-resource-policy": "same-origin",
            "cache-control": "private, no-cache",
            "accept-ranges": "bytes",
            "etag": f'"{made["sha256"]}"',
        }.items()
    )


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=1000-1999", 1000, 2000),
        ("bytes=1048570-1048590", 1_048_570, 1_048_591),
        ("bytes=2559990-", 2_559_990, len(CONTENT)),
        ("bytes=-100", len(CONTENT) - 100, len(CONTENT)),
        ("bytes=100-99999999", 100, len(CONTENT)),
    ],
)
async def test_a_part_of_it(me, file, wanted, start, end):
    answer = await me.get(f"{file}/content", headers={"Range": wanted})
    assert (answer.status_code, answer.content) == (206, CONTENT[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(CONTENT)}"
    assert answer.headers["content-length"] == str(end - start)


async def test_a_part_that_is_not_in_it(me, file):
    answer = await me.get(f"{file}/content", headers={"Range": f"bytes={len(CONTENT)}-"})
    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


async def test_what_the_reader_has_is_not_sent_again(me, file):
    first = await me.get(f"{file}/content", headers={"Range": "bytes=0-9"})
    etag, modified = first.headers["etag"], first.headers["last-modified"]
    again = await me.get(f"{file}/content", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert (again.headers["etag"], again.headers["cache-control"]) == (etag, "private, no-cache")
    for condition, status in ((etag, 206), (modified, 206), ('"another"', 200)):
        part = await me.get(f"{file}/content", headers={"Range": "bytes=0-9", "If-Range": condition})
        assert part.status_code == status


async def test_a_picture_is_shown_in_the_page_and_its_thumbnail_too(me):
    made = await attached(me, await make_issue(me), picture("JPEG", (800, 800)), "photo.exe")
    answer = await me.get(f"/api/attachments/{made['id']}/content")
    assert answer.headers["content-disposition"] == 'inline; filename="photo.exe"'
    assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
    small = await me.get(f"/api/attachments/{made['id']}/thumbnail")
    assert small.headers["content-disposition"] == 'inline; filename="photo.exe.webp"'
    assert small.headers["etag"] != answer.headers["etag"]
    part = await me.get(f"/api/attachments/{made['id']}/thumbnail", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"RIFF")
    same = await me.get(f"/api/attachments/{made['id']}/thumbnail", headers={"If-None-Match": small.headers["etag"]})
    assert same.status_code == 304


async def test_a_file_without_a_thumbnail_says_so(me, file):
    answer = await me.get(f"{file}/thumbnail")
    assert (answer.status_code, answer.json()["code"]) == (404, "thumbnail_not_found")


@pytest.mark.parametrize("path", ["", "/content", "/thumbnail"])
async def test_ids_that_are_none_or_nobodys(me, path):
    assert (await me.get(f"/api/attachments/not-an-id{path}")).status_code == 422
    missing = await me.get(f"/api/attachments/0f0f0f0f-0000-4000-8000-000000000000{path}")
    assert (missing.status_code, missing.json()["code"]) == (404, "attachment_not_found")


async def test_a_deleted_file_is_gone_at_once(me):
    key = await make_issue(me)
    made = await attached(me, key, picture(), "a.png")
    assert (await me.delete(f"/api/attachments/{made['id']}")).status_code == 204
    for path in ("", "/content", "/thumbnail"):
        assert (await me.get(f"/api/attachments/{made['id']}{path}")).status_code == 404
    assert (await me.delete(f"/api/attachments/{made['id']}")).status_code == 404
    assert (await me.get(f"/api/issues/{key}/attachments")).json() == {"items": [], "next": None, "total": 0}


async def test_a_file_whose_bytes_are_lost_says_so(me, app):
    made = await attached(me, await make_issue(me), b"here today")
    blobs = app.asgi.state.blobs
    async for entry in blobs.entries():
        await blobs.delete(entry.name)
    answer = await me.get(f"/api/attachments/{made['id']}/content")
    assert (answer.status_code, answer.json()["code"]) == (404, "content_missing")
