"""Files that were made to do harm: nothing of theirs runs, tells or explodes."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.support.app import App, running_app
from tests.support.files import (
    SECRET_WORDS,
    attached,
    bomb,
    encoded,
    film,
    make_issue,
    picture,
    png_with_everything,
    telltale_exif,
    upload,
)
from trackly.attachments.facade import Images

HTML = b"<!DOCTYPE html><html><script>alert(document.cookie)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


@pytest.fixture(scope="module")
async def app(postgres, tmp_path_factory) -> AsyncIterator[App]:
    with postgres.cloned() as url:
        async with running_app(url, tmp_path_factory.mktemp("app")) as running:
            yield running


@pytest.fixture
async def me(app) -> AsyncIterator[httpx.AsyncClient]:
    async with await app.as_(app.cast.reporter) as client:
        yield client


@pytest.fixture
async def key(me) -> str:
    return await make_issue(me)


async def content_of(client: httpx.AsyncClient, made: dict[str, object]) -> httpx.Response:
    return await client.get(f"/api/attachments/{made['id']}/content")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (HTML, "harmless.png"),
        (SVG, "picture.svg"),
        (SVG, "picture.png"),
        (b"\xef\xbb\xbf" + HTML, "bom.gif"),
        (b'<?xml version="1.0"?><?xml-stylesheet href="x"?><feed/>', "feed.jpg"),
        (b"GIF89a/*" + HTML, "polyglot.gif"),
        (b"\x89PNG\r\n\x1a\n" + HTML, "polyglot.png"),
        (b"\xff\xd8\xff\xe0" + HTML, "polyglot.jpg"),
        (b"RIFF\x00\x00\x00\x00WEBP" + HTML, "polyglot.webp"),
        (picture("BMP"), "old.bmp"),
        (picture("TIFF"), "scan.tiff"),
        (picture("PNG")[:-30], "cut.png"),
    ],
)
async def test_what_is_no_good_picture_is_never_shown_in_the_page(me, key, content, name):
    made = await attached(me, key, content, name)
    answer = await content_of(me, made)
    assert answer.content == content
    assert (made["inline"], made["thumbnail"]) == (False, False)
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    for active in ("html", "svg", "xml", "script"):
        assert active not in answer.headers["content-type"]
    assert (await me.get(f"/api/attachments/{made['id']}/thumbnail")).status_code == 404


async def test_the_type_that_the_client_says_is_not_believed(me, key):
    answer = await upload(me, key, HTML, "a.png", "image/png")
    assert answer.json()["content_type"] == "text/html"
    assert (await upload(me, key, picture(), "a.html", "text/html")).json()["content_type"] == "image/png"


TELLING = {
    "png": png_with_everything(),
    "jpeg": picture("JPEG", comment=SECRET_WORDS, exif=telltale_exif(1)) + SECRET_WORDS,
    "gif": picture("GIF", comment=SECRET_WORDS) + SECRET_WORDS,
    "webp": picture("WEBP", xmp=SECRET_WORDS, exif=telltale_exif(1)),
    "moving gif": film("GIF", comment=SECRET_WORDS),
    "moving webp": film("WEBP", xmp=SECRET_WORDS, exif=telltale_exif(1)),
    "moving png": film("PNG", exif=telltale_exif(1)),
}


@pytest.mark.parametrize("sent", TELLING.values(), ids=TELLING)
async def test_only_the_pixels_of_a_picture_are_kept(me, key, sent):
    assert SECRET_WORDS in sent
    made = await attached(me, key, sent, "everything")
    assert made["inline"]
    for path in ("content", "thumbnail"):
        kept = (await me.get(f"/api/attachments/{made['id']}/{path}")).content
        assert SECRET_WORDS not in kept
        assert b"script" not in kept
        image = Image.open(io.BytesIO(kept))
        assert not image.getexif()
        assert not {"Comment", "comment", "xmp", "exif"} & {name for name, value in image.info.items() if value}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_stands_upright_and_says_nothing_of_where_it_was_taken(me, key, kind):
    source = Image.new("RGB", (200, 100), "#2040c0")
    source.paste((255, 255, 255), (0, 0, 100, 100))
    sent = encoded(source, kind, exif=telltale_exif(orientation=6))
    assert SECRET_WORDS in sent
    kept = (await content_of(me, await attached(me, key, sent, "photo"))).content
    image = Image.open(io.BytesIO(kept))
    assert (image.format, image.size) == (kind, (100, 200))
    red = image.convert("RGB").getchannel("R").tobytes()
    assert min(red[: 80 * 100]) > 200
    assert max(red[120 * 100 :]) < 80
    assert SECRET_WORDS not in kept
    assert not image.getexif()


async def test_a_profile_of_colours_is_used_and_left_out(me, key):
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    kept = (await content_of(me, await attached(me, key, picture("PNG", icc_profile=profile), "wide.png"))).content
    assert "icc_profile" not in Image.open(io.BytesIO(kept)).info


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
async def test_a_film_goes_on_moving(me, key, kind):
    made = await attached(me, key, film(kind), "film")
    assert made["inline"]
    image = Image.open(io.BytesIO((await content_of(me, made)).content))
    assert getattr(image, "n_frames", 1) == 5


async def test_a_film_that_is_too_long_is_a_download_with_a_picture(me, key):
    made = await attached(me, key, film("GIF", frames=1001, size=(4, 4)), "long.gif")
    assert (made["inline"], made["thumbnail"], made["content_type"]) == (False, True, "image/gif")
    assert (await content_of(me, made)).headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("side", [6_400, 20_000, 30_000])
async def test_a_picture_that_would_explode_is_refused(me, key, app, side):
    sent = bomb(side)
    answer = await upload(me, key, sent, "bomb.png")
    assert (answer.status_code, answer.json()["code"]) == (413, "image_too_large")
    assert [error["field"] for error in answer.json()["errors"]] == ["file"]
    assert answer.json()["limit_pixels"] == 40_000_000
    assert (await me.get(f"/api/issues/{key}")).json()["attachments_count"] == 0


async def test_a_picture_that_takes_too_long_is_a_file_like_any_other(tmp_path):
    (tmp_path / "sent").write_bytes(bomb(6_000))
    found = await Images(within_s=0.01).rewrite(tmp_path / "sent", "image/png", tmp_path)
    assert (found.content, found.thumbnail) == (None, None)


async def test_nothing_is_left_of_a_worker_that_is_broken_off(tmp_path):
    (tmp_path / "sent").write_bytes(bomb(6_000))
    images = Images()
    task = asyncio.create_task(images.rewrite(tmp_path / "sent", "image/png", tmp_path))
    while not (working := workers(tmp_path)):
        await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert working
    assert workers(tmp_path) == []


def workers(folder: Path) -> list[str]:
    """Processes that work on `folder`."""
    return [
        found.parent.name
        for found in Path("/proc").glob("[0-9]*/cmdline")
        if str(folder).encode() in read(found) and b"image_worker" in read(found)
    ]


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
