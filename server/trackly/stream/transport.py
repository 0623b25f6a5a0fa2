"""Ready bytes straight to the socket: what a delivery costs is one write, not an ASGI message (ADR-0004)."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from trackly.events.broadcaster import as_chunk

EXTENSION = "trackly.protocol"


class StreamingProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol, which lets an endpoint reach its own connection through `scope["extensions"]`."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
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
