"""The wake-up after a commit: a set flag here, a NOTIFY without payload for the other processes (ADR-0002)."""

import asyncio
from dataclasses import dataclass, field

import psycopg
import structlog

CHANNEL = "trackly_log"
_PAUSE_S = 0.005
log = structlog.get_logger("trackly.events")


@dataclass
class ProcessDoorbell:
    """Wakes the relay of this process at once, and those of the others at most once in 5 ms, in a task of its own.

    A lost NOTIFY costs nothing but the relays' poll interval."""

    dsn: str
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    _owed: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self) -> None:
        self.woken.set()
        self._owed.set()

    async def run(self) -> None:
        """Send what is owed until cancelled."""
        connection: psycopg.AsyncConnection | None = None
        try:
            while True:
                await self._owed.wait()
                self._owed.clear()
                try:
                    if connection is None or connection.closed:
                        connection = await psycopg.AsyncConnection.connect(self.dsn, autocommit=True, connect_timeout=3)
                    await connection.execute(f"NOTIFY {CHANNEL}")
                except (psycopg.Error, OSError) as error:
                    log.warning("wake-up not sent", error=type(error).__name__)
                    connection = None
                await asyncio.sleep(_PAUSE_S)
        finally:
            if connection is not None:
                await connection.close()
