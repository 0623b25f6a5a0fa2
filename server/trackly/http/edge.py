"""What happens to every request before and after its route: an id, a limit, headers, a count. Pure ASGI."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trackly.http.limits import Limits, RateState, address_key
from trackly.http.metrics import Metrics
from trackly.http.problem import PROBLEM_JSON, BodyTooLarge, response_for
from trackly.http.reading import ensure_plain_pairs
from trackly.kit.errors import AppError, Unavailable
from trackly.kit.ids import new_uuid

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self';"
    " connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'; object-src 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_NOBODY_ASKED = frozenset(
    f"/api/auth/{name}" for name in ("login", "token", "refresh", "providers", "google/login", "google/callback")
)
_BOX = frozenset({"/livez", "/readyz", "/health", "/metrics"})
_BROWSED = "/api/auth/google/"
"""A browser goes there by itself, with what the provider gave it: whatever is wrong, a page has to answer."""
_GOOD_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")


def give_request_id(scope: Scope, headers: Headers) -> str:
    """The id that the client gave, if it is one, else a new one; also left in the request's state."""
    given = headers.get("x-request-id", "")
    request_id = given if _GOOD_ID.fullmatch(given) else new_uuid().hex
    scope.setdefault("state", {})["request_id"] = request_id
    return request_id


def told_headers(scope: Scope) -> dict[str, str]:
    """What every answer tells of its request: the id, and how many more may come."""
    told = {"X-Request-ID": str(scope["state"]["request_id"])}
    rate: RateState | None = scope["state"].get("rate")
    if rate is not None:
        told |= {
            "RateLimit-Limit": str(rate.limit),
            "RateLimit-Remaining": str(rate.remaining),
            "RateLimit-Reset": str(rate.reset_s),
        }
    return told


def _in_our_words(scope: Scope, receive: Receive, send: Send) -> Send:
    """The framework refuses a body that is declared too large in plain text, whatever the application answered."""
    is_replaced = False

    async def replacing(message: Message) -> None:
        nonlocal is_replaced
        if message["type"] == "http.response.start" and message["status"] == 413:
            is_replaced = not Headers(scope=message)["content-type"].startswith(PROBLEM_JSON)
            if is_replaced:
                await response_for(BodyTooLarge(), scope["state"]["request_id"])(scope, receive, send)
        if not is_replaced:
            await send(message)

    return replacing


@dataclass(frozen=True)
class Edge:
    """Wraps the whole application. `https` adds HSTS. While it is draining only the box is served, and says so."""

    app: ASGIApp
    limits: Limits
    metrics: Metrics
    https: bool
    is_draining: Callable[[], bool]
    now_s: Callable[[], float] = perf_counter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = give_request_id(scope, headers)
        started = self.now_s()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._finish_headers(scope, MutableHeaders(scope=message))
                self.metrics.request(scope, message["status"], self.now_s() - started)
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            self._count_anonymous(scope, headers)
            if self.is_draining() and scope["path"] not in _BOX:
                raise Unavailable("This server is stopping. Try again shortly.", retry_after_s=1)
            if scope["path"].startswith("/api/") and not scope["path"].startswith(_BROWSED):
                ensure_plain_pairs(scope["query_string"])
        except AppError as error:
            await response_for(error, request_id)(scope, receive, send_with_headers)
            return
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
        await self.app(scope, receive, _in_our_words(scope, receive, send_with_headers))

    def _count_anonymous(self, scope: Scope, headers: Headers) -> None:
        """Requests without a login count for their address; the others once it is known whose they are.

        Nobody asks who it is on the way to a login: there every request counts for its address."""
        path = scope["path"]
        brings_login = "authorization" in headers or "trackly_" in headers.get("cookie", "")
        if path in _NOBODY_ASKED or (path.startswith("/api/") and not brings_login):
            self.limits.anonymous.count(address_key(scope), scope["state"])

    def _finish_headers(self, scope: Scope, headers: MutableHeaders) -> None:
        headers.update(told_headers(scope))
        for name, value in SECURITY_HEADERS.items():
            headers.setdefault(name, value)
        if self.https:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if scope["path"].startswith("/api/"):
            headers.setdefault("Cache-Control", "no-store")
