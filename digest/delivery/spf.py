"""May this address send for that domain? SPF (RFC 7208), for a pre-flight check.

Macros are not worked out: a mechanism that has one matches nothing, and the result says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address, ip_network

from digest.system.dns import Dns, Found

LOOKUPS = 10  # RFC 7208 4.6.4; what needs more is refused by receivers
VERSION = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
TERM = re.compile(
    r"(?P<sign>[-+~?]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)"
    r"(?::(?P<value>[^/\s]+))?(?P<sizes>(?:/\d{1,3})?(?://\d{1,3})?)",
    re.IGNORECASE,
)
MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9._-]*)=(?P<value>\S*)", re.IGNORECASE)
ASKING = frozenset({"include", "a", "mx", "ptr", "exists"})
SIGNS = {"": "pass", "+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


class Spf(StrEnum):
    """What RFC 7208 2.6 knows."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    SOFTFAIL = "softfail"
    BROKEN = "permerror"
    AWAY = "temperror"


@dataclass(slots=True)
class Check:
    """One evaluation; counts what it asks."""

    dns: Dns
    address: str
    lookups: int = 0
    why: str = field(default="")

    def host(self, domain: str) -> Spf:
        """Return what the domain's record says of the address."""
        found = self.dns.txt(domain)
        if found.failed:
            return Spf.AWAY
        records = of_spf(found)
        if not records:
            return Spf.NONE
        if len(records) > 1:
            return self._broken(f"{len(records)} records at {domain}")
        return self._record(records[0], domain)

    def _record(self, record: str, domain: str) -> Spf:
        redirect = ""
        for term in record.split()[1:]:
            if (modifier := MODIFIER.fullmatch(term)) and not TERM.fullmatch(term):
                if modifier["name"].lower() == "redirect":
                    redirect = modifier["value"]
                continue
            parts = TERM.fullmatch(term)
            if parts is None:
                return self._broken(term)
            result = self._term(parts, domain)
            if result is not None:
                return result
        if not redirect:
            return Spf.NEUTRAL
        if not self._may_ask():
            return Spf.BROKEN
        result = self.host(redirect)
        return self._broken(redirect) if result is Spf.NONE else result

    def _term(self, parts: re.Match[str], domain: str) -> Spf | None:
        """The result of a mechanism that matches, or None to go on with the next one."""
        name, value = parts["name"].lower(), parts["value"] or domain
        if name in ASKING and not self._may_ask():
            return Spf.BROKEN
        if "%" in value or name in {"ptr", "exists"}:
            return None
        if name == "include":
            inner = self.host(value)
            if inner in {Spf.BROKEN, Spf.AWAY}:
                return inner
            if inner is Spf.NONE:
                return self._broken(f"include:{value}")
            matches = inner is Spf.PASS
        elif name in {"ip4", "ip6"}:
            try:
                matches = self._within(f"{value}{parts['sizes']}")
            except ValueError:
                return self._broken(parts[0])
        else:
            matches = name == "all" or self._among(name, value, parts["sizes"])
        return Spf(SIGNS[parts["sign"]]) if matches else None

    def _among(self, name: str, value: str, sizes: str) -> bool:
        """Whether the address is one of a host's, or of those that take a domain's mail."""
        hosts: Sequence[str] = [value] if name == "a" else self.dns.mx(value).records[:LOOKUPS]
        four, _, six = sizes.partition("//")
        for host in hosts:
            for one in self.dns.addresses(host).records:
                size = six if ":" in one else four.lstrip("/")
                if self._within(f"{one}/{size}" if size else one):
                    return True
        return False

    def _within(self, network: str) -> bool:
        net = ip_network(network, strict=False)
        address = ip_address(self.address)
        return address.version == net.version and address in net

    def _may_ask(self) -> bool:
        self.lookups += 1
        if self.lookups > LOOKUPS:
            self.why = f"more than {LOOKUPS} lookups"
            return False
        return True

    def _broken(self, why: str) -> Spf:
        self.why = self.why or why
        return Spf.BROKEN


def of_spf(found: Found) -> list[str]:
    """Return the SPF records among a domain's TXT records."""
    return [one for one in found.records if VERSION.match(one)]


def with_term(record: str, term: str) -> str:
    """Return a record that lets one more sender in, before its "all"; a new one without any."""
    if not record:
        return f"v=spf1 {term or 'mx'} ~all"
    terms = record.split()
    if not term or term in terms:
        return record
    place = next(
        (n for n, one in enumerate(terms) if re.fullmatch(r"[-+~?]?all|redirect=.*", one, re.I)),
        len(terms),
    )
    return " ".join([*terms[:place], term, *terms[place:]])
