"""The two bases of everything that goes over the wire, and how a time is written there."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError


def utc_text(moment: datetime) -> str:
    """RFC 3339 in UTC, always with six fraction digits and `Z`, so that texts sort as times do."""
    return f"{moment.astimezone(UTC).isoformat(timespec='microseconds')[:26]}Z"


UtcTime = Annotated[
    datetime,
    PlainSerializer(utc_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


def ensure_storable(text: str) -> str:
    """ValueError for text that PostgreSQL can't keep."""
    if "\x00" in text:
        raise ValueError("must not contain the character NUL")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("must be text in Unicode, without lone surrogates") from None
    return text


StorableText = Annotated[str, AfterValidator(ensure_storable)]
"""For text of a query that PostgreSQL will see; bodies are looked at as a whole, by `In`."""


def _ensure_all_storable(value: Any) -> None:
    """Names the outermost member that it is in. A loop, not a recursion: how deep a body may be is not decided by what
    is left of the stack."""
    for name, member in value.items() if isinstance(value, dict) else [("", value)]:
        waiting = [name, member]
        while waiting:
            part = waiting.pop()
            if isinstance(part, str):
                _ensure_part_storable(name, part)
            elif isinstance(part, dict):
                waiting += [*part, *part.values()]
            elif isinstance(part, list):
                waiting += part


def _ensure_part_storable(name: Any, text: str) -> None:
    try:
        ensure_storable(text)
    except ValueError as error:
        location = (name,) if isinstance(name, str) and name.isidentifier() else ()
        told = PydanticCustomError("storable", "{why}", {"why": str(error)})
        wrong = InitErrorDetails(type=told, loc=location, input=None)
        raise ValidationError.from_exception_data("body", [wrong]) from None


def _with_plain_scalars(schema: Any) -> None:
    """`true` is no number, `1` is not true and `"7"` is not 7; in place, at any depth."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get("type") in ("int", "float", "bool"):
                part["strict"] = True
            waiting += part.values()
        elif isinstance(part, list | tuple):
            waiting += part


class In(BaseModel):
    """A request body: unknown members, NUL, and numbers and truths of another type are refused.

    `written`: these are parameters of a query, where every number is a text."""

    written: ClassVar[bool] = False
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        if not cls.written:
            _with_plain_scalars(schema)
        return schema

    @model_validator(mode="before")
    @classmethod
    def _text_is_storable(cls, value: Any) -> Any:
        _ensure_all_storable(value)
        return value


class Out(BaseModel):
    """A part of an answer or of an event."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


def unset() -> Any:
    """`default_factory` of a PATCH member that may be left out, but not be null: see `model_fields_set`."""
    return None
