"""What may be in an address and in a header, and what people are shown of them. Pure."""

import re
from urllib.parse import urlsplit

from trackly.kit.hosts import ascii_host
from trackly.notifications.errors import InvalidAddress
from trackly.notifications.messages import AttachedFile, Channel

ATTACHED_MAX_BYTES = 10 * 1000 * 1000
WORDS_MAX = 500
_ADDRESS_MAX, _LOCAL_MAX, _HEADER_MAX = 254, 64, 250
_LOCAL = re.compile(r"[^\x00-\x20\x7f()<>\[\]:;@\\,\"\s]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def ensure_mail_address(text: str) -> str:
    """The address as it is stored and sent to: the domain in lower case and in ASCII (`kä@bücher.example` has
    `xn--bcher-kva.example`), the rest as it was. Raises InvalidAddress."""
    local, _, domain = text.strip().rpartition("@")
    host = ascii_host(domain)
    address = f"{local}@{host}"
    well_formed = (
        _LOCAL.fullmatch(local) and not local.startswith(".") and not local.endswith(".") and ".." not in local
    )
    if not well_formed or host is None or len(local.encode()) > _LOCAL_MAX or len(address.encode()) > _ADDRESS_MAX:
        raise InvalidAddress(f"{shown(text)} is no mail address", fields={"address": shown(text)})
    return address


def header_text(text: str) -> str:
    """`text` for a header: nothing that ends the line, and nothing that would be decoded into it (RFC 2047)."""
    line = _CONTROL.sub(" ", text).strip()
    while "=?" in line:
        line = line.replace("=?", "")
    return line[:_HEADER_MAX]


def shown(words: str, *, hiding: str | None = None) -> str:
    """Somebody else's words for our pages: one line, at most 500 characters, without `hiding`."""
    if hiding:
        words = words.replace(hiding, "•••")
    return _CONTROL.sub(" ", words.encode(errors="replace").decode()).strip()[:WORDS_MAX]


def shown_address(channel: str, address: str) -> str:
    """A webhook's address may be its secret: only its host is shown."""
    if channel != Channel.WEBHOOK:
        return address
    return f"{urlsplit(address).scheme}://{urlsplit(address).hostname}/…"


def split_files(files: tuple[AttachedFile, ...]) -> tuple[list[AttachedFile], list[AttachedFile]]:
    """Which files a mail carries and which it links to: in their order, as long as 10 MB in all are not exceeded."""
    attached: list[AttachedFile] = []
    linked: list[AttachedFile] = []
    left = ATTACHED_MAX_BYTES
    for file in files:
        if file.size_bytes <= left:
            attached.append(file)
            left -= file.size_bytes
        else:
            linked.append(file)
    return attached, linked
