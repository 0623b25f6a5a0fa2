"""The description of the API (OpenAPI): what the routes say of themselves, and what holds for all of them."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from trackly.http.problem import PROBLEM_JSON

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again within 24 hours with the same body, the request has its first answer and no effect",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
}
_SAFE = ("get", "head", "options")
_LISTED = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH")


def operation_id(route: APIRoute) -> str:
    """The name of the route's function: stable, readable, and refused when two have the same."""
    return route.name


class DescribedApi(FastAPI):
    """Adds to each operation the refusals that any of its kind may give, and what every answer carries."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            document["components"]["headers"] = {
                "RequestId": {
                    "description": "As it was sent, or a new one: it is in our log too",
                    "schema": {"type": "string"},
                }
            }
            for path, method, operation in operations(document):
                _complete(path, method, operation)
        return self.openapi_schema or {}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation of a description: its path, its method in lower case, and itself."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method.upper() in _LISTED:
                yield path, method, operation


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    if _can_be_repeated(path, method, operation):
        operation["parameters"] = [*operation.get("parameters", ()), _IDEMPOTENCY_KEY]
    for status, code in _common_refusals(path, method, operation):
        _add_refusal(operation["responses"], status, code)
    operation["responses"] = dict(sorted(operation["responses"].items()))
    for response in operation["responses"].values():
        response.setdefault("headers", {})["X-Request-ID"] = {"$ref": "#/components/headers/RequestId"}
        content = response.get("content", {})
        if content.get("application/json", {}).get("schema") == _PROBLEM:
            content[PROBLEM_JSON] = content.pop("application/json")


def _can_be_repeated(path: str, method: str, operation: dict[str, Any]) -> bool:
    """Whether it knows `Idempotency-Key`. Answers with secrets, and streamed ones, are not kept."""
    kept = not path.startswith("/api/auth/") and not path.endswith("/steps")
    return method == "post" and "security" in operation and kept


def _common_refusals(path: str, method: str, operation: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if operation.get("security"):
        yield "401", "not_authenticated"
        yield "403", "scope_missing"
        if method not in _SAFE:
            yield "403", "cross_site_refused"
            yield "409", "conflicting_change"
    if _can_be_repeated(path, method, operation):
        yield "422", "idempotency_key_reused"
    if path.startswith("/api/"):
        yield "429", "too_many_requests"
        yield "503", "unavailable"
    if "requestBody" in operation:
        yield "413", "content_too_large"
        if "multipart/form-data" not in operation["requestBody"]["content"]:
            yield "415", "unsupported_media_type"


def _add_refusal(responses: dict[str, Any], status: str, code: str) -> None:
    known = responses.setdefault(status, {"description": "", "content": {PROBLEM_JSON: {"schema": dict(_PROBLEM)}}})
    codes = [part for part in known["description"].split(", ") if part]
    if f"`{code}`" not in codes:
        known["description"] = ", ".join([*codes, f"`{code}`"])
