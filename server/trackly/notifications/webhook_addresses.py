"""Which addresses a webhook may have: none through which Trackly would reach into the network that it stands in."""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from trackly.kit.hosts import AllowedHosts, IpAddress, is_public
from trackly.notifications.errors import WebhookHostUnknown, WebhookRefused
from trackly.notifications.rules import shown

URL_MAX = 2000
NO_HOSTS = AllowedHosts()
_RESOLVE_S = 5.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect for a URL: `address` was looked at, and nothing else is connected to."""

    url: str
    host: str
    port: int
    address: str


async def check_webhook_url(url: str, allowed: AllowedHosts = NO_HOSTS) -> Target:
    """The address to use for `url`, resolved now. Raises WebhookRefused with the reason, WebhookHostUnknown among them.

    A name that has one closed address among open ones is refused: which one would be taken is chance."""
    host, port, secure = _parts(url)
    addresses = await _resolve(host, port)
    reached = allowed.has_name(host) or all(allowed.has_address(address) for address in addresses)
    if not reached and not all(is_public(address) or allowed.has_address(address) for address in addresses):
        raise WebhookRefused(f"{host} is not in the public network; WEBHOOK_ALLOWED_HOSTS can allow it")
    if not secure and not reached:
        raise WebhookRefused("http:// is for the hosts in WEBHOOK_ALLOWED_HOSTS only, others need https://")
    return Target(url, host, port, str(addresses[0]))


def _parts(url: str) -> tuple[str, int, bool]:
    """Host, port, and whether it is TLS."""
    if len(url) > URL_MAX or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise WebhookRefused(f"An address has at most {URL_MAX} characters, all of them ASCII, and no blanks")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise WebhookRefused("This is no address of the web") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        raise WebhookRefused("The address must start with https:// and name a host")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise WebhookRefused("The address must have neither a name or password before the host nor a #")
    secure = parts.scheme == "https"
    return parts.hostname, port or (443 if secure else 80), secure


async def _resolve(host: str, port: int) -> list[IpAddress]:
    """Every address of `host`, none of them twice."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_RESOLVE_S):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        raise WebhookHostUnknown(f"The name service does not know {shown(host)}") from None
    return list(dict.fromkeys(ipaddress.ip_address(str(address[0]).partition("%")[0]) for *_, address in found))
