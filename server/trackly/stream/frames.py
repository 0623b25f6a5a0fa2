"""The control frames of the stream: what it says of itself, between the events."""

from collections.abc import Mapping, Sequence
from typing import Any

from trackly.events.envelope import json_bytes
from trackly.events.log import Position


def _frame(event: str, data: Mapping[str, Any], *, at: Position | None = None, retry_ms: int | None = None) -> bytes:
    head = b"" if at is None else b"id: " + str(at).encode() + b"\n"
    if retry_ms is not None:
        head += b"retry: %d\n" % retry_ms
    return head + b"event: " + event.encode() + b"\ndata: " + json_bytes(data) + b"\n\n"


def hello(at: Position, floor: Position) -> bytes:
    """The first frame: where this stream begins, and the oldest place from which one can resume."""
    return _frame("hello", {"cursor": str(at), "floor": str(floor)}, at=at)


def sync(at: Position) -> bytes:
    """Caught up: what follows is live."""
    return _frame("sync", {"cursor": str(at)}, at=at)


def reset(reason: str, at: Position | None = None) -> bytes:
    """What the client holds is no longer a base to build on: fetch anew."""
    return _frame("reset", {"reason": reason}, at=at)


def forget(entities: Sequence[str], at: Position | None = None) -> bytes:
    """These are no longer the reader's to see."""
    return _frame("forget", {"entities": list(entities)}, at=at)


def bye(reason: str, retry_ms: int) -> bytes:
    """This connection ends; come back after `retry_ms`."""
    return _frame("bye", {"reason": reason}, retry_ms=retry_ms)


def beat(at: Position) -> bytes:
    """Only an id: keeps the connection and the cursor fresh, dispatches nothing."""
    return b"id: " + str(at).encode() + b"\n\n"
