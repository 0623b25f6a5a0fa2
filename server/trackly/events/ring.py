"""The last events in memory, as bytes that are ready to send; shared by all streams of the process."""

from collections import deque
from dataclasses import dataclass, field

from trackly.events.envelope import FULL


@dataclass(slots=True)
class Entry:
    """One event. `full` and `public` are whole SSE blocks, with their `id:` line."""

    seq: int
    type: str
    entity: str
    project: str | None
    issue: str | None
    tokens: frozenset[str]
    full: bytes
    public: bytes
    closed_to: frozenset[str] = frozenset()
    """Those of `tokens` whose holders may no longer see it."""

    def view(self, held: frozenset[str]) -> bytes | None:
        """What a reader with these tokens gets of it: the staff's block, the public one, or None."""
        shared = self.tokens & held
        if self.closed_to:
            shared -= self.closed_to
        if not shared:
            return None
        return self.full if any(t.startswith(FULL) for t in shared) else self.public


@dataclass
class Ring:
    """Entries `floor + 1 … head`, without a hole, oldest first; the oldest leave when a bound is reached."""

    max_events: int = 20_000
    max_bytes: int = 64 * 1024 * 1024
    head: int = 0
    _entries: deque[Entry] = field(default_factory=deque)
    _bytes: int = 0

    @property
    def floor(self) -> int:
        return self._entries[0].seq - 1 if self._entries else self.head

    def start_at(self, head: int) -> None:
        """Begin empty after event `head`."""
        self._entries.clear()
        self._bytes, self.head = 0, head

    def append(self, entry: Entry) -> None:
        """ValueError when `entry` is not the one after the head: a hole is a fault, never passed over."""
        if entry.seq != self.head + 1:
            raise ValueError(f"event {entry.seq} does not follow {self.head}")
        self._entries.append(entry)
        self.head = entry.seq
        self._bytes += _size(entry)
        while self._entries and (len(self._entries) > self.max_events or self._bytes > self.max_bytes):
            self._bytes -= _size(self._entries.popleft())

    def after(self, seq: int, limit: int) -> list[Entry] | None:
        """Up to `limit` entries after `seq`, in order; None when the first of them has left the ring."""
        if seq < self.floor:
            return None
        start = seq - self.floor
        stop = min(len(self._entries), start + limit)
        return [self._entries[i] for i in range(start, stop)]


def _size(entry: Entry) -> int:
    return len(entry.full) + (0 if entry.public is entry.full else len(entry.public)) + 200
