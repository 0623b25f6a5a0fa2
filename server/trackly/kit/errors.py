"""Refusals: what went wrong, said once, in words that the edge turns into a status (`http/problem.py`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar


class Kind(StrEnum):
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    STALE = "stale"
    TOO_LARGE = "too_large"
    UNSUPPORTED_TYPE = "unsupported_type"
    INVALID = "invalid"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class FieldError:
    field: str
    message: str


class AppError(Exception):
    """A refusal with a stable `code`. `fields` become members of the problem document, `errors` its field list."""

    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str] = "error"
    title: ClassVar[str] = "The request was refused"

    def __init__(
        self,
        detail: str | None = None,
        *,
        fields: Mapping[str, Any] | None = None,
        errors: Sequence[FieldError] = (),
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.fields = dict(fields or {})
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s


class InvalidInput(AppError):
    kind, code, title = Kind.INVALID, "invalid_input", "Some of the input is not valid"

    @classmethod
    def of(cls, field: str, message: str) -> "InvalidInput":
        return cls(message, errors=[FieldError(field, message)])


class StaleVersion(AppError):
    kind, code, title = Kind.STALE, "stale_version", "Somebody else changed this in the meantime"


class Unavailable(AppError):
    kind, code, title = Kind.UNAVAILABLE, "unavailable", "A part that this needs is down at the moment"


class ConflictingChange(AppError):
    kind, code, title = Kind.CONFLICT, "conflicting_change", "This collides with what is there already"


class TooManyRequests(AppError):
    kind, code, title = Kind.TOO_MANY, "too_many_requests", "Too many requests; wait a little"
