"""Runs what the queue holds, some at a time. Any number of workers, in any number of processes, side by side."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from trackly.events.unit_of_work import UnitsOfWork
from trackly.kit.db import is_unavailable
from trackly.kit.ids import new_token
from trackly.reports import leases
from trackly.reports.leases import LostLease
from trackly.reports.steps import LeasedRun, RenderedRun, RunFailed, Steps, Tell, Told

__all__ = ["LeasedRun", "RenderedRun", "RunFailed", "Steps", "Tell", "Worker"]

log = structlog.get_logger("trackly.reports")

LEASE_S = 10.0
BEAT_S = 1.0
POLL_S = 1.0
RUN_S = 900.0
"""Longer than the limits of all that a run does; it ends one that hangs in spite of them."""
_AGAIN_S = 0.5


@dataclass(eq=False)
class _Held:
    """A run under way. `closing`: its end is being written, in a transaction that holds its row."""

    run: LeasedRun
    told: Told = field(default_factory=Told)
    closing: bool = False
    cancelled: bool = False
    task: "asyncio.Task[None] | None" = None


@dataclass(eq=False)
class Worker:
    """`run` until it is cancelled: then the runs under way are given back, and somebody else begins them anew."""

    work: UnitsOfWork
    steps: Steps
    parallel: int
    lease_s: float = LEASE_S
    run_s: float = RUN_S
    name: str = field(default_factory=lambda: f"{socket.gethostname()}/{os.getpid()}/{new_token(4)}")
    _held: dict[int, _Held] = field(default_factory=dict)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def running(self) -> list[LeasedRun]:
        """What it is at now."""
        return [held.run for held in self._held.values()]

    def wake(self) -> None:
        """There may be something to do. Never waits."""
        self._woken.set()

    async def run(self) -> None:
        """Take and make runs until cancelled. A database that is away is waited for."""
        beating = asyncio.create_task(self._beat_for_ever())
        try:
            while True:
                self._woken.clear()
                if not await self._take():
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(POLL_S):
                            await self._woken.wait()
        finally:
            beating.cancel()
            await self._give_back()

    async def _take(self) -> bool:
        """Lease what there is room for; whether there was anything."""
        free = self.parallel - len(self._held)
        if free <= 0:
            return False
        try:
            runs = await leases.lease_runs(self.work, self.name, free, self.lease_s)
        except Exception as error:
            await self._failed("lease", error)
            return False
        for run in runs:
            held = self._held[run.id] = _Held(run)
            held.task = asyncio.create_task(self._make(held))
        return bool(runs)

    async def _make(self, held: _Held) -> None:
        run = held.run
        try:
            await self._through(held)
        except LostLease:
            log.warning("run was lost to another worker", run=run.id, attempt=run.attempt)
        except asyncio.CancelledError:
            if held.cancelled:
                await self._write(held, lambda: leases.end_cancelled(self.work, run, "Cancelled", held.told.take()))
        except Exception as error:  # the database went away for too long: the lease ends, and somebody begins it anew
            log.warning("run was left behind", run=run.id, error=f"{type(error).__name__}: {error}"[:300])
        finally:
            if self._held.get(run.id) is held:
                del self._held[run.id]
            self.wake()

    async def _through(self, held: _Held) -> None:
        run, begun = held.run, time.monotonic()
        held.told.say("Begun" if run.attempt == 1 else f"Begun, for the {run.attempt}. time")
        try:
            async with asyncio.timeout(self.run_s):
                rendered = await self.steps.render(run, held.told)
            held.told.say(f"Made in {time.monotonic() - begun:.1f} s: {rendered.rows} rows, {rendered.bytes} bytes")
            lines = held.told.take()
            await self._write(held, lambda: leases.finish_run(self.work, run, rendered, self.steps, lines))
        except (LostLease, asyncio.CancelledError):
            raise
        except Exception as error:
            if is_unavailable(error) and held.closing:
                raise
            failure = as_failure(error)
            held.told.say(failure.message, "error")
            lines = held.told.take()
            await self._write(held, lambda: leases.fail_run(self.work, run, failure, lines))

    async def _write(self, held: _Held, write: Callable[[], Awaitable[None]]) -> None:
        """Write an end, again and again while the database is away and the lease may still be ours.

        One that was committed without our hearing of it is not written twice: the fence refuses it."""
        held.closing = True
        deadline = asyncio.get_running_loop().time() + self.lease_s
        while True:
            try:
                await write()
                return
            except Exception as error:
                if not is_unavailable(error) or asyncio.get_running_loop().time() > deadline:
                    raise
            await asyncio.sleep(_AGAIN_S)

    async def _beat_for_ever(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            open_ones = {held.run: held for held in self._held.values() if not held.closing}
            if open_ones:
                try:
                    await self._beat(open_ones)
                except Exception as error:
                    await self._failed("heartbeat", error)

    async def _beat(self, open_ones: dict[LeasedRun, _Held]) -> None:
        taken = {run: held.told.take() for run, held in open_ones.items()}
        try:
            beat = await leases.heartbeat(self.work, self.name, taken, self.lease_s)
        except BaseException:
            for run, held in open_ones.items():
                held.told.lines[:0] = taken[run].lines
            raise
        for run, held in open_ones.items():
            if held.task is None or held.closing:
                continue
            if run.id in beat.cancelled:
                held.cancelled = True
            if run.id in beat.cancelled or run.id in beat.lost:
                held.task.cancel()

    async def _give_back(self) -> None:
        """Let ends that are being written be written; break the others off and give them back."""
        tasks = [held.task for held in self._held.values() if held.task is not None]
        begun = [held for held in self._held.values() if not held.closing]
        for held in begun:
            if held.task is not None:
                held.task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=self.lease_s)
        given_back = [held.run for held in begun if not held.closing]
        if given_back:
            with contextlib.suppress(Exception):
                await leases.release_runs(self.work, given_back)

    async def _failed(self, what: str, error: Exception) -> None:
        if is_unavailable(error):
            log.warning("the queue is out of reach", step=what, error=type(error).__name__)
        else:
            log.error("the queue could not be worked on", step=what, exc_info=error)
        await asyncio.sleep(_AGAIN_S)


def as_failure(error: Exception) -> RunFailed:
    """What a run that broke off is said to have failed of. What nobody foresaw is in the log, not in the ledger."""
    if isinstance(error, RunFailed):
        return error
    if isinstance(error, TimeoutError):
        return RunFailed("timeout", "It took too long, and was broken off")
    if is_unavailable(error):
        return RunFailed("unavailable", "The database was away", again=True)
    log.error("run failed", exc_info=error)
    return RunFailed("internal_error", "Something went wrong on our side; the server's log has it", again=True)
