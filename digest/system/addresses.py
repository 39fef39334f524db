"""Which network addresses the collector may connect to. Pure rules; nothing is resolved here."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# ``is_global`` says True for these although they lead, or can lead, somewhere private (measured):
# multicast, NAT64, 6to4, Teredo, and the IPv4-compatible and ISATAP forms of old.
BLOCKED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """One entry of the operator's list: a host name or a network, for one port or for all."""

    host: str
    network: Network | None
    port: int | None


def parse_allowed(entries: Iterable[str]) -> tuple[Allowed, ...]:
    """Read ``DIGEST_FETCH_ALLOW``: host names, IP addresses or CIDR, each with ":port" or without.

    An IPv6 address with a port is written in brackets. Raises ValueError naming a bad entry.
    """
    return tuple(_parse_entry(entry.strip()) for entry in entries if entry.strip())


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the public internet, in whatever form it is written."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return False
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address.version == net.version and address in net for net in BLOCKED)


def may_connect(address: Address, *, host: str, port: int, allowed: Sequence[Allowed]) -> bool:
    """Tell whether to connect to ``address``, an answer for ``host``: public, or on the list."""
    return is_public(address) or any(
        (entry.port is None or entry.port == port) and _covers(entry, host, address)
        for entry in allowed
    )


def _covers(entry: Allowed, host: str, address: Address) -> bool:
    if entry.network is None:
        return entry.host == host
    return address.version == entry.network.version and address in entry.network


def _parse_entry(entry: str) -> Allowed:
    name, port = _cut_port(entry.lower())
    try:
        return Allowed(host=name, network=ipaddress.ip_network(name, strict=False), port=port)
    except ValueError:
        pass  # not an address: a name, checked next
    if not name or any(char in name for char in "/:@[] \\"):
        raise ValueError(f"not a host, an address or a network: {entry!r}")
    return Allowed(host=name, network=None, port=port)


def _cut_port(entry: str) -> tuple[str, int | None]:
    """Take ":port" off an entry; the colons of a bare IPv6 address are no port."""
    name, colon, digits = entry.rpartition(":")
    bracketed = name.startswith("[") and name.endswith("]")
    if colon and digits.isdecimal() and (bracketed or ":" not in name):
        return name.strip("[]"), int(digits)
    return entry.strip("[]"), None
