"""Files on their way in."""

import hashlib
import io
import os
from collections.abc import AsyncIterator

import httpx
import pytest
from PIL import Image

from tests.support.app import App, running_app
from tests.support.files import attached, make_issue, picture, upload
from trackly.attachments.facade import BlobStore

LIMIT = 300_000


@pytest.fixture(scope="module")
async def app(postgres, tmp_path_factory) -> AsyncIterator[App]:
    with postgres.cloned() as url:
        async with running_app(url, tmp_path_factory.mktemp("app"), MAX_UPLOAD_BYTES=LIMIT) as running:
            yield running


@pytest.fixture
async def me(app) -> AsyncIterator[httpx.AsyncClient]:
    async with await app.as_(app.cast.reporter) as client:
        yield client


@pytest.fixture
async def key(me) -> str:
    return await make_issue(me)


@pytest.fixture
async def blobs(app) -> BlobStore:
    store: BlobStore = app.asgi.state.blobs
    return store


async def names_in(blobs: BlobStore) -> set[str]:
    return {entry.name async for entry in blobs.entries()}


async def test_a_file_is_kept_as_it_is(me, key, app):
    content = os.urandom(200_000)
    answer = await upload(me, key, content, "data.bin")
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["location"] == f"/api/attachments/{made['id']}"
    assert made == {
        "id": made["id"],
        "issue": key,
        "name": "data.bin",
        "content_type": "application/octet-stream",
        "bytes": 200_000,
        "sha256": hashlib.sha256(content).hexdigest(),
        "inline": False,
        "thumbnail": False,
        "uploader": {"id": app.cast.reporter.user_id, "name": "Rea Reporter"},
        "created_at": made["created_at"],
    }
    assert (await me.get(f"/api/attachments/{made['id']}/content")).content == content
    assert (await me.get(f"/api/attachments/{made['id']}")).json() == made


async def test_a_picture_is_written_anew_and_has_a_thumbnail(me, key):
    made = await attached(me, key, picture("PNG", (1200, 600)), "screen.png")
    assert (made["content_type"], made["inline"], made["thumbnail"]) == ("image/png", True, True)
    content = (await me.get(f"/api/attachments/{made['id']}/content")).content
    assert (len(content), hashlib.sha256(content).hexdigest()) == (made["bytes"], made["sha256"])
    small = await me.get(f"/api/attachments/{made['id']}/thumbnail")
    assert small.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(small.content)).size == (480, 240)


async def test_the_issue_counts_its_files_and_keeps_its_version(me, key):
    before = (await me.get(f"/api/issues/{key}")).json()
    first = await attached(me, key, b"one")
    await attached(me, key, b"two")
    after = (await me.get(f"/api/issues/{key}")).json()
    assert (after["attachments_count"], after["version"]) == (2, before["version"])
    assert after["updated_at"] > before["updated_at"]
    assert (await me.delete(f"/api/attachments/{first['id']}")).status_code == 204
    assert (await me.get(f"/api/issues/{key}")).json()["attachments_count"] == 1
    history = (await me.get(f"/api/issues/{key}/history")).json()["items"]
    assert [(item["type"], item["detail"].get("attachment", {}).get("name")) for item in history[1:]] == [
        ("attachment.created", "notes.txt"),
        ("attachment.created", "notes.txt"),
        ("attachment.deleted", "notes.txt"),
    ]


async def test_files_of_an_issue_are_listed_oldest_first_in_pages(me, key):
    made = [await attached(me, key, b"x", f"{n}.txt") for n in range(5)]
    first = (await me.get(f"/api/issues/{key}/attachments", params={"limit": 2})).json()
    assert (first["items"], first["total"]) == (made[:2], 5)
    second = (await me.get(f"/api/issues/{key}/attachments", params={"limit": 2, "after": first["next"]})).json()
    third = await me.get(f"/api/issues/{key}/attachments", params={"limit": 2, "after": second["next"]})
    assert second["items"] + third.json()["items"] == made[2:]
    assert third.json()["next"] is None
    assert "x-trackly-cursor" in third.headers


@pytest.mark.parametrize("after", ["nonsense", "WzEsMl0", "WyJ4IiwieSJd", "W251bGwsbnVsbF0"])
async def test_a_cursor_of_somebody_else_is_refused(me, key, after):
    answer = await me.get(f"/api/issues/{key}/attachments", params={"after": after})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "after")


