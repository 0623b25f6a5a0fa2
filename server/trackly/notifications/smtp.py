"""One connection to a mail server, step by step, each with the server's own words."""

import asyncio
import base64
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import aiosmtplib
from aiosmtplib import SMTPConnectError, SMTPDataError, SMTPException, SMTPResponseException, SMTPServerDisconnected

from trackly.notifications.mime import Envelope
from trackly.notifications.rules import shown


class Step(StrEnum):
    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    LOGIN = "login"
    ENVELOPE = "envelope"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class MailServer:
    """`security`: starttls, tls (from the first byte) or none. `sender` is the address that mails are from."""

    host: str
    port: int
    security: str
    sender: str
    sender_name: str = ""
    reply_to: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    def envelope(self, recipient: str) -> Envelope:
        return Envelope(self.sender, self.sender_name, recipient, self.reply_to)


@dataclass(frozen=True, slots=True)
class SmtpTimes:
    """Seconds that each of them may take. `answer_s`: for a mail and the answer to it, and more for a large mail."""

    connect_s: float = 10.0
    command_s: float = 30.0
    answer_s: float = 120.0


class SmtpFailed(Exception):
    """It got as far as `step`. `code` None: no answer. `lost`: the bytes of the mail had left, and no answer came."""

    def __init__(self, step: Step, words: str, code: int | None = None, *, lost: bool = False) -> None:
        super().__init__(words)
        self.step, self.words, self.code, self.lost = step, words, code, lost

    @property
    def is_for_good(self) -> bool:
        """RFC 5321, 4.2.1: 5yz is a permanent refusal. Only of this mail: a login may be put right."""
        return self.step in (Step.ENVELOPE, Step.ACCEPTED) and self.code is not None and 500 <= self.code < 600


_OURS = (
    (ssl.SSLError, "no TLS could be agreed on; is this the right port for it?"),
    (TimeoutError, "no answer in time"),
    (ConnectionRefusedError, "nothing listens there"),
)
_GO_AHEAD = 354
_PIECE_BYTES = 256 * 1024
_SLOWEST_BYTES_A_S = 100_000
Tell = Callable[[Step, str], None]


def _nobody(_step: Step, _words: str) -> None:
    return None


