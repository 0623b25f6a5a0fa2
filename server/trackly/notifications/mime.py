"""From a message to the bytes of a mail: text and HTML, pictures inside the HTML, files beside it. Pure."""

import asyncio
import hashlib
import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from trackly.notifications.messages import AttachedFile, DueDelivery, Message
from trackly.notifications.rules import header_text, split_files

_POLICY = SMTP.clone(cte_type="7bit", max_line_length=78)
_UTF8_POLICY = _POLICY.clone(utf8=True)
_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who it is from and to, as headers and SMTP say it. `sender_name` is shown beside the address."""

    sender: str
    sender_name: str
    recipient: str
    reply_to: str | None = None

    @property
    def needs_utf8(self) -> bool:
        """Whether the server has to know SMTPUTF8: a domain has an ASCII form, what is before the @ has none."""
        return not (self.sender + self.recipient).isascii()


def delivery_key(origin: str, due: DueDelivery) -> str:
    """40 characters that are the same for the same thing: of one installation, one `ref`, one recipient."""
    named = f"{origin}\n{due.ref}\n{due.channel}\n{due.address}"
    return hashlib.sha256(named.encode()).hexdigest()[:40]


async def mail_bytes(
    message: Message, due: DueDelivery, envelope: Envelope, message_id: str, moment: datetime
) -> bytes:
    """The whole mail, in 7-bit lines. Files that don't fit are links at the end of text and HTML.

    Made beside the loop: a large file takes a while. Raises what reading a file raises."""
    attached, linked = split_files(message.files)
    read = [(file, await file.read()) for file in attached]
    head = _unfolded(due, message_id)
    return head + await asyncio.to_thread(_build, message, read, linked, envelope, moment)


def _build(
    message: Message,
    attached: Sequence[tuple[AttachedFile, bytes]],
    linked: Sequence[AttachedFile],
    envelope: Envelope,
    moment: datetime,
) -> bytes:
    mail = EmailMessage(_UTF8_POLICY if envelope.needs_utf8 else _POLICY)
    _write_headers(mail, message, envelope, moment)
    mail.set_content(message.text + _links_text(linked), cte="quoted-printable")
    if message.html is not None:
        mail.add_alternative(_with_links(message.html, linked), subtype="html", cte="quoted-printable")
        shown = mail.get_body(("html",))
        assert isinstance(shown, EmailMessage)
        for picture in message.pictures:
            name = f"{picture.name.removesuffix('.png')}.png"
            shown.add_related(picture.png, "image", "png", cid=f"<{picture.name}>", disposition="inline", filename=name)
    for file, content in attached:
        main, _, sub = (file.content_type if "/" in file.content_type else _TYPE).partition("/")
        mail.add_attachment(content, main, sub.partition(";")[0].strip(), filename=header_text(file.name))
    return mail.as_bytes()


def _unfolded(due: DueDelivery, message_id: str) -> bytes:
    """Headers that hold one long word of our own making, which the library would encode to make it fit a line."""
    lines = [f"Message-ID: <{message_id}>"]
    if due.unsubscribe_url and due.unsubscribe_url.isascii():
        lines.append(f"List-Unsubscribe: <{due.unsubscribe_url}>")
        if due.unsubscribe_url.startswith("https://"):
            lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _write_headers(mail: EmailMessage, message: Message, envelope: Envelope, moment: datetime) -> None:
    mail["From"] = _header_address(envelope.sender, header_text(envelope.sender_name))
    mail["To"] = _header_address(envelope.recipient)
    if envelope.reply_to:
        mail["Reply-To"] = _header_address(envelope.reply_to)
    mail["Subject"] = header_text(message.subject) or "(no subject)"
    mail["Date"] = format_datetime(moment)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"


def _header_address(address: str, name: str = "") -> Address:
    local, _, domain = address.rpartition("@")
    return Address(name, local, domain)


def _links_text(linked: Sequence[AttachedFile]) -> str:
    return "".join(f"\n\n{_said(file)}{f': {file.link}' if file.link else ''}" for file in linked)


def _with_links(page: str, linked: Sequence[AttachedFile]) -> str:
    """Before the end of the body, or at the end."""
    if not linked:
        return page
    lines = "".join(f"<p>{_anchor(file)}</p>" for file in linked)
    head, end, tail = page.rpartition("</body>")
    return f"{head}{lines}{end}{tail}" if end else page + lines


def _anchor(file: AttachedFile) -> str:
    words = html.escape(_said(file))
    return f'<a href="{html.escape(file.link)}">{words}</a>' if file.link else words


def _said(file: AttachedFile) -> str:
    return f"{header_text(file.name)} ({file.size_bytes / 1e6:.0f} MB) is too large for a mail"
