"""What a file is, told from its first bytes alone: neither its name nor what the client says is believed."""

import re

import puremagic

HEAD_BYTES = 4096
"""As much of a file as is needed to tell."""
UNKNOWN = "application/octet-stream"
TEXT = "text/plain; charset=utf-8"
PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF"}
"""The types that are decoded and written anew, and so may be shown in the page."""

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (257, b"ustar", "application/x-tar"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\x00asm", "application/wasm"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_FTYP = {
    b"qt  ": "video/quicktime",
    b"avif": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
}
_OFFICE = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|style|title|meta|link|img|form|a|div|p|table)[\s>/]",
    re.IGNORECASE,
)
_SVG = re.compile(rb"<(?:!doctype\s+svg|svg)[\s>/]", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_SURE = 0.8
_INERT = re.compile(
    r"(?:image/(?!svg)|audio/|video/)[\w.+-]+|text/(?:plain|csv)(?:; charset=utf-8)?"
    r"|application/(?:pdf|zip|gzip|json|x-ndjson|x-tar|vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet)"
)


def content_type_of(head: bytes) -> str:
    """The type of a file that begins with `head` (all of it, or at least HEAD_BYTES)."""
    return _by_magic(head) or _by_text(head) or _by_table(head) or UNKNOWN


def served_as(content_type: str) -> str:
    """The type to send: what a browser might run or draw as a page goes as bytes without a meaning."""
    return content_type if _INERT.fullmatch(content_type) else UNKNOWN


def _by_magic(head: bytes) -> str | None:
    if head[:4] == b"RIFF" and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    if head[4:8] == b"ftyp":
        return _FTYP.get(head[8:12], "video/mp4")
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zipped(head)
    return next((kind for at, magic, kind in _MAGIC if head.startswith(magic, at) and _is_whole(kind, head)), None)


def _is_whole(kind: str, head: bytes) -> bool:
    """Two letters alone are too little to call something a bitmap."""
    return kind != "image/bmp" or (head[6:10] == bytes(4) and len(head) > 26)


def _zipped(head: bytes) -> str:
    if b"[Content_Types].xml" in head or b"_rels/" in head:
        return next((kind for mark, kind in _OFFICE if mark in head), "application/zip")
    return "application/zip"


def _by_text(head: bytes) -> str | None:
    """Text in UTF-8 without control characters; a character may be cut at the end."""
    if not head or _CONTROL.search(head):
        return None
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end < len(head) or len(head) - error.start > 3 or len(head) < HEAD_BYTES:
            return None
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return _markup(start) if start.startswith(b"<") else TEXT


def _markup(start: bytes) -> str:
    if _SVG.search(start) and not _HTML.match(start):
        return "image/svg+xml"
    if _HTML.search(start):
        return "text/html"
    return "application/xml" if start.startswith(b"<?xml") else TEXT


def _by_table(head: bytes) -> str | None:
    """A guess from a large table of signatures, when it is a good one."""
    try:
        best = puremagic.magic_string(head)[0]
    except (puremagic.PureError, ValueError, IndexError):
        return None
    known = re.fullmatch(r"[a-z]+/[\w.+-]+", best.mime_type or "") and best.confidence >= _SURE
    return str(best.mime_type) if known and best.mime_type not in PICTURES else None
