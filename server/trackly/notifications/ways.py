"""The three ways a message leaves: by mail, by webhook, into an inbox. What goes wrong is an outcome, no exception."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.clock import Clock
from trackly.kit.db import Database
from trackly.kit.hosts import AllowedHosts
from trackly.kit.secret_box import SecretBox, SecretUnreadable
from trackly.notifications.commands import notify
from trackly.notifications.config_queries import find_mail_server
from trackly.notifications.errors import WebhookHostUnknown, WebhookRefused
from trackly.notifications.mailer import Mailer
from trackly.notifications.messages import NO_MAIL_SERVER, Message
from trackly.notifications.mime import delivery_key, mail_bytes
from trackly.notifications.outbox import Lease
from trackly.notifications.outcomes import Ending, Outcome
from trackly.notifications.smtp import MailServer, SmtpFailed, Step
from trackly.notifications.webhook_addresses import check_webhook_url
from trackly.notifications.webhook_calls import Call, body_of, post
from trackly.notifications.webhook_commands import WebhookSecrets

_SPARED_S = 5.0
Begin = Callable[[str], Awaitable[bool]]
"""To be called with the id right before the bytes leave; False: they must not."""


@dataclass(frozen=True, slots=True)
class Result:
    """`also`: what is done in the transaction that writes the outcome down."""

    outcome: Outcome
    also: Callable[[UnitOfWork], Awaitable[object]] | None = None


LOST_LEASE = Result(Outcome(Ending.DEFERRED, "lease", "the time for this try was over before it began"))


class Way(Protocol):
    """Of one lane of a sender: never used twice at once."""

    async def send(self, lease: Lease, message: Message, begin: Begin) -> Result: ...

    async def close(self) -> None: ...


@dataclass
class MailWay:
    """`origin` names this installation in Message-IDs.

    A server that could not be reached is spared for a few seconds: the next mails get the same answer at once."""

    database: Database
    box: SecretBox
    mailer: Mailer
    origin: str
    clock: Clock
    _down: tuple[float, MailServer, SmtpFailed] | None = None

    async def send(self, lease: Lease, message: Message, begin: Begin) -> Result:
        try:
            async with self.database.read_session() as session:
                server = await find_mail_server(session, self.box)
        except SecretUnreadable:
            return _failed("config", "the stored mail password can't be read; enter it again")
        if server is None:
            return _failed("config", NO_MAIL_SERVER)
        try:
            return await self._send(lease, message, begin, server)
        except SmtpFailed as failure:
            if failure.step not in (Step.ENVELOPE, Step.ACCEPTED):
                self._down = time.monotonic(), server, failure
            return Result(outcome_of(failure))

    async def _send(self, lease: Lease, message: Message, begin: Begin, server: MailServer) -> Result:
        domain = server.sender.rpartition("@")[2]
        message_id = lease.message_id or f"{delivery_key(self.origin, lease.due)}@{domain}"
        envelope = server.envelope(lease.due.address)
        mail = await mail_bytes(message, lease.due, envelope, message_id, self.clock.now())
        self._spare(server)
        connection = await self.mailer.address(server, lease.due.address, len(mail))
        if not await begin(message_id):
            return LOST_LEASE
        return Result(Outcome(Ending.SENT, Step.ACCEPTED, await connection.transmit(mail), 250))

    def _spare(self, server: MailServer) -> None:
        if self._down is not None:
            since, which, failure = self._down
            if which == server and time.monotonic() < since + _SPARED_S:
                raise SmtpFailed(failure.step, failure.words, failure.code)
            self._down = None

    async def close(self) -> None:
        await self.mailer.close()


def outcome_of(failure: SmtpFailed) -> Outcome:
    """RFC 5321, 4.2.1: 4yz may be taken later, 5yz never."""
    ending = Ending.UNKNOWN if failure.lost else Ending.FAILED if failure.is_for_good else Ending.DEFERRED
    words = failure.words if failure.code is None else f"{failure.code} {failure.words}"
    return Outcome(ending, failure.step, words, failure.code)


@dataclass(frozen=True)
class WebhookWay:
    """`origin` names this installation in the ids of its calls."""

    secrets: WebhookSecrets
    allowed: AllowedHosts
    origin: str
    clock: Clock

    async def send(self, lease: Lease, message: Message, begin: Begin) -> Result:
        due = lease.due
        try:
            target = await check_webhook_url(due.address, self.allowed)
            secret = await self.secrets.of(due)
        except WebhookHostUnknown as refusal:
            return Result(Outcome(Ending.DEFERRED, "resolve", refusal.detail))
        except WebhookRefused as refusal:
            return _failed("address", refusal.detail)
        except SecretUnreadable:
            return _failed("config", "the stored signing secret can't be read; give it again")
        message_id = lease.message_id or f"msg_{delivery_key(self.origin, due)}"
        now = self.clock.now()
        call = Call(target, secret, message_id, body_of(due, message, now), int(now.timestamp()))
        return Result(await post(call)) if await begin(message_id) else LOST_LEASE

    async def close(self) -> None:
        return None


@dataclass(frozen=True)
class InboxWay:
    """The line is written with the outcome: exactly once."""

    async def send(self, lease: Lease, message: Message, begin: Begin) -> Result:
        due, notice = lease.due, message.notice
        if notice is None or due.user_id is None:
            return _failed("compose", "there is nothing to show in an inbox")
        to = [due.user_id]
        return Result(
            Outcome(Ending.SENT, "inbox", "in the inbox"),
            lambda uow: notify(uow, to, notice, ref=due.ref, delivery_id=due.id),
        )

    async def close(self) -> None:
        return None


def _failed(step: str, words: str) -> Result:
    return Result(Outcome(Ending.FAILED, step, words))
