"""From one log to many streams: an event becomes bytes once for each group of readers, not once for each reader."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Protocol

from trackly.events.ring import Entry, Ring


class Sink(Protocol):
    """Where a stream's bytes go. `write` never waits; `blocked` says that the other side does not keep up."""

    @property
    def blocked(self) -> bool: ...

    def write(self, payload: bytes, chunk: bytes) -> None:
        """Send `payload`; `chunk` is the same in HTTP/1.1's chunked coding, made once for everybody."""
        ...


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a reader asked for: one project, one issue, some types (`issue.*`)."""

    project: str | None = None
    issue: str | None = None
    types: tuple[str, ...] = ()

    def lets_pass(self, entry: Entry) -> bool:
        if self.project is not None and entry.project != self.project:
            return False
        if self.issue is not None and entry.issue != self.issue:
            return False
        return not self.types or any(fnmatchcase(entry.type, pattern) for pattern in self.types)


@dataclass(slots=True, eq=False)
class Subscriber:
    """One open stream. While it is in a group it has everything up to the head; else `cursor` says how far it got."""

    sink: Sink
    tokens: frozenset[str]
    narrowing: Narrowing
    on_lag: Callable[[], None]
    cursor: int = 0
    group: "Group | None" = None


@dataclass(slots=True, eq=False)
class Group:
    """The streams that see the same."""

    tokens: frozenset[str]
    narrowing: Narrowing
    members: set[Subscriber] = field(default_factory=set)


def as_chunk(payload: bytes) -> bytes:
    """RFC 9112, 7.1."""
    return b"%x\r\n%b\r\n" % (len(payload), payload)


Control = Callable[[Entry], Awaitable[None]]


@dataclass(eq=False)
class Broadcaster:
    """Holds the ring and the groups. `control_types` are events that change who may see what: `control` is awaited
    before such an event, and anything after it, is given to anybody."""

    ring: Ring
    control_types: frozenset[str]
    control: Control
    _groups: dict[tuple[frozenset[str], Narrowing], Group] = field(default_factory=dict)
    _by_token: dict[str, set[Group]] = field(default_factory=dict)

    @property
    def live(self) -> int:
        """How many streams are level with the head."""
        return sum(len(group.members) for group in self._groups.values())

    def attach(self, subscriber: Subscriber) -> bool:
        """Let `subscriber` be live from now on. False when it is not level with the head: it has to catch up first."""
        if subscriber.cursor != self.ring.head or subscriber.sink.blocked:
            return False
        key = (subscriber.tokens, subscriber.narrowing)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(*key)
            for token in group.tokens:
                self._by_token.setdefault(token, set()).add(group)
        group.members.add(subscriber)
        subscriber.group = group
        return True

    def detach(self, subscriber: Subscriber) -> None:
        """Take `subscriber` out of the live ones; its cursor is then what it has. Without effect if it was not live."""
        group = subscriber.group
        if group is None:
            return
        subscriber.group, subscriber.cursor = None, self.ring.head
        group.members.discard(subscriber)
        if group.members:
            return
        self._groups.pop((group.tokens, group.narrowing), None)
        for token in group.tokens:
            holders = self._by_token.get(token, set())
            holders.discard(group)
            if not holders:
                self._by_token.pop(token, None)

    def regroup(self, subscriber: Subscriber, tokens: frozenset[str]) -> None:
        """Give `subscriber` other rights, live or not."""
        was_live = subscriber.group is not None
        self.detach(subscriber)
        subscriber.tokens = tokens
        if was_live and not self.attach(subscriber):
            subscriber.on_lag()

    async def publish(self, entries: Iterable[Entry]) -> None:
        """Append `entries`, the ones right after the head, and send them to everybody who is live and may see them."""
        batch: list[Entry] = []
        for entry in entries:
            if entry.type in self.control_types:
                self._send(batch)
                batch = []
                await self.control(entry)
            batch.append(entry)
        self._send(batch)

    def _send(self, batch: list[Entry]) -> None:
        if not batch:
            return
        frames = self._frames(batch)
        lagging = [s for group in frames for s in group.members if s.sink.blocked]
        for subscriber in lagging:
            self.detach(subscriber)
        # Groups that differ in a personal token only get the same frames: one payload for all of them.
        made: dict[tuple[int, ...], tuple[bytes, bytes]] = {}
        for group, blocks in frames.items():
            same = tuple(map(id, blocks))
            if same not in made:
                payload = b"".join(blocks)
                made[same] = payload, as_chunk(payload)
            payload, chunk = made[same]
            for subscriber in group.members:
                subscriber.sink.write(payload, chunk)
        for entry in batch:
            self.ring.append(entry)
        for subscriber in lagging:
            subscriber.on_lag()

    def _frames(self, batch: list[Entry]) -> dict[Group, list[bytes]]:
        """What each group gets of `batch`, in order; groups that get nothing are left out."""
        frames: dict[Group, list[bytes]] = {}
        for entry in batch:
            for group in self._groups_of(entry):
                view = entry.view(group.tokens)
                if view is not None and group.narrowing.lets_pass(entry):
                    frames.setdefault(group, []).append(view)
        return frames

    def _groups_of(self, entry: Entry) -> Iterable[Group]:
        found: set[Group] = set()
        for token in entry.tokens:
            found |= self._by_token.get(token, set())
        return found
