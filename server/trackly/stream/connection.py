"""One open stream: it resumes from its cursor, becomes live, falls back when its reader is slow, and ends politely."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import structlog

from trackly.events.broadcaster import Broadcaster, Narrowing, Subscriber
from trackly.events.log import Epochs, Position
from trackly.events.pages import read_page
from trackly.events.relay import PAGE
from trackly.events.ring import Entry
from trackly.kit.db import Database
from trackly.stream import frames
from trackly.stream.settings import StreamSettings
from trackly.stream.transport import AnySink, write

log = structlog.get_logger("trackly.stream")

_RING_PAGE = 500


class Home(Protocol):
    """What a connection needs of the hub that it belongs to."""

    database: Database
    settings: StreamSettings
    epochs: Epochs
    broadcaster: Broadcaster

    @property
    def head(self) -> Position: ...

    def monotonic(self) -> float: ...

    async def visible(self, user_id: int, keys: set[str]) -> set[str]:
        """Those of `keys` that the user may see now."""
        ...

    def leave(self, user_id: int, connection: object) -> None: ...


@dataclass(eq=False, slots=True)
class Connection:
    """`ends_at` and `beat_at` are monotonic seconds. Lives in the hub from before its rights were read."""

    hub: Home
    user_id: int
    session_id: UUID | None
    sink: AnySink
    ends_at: float
    subscriber: Subscriber = field(init=False)
    beat_at: float = 0
    closed: bool = False
    _catching_up: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.subscriber = Subscriber(self.sink, frozenset(), Narrowing(), self._fall_back)

    def prepare(self, tokens: frozenset[str], narrowing: Narrowing, cursor: int) -> None:
        self.subscriber = Subscriber(self.sink, tokens, narrowing, self._fall_back, cursor)
        self.beat_at = self.hub.monotonic() + random.uniform(*self.hub.settings.beat_s)

    @property
    def is_live(self) -> bool:
        return self.subscriber.group is not None

    def say(self, frame: bytes) -> None:
        if not self.closed:
            write(self.sink, frame)

    def end(self, reason: str) -> None:
        """Say bye, with a random pause before the next try, and close. The cursor that the client has stays good."""
        if self.closed:
            return
        retry_ms = 0 if reason == "lifetime" else random.randint(500, 3000)
        self.say(frames.bye(reason, retry_ms))
        self.closed = True
        self.sink.close()

    def _fall_back(self) -> None:
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = asyncio.get_running_loop().create_task(self._return_to_live())

    async def _return_to_live(self) -> None:
        try:
            await self.catch_up(limit=self.hub.settings.backlog_limit)
        except Exception as error:  # the log could not be read: the client comes back with its cursor
            log.warning("stream could not catch up", error=type(error).__name__)
            self.end("try_again")
            self.hub.leave(self.user_id, self)

    async def catch_up(self, *, limit: int | None = None) -> None:
        """Send what is between the cursor and the head, then go live. Nothing is skipped, nothing is sent twice.

        A send that blocks too long, or more than `limit` events to make up for, ends with `reset`."""
        subscriber, broadcaster = self.subscriber, self.hub.broadcaster
        while not self.closed and not broadcaster.attach(subscriber):
            if not await self._drained() or (limit is not None and broadcaster.ring.head - subscriber.cursor > limit):
                self._give_up()
                return
            if subscriber.cursor > broadcaster.ring.head:
                return
            entries = broadcaster.ring.after(subscriber.cursor, _RING_PAGE)
            if entries is None:
                entries, reached = await self._read_log(broadcaster.ring.floor)
            else:
                reached = entries[-1].seq if entries else subscriber.cursor
            await self._send(entries, reached)

    async def _drained(self) -> bool:
        try:
            async with asyncio.timeout(self.hub.settings.send_timeout_s):
                await self.sink.drain()
        except TimeoutError:
            return False
        return True

    def _give_up(self) -> None:
        if not self.closed:
            self.say(frames.reset("too_slow", self.hub.head))
            self.closed = True
            self.sink.abort() if self.sink.blocked else self.sink.close()
        self.hub.leave(self.user_id, self)

    async def _read_log(self, until: int) -> tuple[list[Entry], int]:
        subscriber, epoch = self.subscriber, self.hub.epochs.current
        entries = await read_page(self.hub.database, subscriber.cursor, until, subscriber.tokens, epoch)
        return entries, entries[-1].seq if len(entries) == PAGE else until

    async def _send(self, entries: list[Entry], reached: int) -> None:
        """Send those of `entries` that are the reader's now, and move the cursor to `reached`."""
        held = self.subscriber.tokens
        doubtful = {e.issue for e in entries if e.issue and is_personal(e, held)}
        lost = doubtful - await self.hub.visible(self.user_id, doubtful) if doubtful else set()
        if held != self.subscriber.tokens:
            return  # the rights changed meanwhile: once more, from the same cursor
        blocks = [block for e in entries if (block := self._block(e, held, lost)) is not None]
        self.subscriber.cursor = reached
        if blocks:
            self.say(b"".join(blocks))

    def _block(self, entry: Entry, held: frozenset[str], lost: set[str]) -> bytes | None:
        view = entry.view(held) if self.subscriber.narrowing.lets_pass(entry) else None
        if entry.issue not in lost or not is_personal(entry, held) or entry.type == "issue.deleted":
            return view
        if entry.type == "watcher.removed":  # also to who asked for other types: they may hold the issue
            return frames.forget([entry.issue], at=Position(self.hub.epochs.current, entry.seq))
        return None

    @property
    def position(self) -> Position:
        return Position(self.hub.epochs.current, self.subscriber.cursor)


def is_personal(entry: Entry, held: frozenset[str]) -> bool:
    """Whether only the reader's own token lets them see it: then what counts is whether they still may."""
    shared = entry.tokens & held
    return bool(shared) and all(":u" in t and t.startswith("r:") for t in shared)
