"""What of a file to send: the conditional and range headers of RFC 9110, for files that never change."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes[ \t]*=[ \t]*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))[ \t]*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from `start` up to, not including, `end`, of `size`. `status` is 200, 206, 304 or 416."""

    status: int
    start: int
    end: int
    size: int

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def content_range(self) -> str | None:
        if self.status == 206:
            return f"bytes {self.start}-{self.end - 1}/{self.size}"
        return f"bytes */{self.size}" if self.status == 416 else None


def choose_span(size: int, etag: str, last_modified: str, headers: Mapping[str, str]) -> Span:
    """Which bytes answer a GET with these (lower-case) headers; `size` is at least 1.

    Several ranges, and what is no range at all, are answered with everything, as RFC 9110 14.2 allows."""
    if _matches(headers.get("if-none-match"), etag):
        return Span(304, 0, 0, size)
    everything = Span(200, 0, size, size)
    wanted = _ONE_RANGE.fullmatch(headers.get("range", "").strip())
    if wanted is None or not _still_same(headers.get("if-range"), etag, last_modified):
        return everything
    first, last, suffix = wanted.groups()
    if suffix is not None:
        start, end = max(0, size - int(suffix)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < int(first):
            return everything
    return Span(206, start, end, size) if start < end else Span(416, 0, 0, size)


def _matches(if_none_match: str | None, etag: str) -> bool:
    """Weak comparison with each tag of the list."""
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag in tags


def _still_same(if_range: str | None, etag: str, last_modified: str) -> bool:
    """Strong comparison; a weak tag or another date means: send everything."""
    return if_range is None or if_range.strip() in (etag, last_modified)
