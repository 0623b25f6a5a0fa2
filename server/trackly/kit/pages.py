"""Keyset pages: `?limit=` and an opaque `?after=`."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import orjson
from pydantic import Field

from trackly.kit.errors import InvalidInput
from trackly.kit.schema import Out, utc_text

T = TypeVar("T")

Limit = Annotated[int, Field(ge=1, le=100)]
DEFAULT_LIMIT = 50


class Page(Out, Generic[T]):
    """Some rows, where the following ones begin (None: there are none), and how many there are in all, if known."""

    items: Sequence[T]
    next: str | None = None
    total: int | None = None


def encode_cursor(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).rstrip(b"=").decode()


def decode_cursor(text: str, n: int) -> list[Any]:
    """The `n` scalar values of a cursor that we made. InvalidInput on `after` for anything else."""
    try:
        values = orjson.loads(base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or len(values) != n or any(isinstance(v, list | dict) for v in values):
        raise InvalidInput.of("after", "is not a cursor that this list gave")
    if any(isinstance(v, str) and "\x00" in v for v in values):
        raise InvalidInput.of("after", "is not a cursor that this list gave")
    return values


def encode_moment_cursor(moment: datetime, last_id: int) -> str:
    """A cursor of a list in the order of time, then id."""
    return encode_cursor([utc_text(moment), last_id])


def decode_moment_cursor(text: str) -> tuple[datetime, int]:
    """The time and the id that `encode_moment_cursor` was given. InvalidInput on `after`."""
    moment, last_id = decode_cursor(text, 2)
    try:
        found = datetime.fromisoformat(moment)
    except (TypeError, ValueError):
        found = None
    if found is None or found.tzinfo is None or type(last_id) is not int or not 0 <= last_id < 2**63:
        raise InvalidInput.of("after", "is not a cursor that this list gave")
    return found, last_id
