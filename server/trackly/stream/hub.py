"""All open streams of the process: who they belong to, what they may see, when they end."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

import structlog

from trackly.events.broadcaster import Broadcaster
from trackly.events.log import Epochs, Position
from trackly.events.ring import Entry, Ring
from trackly.kit.db import Database
from trackly.projects.facade import ReaderTokens, reader_tokens
from trackly.stream import frames
from trackly.stream.connection import Connection
from trackly.stream.queries import visible_issue_keys
from trackly.stream.resuming import RIGHTS_TYPES, has_other_sight
from trackly.stream.settings import StreamSettings

log = structlog.get_logger("trackly.stream")

CONTROL_TYPES = RIGHTS_TYPES | {"session.ended", "watcher.removed"}


@dataclass(eq=False)
class Hub:
    database: Database
    settings: StreamSettings
    monotonic: Callable[[], float] = monotonic
    epochs: Epochs = field(default_factory=lambda: Epochs(((1, 1),)))
    broadcaster: Broadcaster = field(init=False)
    connections: dict[int, list[Connection]] = field(default_factory=dict)
    draining: bool = False
    rights_generation: int = 0
    floor: int = 0

    def __post_init__(self) -> None:
        self.broadcaster = Broadcaster(Ring(), CONTROL_TYPES, self.apply_control)

    @property
    def head(self) -> Position:
        return Position(self.epochs.current, self.broadcaster.ring.head)

    @property
    def open_streams(self) -> int:
        return sum(len(mine) for mine in self.connections.values())

    def all(self) -> list[Connection]:
        return [connection for mine in self.connections.values() for connection in mine]

    def add(self, connection: Connection) -> None:
        """Register a stream; the oldest of a user who has too many ends."""
        mine = self.connections.setdefault(connection.user_id, [])
        while len(mine) >= self.settings.limit_per_user:
            mine[0].end("too_many_streams")
            self.remove(mine[0])
            mine = self.connections.setdefault(connection.user_id, [])
        mine.append(connection)

    def remove(self, connection: Connection) -> None:
        self.broadcaster.detach(connection.subscriber)
        self.leave(connection.user_id, connection)

    def leave(self, user_id: int, connection: object) -> None:
        """Take a stream that has ended out of the register."""
        mine = [c for c in self.connections.get(user_id, []) if c is not connection]
        if mine:
            self.connections[user_id] = mine
        else:
            self.connections.pop(user_id, None)

    async def present_rights(self, user_id: int, after: int | None = None) -> tuple[ReaderTokens | None, bool]:
        """As rights_of for one, and whether they show other things than they did at event `after`.

        No change of rights was applied meanwhile: register the stream before awaiting."""
        while True:
            generation = self.rights_generation
            async with self.database.read_session() as session:
                rights = (await reader_tokens(session, [user_id])).get(user_id)
                if rights is not None and not rights.active:
                    rights = None
                differ = rights is not None and after is not None and await has_other_sight(session, rights, after)
            if generation == self.rights_generation:
                return rights, differ

    async def rights_of(self, user_ids: Iterable[int]) -> dict[int, ReaderTokens]:
        """The present rights of these users. Those who are gone or disabled are left out."""
        async with self.database.read_session() as session:
            found = await reader_tokens(session, list(user_ids))
        return {user_id: rights for user_id, rights in found.items() if rights.active}

    async def apply_control(self, entry: Entry) -> None:
        """Make `entry`'s change of rights felt on every stream that it concerns, before anybody gets `entry`."""
        self.rights_generation += 1
        kind, _, identity = entry.entity.partition(":")
        if entry.type == "session.ended":
            self._end_session(identity)
        elif entry.type == "watcher.removed":
            await self._forget(entry)
        elif kind == "project":
            await self._renew(lambda: set(self.connections), entry)
        else:
            concerned = {int(t[2:]) for t in entry.tokens if t.startswith("u:")}
            await self._renew(lambda: concerned & set(self.connections))

    def _end_session(self, session_id: str) -> None:
        for connection in self.all():
            if connection.session_id is not None and connection.session_id == UUID(session_id):
                connection.end("session_ended")
                self.remove(connection)

    async def _renew(self, concerned: Callable[[], set[int]], project: Entry | None = None) -> None:
        known: dict[int, ReaderTokens] = {}
        asked: set[int] = set()
        while missing := concerned() - asked:
            known |= await self.rights_of(missing)
            asked |= missing
        for user_id in concerned():
            for connection in list(self.connections.get(user_id, [])):
                self.renew(connection, known.get(user_id), project)

    def renew(self, connection: Connection, rights: ReaderTokens | None, project: Entry | None = None) -> None:
        """Give a stream its present rights; without any, it ends. `project`: the event of one that is the reason.

        Of a new project there is nothing to fetch; of one that is gone, admins hold the issues without its token."""
        if rights is None:
            connection.end("access_ended")
            self.remove(connection)
            return
        held = connection.subscriber.tokens
        differ = held ^ rights.tokens
        if differ:
            self.broadcaster.regroup(connection.subscriber, rights.tokens)
        if project is not None and project.type == "project.created":
            mine = f"p{project.entity.removeprefix('project:')}"
            differ = frozenset(token for token in differ if mine not in token.split(":"))
        if differ or (project is not None and project.type == "project.deleted" and "f:admin" in held):
            connection.say(frames.reset("rights_changed"))

    async def _forget(self, entry: Entry) -> None:
        """Somebody stopped watching: whoever may no longer see the issue is told to drop it, and gets nothing of it."""
        personal = {int(t.rpartition(":u")[2]): t for t in entry.tokens if t.startswith("r:") and ":u" in t}
        for user_id in personal.keys() & set(self.connections):
            if entry.issue is None or entry.issue in await self.visible(user_id, {entry.issue}):
                continue
            entry.closed_to |= {personal[user_id]}
            for connection in list(self.connections.get(user_id, [])):
                connection.say(frames.forget([entry.issue]))

    async def visible(self, user_id: int, keys: set[str]) -> set[str]:
        async with self.database.read_session() as session:
            return await visible_issue_keys(session, user_id, keys)

    def on_epoch(self, epochs: Epochs) -> None:
        """Another history: every client has to fetch anew."""
        changed = self.epochs.current != epochs.current
        self.epochs = epochs
        if changed:
            for connection in self.all():
                connection.say(frames.reset("new_epoch", self.head))
                connection.end("new_epoch")
                self.remove(connection)

    def tick(self) -> None:
        """Once a second: heartbeats, and the end of streams that have lived long enough."""
        now, at = self.monotonic(), frames.beat(self.head)
        for connection in self.all():
            if now >= connection.ends_at:
                connection.end("lifetime")
                self.remove(connection)
            elif now >= connection.beat_at and connection.is_live and not connection.sink.blocked:
                connection.say(at)
                connection.beat_at = now + random.uniform(*self.settings.beat_s)

    def drain(self) -> None:
        """The server stops: every stream says so and ends; none begins."""
        self.draining = True
        for connection in self.all():
            connection.end("server_stopping")
            self.remove(connection)
