"""`GET /api/events` as a stream, outside the framework's middleware: what is held open is a socket and a cursor."""

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from trackly.auth.deps import StreamLogin, authenticate_stream
from trackly.events.broadcaster import Narrowing
from trackly.events.log import Position
from trackly.http.edge import give_request_id, told_headers
from trackly.http.problem import response_for
from trackly.http.reading import ensure_plain_pairs
from trackly.kit.db import is_unavailable
from trackly.kit.errors import AppError, InvalidInput
from trackly.stream import frames
from trackly.stream.connection import Connection
from trackly.stream.hub import Hub
from trackly.stream.transport import AnySink, SendSink, sink_for, write

log = structlog.get_logger("trackly.stream")

PATH = "/api/events"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


@dataclass(frozen=True)
class StreamDoor:
    """Takes the requests that want a stream; everything else goes on to `app`. `root` is the application that they
    belong to, for who asks."""

    app: ASGIApp
    root: ASGIApp
    hub: Hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "GET" and wants_stream(scope):
            await self._stream(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self.root
        request = Request(scope, receive)
        request_id = give_request_id(scope, request.headers)
        login: StreamLogin | None = None
        narrowing = Narrowing()
        try:
            login = await authenticate_stream(request)
            ensure_plain_pairs(scope["query_string"])
            narrowing = narrowing_of(request)
        except AppError as error:
            refusal = response_for(error, request_id)
            refusal.headers.update(told_headers(scope))
            await refusal(scope, receive, send)
            return
        except Exception as error:
            if not is_unavailable(error):
                raise
        told = [(name.lower().encode(), value.encode()) for name, value in told_headers(scope).items()]
        await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS, *told]})
        sink = sink_for(scope, send)
        pump = asyncio.create_task(sink.run()) if isinstance(sink, SendSink) else None
        if login is None:
            write(sink, frames.bye("database_away", random.randint(1000, 3000)))
            sink.close()
        else:
            await self._serve(sink, login, narrowing, cursor_text(request), receive)
        if pump is not None:
            await pump

    async def _serve(
        self, sink: AnySink, login: StreamLogin, narrowing: Narrowing, after: str | None, receive: Receive
    ) -> None:
        connection = Connection(self.hub, login.user_id, login.session_id, sink, self._ends_at(login))
        try:
            if await self._begin(connection, narrowing, after):
                await connection.catch_up()
                if not connection.closed:
                    connection.say(frames.sync(self.hub.head))
        except Exception as error:  # the client has its cursor and comes back
            log.warning("stream did not start", error=type(error).__name__)
            connection.end("try_again")
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            connection.closed = True
            self.hub.remove(connection)
            sink.close()

    async def _begin(self, connection: Connection, narrowing: Narrowing, after: str | None) -> bool:
        """Say hello from where the client stands, or reset it to the head. False when the stream ends at once."""
        start, reason = resume_point(self.hub, after)
        rights, differ = await self.hub.present_rights(connection.user_id, start.seq if start else None)
        start, reason = (None, "rights_changed") if differ else resume_point(self.hub, after)  # it may be another epoch
        head = self.hub.head
        connection.prepare(rights.tokens if rights else frozenset(), narrowing, (start or head).seq)
        if self.hub.draining or rights is None:
            connection.end("server_stopping" if self.hub.draining else "access_ended")
            return False
        self.hub.add(connection)
        connection.say(frames.hello(start or head, Position(self.hub.epochs.starts[0][0], self.hub.floor)))
        if reason is not None:
            connection.say(frames.reset(reason, head))
        return True

    def _ends_at(self, login: StreamLogin) -> float:
        lifetime_s = self.hub.settings.lifetime_s * random.uniform(0.8, 1.0)
        if login.expires_at is not None:
            lifetime_s = min(lifetime_s, (login.expires_at - datetime.now(UTC)).total_seconds())
        return self.hub.monotonic() + lifetime_s


def resume_point(hub: Hub, after: str | None) -> tuple[Position | None, str | None]:
    """Where to resume, or why that is not possible (`unknown_cursor`, `another_epoch`, `too_old`). Both None: now."""
    if after is None:
        return None, None
    try:
        position = Position.parse(after)
    except InvalidInput:
        return None, "unknown_cursor"
    if not hub.epochs.holds(position, hub.broadcaster.ring.head):
        return None, "another_epoch"
    if position.seq < hub.floor:
        return None, "too_old"
    return Position(hub.epochs.current, position.seq), None


def wants_stream(scope: Scope) -> bool:
    accept = next((value for name, value in scope["headers"] if name == b"accept"), b"*/*").lower()
    return b"application/json" not in accept or b"text/event-stream" in accept


def cursor_text(request: Request) -> str | None:
    """`Last-Event-ID` is newer than the `after` of the URL, which a reconnecting EventSource repeats."""
    return request.headers.get("last-event-id") or request.query_params.get("after") or None


def narrowing_of(request: Request) -> Narrowing:
    query = request.query_params
    types = tuple(t.strip() for t in query.get("types", "").split(",") if t.strip())
    if len(types) > 20 or any(len(t) > 60 for t in types):
        raise InvalidInput.of("types", "at most 20 patterns such as issue.* or comment.created")
    return Narrowing(query.get("project") or None, query.get("issue") or None, types)
