"""Names and addresses of machines: well written or not, in the public network or not, allowed all the same."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import idna

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_CLOSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("168.63.129.16/32", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
    )
)
"""IANA's special-purpose registry, and clouds' metadata: 169.254.169.254, 100.100.100.200, 168.63.129.16."""
_OPEN_V6 = ipaddress.ip_network("2000::/3")
_CLOSED_V6 = tuple(ipaddress.ip_network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
"""Global unicast but for what is reserved in it, or wraps an IPv4 address (Teredo, 6to4)."""


def ascii_host(host: str) -> str | None:
    """The name as DNS has it (RFC 5891), in lower case; None when it is none."""
    try:
        name = host.lower() if host.isascii() else idna.encode(host, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return None
    return name if _NAME.fullmatch(name) else None


def is_public(address: IpAddress) -> bool:
    """Whether anybody on the internet means the same machine by `address`."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _CLOSED)
    return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """What the operator lets us reach beside the public network: host names, addresses, networks."""

    names: frozenset[str] = frozenset()
    networks: tuple[IpNetwork, ...] = ()

    @classmethod
    def of(cls, entries: Sequence[str]) -> Self:
        """Raises ValueError for what is neither a host name nor an address or network."""
        names: set[str] = set()
        networks: list[IpNetwork] = []
        for entry in entries:
            try:
                networks.append(ipaddress.ip_network(entry))
                continue
            except ValueError:
                name = ascii_host(entry)
            if name is None or name.rpartition(".")[2].isdigit():
                raise ValueError(f"{entry} is neither a host name nor a network such as 10.1.2.0/24")
            names.add(name)
        return cls(frozenset(names), tuple(networks))

    def has_name(self, host: str) -> bool:
        return host in self.names

    def has_address(self, address: IpAddress) -> bool:
        return any(address in network for network in self.networks)
