"""Files for tests, and how they are sent."""

import io
import zlib
from typing import Any

import httpx
from PIL import Image, PngImagePlugin

SECRET_WORDS = b"SECRET-PLACE"


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), colour: str = "#c02040", **options: Any) -> bytes:
    return encoded(Image.new("RGB", size, colour), kind, **options)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def telltale_exif(orientation: int = 6) -> Image.Exif:
    """What a telephone writes: where it was, and how it was held."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET_WORDS.decode()
    exif.get_ifd(0x8825)[1] = "N"
    return exif


def png_with_everything() -> bytes:
    """A picture with text, EXIF, a page of HTML behind its end, and a script in a comment."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", f"<script>{SECRET_WORDS.decode()}</script>")
    content = encoded(Image.new("RGB", (64, 48), "#c02040"), "PNG", pnginfo=text, exif=telltale_exif())
    return content + b"<html><script>" + SECRET_WORDS + b"</script></html>"


def bomb(side: int = 20_000) -> bytes:
    """A small PNG that says, rightly, that it is very large."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    header = side.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    rows = zlib.compress(bytes((side // 8 + 1) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def film(kind: str = "GIF", frames: int = 5, size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    shades = [Image.new("RGB", size, (40 * n % 256, 255 - 40 * n % 256, n % 256)) for n in range(frames)]
    return encoded(shades[0], kind, save_all=True, append_images=shades[1:], duration=80, loop=0, **options)


async def make_issue(client: httpx.AsyncClient, project: str = "TRK", **fields: Any) -> str:
    answer = await client.post("/api/issues", json={"project": project, "title": "It does not work", **fields})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["key"])


async def upload(
    client: httpx.AsyncClient, key: str, content: bytes, name: str = "notes.txt", kind: str = "x/y", **headers: str
) -> httpx.Response:
    files = {"file": (name, content, kind)}
    return await client.post(f"/api/issues/{key}/attachments", files=files, headers=headers)


async def attached(client: httpx.AsyncClient, key: str, content: bytes, name: str = "notes.txt") -> dict[str, Any]:
    answer = await upload(client, key, content, name)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made
