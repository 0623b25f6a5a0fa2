"""A reader of Server-Sent Events that keeps the bytes, so that a test can look at what really came."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Frame:
    raw: bytes
    id: str | None
    event: str | None
    data: Any
    retry: int | None = None


def parse_frame(raw: bytes) -> Frame:
    fields: dict[str, str] = {}
    for line in raw.decode().splitlines():
        name, _, value = line.partition(": ")
        fields[name] = value
    data = json.loads(fields["data"]) if "data" in fields else None
    return Frame(raw, fields.get("id"), fields.get("event"), data, int(fields["retry"]) if "retry" in fields else None)


class StreamClosed(Exception):
    """The server ended the stream."""


@dataclass
class Stream:
    """`status` and `headers` of the answer; frames one by one. `cursor` is the last id, as a browser keeps it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    status: int
    headers: dict[str, str]
    cursor: str | None = None
    _buffer: bytes = b""

    async def frame(self, timeout_s: float = 5) -> Frame:
        """The next frame of any kind. StreamClosed at the end, TimeoutError when nothing comes."""
        async with asyncio.timeout(timeout_s):
            while b"\n\n" not in self._buffer:
                self._buffer += await self._chunk()
        raw, self._buffer = self._buffer.split(b"\n\n", 1)
        frame = parse_frame(raw + b"\n\n")
        if frame.id is not None:
            self.cursor = frame.id
        return frame

    async def next(self, event: str, timeout_s: float = 5) -> Frame:
        """The next frame of this type; others before it are passed over."""
        async with asyncio.timeout(timeout_s):
            while True:
                frame = await self.frame(timeout_s)
                if frame.event == event:
                    return frame

    async def events(self, timeout_s: float = 0.6) -> list[Frame]:
        """Every event (no control frames) that comes until it is quiet for `timeout_s`."""
        found: list[Frame] = []
        while True:
            try:
                frame = await self.frame(timeout_s)
            except (TimeoutError, StreamClosed):
                return found
            if frame.event and "." in frame.event:
                found.append(frame)

    async def _chunk(self) -> bytes:
        try:
            size = int((await self.reader.readuntil(b"\r\n")).strip(), 16)
            if size == 0:
                raise StreamClosed
            body = await self.reader.readexactly(size + 2)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise StreamClosed from None
        return body[:-2]

    def close(self) -> None:
        self.writer.close()


async def open_stream(url: str, token: str, *, after: str | None = None, query: str = "", **headers: str) -> Stream:
    """A stream on `url` (the server's address) with a bearer token. The head of the answer is read, no frame yet."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    sent = {"Host": parts.netloc, "Authorization": f"Bearer {token}", "Accept": "text/event-stream", **headers}
    if after is not None:
        sent["Last-Event-ID"] = after
    lines = [f"GET /api/events{query} HTTP/1.1", *(f"{k}: {v}" for k, v in sent.items()), "", ""]
    try:
        writer.write("\r\n".join(lines).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
    except BaseException:  # the server may be killed at any moment
        writer.close()
        raise
    answered = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    return Stream(reader, writer, int(head[0].split()[1]), answered)


@asynccontextmanager
async def stream(url: str, token: str, *, after: str | None = None) -> AsyncIterator[Stream]:
    """As `open_stream`, closed at the end of the block."""
    opened = await open_stream(url, token, after=after)
    try:
        yield opened
    finally:
        opened.close()
