"""What is recorded of a change: one event, with who may see it, ready to become bytes of the stream."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import BaseModel

from trackly.kit.schema import utc_text

FULL = "f:"
"""A reader who holds a token with this prefix gets the staff view of an event; with any other, the public one."""
NOBODY: frozenset[str] = frozenset({"sys"})
"""Seen by the relay, which applies it to open streams, and by no reader."""
AUDIT: frozenset[str] = frozenset({"audit"})
"""Security events: kept in the log, shown on the admin's page, never streamed."""


@dataclass(frozen=True, slots=True)
class ActorRef:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Event:
    """One change. `body` holds the members of `data` after `type`, `at` and `actor`: the state after the change.

    `public` is the reporters' view of `body` (None: the same). `project` and `issue` are keys, for narrowing a stream.
    `at` is the time in the world (None: the time of the transaction)."""

    type: str
    entity: str
    version: int
    audience: frozenset[str]
    body: Mapping[str, Any]
    actor: ActorRef | None
    project: str | None = None
    issue: str | None = None
    public: Mapping[str, Any] | None = None
    at: datetime | None = None

    def frame(self, body: Mapping[str, Any], now: datetime) -> bytes:
        """The SSE block without its `id:` line, which only the log can give."""
        actor = {"id": self.actor.id, "name": self.actor.name} if self.actor else None
        data = {"type": self.type, "at": utc_text(self.at or now), "actor": actor, **body}
        return b"event: " + self.type.encode() + b"\ndata: " + json_bytes(data) + b"\n\n"


def json_bytes(value: Any) -> bytes:
    """JSON of plain values and of schemas, with times written as everywhere in the product."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_unset=False)
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    return str(value)


def data_of(frame: bytes) -> bytes:
    """The JSON text inside a stored frame."""
    start = frame.index(b"\ndata: ") + 7
    return frame[start:-2]


def type_of(frame: bytes) -> str:
    """What a stored frame, or one of the stream's own, is called."""
    start = frame.index(b"event: ") + 7
    return frame[start : frame.index(b"\n", start)].decode()
