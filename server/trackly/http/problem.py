"""Refusals as RFC 9457 problem documents. The one place that knows which kind is which status."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from trackly.events.envelope import json_bytes
from trackly.kit.db import is_unavailable
from trackly.kit.errors import AppError, ConflictingChange, FieldError, InvalidInput, Kind, Unavailable

log = structlog.get_logger("trackly.http")

STATUS: dict[Kind, int] = {
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED_TYPE: 415,
    Kind.INVALID: 422,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}
_FRAMEWORK = {
    404: ("not_found", "There is nothing at this address"),
    405: ("method_not_allowed", "This address does not know that method"),
}
"""Refusals of the framework's own. Not by the phrases of `http`, which differ between versions of Python."""
PROBLEM_JSON = "application/problem+json"
DATABASE_RETRY_S = 2
_MESSAGE_MAX = 1_000


class BodyTooLarge(AppError):
    kind, code, title = Kind.TOO_LARGE, "content_too_large", "The body is too large"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("body", "is larger than may be sent here")])


def problem_response(
    status: int,
    code: str,
    title: str,
    detail: str,
    request_id: str,
    *,
    fields: dict[str, Any] | None = None,
    errors: tuple[FieldError, ...] = (),
    retry_after_s: int | None = None,
) -> Response:
    document: dict[str, Any] = {
        **(fields or {}),
        "type": f"urn:trackly:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id,
    }
    if errors:
        document["errors"] = [{"field": e.field, "message": e.message} for e in errors]
    headers = {"Cache-Control": "no-store"}
    if retry_after_s is not None:
        headers["Retry-After"] = str(retry_after_s)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(json_bytes(document), status, headers, PROBLEM_JSON)


def response_for(error: AppError, request_id: str) -> Response:
    return problem_response(
        STATUS[error.kind],
        error.code,
        error.title,
        error.detail,
        request_id,
        fields=error.fields,
        errors=error.errors or ((FieldError("body", error.detail),) if error.kind is Kind.INVALID else ()),
        retry_after_s=error.retry_after_s,
    )


def request_id_of(request: Request) -> str:
    return str(request.scope.get("state", {}).get("request_id", ""))


def _field_name(location: tuple[int | str, ...]) -> str:
    parts = [str(part) for part in location if part not in ("body", "query", "path", "header", "form")]
    return ".".join(parts) or str(location[0] if location else "body")


def _from_validation(error: RequestValidationError) -> InvalidInput:
    errors = [FieldError(_field_name(tuple(item["loc"])), _message(item)) for item in error.errors()]
    summary = "; ".join(f"{e.field}: {e.message}" for e in errors[:3])
    return InvalidInput(summary or None, errors=errors)


def _message(item: Mapping[str, Any]) -> str:
    """In one sentence; never with more of the input than a glance, which some of the messages repeat."""
    if item["type"] == "model_attributes_type":
        return "must be a JSON object"
    if item["type"] == "union_tag_invalid":
        return f"{item['ctx']['discriminator']} does not match any of the expected tags: {item['ctx']['expected_tags']}"
    message = str(item["msg"]).removeprefix("Value error, ")
    return message if len(message) <= _MESSAGE_MAX else f"{message[:_MESSAGE_MAX]}…"


def _unreadable(error: HTTPException) -> AppError:
    """A body that the framework could not even parse; our own reason, when one of ours parsed it."""
    cause = error.__cause__
    return cause if isinstance(cause, AppError) else InvalidInput.of("body", "can't be read as what it says it is")


def _from_phrase(status: int) -> tuple[str, str]:
    phrase = HTTPStatus(status).phrase
    return phrase.lower().replace(" ", "_").replace("-", "_"), phrase


def unavailable_response(request_id: str) -> Response:
    error = Unavailable(
        "The database is not answering. Nothing was lost; try again shortly.", retry_after_s=DATABASE_RETRY_S
    )
    return response_for(error, request_id)


def install_problem_handlers(app: FastAPI) -> None:
    """Every refusal, whoever raised it, leaves as a problem document; what nobody foresaw is logged and is a 500."""

    @app.exception_handler(AppError)
    async def _refused(request: Request, error: AppError) -> Response:
        return response_for(error, request_id_of(request))

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        return response_for(_from_validation(error), request_id_of(request))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        if error.status_code == STATUS[Kind.TOO_LARGE]:
            return response_for(BodyTooLarge(), request_id_of(request))
        if error.status_code == HTTPStatus.BAD_REQUEST:
            return response_for(_unreadable(error), request_id_of(request))
        code, title = _FRAMEWORK.get(error.status_code) or _from_phrase(error.status_code)
        detail = title if error.detail == HTTPStatus(error.status_code).phrase else str(error.detail or title)
        response = problem_response(error.status_code, code, title, detail, request_id_of(request))
        response.headers.update(error.headers or {})
        return response

    for failure in (DBAPIError, PoolTimeout, psycopg.Error, ConnectionError):
        app.add_exception_handler(failure, _database_failed)
    app.add_exception_handler(Exception, _unforeseen)


async def _database_failed(request: Request, error: Exception) -> Response:
    """What PostgreSQL said, as a refusal: away or busy is 503, a value out of range is 422, a lost race is 409."""
    request_id = request_id_of(request)
    state = str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")
    if is_unavailable(error):
        log.warning("database unavailable", path=request.url.path, request_id=request_id, error=type(error).__name__)
        return unavailable_response(request_id)
    if state in ("40001", "40P01", "55P03", "57014"):
        log.warning("database busy", path=request.url.path, request_id=request_id, sqlstate=state)
        busy = Unavailable("The database is busy with something else. Try again shortly.", retry_after_s=1)
        return response_for(busy, request_id)
    if state.startswith("22") or (not state and isinstance(getattr(error, "orig", error), psycopg.DataError)):
        log.warning("value refused by the database", path=request.url.path, request_id=request_id, sqlstate=state)
        return response_for(InvalidInput("A value is out of the range that can be stored"), request_id)
    if state.startswith("23"):
        log.warning("race lost", path=request.url.path, request_id=request_id, sqlstate=state)
        return response_for(ConflictingChange(), request_id)
    return await _unforeseen(request, error)


async def _unforeseen(request: Request, error: Exception) -> Response:
    request_id = request_id_of(request)
    log.error("unforeseen error", path=request.url.path, request_id=request_id, exc_info=error)
    return problem_response(
        500, "internal_error", "Something went wrong on our side", "The request id finds it in the log.", request_id
    )


class ProblemField(BaseModel):
    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457. Members of its own come beside these, such as `legal` of `illegal_transition`."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[ProblemField] | None = None


def problems(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route: each refusal it may give, by status, with the stable codes."""
    by_status: dict[int | str, list[str]] = {}
    for error in errors:
        by_status.setdefault(STATUS[error.kind], []).append(error.code)
    return {
        status: {
            "description": ", ".join(f"`{code}`" for code in codes),
            "model": Problem,
        }
        for status, codes in by_status.items()
    }
