"""Takes what is due from the outbox and sends it. Any number of senders, in any number of processes, side by side."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import structlog

from trackly.kit.db import is_unavailable
from trackly.notifications import queries
from trackly.notifications.figures import DeliveryFigures
from trackly.notifications.messages import CannotCompose, Channel, Composer, DueDelivery, Message
from trackly.notifications.outbox import Lease, Outbox, lock_ref, mark_settled
from trackly.notifications.outcomes import Ending, Outcome
from trackly.notifications.ways import Result, Way

log = structlog.get_logger("trackly.notifications")

_COMPOSE_S = 60.0
_END_S = 15.0
_AGAIN_S = 0.5


@dataclass(frozen=True)
class Lane:
    """One delivery after the other. `batch`: so many are leased at once."""

    channel: Channel
    way: Way
    batch: int


@dataclass(eq=False)
class Sender:
    """`composers` by the part of a `ref` before its colon. `run` until it is cancelled; what is under way then ends."""

    outbox: Outbox
    composers: Mapping[str, Composer]
    lanes: Sequence[Lane]
    figures: DeliveryFigures | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _due: dict[Channel, asyncio.Event] = field(
        default_factory=lambda: {channel: asyncio.Event() for channel in Channel}
    )

    async def run(self) -> None:
        """Send until cancelled, then at most 15 s more: a mail between its last byte and the answer is waited for."""
        self._stopping.clear()
        tasks = [
            asyncio.create_task(self._for_ever("watch", self._watch)),
            asyncio.create_task(self._for_ever("settle", self._settle_some)),
            *(asyncio.create_task(self._for_ever(lane.channel, partial(self._work, lane))) for lane in self.lanes),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            self._stopping.set()
            _, late = await asyncio.wait(tasks, timeout=_END_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for lane in self.lanes:
                await lane.way.close()

    async def drain(self, channels: Sequence[Channel] = tuple(Channel)) -> int:
        """Send what is due now, and return when nothing is; how many tries that were. For tests and tools."""
        tries = 0
        await self.outbox.give_up_lost()
        while done := sum([await self._some(lane) for lane in self.lanes if lane.channel in channels]):
            tries += done
        await self._settle_some()
        return tries

    async def _for_ever(self, name: str, once: Callable[[], Awaitable[object]]) -> None:
        while not self._stopping.is_set():
            try:
                await once()
            except Exception as error:
                if not is_unavailable(error):
                    log.exception("sender failed", part=name)
                await self._pause(self._stopping, 1.0)

    async def _watch(self) -> None:
        """Look for what is due, and for what a crashed sender left."""
        await self.outbox.give_up_lost()
        async with self.outbox.work.database.read_session() as session:
            found = await queries.count_due(session)
        for channel in found:
            self._due[Channel(channel)].set()
        if self.figures is not None:
            self.figures.due(found)
        await self._pause(self._stopping, self.outbox.pace.poll_s)

    async def _work(self, lane: Lane) -> None:
        if await self._some(lane) == 0:
            self._due[lane.channel].clear()
            await self._pause(self._due[lane.channel], self.outbox.pace.poll_s)

    async def _pause(self, event: asyncio.Event, for_s: float) -> None:
        try:
            async with asyncio.timeout(for_s):
                await event.wait()
        except TimeoutError:
            pass

    async def _some(self, lane: Lane) -> int:
        leases = await self.outbox.claim(lane.channel, lane.batch)
        if not leases:
            return 0
        async with self._holding(leases) as held:
            for lease in leases:
                if self._stopping.is_set():
                    await self.outbox.release(lease)
                else:
                    await self._deliver(lane, lease)
                held.remove(lease)
        return len(leases)

    @asynccontextmanager
    async def _holding(self, leases: Sequence[Lease]) -> AsyncIterator[list[Lease]]:
        """Renews what is left of `leases` for as long as this process lives: should it die, others go on soon."""
        held, done = list(leases), asyncio.Event()
        renewing = asyncio.create_task(self._renew(held, done))
        try:
            yield held
        finally:
            done.set()
            await renewing

    async def _renew(self, held: list[Lease], done: asyncio.Event) -> None:
        """Ends between its statements: one that is cut off can cost the pool a connection."""
        while True:
            await self._pause(done, self.outbox.pace.renew_s)
            if done.is_set():
                return
            try:
                await self.outbox.renew(tuple(held))
            except Exception as error:
                if not is_unavailable(error):
                    log.exception("leases could not be renewed")

    async def _deliver(self, lane: Lane, lease: Lease) -> None:
        result = await self._result(lane, lease)
        if await self._keep(lease, result):
            if self.figures is not None:
                self.figures.ended(lane.channel, result.outcome.ending)
            await self._settle(lease.due.ref)

    async def _result(self, lane: Lane, lease: Lease) -> Result:
        """How the try went, whatever happened in it."""
        has_begun = False

        async def begin(message_id: str) -> bool:
            nonlocal has_begun
            has_begun = await self.outbox.begin(lease, message_id)
            return has_begun

        try:
            async with asyncio.timeout(self.outbox.pace.try_s):
                message = await self._message(lease.due)
                return message if isinstance(message, Result) else await lane.way.send(lease, message, begin)
        except TimeoutError:
            ending = Ending.UNKNOWN if has_begun else Ending.DEFERRED
            return Result(Outcome(ending, "accepted" if has_begun else "compose", "it took too long"))
        except Exception as error:
            if not has_begun and is_unavailable(error):
                raise
            log.exception("delivery failed", delivery=lease.due.id, ref=lease.due.ref)
            ending = Ending.UNKNOWN if has_begun else Ending.DEFERRED
            return Result(Outcome(ending, "compose", f"an error on our side: {type(error).__name__}"))

    async def _message(self, due: DueDelivery) -> Message | Result:
        async with self.outbox.work.database.read_session() as session:
            why_not = await queries.why_unwanted(session, due)
        if why_not is not None:
            return Result(Outcome(Ending.SUPPRESSED, "compose", why_not))
        composer = self._composer(due.ref)
        if composer is None:
            return Result(Outcome(Ending.FAILED, "compose", "nothing here knows what it says"))
        try:
            async with asyncio.timeout(_COMPOSE_S):
                return await composer.compose(due)
        except CannotCompose as reason:
            return Result(Outcome(Ending.FAILED, "compose", str(reason)))

    def _composer(self, ref: str) -> Composer | None:
        return self.composers.get(ref.partition(":")[0])

    async def _keep(self, lease: Lease, result: Result) -> bool:
        """Write the outcome down. While the database is away this goes on trying: a mail that was taken, and of which
        that is not known, would be sent again."""
        deadline = asyncio.get_running_loop().time() + self.outbox.pace.keep_s
        while True:
            try:
                return await self.outbox.finish(lease, result.outcome, result.also)
            except Exception as error:
                if not is_unavailable(error) or asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(_AGAIN_S)

    async def _settle_some(self) -> None:
        async with self.outbox.work.database.read_session() as session:
            refs = await queries.find_unsettled(session, 50)
        for ref in refs:
            await self._settle(ref)
        await self._pause(self._stopping, self.outbox.pace.settle_s)

    async def _settle(self, ref: str) -> None:
        """Tell the composer when all of `ref` is final. What fails here is told again later."""
        try:
            async with self.outbox.work.begin("sender:settle") as uow:
                await lock_ref(uow, ref)
                if not await queries.is_unsettled(uow.session, ref):
                    return
                composer = self._composer(ref)
                if composer is not None:
                    await composer.settled(uow, ref)
                await mark_settled(uow, ref)
        except Exception as error:
            if not is_unavailable(error):
                log.exception("composer could not be told", ref=ref)
