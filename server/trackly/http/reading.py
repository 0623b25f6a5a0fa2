"""Requests read strictly: what they are made of is said, is UTF-8, and means one thing."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from trackly.kit.errors import AppError, FieldError, InvalidInput, Kind

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


class UnsupportedMediaType(AppError):
    kind, code, title = Kind.UNSUPPORTED_TYPE, "unsupported_media_type", "The body is of a type that is not read here"

    @classmethod
    def wanted(cls, kind: str) -> "UnsupportedMediaType":
        reason = f"must be {kind}"
        return cls(f"Content-Type {reason}", errors=[FieldError("Content-Type", reason)])


def ensure_type(content_type: str, wanted: str) -> None:
    """Raises UnsupportedMediaType. For JSON, `application/<something>+json` will do."""
    given = content_type.partition(";")[0].strip().lower()
    is_json = given.startswith("application/") and given.endswith("+json")
    if given != wanted and not (wanted == JSON and is_json):
        raise UnsupportedMediaType.wanted(wanted)


def ensure_plain_pairs(encoded: bytes) -> None:
    """Of a query or a form: raises InvalidInput on the member that is not UTF-8, or that is given twice."""
    names = set()
    for name, value in _pairs(encoded):
        try:
            value.decode()
        except UnicodeDecodeError:
            raise InvalidInput.of(name, "must be in UTF-8") from None
        if name in names:
            raise InvalidInput.of(name, "is given twice")
        names.add(name)


def _pairs(encoded: bytes) -> Iterator[tuple[str, bytes]]:
    for pair in encoded.replace(b"+", b" ").split(b"&"):
        if pair:
            name, _, value = pair.partition(b"=")
            yield unquote_to_bytes(name).decode(errors="backslashreplace") or "query", unquote_to_bytes(value)


def read_json(body: bytes) -> Any:
    """InvalidInput on `body` with the reason."""
    try:
        return json.loads(body.decode(), object_pairs_hook=_distinct_members, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise InvalidInput.of("body", "must be in UTF-8") from None
    except json.JSONDecodeError as error:
        raise InvalidInput.of("body", f"is not JSON: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise InvalidInput.of("body", "is nested too deeply") from None
    except ValueError:
        raise InvalidInput.of("body", "has a number with too many digits") from None


def _distinct_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise InvalidInput.of("body", "has the same member twice")
    return members


def _no_number(name: str) -> Any:
    raise InvalidInput.of("body", f"has {name}, which is not JSON")
