"""Not more mails in a time than a relay, or a domain, may get: one token bucket for all senders.

A bucket is a moment in a table: until then its mails are given away. Who wants to send takes a
ration of about a second's worth by moving that moment on (the generic cell rate algorithm), so
that many processes keep one limit with one small write a second.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from math import ceil
from typing import Generic, TypeVar

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from digest.delivery.models import Bucket
from digest.system.clock import Clock, SystemClock
from digest.system.db import insert_new
from digest.system.rates import DomainLimits, Rate

SPAN = 1.0  # seconds that a ration is for, if more than one mail may leave in them
HELD = 10_000  # mails kept waiting in memory; the others stay in the ledger

Item = TypeVar("Item")
Limit = tuple[str, Rate]


@dataclass(slots=True)
class Ration:
    """So many mails from ``start`` on, each ``interval`` seconds after the one before."""

    start: float
    interval: float
    count: int
    used: int = 0

    @property
    def next_at(self) -> float:
        """When the next mail may leave, in seconds since 1970."""
        return self.start + self.used * self.interval

    def is_of_use(self, now: float) -> bool:
        """Tell whether there is more in it; what was not used in its time is forfeited."""
        return self.used < self.count and now < self.start + max(self.count * self.interval, SPAN)


Draw = Callable[[str, Rate], Ration]


def draw(db: Session, name: str, rate: Rate, *, now: datetime) -> Ration:
    """Take the next ration out of a bucket; it may begin in the future."""
    count = max(1, ceil(SPAN / rate.interval)) if rate.interval < SPAN else 1
    length = count * rate.interval
    at = now.timestamp()
    if insert_new(db, Bucket.__table__, {"name": name, "until": at + length}, key=["name"]):
        return Ration(at, rate.interval, count)
    later = func.max if db.get_bind().dialect.name == "sqlite" else func.greatest
    until = db.execute(
        update(Bucket)
        .where(Bucket.name == name)
        .values(until=later(Bucket.until, at) + length)
        .returning(Bucket.until)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    return Ration(until - length, rate.interval, count)


class Limits:
    """What one process may send now; ``draw`` gets the next ration. Not for two threads."""

    def __init__(self, domains: DomainLimits, draw: Draw) -> None:
        self.domains = domains
        self._draw = draw
        self._rations: dict[str, Ration] = {}

    def allow(self, limits: Sequence[Limit], now: float) -> float:
        """Count one mail when all of these limits allow it: 0; else return seconds to wait."""
        rations = [self._ration(name, rate, now) for name, rate in limits]
        wait = max((ration.next_at - now for ration in rations), default=0.0)
        if wait > 0:
            return wait
        for ration in rations:
            ration.used += 1
        return 0.0

    def _ration(self, name: str, rate: Rate, now: float) -> Ration:
        """The ration in hand, or a fresh one when it is used up or forfeited."""
        ration = self._rations.get(name)
        if ration is None or not ration.is_of_use(now):
            ration = self._rations[name] = self._draw(name, rate)
        return ration


class Gate(Generic[Item]):
    """Lets through whose mail may leave now, and keeps the others until they may.

    Readers of one domain keep their order; a domain that waits holds up no other.
    """

    def __init__(
        self, limits: Limits | None = None, clock: Clock | None = None, *, relay: str = "",
        rate: Rate | None = None,
    ) -> None:
        """Without ``limits`` it is open to everybody."""
        self._limits = limits or Limits(DomainLimits({}), _no_ration)
        self._clock = clock or SystemClock()
        self._always = [(f"relay:{relay}", rate)] if rate is not None else []
        self._is_open = not self._always and self._limits.domains.are_none
        self._held: dict[str, deque[Item]] = {}
        self._next: list[tuple[float, str]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def held(self) -> list[Item]:
        """Those who wait."""
        return [item for items in self._held.values() for item in items]

    def admit(self, item: Item, domain: str) -> bool:
        """Tell whether a mail to this domain may leave now, and count it; else keep it."""
        if self._is_open:
            return True
        limits = self._of(domain)
        if not limits:
            return True
        if domain in self._held:  # others were here before
            self._held[domain].append(item)
            self._count += 1
            return False
        now = self._now()
        if wait := self._limits.allow(limits, now):
            self._held[domain] = deque([item])
            self._count += 1
            heappush(self._next, (now + wait, domain))
            return False
        return True

    def due(self) -> Item | None:
        """Return one who has waited and whose mail may leave now, counted; or None."""
        if not self._next:
            return None
        now = self._now()
        while self._next and self._next[0][0] <= now:
            _, domain = heappop(self._next)
            wait = self._limits.allow(self._of(domain), now)
            if wait:
                heappush(self._next, (now + wait, domain))
                continue
            items = self._held[domain]
            item = items.popleft()
            self._count -= 1
            if items:
                heappush(self._next, (now, domain))
            else:
                del self._held[domain]
            return item
        return None

    def wait(self) -> float | None:
        """Return the seconds until somebody may go; None when nobody waits."""
        return max(self._next[0][0] - self._now(), 0.0) if self._next else None

    def _of(self, domain: str) -> list[Limit]:
        named = self._limits.domains.of(domain)
        return [*self._always, named] if named is not None else self._always

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _no_ration(name: str, _rate: Rate) -> Ration:
    raise LookupError(name)  # where nothing is limited, nothing is drawn
