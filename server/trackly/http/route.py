"""Routes that read bodies strictly, and whose POST can be sent twice and happens once (`Idempotency-Key`, stored in the
transaction of the effect)."""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response, params
from fastapi.routing import APIRoute

from trackly.events.unit_of_work import UnitOfWork
from trackly.http.idempotency import IdempotencyConflict, StoredAnswer, claim_key, store_answer
from trackly.http.reading import FORM, JSON, ensure_plain_pairs, ensure_type, read_json
from trackly.kit.errors import InvalidInput

_KEPT_HEADERS = ("location", "etag", "content-type")
_NEVER_STORED = "multipart/form-data"


class StrictRequest(Request):
    """JSON means one thing: UTF-8, no member twice, no number that JSON has no word for. InvalidInput otherwise."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = read_json(await self.body())
        return self._json


class StrictRoute(APIRoute):
    """Reads the body as `StrictRequest` does. Another type than the route's raises UnsupportedMediaType."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def run(plain: Request) -> Response:
            request = plain if isinstance(plain, StrictRequest) else StrictRequest(plain.scope, plain.receive)
            await self._look_at_body(request)
            return await inner(request)

        return run

    async def _look_at_body(self, request: StrictRequest) -> None:
        """Only of a route that reads a model: an upload looks at its own."""
        if self.body_field is None or not _has_body(request):
            return
        wanted = FORM if isinstance(self.body_field.field_info, params.Form) else JSON
        ensure_type(request.headers.get("content-type", ""), wanted)
        if wanted == FORM:
            ensure_plain_pairs(await request.body())


class CommandRoute(StrictRoute):
    """Reads the key before the route runs and keeps the answer before the transaction commits.

    The first claim of a key holds its row until it commits, so that parallel sends wait for it and get its answer.
    A refusal rolls back with everything else: nothing is kept, and a retry runs anew.
    The bytes of an upload are not hashed: there the same key on the same path is the same request."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def run(plain: Request) -> Response:
            request = StrictRequest(plain.scope, plain.receive)
            key = request.headers.get("idempotency-key")
            if key is None or request.method != "POST":
                return await inner(request)
            if not 1 <= len(key) <= 200 or not key.isprintable():
                raise InvalidInput.of("Idempotency-Key", "must be 1 to 200 printable characters")
            request.state.idempotency = (key, await _fingerprint(request))
            try:
                response = await inner(request)
            except StoredAnswer as stored:
                return Response(stored.body, stored.status, {**stored.headers, "Idempotent-Replay": "true"})
            uow: UnitOfWork | None = getattr(request.state, "uow", None)
            if uow is not None and getattr(request.state, "idempotency_owner", None):
                kept = {k: v for k, v in response.headers.items() if k.lower() in _KEPT_HEADERS}
                await store_answer(
                    uow.session, request.state.idempotency_owner, key, response.status_code, kept, bytes(response.body)
                )
            return response

        return run


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


async def _fingerprint(request: Request) -> bytes:
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    if not request.headers.get("content-type", "").startswith(_NEVER_STORED):
        digest.update(await request.body())
    return digest.digest()


async def claim_when_ready(request: Request) -> None:
    """Claim the request's key as soon as both its transaction and its actor are known, in whichever order they came.

    Called by the dependencies that make the one or the other. Ends the route when the key has its answer."""
    claim: tuple[str, bytes] | None = getattr(request.state, "idempotency", None)
    uow: UnitOfWork | None = getattr(request.state, "uow", None)
    user_id: int | None = getattr(request.state, "actor_id", None)
    if claim is None or uow is None or user_id is None:
        return
    owner = f"user:{user_id}"
    await claim_key(uow, owner, user_id, *claim)
    request.state.idempotency_owner = owner


__all__ = ["CommandRoute", "IdempotencyConflict", "StrictRoute", "claim_when_ready"]
