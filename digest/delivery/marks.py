"""The ledger's marks: one write says what became of the last mail and which one is next.

Marks are made before the relay can have a mail and after it has it. A crash leaves at most one
mail of each connection marked as sending.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import ColumnElement, or_, select, text, update
from sqlalchemy.orm import Session

from digest.audience.models import Subscriber
from digest.audience.suppress import may_mail
from digest.delivery.leases import LOST_REPLY, Lease, hold, is_sending
from digest.delivery.models import OPEN, Delivery, DeliveryState
from digest.delivery.verdict import LOST_TRIES, Outcome, next_try

LEFT = "left"
NO_SMTPUTF8 = "no_smtputf8"
STOPPED = "stopped"
SKIPS = 100  # readers passed over in one write; others wait for it


class Go(Enum):
    """Whether there is more to do."""

    ON = auto()
    DONE = auto()  # nothing of the chunk is due
    HALTED = auto()  # the issue was paused or cancelled
    LOST = auto()  # another worker holds the chunk


@dataclass(frozen=True, slots=True)
class Row:
    """A mail in hand: marked as sending, and not yet given to the relay."""

    subscriber_id: int
    variant: str
    attempts: int
    address: str
    token: str


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a mail; ``reply`` is the relay's answer."""

    row: Row
    outcome: Outcome
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What one write decided: go on, with ``row`` in hand if there is one."""

    go: Go
    row: Row | None = None


def step(
    db: Session, lease: Lease, done: Done | None, *, smtputf8: bool, now: datetime,
    retried: bool = False,
) -> Step:
    """Mark the last mail and take the next one into hand.

    ``retried`` says that this write failed before and may have been made in spite of it: a mail
    that it took was never handed over, so it is queued again.
    """
    if not settle(db, lease, done, now=now):
        return Step(Go.LOST)
    if retried:
        _return_untouched(db, lease)
    if not is_sending(db, lease.issue_id):
        return Step(Go.HALTED)
    for _ in range(SKIPS):
        row = _next(db, lease, now)
        if row is None:
            return Step(Go.DONE)
        reason = _skip_reason(db, lease, row, smtputf8=smtputf8, now=now)
        if not reason:
            row = replace(row, attempts=row.attempts + 1)
            _mark(db, lease, row, {
                "state": DeliveryState.SENDING.value, "at": now, "attempts": row.attempts,
            })
            return Step(Go.ON, row)
        _mark(db, lease, row, {
            "state": DeliveryState.SKIPPED.value, "at": now, "reply": reason, "next_at": None,
        })
    return Step(Go.ON)


def settle(db: Session, lease: Lease, done: Done | None, *, now: datetime) -> bool:
    """Mark what became of a mail; False when the lease is lost."""
    if not hold(db, lease, now=now):
        if done and done.outcome is Outcome.SENT:
            _prove(db, lease, done, now)
        return False
    if done:
        values = {"at": now, **_values(done, lease, now)}
        _mark(db, lease, done.row, values, expected=DeliveryState.SENDING)
    return True


def skip_rest(db: Session, issue_id: int, *, now: datetime) -> None:
    """Mark what a cancelled issue will not send any more; mails in hand are left alone."""
    db.execute(
        update(Delivery)
        .where(
            Delivery.issue_id == issue_id,
            Delivery.state.in_([DeliveryState.QUEUED.value, DeliveryState.DEFERRED.value]),
        )
        .values(state=DeliveryState.SKIPPED.value, reply=STOPPED, at=now, next_at=None)
        .execution_options(synchronize_session=False)
    )


def _values(done: Done, lease: Lease, now: datetime) -> dict[str, object]:
    """The columns that say what became of a mail."""
    outcome, attempts = done.outcome, done.row.attempts
    if outcome is Outcome.SENT:
        return {"state": DeliveryState.SENT.value, "reply": done.reply, "next_at": None}
    if outcome is Outcome.UNCERTAIN:
        return {"state": DeliveryState.UNCERTAIN.value, "reply": done.reply or LOST_REPLY}
    if outcome is Outcome.FAILED:
        return {"state": DeliveryState.FAILED.value, "reply": done.reply, "next_at": None}
    if outcome in {Outcome.FAULT, Outcome.AWAY}:
        # The run stops here: this mail has not had its turn.
        return {"state": DeliveryState.QUEUED.value, "reply": done.reply, "attempts": attempts - 1}
    if outcome is Outcome.AGAIN and attempts < LOST_TRIES:
        return {"state": DeliveryState.QUEUED.value, "reply": done.reply}
    at = next_try(attempts, frozen_at=lease.frozen_at, now=now)
    state = DeliveryState.DEFERRED if at else DeliveryState.FAILED
    return {"state": state.value, "reply": done.reply, "next_at": at}


def _next(db: Session, lease: Lease, now: datetime) -> Row | None:
    """The first mail of the chunk that is due."""
    found = db.execute(
        select(Delivery.subscriber_id, Delivery.variant, Delivery.attempts)
        .where(
            *_of(lease), text(OPEN),
            or_(
                Delivery.state == DeliveryState.QUEUED,
                (Delivery.state == DeliveryState.DEFERRED) & (Delivery.next_at <= now),
            ),
        )
        .order_by(Delivery.subscriber_id)
        .limit(1)
    ).first()
    if found is None:
        return None
    person = db.execute(
        select(Subscriber.address, Subscriber.token).where(Subscriber.id == found.subscriber_id)
    ).one()
    return Row(found.subscriber_id, found.variant, found.attempts, person.address, person.token)


def _skip_reason(
    db: Session, lease: Lease, row: Row, *, smtputf8: bool, now: datetime
) -> str:
    """Why a reader gets no mail: who left a moment ago is not mailed (reliability row 85)."""
    if not may_mail(db, row.subscriber_id, lease.newsletter_id, now=now):
        return LEFT
    return NO_SMTPUTF8 if not row.address.isascii() and not smtputf8 else ""


def _mark(
    db: Session, lease: Lease, row: Row, values: Mapping[str, object], *,
    expected: DeliveryState | None = None,
) -> None:
    where = [Delivery.issue_id == lease.issue_id, Delivery.subscriber_id == row.subscriber_id]
    if expected is not None:
        where.append(Delivery.state == expected)
    db.execute(
        update(Delivery).where(*where).values(**values)
        .execution_options(synchronize_session=False)
    )


def _prove(db: Session, lease: Lease, done: Done, now: datetime) -> None:
    """The relay's 250 came after the lease was lost: what was uncertain is known to be sent."""
    values = {"state": DeliveryState.SENT.value, "at": now, "reply": done.reply}
    _mark(db, lease, done.row, values, expected=DeliveryState.UNCERTAIN)


def _return_untouched(db: Session, lease: Lease) -> None:
    db.execute(
        update(Delivery)
        .where(*_of(lease), Delivery.state == DeliveryState.SENDING)
        .values(state=DeliveryState.QUEUED.value, attempts=Delivery.attempts - 1)
        .execution_options(synchronize_session=False)
    )


def _of(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return (
        Delivery.issue_id == lease.issue_id,
        Delivery.subscriber_id.between(lease.first_id, lease.last_id),
    )
