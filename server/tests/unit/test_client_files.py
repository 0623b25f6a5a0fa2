"""The built client: the packed copy of a file for who takes it, the file itself for everybody else."""

import gzip
from pathlib import Path

import httpx
import pytest
from starlette.exceptions import HTTPException

from trackly.http.static import ClientFiles

SCRIPT, PACKED = b"export const answer = 42;\n" * 40, b"as if by brotli"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    immutable = tmp_path / "_app" / "immutable"
    immutable.mkdir(parents=True)
    (immutable / "a.js").write_bytes(SCRIPT)
    (immutable / "a.js.gz").write_bytes(gzip.compress(SCRIPT))
    (immutable / "b.js").write_bytes(SCRIPT)
    (immutable / "b.js.br").write_bytes(PACKED)
    (immutable / "b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "index.html").write_text("<p>Trackly</p>")
    (tmp_path / "index.html.gz").write_bytes(gzip.compress(b"<p>Trackly</p>"))
    return tmp_path


async def got(folder: Path, path: str, accepts: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(ClientFiles(folder))
    async with httpx.AsyncClient(transport=transport, base_url="http://trackly") as client:
        return await client.get(path, headers={"Accept-Encoding": accepts, **headers})


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("gzip, deflate", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("gzip; q=0", None),
        ("gzip;q=0.0, br", None),
        ("identity", None),
        ("", None),
    ],
)
async def test_who_accepts_it_gets_the_packed_copy(folder: Path, accepts: str, encoding: str | None) -> None:
    answer = await got(folder, "/_app/immutable/a.js", accepts)
    assert answer.content == SCRIPT
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "Accept-Encoding" in answer.headers["vary"]
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_brotli_comes_before_gzip(folder: Path) -> None:
    transport = httpx.ASGITransport(ClientFiles(folder))
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://trackly") as client,
        client.stream("GET", "/_app/immutable/b.js", headers={"Accept-Encoding": "gzip, br"}) as answer,
    ):
        assert answer.headers["content-encoding"] == "br"
        assert b"".join([part async for part in answer.aiter_raw()]) == PACKED


async def test_a_path_of_the_client_is_its_page_packed_too(folder: Path) -> None:
    answer = await got(folder, "/issues/TRK-1", "gzip")
    assert (answer.text, answer.headers["content-encoding"]) == ("<p>Trackly</p>", "gzip")
    assert answer.headers["cache-control"] == "no-cache"


async def test_each_copy_has_a_tag_of_its_own(folder: Path) -> None:
    plain = await got(folder, "/_app/immutable/a.js", "identity")
    packed = await got(folder, "/_app/immutable/a.js", "gzip")
    assert plain.headers["etag"] != packed.headers["etag"]
    again = await got(folder, "/_app/immutable/a.js", "gzip", **{"If-None-Match": packed.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_file_with_its_hash_in_its_name_is_read_once(folder: Path) -> None:
    transport = httpx.ASGITransport(ClientFiles(folder))
    path = "/_app/immutable/a.js"
    async with httpx.AsyncClient(transport=transport, base_url="http://trackly") as client:

        async def ask(url: str, accepts: str, **headers: str) -> httpx.Response:
            return await client.get(url, headers={"Accept-Encoding": accepts, **headers})

        first = [await ask(path, accepts) for accepts in ("gzip", "identity")]
        page = await ask("/", "identity")
        for file in ("_app/immutable/a.js", "_app/immutable/a.js.gz", "index.html"):
            (folder / file).write_bytes(b"another file")
        for before, accepts in zip(first, ("gzip;q=0.1", "*"), strict=True):
            again = await ask(path, accepts)
            assert (again.content, again.headers) == (before.content, before.headers)
            tag = {"If-None-Match": before.headers["etag"]}
            assert (await ask(path, accepts, **tag)).status_code == 304
        part = await ask(path, "identity", Range="bytes=0-6")
        assert (part.status_code, part.content) == (206, b"another")
        assert (page.text, (await ask("/", "identity")).text) == ("<p>Trackly</p>", "another file")
        for _ in range(2):
            with pytest.raises(HTTPException, match="404"):
                await ask("/_app/immutable/c.js", "gzip")


async def test_a_path_that_is_no_file_is_not_kept(folder: Path) -> None:
    """Anybody may ask for as many of them as they like."""
    files = ClientFiles(folder)
    transport = httpx.ASGITransport(files)
    async with httpx.AsyncClient(transport=transport, base_url="http://trackly") as client:
        for path in ("/_app/immutable/x", "/other/immutable/x", "/immutable/y"):
            answer = await client.get(path)
            assert (answer.text, answer.headers["cache-control"]) == ("<p>Trackly</p>", "no-cache")
    assert not files._kept
