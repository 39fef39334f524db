"""How many mails in how long, and to whom: "20/s", "gmail.com,googlemail.com=20/s *=1000/h"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import idna

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
RATE = re.compile(r"([1-9][0-9]{0,8})/([smhd])")
DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
OTHERS = "*"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many mails in so many seconds."""

    count: int
    seconds: float

    @property
    def interval(self) -> float:
        """Seconds from one mail to the next."""
        return self.seconds / self.count


@dataclass(frozen=True, slots=True)
class DomainLimits:
    """Limits by the domain of the recipient. Domains of one limit share it."""

    named: Mapping[str, tuple[str, Rate]]
    others: Rate | None = None

    @property
    def are_none(self) -> bool:
        """Whether no domain is limited."""
        return not self.named and self.others is None

    def of(self, domain: str) -> tuple[str, Rate] | None:
        """Return the name and the rate of the limit for a domain, which is an A-label."""
        found = self.named.get(domain)
        if found is None and self.others is not None:
            return f"domain:{domain}", self.others
        return found


def parse_rate(text: str) -> Rate:
    """Read "20/s"; raises ValueError."""
    found = RATE.fullmatch(text)
    if found is None:
        raise ValueError(f"no rate: {text}")
    return Rate(int(found[1]), UNITS[found[2]])


def parse_limits(text: str) -> DomainLimits:
    """Read domains and rates, with spaces between; raises ValueError."""
    named: dict[str, tuple[str, Rate]] = {}
    others = None
    for part in text.split():
        domains, equals, rate = part.rpartition("=")
        if not equals:
            raise ValueError(f"no limit: {part}")
        if domains == OTHERS:
            others = parse_rate(rate)
            continue
        names = [_a_label(domain) for domain in domains.split(",")]
        for name in names:
            named[name] = (f"domain:{names[0]}", parse_rate(rate))
    return DomainLimits(named, others)


def _a_label(domain: str) -> str:
    try:
        name = idna.encode(domain.lower(), uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise ValueError(f"no domain: {domain}") from error
    if not DOMAIN.fullmatch(name):
        raise ValueError(f"no domain: {domain}")
    return name
