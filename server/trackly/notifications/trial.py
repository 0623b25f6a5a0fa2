"""The test of a mail server, step by step, each with the server's own words and the time that it took."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from trackly.events.envelope import json_bytes
from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.ids import new_token
from trackly.kit.secret_box import SecretUnreadable
from trackly.notifications.config_commands import note_trial, server_to_try
from trackly.notifications.config_schemas import EmailTrial, EmailTrialIn, TrialStep
from trackly.notifications.errors import PasswordNeeded
from trackly.notifications.messages import Channel, DueDelivery, Message
from trackly.notifications.mime import mail_bytes
from trackly.notifications.services import NotificationServices
from trackly.notifications.smtp import MailServer, SmtpConnection, SmtpFailed, SmtpTimes, Step
from trackly.users.facade import Actor

WITHIN_S = 20.0
_TIMES = SmtpTimes(connect_s=8.0, command_s=8.0, answer_s=15.0)
_DUE = DueDelivery(ref="test", channel=Channel.EMAIL)
_MAIL = Message(
    subject="Trackly can send mail",
    text="This is the test mail that an admin of Trackly asked for. Mail works.\n",
    html="<p>This is the test mail that an admin of Trackly asked for. Mail works.</p>",
)


@dataclass
class _Steps:
    told: Callable[[TrialStep], None]
    done: list[TrialStep] = field(default_factory=list)
    since: float = field(default_factory=time.perf_counter)

    def tell(self, step: Step, words: str) -> None:
        self._add(step, words, None, ok=True)

    def fail(self, failure: SmtpFailed) -> None:
        self._add(failure.step, failure.words, failure.code, ok=False)

    def _add(self, step: Step, words: str, code: int | None, *, ok: bool) -> None:
        now = time.perf_counter()
        made = TrialStep(step=step, ok=ok, answer=words, code=code, ms=round((now - self.since) * 1000))
        self.since = now
        self.done.append(made)
        self.told(made)

    @property
    def under_way(self) -> Step:
        order = list(Step)
        return order[min(order.index(self.done[-1].step) + 1, len(order) - 1)] if self.done else order[0]


@dataclass(frozen=True)
class Trial:
    """One test: connect, log in, name sender and recipient, and unless it is `dry` send a mail."""

    services: NotificationServices
    server: MailServer
    stored_version: int | None
    to: str
    dry: bool

    async def run(self, told: Callable[[TrialStep], None]) -> EmailTrial:
        """Within 20 s in all; `told` hears of each step. No exception leaves this but a cancellation."""
        steps = _Steps(told)
        connection = SmtpConnection(self.server, self.services.ehlo_name, _TIMES)
        try:
            async with asyncio.timeout(WITHIN_S):
                await self._go(connection, steps)
        except SmtpFailed as failure:
            steps.fail(failure)
        except TimeoutError:
            steps.fail(SmtpFailed(steps.under_way, f"not done within {WITHIN_S:.0f} s"))
        finally:
            await connection.close()
        return EmailTrial(ok=all(step.ok for step in steps.done), to=self.to, steps=steps.done)

    async def _go(self, connection: SmtpConnection, steps: _Steps) -> None:
        await connection.open(steps.tell)
        envelope = self.server.envelope(self.to)
        message_id = f"{new_token(20)}@{envelope.sender.rpartition('@')[2]}"
        mail = await mail_bytes(_MAIL, _DUE, envelope, message_id, self.services.work.clock.now())
        steps.tell(Step.ENVELOPE, await connection.address(envelope, len(mail)))
        if not self.dry:
            steps.tell(Step.ACCEPTED, await connection.transmit(mail))

    async def note(self, uow: UnitOfWork, result: EmailTrial) -> None:
        if self.stored_version is not None:
            await note_trial(uow, self.stored_version, result.ok)


async def prepare(services: NotificationServices, actor: Actor, wanted: EmailTrialIn) -> Trial:
    """The test that is asked for. Raises EmailConfigMissing, PasswordNeeded, UnencryptedMail, InvalidInput."""
    try:
        async with services.work.database.read_session() as session:
            server, version = await server_to_try(session, services.box, wanted.config)
    except SecretUnreadable:
        raise PasswordNeeded("The stored password can't be read any more: enter it again.") from None
    return Trial(services, server, version, wanted.to or actor.email, wanted.dry)


async def run(services: NotificationServices, uow: UnitOfWork, actor: Actor, wanted: EmailTrialIn) -> EmailTrial:
    """Make the test; how that of the stored configuration went is kept. Raises as `prepare`."""
    trial = await prepare(services, actor, wanted)
    result = await trial.run(lambda _: None)
    await trial.note(uow, result)
    return result


async def watch(services: NotificationServices, actor: Actor, wanted: EmailTrialIn) -> AsyncIterator[bytes]:
    """As `run`, as lines of JSON: each step when it is done, then the whole. Who stops reading ends the test."""
    return _lines(await prepare(services, actor, wanted))


async def _lines(trial: Trial) -> AsyncIterator[bytes]:
    waiting: asyncio.Queue[TrialStep | None] = asyncio.Queue()

    async def go() -> EmailTrial:
        try:
            return await trial.run(waiting.put_nowait)
        finally:
            waiting.put_nowait(None)

    task = asyncio.create_task(go())
    try:
        while (step := await waiting.get()) is not None:
            yield json_bytes(step) + b"\n"
        result = await task
        async with trial.services.work.begin("email-config:test") as uow:
            await trial.note(uow, result)
        yield json_bytes(result) + b"\n"
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