class SmtpConnection:
    """`open`, then for each mail `address` and `transmit`. After SmtpFailed it is closed, unless it was the mail that
    was refused: see `is_open`."""

    def __init__(self, server: MailServer, ehlo_name: str, times: SmtpTimes) -> None:
        self.server = server
        self._times = times
        self._client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=ehlo_name,
            timeout=times.command_s,
            use_tls=server.security == "tls",
            start_tls=False,
        )

    @property
    def is_open(self) -> bool:
        return self._client.is_connected

    async def open(self, tell: Tell = _nobody) -> None:
        """Up to and with the login; `tell` hears of each step that is done. Raises SmtpFailed."""
        await self._resolve(tell)
        await self._greet(tell)
        if self.server.security == "starttls":
            await self._secure(tell)
        if self.server.username:
            await self._log_in(tell)

    async def address(self, envelope: Envelope, size: int) -> str:
        """Name sender and recipient; returns what the server said to the recipient. Raises SmtpFailed."""
        options = [f"SIZE={size}"] if self._client.supports_extension("size") else []
        if envelope.needs_utf8:
            if not self._client.supports_extension("smtputf8"):
                raise SmtpFailed(Step.ENVELOPE, "this server does not take such addresses (no SMTPUTF8)", 553)
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        encoding = "utf-8" if envelope.needs_utf8 else "ascii"
        try:
            await self._client.rset()
            await self._client.mail(envelope.sender, options=options, encoding=encoding)
            return shown((await self._client.rcpt(envelope.recipient, encoding=encoding)).message)
        except (SMTPException, OSError) as error:
            raise self._failed(Step.ENVELOPE, error) from None

    async def transmit(self, mail: bytes) -> str:
        """Send the mail; returns the server's word that it has it. Raises SmtpFailed: `lost` when nobody knows."""
        try:
            ready = await self._client.execute_command(b"DATA")
            if ready.code != _GO_AHEAD:
                raise SMTPDataError(ready.code, ready.message)
        except (SMTPException, OSError) as error:
            raise self._failed(Step.ACCEPTED, error) from None
        is_answered = False
        try:
            answer = await self._pour(mail)
            is_answered = 200 <= answer.code < 600
        except (SMTPException, OSError) as error:
            raise SmtpFailed(Step.ACCEPTED, self._words(error), lost=True) from None
        finally:
            if not is_answered:  # also when we were cancelled: what comes now would be taken for the next answer
                self._client.close()
        if not is_answered:
            raise SmtpFailed(Step.ACCEPTED, "an answer that nobody understands", lost=True)
        if answer.code >= 300:
            raise self._failed(Step.ACCEPTED, SMTPDataError(answer.code, answer.message))
        return shown(answer.message)

    async def _pour(self, mail: bytes) -> aiosmtplib.SMTPResponse:
        """The bytes in pieces, then the dot, and the answer to it. RFC 5321, 4.5.2."""
        protocol = self._client.protocol
        if protocol is None:
            raise SMTPServerDisconnected("the connection was lost")
        stuffed = (b"\r\n" + mail).replace(b"\r\n.", b"\r\n..")[2:]
        end = b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n"
        within_s = self._times.answer_s + len(stuffed) / _SLOWEST_BYTES_A_S
        async with asyncio.timeout(within_s):
            for start in range(0, len(stuffed), _PIECE_BYTES):
                protocol.write(stuffed[start : start + _PIECE_BYTES])
                await asyncio.sleep(0)  # others have their turn; what the network does not take waits in the transport
            protocol.write(end)
            return await protocol.read_response()

    async def close(self) -> None:
        """Say goodbye if the other side still listens."""
        try:
            if self.is_open:
                await self._client.quit(timeout=2)
        except (SMTPException, OSError):
            pass
        finally:
            self._client.close()

    async def _resolve(self, tell: Tell) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._times.connect_s):
                found = await loop.getaddrinfo(self.server.host, self.server.port, type=1)
        except (OSError, UnicodeError, TimeoutError):
            raise SmtpFailed(Step.RESOLVE, "the name service does not know this host") from None
        tell(Step.RESOLVE, ", ".join(dict.fromkeys(str(address[0]) for *_, address in found)))

    async def _greet(self, tell: Tell) -> None:
        try:
            greeting = await self._client.connect(timeout=self._times.connect_s)
            await self._client.ehlo()
        except ValueError:  # a user name or password that no login can carry
            raise SmtpFailed(Step.LOGIN, "the user name or the password has characters that can't be sent") from None
        except (SMTPException, OSError) as error:
            is_tls = isinstance(error.__cause__, ssl.SSLError)
            raise self._failed(Step.TLS if is_tls else Step.CONNECT, error) from None
        tell(Step.CONNECT, shown(greeting.message))
        if self.server.security == "tls":
            tell(Step.TLS, self._cipher())

    async def _secure(self, tell: Tell) -> None:
        try:
            await self._client.starttls()
            await self._client.ehlo()
        except (SMTPException, OSError) as error:
            raise self._failed(Step.TLS, error) from None
        tell(Step.TLS, self._cipher())

    async def _log_in(self, tell: Tell) -> None:
        try:
            answer = await self._client.login(self.server.username or "", self.server.password or "")
        except (SMTPException, OSError, ValueError) as error:
            raise self._failed(Step.LOGIN, error) from None
        tell(Step.LOGIN, shown(answer.message, hiding=self.server.password))

    def _cipher(self) -> str:
        name, version, _ = self._client.get_transport_info("cipher") or ("", "", 0)
        return f"{version}, {name}"

    def _failed(self, step: Step, error: BaseException) -> SmtpFailed:
        code = error.code if isinstance(error, SMTPResponseException) and error.code > 0 else None
        if step not in (Step.ENVELOPE, Step.ACCEPTED) or code is None or code == 421:
            self._client.close()
        return SmtpFailed(step, self._words(error), code)

    def _words(self, error: BaseException) -> str:
        """What a mail server said; never what something else said that happened to listen there."""
        if isinstance(error, SMTPResponseException):
            if error.code <= 0:
                return "what answers there is no mail server"
            words = shown(error.message, hiding=self.server.password)
            encoded = base64.b64encode((self.server.password or "\0").encode()).decode()
            return words.replace(encoded, "•••")
        cause = error.__cause__ if isinstance(error, SMTPConnectError) and error.__cause__ else error
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not good for {self.server.host}: {cause.verify_message}"
        ours = next((words for kind, words in _OURS if isinstance(cause, kind)), None)
        return ours or shown(str(cause)) or "the connection was lost"
