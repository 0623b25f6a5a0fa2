"""Pages at FRONTEND_URL may use the API when they are served from elsewhere (the Fetch standard's CORS protocol)."""

from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_SENT = (
    "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Range, X-Request-ID"
)
_READ = "Content-Disposition, ETag, Idempotent-Replay, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-ID, X-Trackly-Cursor"  # noqa: E501
_KEPT_S = "600"


@dataclass(frozen=True)
class CrossOrigin:
    """Answers the browser's question before a request, and lets it hand over the answer. Another origin gets no word
    of this: its browser keeps the answer to itself."""

    app: ASGIApp
    origin: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if headers.get("origin") != self.origin:
            await self.app(scope, receive, send)
            return

        async def send_allowed(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                told.update(self._allowed)
                told["Access-Control-Expose-Headers"] = _READ
            await send(message)

        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await self._answer(send)
        else:
            await self.app(scope, receive, send_allowed)

    @property
    def _allowed(self) -> dict[str, str]:
        return {
            "Access-Control-Allow-Origin": self.origin,
            "Access-Control-Allow-Credentials": "true",
            "Vary": "Origin",
        }

    async def _answer(self, send: Send) -> None:
        asked = {"Access-Control-Allow-Methods": METHODS, "Access-Control-Allow-Headers": _SENT}
        told = {**self._allowed, **asked, "Access-Control-Max-Age": _KEPT_S}
        raw = [(name.lower().encode(), value.encode()) for name, value in told.items()]
        await send({"type": "http.response.start", "status": 204, "headers": raw})
        await send({"type": "http.response.body", "body": b""})