async def test_names_lose_their_tricks(me, key):
    made = await attached(me, key, b"x", "../../evil\u202egpj.exe")
    assert made["name"] == "evilgpj.exe"


async def test_the_largest_file_fits_and_one_byte_more_does_not(me, key, blobs):
    assert (await upload(me, key, b"\0" * LIMIT)).status_code == 201
    before = await names_in(blobs)
    answer = await upload(me, key, b"\0" * (LIMIT + 1))
    assert answer.status_code == 413
    assert (answer.json()["code"], answer.json()["limit_bytes"]) == ("upload_too_large", LIMIT)
    assert answer.json()["errors"] == [{"field": "file", "message": answer.json()["detail"]}]
    assert await names_in(blobs) == before


async def test_a_file_that_does_not_say_its_size_is_stopped_at_the_limit(me, key, blobs):
    before, sent = await names_in(blobs), 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        while sent < 100 * LIMIT:
            sent += 65_536
            yield b"\0" * 65_536

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await me.post(f"/api/issues/{key}/attachments", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert sent < 3 * LIMIT
    assert await names_in(blobs) == before


def body(*parts: tuple[str, bytes]) -> bytes:
    return b"".join(
        b"--b\r\nContent-Disposition: form-data; " + d.encode() + b"\r\n\r\n" + c + b"\r\n" for d, c in parts
    )


FILE = ('name="file"; filename="a.txt"', b"hello")
FORM = "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("kind", "content", "status", "code"),
    [
        ("application/json", b'{"file": "x"}', 415, "not_multipart"),
        ("application/octet-stream", b"x", 415, "not_multipart"),
        ("multipart/form-data", b"x", 422, "broken_upload"),
        (FORM, b"", 422, "broken_upload"),
        (FORM, b"--b--\r\n", 422, "invalid_input"),
        (FORM, body(FILE), 422, "broken_upload"),
        (FORM, body(FILE)[:-4], 422, "broken_upload"),
        (FORM, body(FILE, FILE) + b"--b--", 422, "invalid_input"),
        (FORM, body(FILE, ('name="title"', b"x")) + b"--b--", 422, "invalid_input"),
        (FORM, body(('name="document"; filename="a"', b"x")) + b"--b--", 422, "invalid_input"),
        (FORM, body(('name="file"', b"x")) + b"--b--", 422, "invalid_input"),
        (FORM, body(('name="file"; filename=""', b"")) + b"--b--", 422, "invalid_input"),
        (FORM, body(('name="file"; filename="empty.txt"', b"")) + b"--b--", 422, "invalid_input"),
        (FORM, b"garbage", 422, "broken_upload"),
    ],
)
async def test_what_is_no_good_form_is_refused_with_its_reason(me, key, blobs, kind, content, status, code):
    before = await names_in(blobs)
    answer = await me.post(f"/api/issues/{key}/attachments", content=content, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    if code == "invalid_input":
        assert answer.json()["errors"][0]["field"] in ("file", "title", "document")
    assert await names_in(blobs) == before
    assert (await me.get(f"/api/issues/{key}")).json()["attachments_count"] == 0


async def test_the_same_key_brings_one_file(me, key, blobs):
    before = await names_in(blobs)
    answers = [await upload(me, key, b"once", **{"Idempotency-Key": "k1"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.content for answer in answers}) == 1
    assert [answer.headers.get("idempotent-replay") for answer in answers] == [None, "true", "true"]
    assert answers[2].headers["location"] == answers[0].headers["location"]
    assert (await me.get(f"/api/issues/{key}")).json()["attachments_count"] == 1
    assert len(await names_in(blobs) - before) == 1


async def test_the_same_key_with_another_file_is_refused(me, key, blobs):
    await upload(me, key, b"once", **{"Idempotency-Key": "k2"})
    before = await names_in(blobs)
    answer = await upload(me, key, b"twice", **{"Idempotency-Key": "k2"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await names_in(blobs) == before


async def test_a_refused_upload_does_not_use_up_its_key(me, key):
    assert (await upload(me, key, b"", **{"Idempotency-Key": "k3"})).status_code == 422
    assert (await upload(me, key, b"now", **{"Idempotency-Key": "k3"})).status_code == 201


async def test_the_document_says_what_to_send(me):
    operation = (await me.get("/openapi.json")).json()["paths"]["/api/issues/{key}/attachments"]["post"]
    form = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["required"] == ["file"]
    assert {"201", "404", "413", "415", "422", "503"} <= set(operation["responses"])
