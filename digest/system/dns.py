"""Questions to the DNS. A name without an answer and a server without one are two things."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

SECONDS = 4.0  # for one question, all its tries


@dataclass(frozen=True, slots=True)
class Found:
    """The records of a name; ``failed`` when nobody answered, so that nothing is known."""

    records: tuple[str, ...] = ()
    failed: bool = False


class Dns:
    """Asks the system's resolvers, or those that are named."""

    def __init__(self, servers: Sequence[str] = (), *, port: int = 53, seconds: float = SECONDS):
        self._servers = tuple(servers)
        self._port = port
        self._seconds = seconds

    def txt(self, name: str) -> Found:
        """Return TXT records, the strings of each joined (RFC 7208 3.3)."""
        return self._ask(name, "TXT", lambda one: b"".join(one.strings).decode("utf-8", "replace"))

    def mx(self, name: str) -> Found:
        """Return the hosts that take a domain's mail, the preferred one first; "." is none."""
        found = self._ask(name, "MX", lambda one: f"{one.preference:05} {one.exchange}")
        hosts = tuple(one.split(" ")[1] for one in sorted(found.records))
        return Found(tuple(host.rstrip(".") or "." for host in hosts), found.failed)

    def addresses(self, name: str) -> Found:
        """Return the addresses of a host, of both families."""
        four = self._ask(name, "A", lambda one: str(one.address))
        six = self._ask(name, "AAAA", lambda one: str(one.address))
        return Found(four.records + six.records, four.failed or six.failed)

    def names(self, address: str) -> Found:
        """Return the names that an address has by its PTR records."""
        reverse = ip_address(address).reverse_pointer
        return self._ask(reverse, "PTR", lambda one: str(one.target).rstrip("."))

    def _ask(self, name: str, kind: str, read: Callable[[Any], str]) -> Found:
        from dns.exception import DNSException
        from dns.resolver import NXDOMAIN, NoAnswer, Resolver

        try:
            resolver = Resolver(configure=not self._servers)
            if self._servers:
                resolver.nameservers, resolver.port = list(self._servers), self._port
            answer = resolver.resolve(name, kind, lifetime=self._seconds, search=False)
        except (NXDOMAIN, NoAnswer):
            return Found()
        except DNSException:
            return Found(failed=True)
        return Found(tuple(read(one) for one in answer))


def host_of(url: str) -> str:
    """Return the host of an address of any scheme, in lower case; "" when it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
