"""How a send goes: counts, mails a second, when it will end, and how each domain takes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from digest.audience.models import Subscriber
from digest.delivery.models import Delivery, DeliveryState
from digest.issues import states
from digest.issues.models import IssueState
from digest.system import tally
from digest.system.build import System
from digest.system.db import table_of

T = TypeVar("T")
DELIVERY, PERSON = table_of(Delivery), table_of(Subscriber)
WINDOW = timedelta(seconds=60)  # over which the rate is taken
DOMAINS = 8  # the largest are shown
THRIFT = 10  # a million mails take long to count: it may cost a tenth of the time, no more
IN_WORK = (DeliveryState.QUEUED, DeliveryState.SENDING)
WAITING = (*IN_WORK, DeliveryState.DEFERRED)
LOST = (DeliveryState.FAILED, DeliveryState.UNCERTAIN)
TIMES = ("ends_at", "next_try")


@dataclass(frozen=True, slots=True)
class DomainRow:
    """A domain's mails: taken, still to come (deferred ones among them), refused or uncertain."""

    domain: str
    sent: int
    waiting: int
    deferred: int
    lost: int


@dataclass(frozen=True, slots=True)
class Flow:
    """A send ``at`` a moment. ``rate`` is mails taken in a second, over the last minute.

    ``ends_at`` is when those in work will have left at this rate; deferred ones come later, the
    next of them at ``next_try``.
    """

    at: datetime
    state: str
    counts: Mapping[str, int]
    rate: float
    ends_at: datetime | None
    next_try: datetime | None
    domains: tuple[DomainRow, ...] = ()

    @property
    def total(self) -> int:
        """Return how many mails the issue has."""
        return sum(self.counts.values())

    @property
    def sent(self) -> int:
        """Return how many the relay took."""
        return self.counts.get("sent", 0)

    @property
    def lost(self) -> int:
        """Return how many did not go out, or may not have."""
        return self.counts.get("failed", 0) + self.counts.get("uncertain", 0)

    @property
    def over(self) -> bool:
        """Tell whether nothing more will happen by itself."""
        return self.state not in {IssueState.SCHEDULED, IssueState.FROZEN, IssueState.SENDING}


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    at: float
    cost: float
    value: T


def watch(system: System, issue_id: int) -> Flow:
    """Return how a send goes; several who look at it at once have it counted once.

    Raises NotFound("no_such_issue").
    """
    def counted() -> Flow:
        with system.db.read() as db:
            return look(db, issue_id, now=system.clock.now())

    def told_apart() -> tuple[DomainRow, ...]:
        with system.db.read() as db:
            return by_domain(db, issue_id)

    flow = _thriftily(system, "flow", issue_id, counted)
    if not flow.total:
        return flow
    return replace(flow, domains=_thriftily(system, "domains", issue_id, told_apart))


def told(system: System, issue_id: int) -> Flow:
    """Return how a send goes for a page: as it is kept (see ``keep``), else counted now.

    Raises NotFound("no_such_issue").
    """
    with system.db.read() as db:
        state, found = states.get(db, issue_id).state, tally.kept(db, name(issue_id))
    return _read(found, state) if found else watch(system, issue_id)


def keep(system: System, issue_id: int) -> None:
    """Count a send, no more often than it may cost, and keep it for the pages."""
    flow = watch(system, issue_id)
    with system.db.write() as db:
        tally.keep(db, name(issue_id), _facts(flow), now=flow.at)


def name(issue_id: int) -> str:
    """Return the name that a send is kept under."""
    return f"flow:{issue_id}"


def kept_counts(db: Session, issue_id: int) -> Mapping[str, int] | None:
    """Return an issue's mails by state as they are kept."""
    found = tally.kept(db, name(issue_id))
    return dict(found.facts["counts"]) if found else None


