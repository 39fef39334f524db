"""Sending a chunk: mark, hand over, mark. Who dies in between leaves one uncertain mail at most."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from digest.delivery import leases
from digest.delivery.compose import Sender, skeleton
from digest.delivery.handover import Ending, Frames, Handover
from digest.delivery.keys import signer_for
from digest.delivery.leases import Lease
from digest.delivery.limits import Gate, Limits, Ration, draw
from digest.delivery.marks import Done, Go, Marks, Row, Step, skip_rest
from digest.delivery.models import Delivery, DeliveryState
from digest.delivery.queries import OPEN_STATES, load_sender, outbox
from digest.delivery.signing import desk_of
from digest.issues import states
from digest.issues.models import Edition, Issue, IssueState
from digest.staff import audit
from digest.system import log, queue
from digest.system.build import System
from digest.system.errors import Refused, Stopped
from digest.system.rates import Rate, parse_limits
from digest.system.relays import Way

T = TypeVar("T")
PATIENCE = (1, 5, 15, 30)  # seconds between attempts to write while the database is away
RELAYS_FAULT = frozenset({"relay_auth", "relay_tls", "relay_refused"})  # another relay may do
PAUSE = timedelta(seconds=60)  # before a relay that is away is tried again
SILENCE = timedelta(hours=6)  # without one mail handed over: a person should look


def send_chunk(system: System, issue_id: int, n: int) -> None:
    """Send what is due of a chunk until nothing is or something stops it.

    Any number of processes may call it for the same chunk: one of them works. What remains is
    queued again for the time it is due. Raises Stopped when the process is asked to end.
    """
    now = system.clock.now()
    with system.db.write() as db:
        lease = None if leases.is_put_off(db, issue_id, n, now=now) else leases.take(
            db, issue_id, n, now=now, smtp_timeout=system.settings.smtp_timeout
        )
    if lease is None:
        return
    way = system.relay.chosen
    ending = _send(system, lease, way)
    if (ending.away or ending.fault in RELAYS_FAULT) and system.relay.fail_over(way):
        ending = Ending(Go.ON, tired=True)  # the next relay goes on at once
    _patiently(system, lambda db: _end(db, lease, ending, now=system.clock.now()))
    if ending.stopped:
        raise Stopped


def close_if_done(db: Session, issue_id: int, now: datetime) -> bool:
    """Call a sending issue sent when no mail is queued, in hand or deferred; True when it is."""
    # From the end: chunks are sent in their order, so that one of the last mails is found at once.
    still = (
        select(Delivery.subscriber_id)
        .where(Delivery.issue_id == issue_id, Delivery.state.in_([int(one) for one in OPEN_STATES]))
        .order_by(Delivery.subscriber_id.desc())
        .limit(1)
    )
    if db.scalar(still) is not None or not states.change(
        db, issue_id, IssueState.SENDING, IssueState.SENT, sent_at=func.coalesce(Issue.sent_at, now)
    ):
        return False
    audit.record(db, "issue.sent", now=now, subject="issue", subject_id=issue_id,
                 **outbox(db, issue_id))
    return True


def _send(system: System, lease: Lease, way: Way) -> Ending:
    light = way.relay.eight_bit
    try:
        with system.db.read() as db:
            sender = load_sender(
                db, lease.newsletter_id, base_url=system.settings.base_url,
                hears=system.settings.hears,
            )
            frames = _frames(db, lease, sender, eight_bit=light)
            signer = signer_for(db, sender.domain, system.settings.secret_key)
    except Refused as error:  # a sender that no mail may have, or keys of another secret
        return Ending(Go.ON, fault=error.code)
    marks = Marks(lease, system.db.engine.dialect)

    def write(done: list[Done], ready: list[Row]) -> Step:
        return _patiently(
            system, lambda db: marks.step(db, done, ready, now=system.clock.now())
        )

    return Handover(
        system, lease, frames, marks, write, desk_of(system, signer), _gate(system, way)
    ).work()


def _gate(system: System, way: Way) -> Gate[Row]:
    """The gate of all limits, with the rations that this process has in hand."""
    def take(name: str, rate: Rate) -> Ration:
        return _patiently(system, lambda db: draw(db, name, rate, now=system.clock.now()))

    limits = system.memory.setdefault(
        "limits", Limits(parse_limits(system.settings.domain_limits), take)
    )
    return Gate(limits, system.clock, relay=way.name, rate=way.rate)


def _frames(db: Session, lease: Lease, sender: Sender, *, eight_bit: bool) -> Frames:
    """The stored editions by variant, ready to be addressed; unencoded as well, where asked for."""
    editions = db.scalars(select(Edition).where(Edition.issue_id == lease.issue_id))
    return {
        (one.variant, light): skeleton(
            lease.issue_id, one.subject, one.html, one.text, sender, eight_bit=light
        )
        for one in editions for light in {False, eight_bit}
    }


def _patiently(system: System, write: Callable[[Session], T]) -> T:
    """Write, and again while the database is locked, full or away.

    No mail is handed over meanwhile. Raises OperationalError in the end.
    """
    for delay in PATIENCE:
        try:
            with system.db.write() as db:
                return write(db)
        except OperationalError as error:
            log.get("send").warning("database_away", error=str(error.orig))
            system.clock.wait(system.stopping, delay)
    with system.db.write() as db:
        return write(db)


def _end(db: Session, lease: Lease, ending: Ending, *, now: datetime) -> None:
    """Give the chunk back, and queue it again for when there is something to do."""
    if ending.go is Go.LOST or not leases.give_back(db, lease):
        return
    if ending.fault:
        _pause(db, lease.issue_id, f"{ending.fault}: {ending.text}", now=now)
    elif ending.away:
        if _silent_since(db, lease) + SILENCE < now:
            _pause(db, lease.issue_id, f"relay_away: {ending.text}", now=now)
        else:
            leases.again(db, lease.issue_id, lease.n, run_at=now + PAUSE, now=now)
    elif ending.tired:
        leases.again(db, lease.issue_id, lease.n, run_at=now, now=now)
    elif ending.go is Go.DONE and (due := _next_due(db, lease)):
        leases.again(db, lease.issue_id, lease.n, run_at=max(due, now), now=now)
    if states.get(db, lease.issue_id).state == IssueState.CANCELLED:
        skip_rest(db, lease.issue_id, now=now)
    close_if_done(db, lease.issue_id, now)


def _pause(db: Session, issue_id: int, reason: str, *, now: datetime) -> None:
    """Stop the run and tell the editor, unless another worker has done it already."""
    if not leases.is_sending(db, issue_id):
        return
    states.pause(db, issue_id, by=None, now=now, reason=log.ADDRESS.sub("…", reason)[:300])
    log.get("send").error("run_paused", issue=issue_id, reason=reason.partition(":")[0])
    queue.put(
        db, "tell_editor", key=f"paused:{issue_id}:{now.isoformat()}", now=now, issue_id=issue_id
    )


def _next_due(db: Session, lease: Lease) -> datetime | None:
    return db.scalar(
        select(func.min(Delivery.next_at)).where(
            Delivery.issue_id == lease.issue_id,
            Delivery.subscriber_id.between(lease.first_id, lease.last_id),
            Delivery.state == DeliveryState.DEFERRED,
        )
    )


def _silent_since(db: Session, lease: Lease) -> datetime:
    """When a mail of this issue was last handed over, or when it was frozen."""
    last = db.scalar(
        select(func.max(Delivery.at)).where(
            Delivery.issue_id == lease.issue_id, Delivery.state == DeliveryState.SENT
        )
    )
    return last or lease.frozen_at
