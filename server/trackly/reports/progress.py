"""A run as it goes on, for one who looks at it: frames of Server-Sent Events until it is over."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession
from sse_starlette import ServerSentEvent

from trackly.events.envelope import json_bytes
from trackly.kit.db import Database
from trackly.kit.errors import AppError, TooManyRequests
from trackly.reports.run_queries import get_progress, list_log
from trackly.reports.run_schemas import OPEN, RunLogLine, RunSummary
from trackly.users.facade import Actor, find_actor

LOOK_S = 0.5
LIFETIME_S = 600.0
PER_USER = 10


@dataclass
class Followers:
    """Those who follow runs in this process. `is_draining`: the server is about to end.

    Nothing is held while there is nothing to say: the database is asked twice a second, with the rights of then."""

    database: Database
    is_draining: Callable[[], bool]
    _open: Counter[int] = field(default_factory=Counter)

    async def follow(self, actor: Actor, run_id: int) -> AsyncIterator[ServerSentEvent]:
        """`run` whenever it changed, `log` for each line, then `end`; after ten minutes `bye`: come again.

        Raises RunNotFound and TooManyRequests before the first frame."""
        if self._open[actor.user_id] >= PER_USER:
            raise TooManyRequests(f"{PER_USER} runs are being followed already", retry_after_s=10)
        async with self.database.read_session() as session:
            await get_progress(session, actor, run_id)
        return self._frames(_Follower(actor, run_id))

    async def _frames(self, follower: "_Follower") -> AsyncIterator[ServerSentEvent]:
        user_id = follower.actor.user_id
        self._open[user_id] += 1
        ends_at = asyncio.get_running_loop().time() + LIFETIME_S
        try:
            while True:
                async with self.database.read_session() as session:
                    frames = await follower.look(session)
                for frame in frames:
                    yield frame
                if follower.is_over:
                    return
                if self.is_draining() or asyncio.get_running_loop().time() > ends_at:
                    yield _frame("bye", {"reason": "come_again"}, retry=1000)
                    return
                await asyncio.sleep(LOOK_S)
        finally:
            self._open[user_id] -= 1
            if not self._open[user_id]:
                del self._open[user_id]


@dataclass
class _Follower:
    actor: Actor
    run_id: int
    line_id: int = 0
    told: RunSummary | None = None
    is_over: bool = False

    async def look(self, session: AsyncSession) -> list[ServerSentEvent]:
        """What is new since the last look. One whose account or right is gone is told that it is over, and nothing."""
        actor = await find_actor(session, self.actor.user_id)
        try:
            run, is_own = await get_progress(session, actor, self.run_id) if actor else (None, False)
        except AppError:
            run, is_own = None, False
        if run is None:
            self.is_over = True
            return [_frame("bye", {"reason": "access_ended"})]
        frames = []
        if is_own:
            for line in await list_log(session, self.run_id, self.line_id):
                frames.append(_frame("log", RunLogLine.model_validate(line)))
                self.line_id = line.id
        if run != self.told:
            frames.append(_frame("run", run))
            self.told = run
        if run.status not in OPEN:
            self.is_over = True
            frames.append(_frame("end", {"status": run.status}))
        return frames


def _frame(event: str, data: object, *, retry: int | None = None) -> ServerSentEvent:
    return ServerSentEvent(json_bytes(data).decode(), event=event, retry=retry, sep="\n")
