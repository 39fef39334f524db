"""The ledger's marks: one write says what became of the last mail and which one is next.

Marks are made before the relay can have a mail and after it has it. A crash leaves at most one
mail of each connection marked as sending.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import Integer, Text, bindparam, literal_column, or_, select, update
from sqlalchemy.orm import Session

from digest.audience.models import Subscriber
from digest.audience.suppress import mailable
from digest.delivery.leases import Lease, hold
from digest.delivery.models import Delivery, DeliveryState
from digest.delivery.verdict import LOST_TRIES, Outcome, next_try
from digest.issues.models import IssueState
from digest.system.db import UTC, table_of

# As in the partial index, in so many words: with bound values SQLite would not use it.
OPEN = "delivery.state IN (0, 1, 4)"
LEFT = "left"
NO_SMTPUTF8 = "no_smtputf8"
STOPPED = "stopped"
FINAL = {
    Outcome.SENT: DeliveryState.SENT,
    Outcome.UNCERTAIN: DeliveryState.UNCERTAIN,
    Outcome.FAILED: DeliveryState.FAILED,
}
DELIVERY = table_of(Delivery)
PERSON = table_of(Subscriber)
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


class Marks:
    """The marks of one leased chunk. The statements are built once, since they run per mail."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        mine = (
            DELIVERY.c.issue_id == lease.issue_id,
            DELIVERY.c.subscriber_id.between(lease.first_id, lease.last_id),
        )
        now = bindparam("now", type_=UTC)
        one = (
            DELIVERY.c.issue_id == lease.issue_id,
            DELIVERY.c.subscriber_id == bindparam("who", type_=Integer),
        )
        state, at = bindparam("new_state", type_=Integer), bindparam("now", type_=UTC)
        reply, attempts = bindparam("new_reply", type_=Text), bindparam("tries", type_=Integer)
        self._hold = hold(lease)
        self._next = (
            select(
                DELIVERY.c.subscriber_id, DELIVERY.c.variant, DELIVERY.c.attempts,
                PERSON.c.address, PERSON.c.token, mailable(lease.newsletter_id, now=now),
            )
            .join(PERSON, PERSON.c.id == DELIVERY.c.subscriber_id)
            .where(*mine, literal_column(OPEN), or_(
                DELIVERY.c.state == DeliveryState.QUEUED.value,
                (DELIVERY.c.state == DeliveryState.DEFERRED.value) & (DELIVERY.c.next_at <= now),
            ))
            .order_by(DELIVERY.c.subscriber_id)
            .limit(1)
        )
        self._take = update(DELIVERY).where(*one).values(
            state=DeliveryState.SENDING.value, at=at, attempts=attempts
        )
        self._skip = update(DELIVERY).where(*one).values(
            state=DeliveryState.SKIPPED.value, at=at, reply=reply, next_at=None
        )
        # A mail is settled once: whoever else has said what became of it was right.
        self._settle = update(DELIVERY).where(
            *one, DELIVERY.c.state == DeliveryState.SENDING.value
        ).values(
            state=state, at=at, reply=reply, attempts=attempts,
            next_at=bindparam("later", type_=UTC),
        )
        self._prove = update(DELIVERY).where(
            *one, DELIVERY.c.state == DeliveryState.UNCERTAIN.value
        ).values(state=DeliveryState.SENT.value, at=at, reply=reply)
        self._return = update(DELIVERY).where(
            *mine, DELIVERY.c.state == DeliveryState.SENDING.value
        ).values(state=DeliveryState.QUEUED.value, attempts=DELIVERY.c.attempts - 1)

    def step(
        self, db: Session, done: Done | None, *, smtputf8: bool, now: datetime,
        retried: bool = False,
    ) -> Step:
        """Mark the last mail and take the next one into hand.

        ``retried`` says that this write failed before and may have been made in spite of it: a
        mail that it took was never handed over, so it is queued again.
        """
        issue_state = self.settle(db, done, now=now)
        if issue_state is None:
            return Step(Go.LOST)
        if retried:
            db.execute(self._return)
        if issue_state != IssueState.SENDING:
            return Step(Go.HALTED)
        for _ in range(SKIPS):
            found = db.execute(self._next, {"now": now}).first()
            if found is None:
                return Step(Go.DONE)
            *columns, may = found
            row = Row(*columns)
            # Who left a moment ago is not mailed (reliability row 85).
            reason = "" if may else LEFT
            if not row.address.isascii() and not smtputf8:
                reason = reason or NO_SMTPUTF8
            if not reason:
                row = replace(row, attempts=row.attempts + 1)
                values = {"who": row.subscriber_id, "now": now, "tries": row.attempts}
                db.execute(self._take, values)
                return Step(Go.ON, row)
            db.execute(
                self._skip, {"who": row.subscriber_id, "now": now, "new_reply": reason}
            )
        return Step(Go.ON)

    def settle(self, db: Session, done: Done | None, *, now: datetime) -> str | None:
        """Mark what became of a mail and return the issue's state; None when the lease is lost."""
        lease = self._lease
        held = db.execute(self._hold, {"until": now + lease.length}).first()
        if held is None:
            if done and done.outcome is Outcome.SENT:
                # The relay's 250 came late: what was called uncertain is known to be sent.
                values = {"who": done.row.subscriber_id, "now": now, "new_reply": done.reply}
                db.execute(self._prove, values)
            return None
        if done:
            state, later, attempts = _fate(done, frozen_at=lease.frozen_at, now=now)
            db.execute(self._settle, {
                "who": done.row.subscriber_id, "now": now, "new_state": state.value,
                "new_reply": done.reply, "tries": attempts, "later": later,
            })
        return str(held[0])


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


def _fate(
    done: Done, *, frozen_at: datetime, now: datetime
) -> tuple[DeliveryState, datetime | None, int]:
    """The state of a mail after its attempt, when it is due again, and how often it was tried."""
    outcome, attempts = done.outcome, done.row.attempts
    if outcome in FINAL:
        return FINAL[outcome], None, attempts
    if outcome in {Outcome.FAULT, Outcome.AWAY}:
        return DeliveryState.QUEUED, None, attempts - 1  # the run stops: this was not its turn
    if outcome is Outcome.AGAIN and attempts < LOST_TRIES:
        return DeliveryState.QUEUED, None, attempts
    later = next_try(attempts, frozen_at=frozen_at, now=now)
    return (DeliveryState.DEFERRED if later else DeliveryState.FAILED), later, attempts
