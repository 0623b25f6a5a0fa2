"""The log: numbered events without gaps, appended as the last statement of the transaction of a change (ADR-0002)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Label, LargeBinary, SmallInteger, Text, bindparam, literal_column, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.events.envelope import Event
from trackly.kit.db import Database
from trackly.kit.errors import InvalidInput

STREAM = 0
"""The one stream of today; a column from the first day, so that projects can be spread over several later."""

_APPEND = text(
    "SELECT append_events(:stream, :request_id, :at, :type, :entity, :version, :actor, :project, :issue,"
    " :audience, :body_full, :body_public)"
).bindparams(
    bindparam("stream", type_=SmallInteger),
    bindparam("request_id", type_=Text),
    bindparam("at", type_=ARRAY(DateTime(timezone=True))),
    bindparam("version", type_=ARRAY(BigInteger)),
    bindparam("actor", type_=ARRAY(BigInteger)),
    *(bindparam(name, type_=ARRAY(Text)) for name in ("type", "entity", "project", "issue", "audience")),
    bindparam("body_full", type_=ARRAY(LargeBinary)),
    bindparam("body_public", type_=ARRAY(LargeBinary)),
)

_ORIGIN = text(
    "SELECT s.system_identifier || '/' || c.timeline_id || '/' || d.oid"
    " FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d WHERE d.datname = current_database()"
)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the log. On the wire `<epoch>.<seq>`, which clients keep and never take apart."""

    epoch: int
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.seq}"

    @classmethod
    def parse(cls, cursor: str) -> "Position":
        """InvalidInput on `after` for a text that is no cursor of ours."""
        epoch, dot, seq = cursor.partition(".")
        if dot and epoch.isascii() and seq.isascii() and epoch.isdigit() and seq.isdigit() and len(cursor) <= 30:
            return cls(int(epoch), int(seq))
        raise InvalidInput.of("after", "is not a cursor of this stream")


async def append_events(session: AsyncSession, events: Sequence[Event], *, now: datetime, request_id: str) -> int:
    """Append and return the number of the last one. Takes the stream's lock: COMMIT must be the next statement.

    Only the unit of work calls this."""
    last = await session.scalar(
        _APPEND,
        {
            "stream": STREAM,
            "request_id": request_id,
            "at": [e.at or now for e in events],
            "type": [e.type for e in events],
            "entity": [e.entity for e in events],
            "version": [e.version for e in events],
            "actor": [e.actor.id if e.actor else None for e in events],
            "project": [e.project for e in events],
            "issue": [e.issue for e in events],
            "audience": [" ".join(sorted(e.audience)) for e in events],
            "body_full": [e.frame(e.body, now) for e in events],
            "body_public": [None if e.public is None else e.frame(e.public, now) for e in events],
        },
    )
    return int(last)


async def read_position(session: AsyncSession) -> Position:
    """The head of the log in the session's snapshot: in REPEATABLE READ, everything it reads is the state after it."""
    row = (
        await session.execute(
            text(
                "SELECT (SELECT max(epoch) FROM stream_epoch WHERE stream = h.stream) AS epoch, last_seq"
                " FROM stream_head h WHERE stream = 0"
            )
        )
    ).one()
    return Position(row.epoch, row.last_seq)


def position_column() -> Label[str]:
    """The head of the log as a column `position` of another statement, for what reads all it needs in that one."""
    position = literal_column(
        "(SELECT (SELECT coalesce(max(epoch), 0) FROM stream_epoch e WHERE e.stream = h.stream) || '.' || last_seq"
        " FROM stream_head h WHERE h.stream = 0)",
        Text(),
    )
    return position.label("position")


@dataclass(frozen=True, slots=True)
class Epochs:
    """Which numbers of which epoch are still good, oldest epoch first: `(epoch, first_seq)`."""

    starts: tuple[tuple[int, int], ...]

    @property
    def current(self) -> int:
        return self.starts[-1][0]

    def holds(self, position: Position, head: int) -> bool:
        """Whether `position` names the same history as ours: False for the future and for what a restore undid."""
        for index, (epoch, _) in enumerate(self.starts):
            if epoch == position.epoch:
                later = self.starts[index + 1 :]
                return position.seq <= min([head, *(first - 1 for _, first in later)])
        return False


async def open_epochs(database: Database) -> Epochs:
    """Read the epochs, and begin a new one when this is not the database that the last one was written in.

    A restore into another cluster or database, and a failover (a new timeline), are seen by PostgreSQL's own
    identifiers."""
    async with database.engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(7211, 0)"))
        origin = await connection.scalar(_ORIGIN)
        rows = (
            await connection.execute(
                text("SELECT epoch, first_seq, origin FROM stream_epoch WHERE stream = 0 ORDER BY epoch")
            )
        ).all()
        starts = [(row.epoch, row.first_seq) for row in rows]
        if not rows or rows[-1].origin != origin:
            head = await connection.scalar(text("SELECT last_seq FROM stream_head WHERE stream = 0"))
            starts.append((starts[-1][0] + 1 if starts else 1, int(head) + 1))
            await connection.execute(
                text("INSERT INTO stream_epoch(stream, epoch, first_seq, origin) VALUES (0, :epoch, :first, :origin)"),
                {"epoch": starts[-1][0], "first": starts[-1][1], "origin": origin},
            )
    return Epochs(tuple(starts))


async def extend_log(database: Database) -> int:
    """Make the log's next partitions, ahead of need; returns how many."""
    async with database.engine.begin() as connection:
        return int(await connection.scalar(text("SELECT extend_event_log()")) or 0)
