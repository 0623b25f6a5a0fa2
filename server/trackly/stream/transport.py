"""Ready bytes straight to the socket: what a delivery costs is one write, not an ASGI message (ADR-0004)."""

import asyncio
import sys
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from trackly.events.broadcaster import as_chunk
from trackly.http.malformed import HEAD_LIMIT_BYTES, HeadTooLarge, refusal_of

EXTENSION = "trackly.protocol"


class StreamingProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol, which lets an endpoint reach its own connection through `scope["extensions"]`.

    It also bounds the head of a request, and refuses what is no request with a problem document."""

    _head_bytes: int | None = 0
    """Of the head that is being read; None while a body is."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_bytes is not None and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_LIMIT_BYTES:
                self._refuse(HeadTooLarge(in_address=not self.headers))

    def send_400_response(self, msg: str) -> None:
        self._refuse(sys.exc_info()[1])

    def _refuse(self, error: BaseException | None) -> None:
        """An answer that is under way ends where it is."""
        under_way: Any = self.cycle
        if under_way is None or under_way.response_complete or not under_way.response_started:
            self.transport.write(refusal_of(error))
        self.transport.close()

    def on_headers_complete(self) -> None:
        self._head_bytes = None
        super().on_headers_complete()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        extensions: dict[str, Any] = self.scope.setdefault("extensions", {})
        extensions[EXTENSION] = self


class TransportSink:
    """The connection of a request whose response head was sent; flow control is uvicorn's (64 KiB)."""

    __slots__ = ("_chunked", "_flow", "_transport")

    def __init__(self, protocol: StreamingProtocol) -> None:
        self._transport = protocol.transport
        self._flow = protocol.flow
        self._chunked = bool(protocol.cycle.chunked_encoding)

    @property
    def blocked(self) -> bool:
        return self._flow.write_paused

    def write(self, payload: bytes, chunk: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(chunk if self._chunked else payload)

    async def drain(self) -> None:
        await self._flow.drain()

    def close(self) -> None:
        if not self._transport.is_closing():
            if self._chunked:
                self._transport.write(b"0\r\n\r\n")
            self._transport.close()

    def abort(self) -> None:
        self._transport.abort()


@dataclass(eq=False)
class SendSink:
    """For any other ASGI server: what is written waits for a task that sends it."""

    send: Send
    high_water_bytes: int = 65536
    _waiting: list[bytes] = field(default_factory=list)
    _bytes: int = 0
    _more: asyncio.Event = field(default_factory=asyncio.Event)
    _less: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: bool = False

    @property
    def blocked(self) -> bool:
        return self._bytes > self.high_water_bytes

    def write(self, payload: bytes, chunk: bytes) -> None:
        if not self._closing:
            self._waiting.append(payload)
            self._bytes += len(payload)
            self._more.set()

    async def drain(self) -> None:
        while self.blocked:
            self._less.clear()
            await self._less.wait()

    def close(self) -> None:
        self._closing = True
        self._more.set()

    abort = close

    async def run(self) -> None:
        """Send until closed."""
        while not (self._closing and not self._waiting):
            await self._more.wait()
            self._more.clear()
            body = b"".join(self._waiting)
            self._waiting.clear()
            if body:
                await self.send({"type": "http.response.body", "body": body, "more_body": True})
            self._bytes = sum(map(len, self._waiting))
            self._less.set()
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})


AnySink = TransportSink | SendSink


def sink_for(scope: Scope, send: Send) -> AnySink:
    """The fastest way to the client of `scope`, once `http.response.start` was sent."""
    protocol = scope.get("extensions", {}).get(EXTENSION)
    return TransportSink(protocol) if isinstance(protocol, StreamingProtocol) else SendSink(send)


def write(sink: AnySink, payload: bytes) -> None:
    sink.write(payload, as_chunk(payload))
