"""Sends mails one after the other over one connection, as long as it holds."""

import time
from dataclasses import dataclass, field

from trackly.notifications.smtp import MailServer, SmtpConnection, SmtpFailed, SmtpTimes

_MAILS_MAX = 100
_IDLE_S = 20.0


@dataclass
class Mailer:
    """Of one lane of a sender: never two mails at once. `ehlo_name` is what we call ourselves."""

    ehlo_name: str
    times: SmtpTimes = field(default_factory=SmtpTimes)
    _connection: SmtpConnection | None = None
    _mails: int = 0
    _used_at: float = 0.0

    async def address(self, server: MailServer, recipient: str, size: int) -> SmtpConnection:
        """A connection that takes a mail of `size` bytes for `recipient`: `transmit` on it sends. Raises SmtpFailed.

        A kept connection that turns out to be dead is replaced once: nothing has left by then."""
        kept = await self._kept(server)
        if kept is not None:
            try:
                await kept.address(server.envelope(recipient), size)
            except SmtpFailed as failure:
                if failure.code is not None and failure.code != 421:
                    raise
                await self.close()
            else:
                return self._used(kept)
        fresh = self._connection = SmtpConnection(server, self.ehlo_name, self.times)
        self._mails = 0
        await fresh.open()
        await fresh.address(server.envelope(recipient), size)
        return self._used(fresh)

    async def _kept(self, server: MailServer) -> SmtpConnection | None:
        kept = self._connection
        is_good = kept is not None and kept.is_open and kept.server == server
        if is_good and self._mails < _MAILS_MAX and time.monotonic() - self._used_at < _IDLE_S:
            return kept
        await self.close()
        return None

    def _used(self, connection: SmtpConnection) -> SmtpConnection:
        self._mails += 1
        self._used_at = time.monotonic()
        return connection

    async def close(self) -> None:
        """End the connection, if there is one."""
        held, self._connection = self._connection, None
        if held is not None:
            await held.close()

    async def close_when_idle(self) -> None:
        if self._connection is not None and time.monotonic() - self._used_at >= _IDLE_S:
            await self.close()
