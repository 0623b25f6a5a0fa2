"""What a file is, by its first bytes."""

import io
import zipfile

import pytest
from PIL import Image

from trackly.attachments.content import HEAD_BYTES, TEXT, UNKNOWN, content_type_of, served_as


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind)
    return out.getvalue()


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "x")
        archive.writestr("word/document.xml", "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("GIF"), "image/gif"),
        (picture("WEBP"), "image/webp"),
        (picture("BMP"), "image/bmp"),
        (picture("TIFF"), "image/tiff"),
        (b"%PDF-1.7\n", "application/pdf"),
        (zipped("a.txt"), "application/zip"),
        (zipped("[Content_Types].xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"\x1f\x8b\x08\x00rest", "application/gzip"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00", "video/mp4"),
        (b"<!DOCTYPE html><title>x", "text/html"),
        (b"\xef\xbb\xbf \n<HTML>", "text/html"),
        (b"<!-- hello --><script>alert(1)</script>", "text/html"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x">', "image/svg+xml"),
        (b'<?xml version="1.0"?>\n<!-- c --><svg >', "image/svg+xml"),
        (b'<?xml version="1.0"?><feed>', "application/xml"),
        (b"plain words, <b>and</b> a tag", TEXT),
        (b'{"json": true}', TEXT),
        ("é".encode() * HEAD_BYTES, TEXT),
        (("x" + "é" * HEAD_BYTES).encode()[:HEAD_BYTES], TEXT),
        (b"BM is no bitmap", TEXT),
        (b"caf\xe9 in latin-1", UNKNOWN),
        (b"\x00\x01\x02\x03", UNKNOWN),
        (b"", UNKNOWN),
    ],
)
def test_a_type_is_told_by_content(head, kind):
    assert content_type_of(head) == kind


@pytest.mark.parametrize(
    "kind", ["text/html", "image/svg+xml", "application/xml", "application/x-elf", "text/javascript"]
)
def test_what_could_run_is_sent_as_mere_bytes(kind):
    assert served_as(kind) == UNKNOWN


@pytest.mark.parametrize("kind", ["image/png", "application/pdf", TEXT, "video/mp4", "application/zip"])
def test_what_can_only_be_shown_keeps_its_type(kind):
    assert served_as(kind) == kind
