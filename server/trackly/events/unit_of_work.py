"""The only commit in the product: a change and its events are stored together, or neither is (ADR-0002, ADR-0003)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from trackly.events.envelope import Event
from trackly.events.log import append_events
from trackly.kit.clock import Clock
from trackly.kit.db import Database


class Doorbell(Protocol):
    def ring(self) -> None:
        """Say that the log may have grown. Never waits, never fails, carries nothing."""
        ...


class SilentDoorbell:
    """For commands outside a server: its relay polls."""

    def ring(self) -> None:
        return None


@dataclass
class UnitOfWork:
    """One transaction of one command. `now` is the same for everything in it."""

    session: AsyncSession
    now: datetime
    request_id: str
    doorbell: Doorbell
    events: list[Event] = field(default_factory=list)
    closed: bool = False

    def record(self, event: Event) -> None:
        """Let `event` be part of this transaction. Events are numbered in the order in which they were recorded."""
        if self.closed:
            raise RuntimeError("this unit of work has ended")
        self.events.append(event)

    async def commit(self) -> None:
        """Write what is pending, append the events as the last statement, commit, then wake the relay."""
        if self.closed:
            raise RuntimeError("this unit of work has ended")
        await self.session.flush()
        if self.events:
            await append_events(self.session, self.events, now=self.now, request_id=self.request_id)
        self.closed = True
        await self.session.commit()
        if self.events:
            self.doorbell.ring()


@dataclass(frozen=True)
class UnitsOfWork:
    """Begins transactions; the process has one."""

    database: Database
    clock: Clock
    doorbell: Doorbell

    @asynccontextmanager
    async def begin(self, request_id: str) -> AsyncIterator[UnitOfWork]:
        """A transaction that commits when the block ends well and rolls back when it raises."""
        async with self.database.sessions() as session:
            uow = UnitOfWork(session, self.clock.now(), request_id, self.doorbell)
            yield uow
            await uow.commit()