def _facts(flow: Flow) -> dict[str, Any]:
    """Return a send in the form it is kept in."""
    times = {which: at.isoformat() if (at := getattr(flow, which)) else None for which in TIMES}
    return {**asdict(flow), **times, "at": None}


def _read(found: tally.Kept, state: str) -> Flow:
    """A send that is kept. One that was stopped since has no speed any more."""
    facts = dict(found.facts)
    times = {which: datetime.fromisoformat(at) if (at := facts[which]) else None for which in TIMES}
    moves = facts["state"] == state
    return Flow(
        at=found.at, state=state, counts=facts["counts"], rate=facts["rate"] if moves else 0.0,
        ends_at=times["ends_at"] if moves else None, next_try=times["next_try"],
        domains=tuple(DomainRow(**row) for row in facts["domains"]),
    )


def _thriftily(system: System, what: str, issue_id: int, count: Callable[[], T]) -> T:
    """Count anew, or return what was counted a moment ago, if counting takes long."""
    memory: dict[int, _Kept[T]] = system.memory.setdefault(what, {})
    begun = system.clock.ticks()
    kept = memory.get(issue_id)
    if kept is not None and begun - kept.at < THRIFT * kept.cost:
        return kept.value
    value = count()
    ended = system.clock.ticks()
    memory[issue_id] = _Kept(ended, ended - begun, value)
    return value


def look(db: Session, issue_id: int, *, now: datetime) -> Flow:
    """Count an issue's mails at this moment, not by domain; raises NotFound("no_such_issue")."""
    issue = states.get(db, issue_id)
    since = max(issue.frozen_at or now, now - WINDOW)
    fresh = func.sum(case((DELIVERY.c.at > since, 1), else_=0))
    rows = db.execute(
        select(DELIVERY.c.state, func.count(), fresh, func.min(DELIVERY.c.next_at))
        .where(DELIVERY.c.issue_id == issue_id)
        .group_by(DELIVERY.c.state)
        .order_by(DELIVERY.c.state)
    ).all()
    counts = {DeliveryState(state).name.lower(): n for state, n, _, _ in rows}
    recent = next((int(new) for state, _, new, _ in rows if state == DeliveryState.SENT), 0)
    moves = issue.state == IssueState.SENDING
    rate = recent / max((now - since).total_seconds(), 1.0) if moves else 0.0
    left = sum(counts.get(one.name.lower(), 0) for one in IN_WORK)
    return Flow(
        at=now, state=issue.state, counts=counts, rate=rate,
        ends_at=now + timedelta(seconds=left / rate) if rate and left else None,
        next_try=next((at for state, _, _, at in rows if state == DeliveryState.DEFERRED), None),
    )


def by_domain(db: Session, issue_id: int, *, limit: int = DOMAINS) -> tuple[DomainRow, ...]:
    """Return the domains with most mails of an issue."""
    sqlite = db.get_bind().dialect.name == "sqlite"
    at_sign = (func.instr if sqlite else func.strpos)(PERSON.c.address, "@")
    domain = func.lower(func.substr(PERSON.c.address, at_sign + 1)).label("domain")
    total = func.count().label("n")
    rows = db.execute(
        select(
            domain, total, _in(DeliveryState.SENT), _in(*WAITING), _in(DeliveryState.DEFERRED),
            _in(*LOST),
        )
        .join_from(DELIVERY, PERSON, PERSON.c.id == DELIVERY.c.subscriber_id)
        .where(DELIVERY.c.issue_id == issue_id)
        .group_by(domain)
        .order_by(total.desc(), domain)
        .limit(limit)
    )
    return tuple(
        DomainRow(name, int(sent), int(waiting), int(deferred), int(lost))
        for name, _n, sent, waiting, deferred, lost in rows
    )


def _in(*chosen: DeliveryState) -> ColumnElement[int]:
    """How many of a group's mails are in one of these states."""
    found = DELIVERY.c.state.in_([one.value for one in chosen])
    return func.sum(case((found, 1), else_=0))
