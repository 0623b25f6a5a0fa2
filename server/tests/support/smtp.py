"""A real mail server for tests: it keeps what it gets, and refuses, waits or hangs up when it is told to."""

import asyncio
import email
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True)
class Mail:
    """As it came over the wire: `raw` is what was between DATA and the dot."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    connection: int

    @property
    def parsed(self) -> EmailMessage:
        message = email.message_from_bytes(self.raw, policy=default)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def message_id(self) -> str:
        return str(self.parsed["Message-ID"])


@dataclass
class Sink:
    """`rcpt`: an answer to RCPT by recipient, for ever. `once`: the same, for one time each, first come first served.

    `after_data`: an answer to the whole mail by recipient, once. `hang_up`: how many mails are taken, and the
    connection then cut without a word. `wait_s`: before the answer to each mail."""

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    once: dict[str, list[str]] = field(default_factory=dict)
    after_data: dict[str, str] = field(default_factory=dict)
    hang_up: int = 0
    wait_s: float = 0
    password: str | None = None
    connections: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def to(self, recipient: str) -> list[Mail]:
        return [mail for mail in self.mails if recipient in mail.recipients]

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.password and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self.once.get(address):
            return self.once[address].pop(0)
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        for recipient in envelope.rcpt_tos:
            if recipient in self.after_data:
                return self.after_data.pop(recipient)
        raw = envelope.original_content
        assert raw is not None
        self.mails.append(Mail(str(envelope.mail_from), tuple(envelope.rcpt_tos), raw, id(session)))
        self.arrived.set()
        if self.hang_up:
            self.hang_up -= 1
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        await asyncio.sleep(self.wait_s)
        return "250 2.0.0 Queued as 4XyZ"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        return AuthResult(success=given.password.decode() == self.password, handled=False)

    def config(self, **over: Any) -> dict[str, Any]:
        """An `email-config` that leads here."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "security": "none",
            "from_address": "trackly@example.org",
            **over,
        }


@asynccontextmanager
async def mail_sink(
    sink: Sink | None = None, *, tls: ssl.SSLContext | None = None, implicit_tls: bool = False, port: int = 0
) -> AsyncIterator[Sink]:
    """Listens inside the block. With `tls` it offers STARTTLS, or with `implicit_tls` speaks TLS from the beginning."""
    sink = sink or Sink()
    loop = asyncio.get_running_loop()
    open_protocols: list[SMTP] = []

    def make() -> SMTP:
        sink.connections += 1
        protocol = SMTP(
            sink,
            hostname="sink.test",
            ident="Sink",
            loop=loop,
            tls_context=None if implicit_tls else tls,
            authenticator=sink.authenticate if sink.password else None,
            auth_require_tls=False,
            enable_SMTPUTF8=True,
        )
        open_protocols.append(protocol)
        return protocol

    server = await loop.create_server(make, "127.0.0.1", port, ssl=tls if implicit_tls else None)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
        for protocol in open_protocols:
            if protocol.transport is not None:
                protocol.transport.close()
        await server.wait_closed()
        await asyncio.sleep(0)
