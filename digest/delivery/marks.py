"""The ledger's marks: one write says what became of some mails and which others may leave now.

Marks are made before the relay can have a mail and after it has it, for many connections at once
(a commit for each mail costs thirty times as much, measured). A crash leaves at most one mail of
each connection marked as sending.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import (
    Connection,
    Dialect,
    Integer,
    Text,
    bindparam,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from digest.audience.models import Subscriber
from digest.audience.suppress import mailable
from digest.delivery.leases import Lease, hold
from digest.delivery.models import Delivery, DeliveryState
from digest.delivery.verdict import LOST_TRIES, Outcome, next_try
from digest.issues.models import IssueState
from digest.system.db import UTC, table_of
from digest.system.prepared import Prepared

# In so many words: a sender looks for them in a range of the primary key, one chunk's readers.
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
FETCHED = 200  # readers read at a time


class Go(Enum):
    """Whether there is more to do."""

    ON = auto()
    DONE = auto()  # nothing of the chunk is due
    HALTED = auto()  # the issue was paused or cancelled
    LOST = auto()  # another worker holds the chunk


@dataclass(frozen=True, slots=True)
class Row:
    """A mail to send; ``attempts`` counts the one that it is read for."""

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
    """What one write decided: whether to go on, and the readers whose final dot may leave."""

    go: Go
    taken: Collection[int] = ()


class Marks:
    """The marks of one leased chunk. The statements are built once, since they run all the time."""

    def __init__(self, lease: Lease, dialect: Dialect) -> None:
        self._lease = lease
        mine = (
            DELIVERY.c.issue_id == lease.issue_id,
            DELIVERY.c.subscriber_id.between(
                bindparam("first", type_=Integer), lease.last_id
            ),
        )
        now = bindparam("now", type_=UTC)
        one = (
            DELIVERY.c.issue_id == lease.issue_id,
            DELIVERY.c.subscriber_id == bindparam("who", type_=Integer),
        )
        state, reply = bindparam("new_state", type_=Integer), bindparam("new_reply", type_=Text)
        self._hold = Prepared(hold(lease), dialect)
        self._next = (
            select(
                DELIVERY.c.subscriber_id, DELIVERY.c.variant, DELIVERY.c.attempts + 1,
                PERSON.c.address, PERSON.c.token,
            )
            .join(PERSON, PERSON.c.id == DELIVERY.c.subscriber_id)
            .where(*mine, literal_column(OPEN), or_(
                DELIVERY.c.state == DeliveryState.QUEUED.value,
                (DELIVERY.c.state == DeliveryState.DEFERRED.value) & (DELIVERY.c.next_at <= now),
            ))
            .order_by(DELIVERY.c.subscriber_id)
            .limit(FETCHED)
        )
        self._may = Prepared(
            select(DELIVERY.c.subscriber_id, mailable(lease.newsletter_id, now=now))
            .join(PERSON, PERSON.c.id == DELIVERY.c.subscriber_id)
            .where(
                DELIVERY.c.issue_id == lease.issue_id, literal_column(OPEN),
                DELIVERY.c.subscriber_id.between(
                    bindparam("first", type_=Integer), bindparam("last", type_=Integer)
                ),
            ),
            dialect,
        )
        # Under the lease nobody else touches an open mail; what a person has closed stays closed.
        write = update(DELIVERY).where(*one, literal_column(OPEN)).values(
            state=state, at=now, reply=reply, attempts=bindparam("tries", type_=Integer),
            next_at=bindparam("later", type_=UTC),
        )
        self._write = Prepared(write, dialect)
        self._prove = update(DELIVERY).where(
            *one, DELIVERY.c.state == DeliveryState.UNCERTAIN.value
        ).values(state=DeliveryState.SENT.value, at=now, reply=reply)

    def fetch(self, db: Session, *, after: int, now: datetime) -> list[Row]:
        """Return the next mails that are due, of readers with a larger id than ``after``."""
        values = {"first": max(after + 1, self._lease.first_id), "now": now}
        return [Row(*found) for found in db.execute(self._next, values)]

    def step(
        self, db: Session, done: Sequence[Done], ready: Sequence[Row], *, now: datetime
    ) -> Step:
        """Mark what became of mails, and take into hand those of which only the dot is missing.

        It may be repeated when nobody knows whether it was written: no dot leaves before it is.
        """
        lease, direct = self._lease, db.connection()
        held = self._hold.run(direct, {"until": now + lease.length}).first()
        if held is None:
            # The relay's 250 came late: what was called uncertain is known to be sent.
            proofs = [
                {"who": one.row.subscriber_id, "now": now, "new_reply": one.reply}
                for one in done if one.outcome is Outcome.SENT
            ]
            if proofs:
                direct.execute(self._prove, proofs)
            return Step(Go.LOST)
        writes = [self._fate(one, now) for one in done]
        on = str(held[0]) == IssueState.SENDING
        taken = self._taken(direct, ready, writes, now) if on and ready else ()
        if writes:
            self._write.run_each(direct, writes)
        return Step(Go.ON if on else Go.HALTED, taken)

    def _taken(
        self, db: Connection, ready: Sequence[Row], writes: list[dict[str, object]], now: datetime
    ) -> Collection[int]:
        """The readers whose mail may leave; who left a moment ago is not mailed."""
        readers = [row.subscriber_id for row in ready]
        asked = {"first": min(readers), "last": max(readers), "now": now}
        found = map(tuple, self._may.run(db, asked))
        may = {who: goes for who, goes in found if who in readers}
        for row in ready:
            if row.subscriber_id not in may:
                continue
            goes = may[row.subscriber_id]
            state = DeliveryState.SENDING if goes else DeliveryState.SKIPPED
            writes.append({
                "who": row.subscriber_id, "now": now, "new_state": state.value,
                "new_reply": "" if goes else LEFT,
                "tries": row.attempts if goes else row.attempts - 1, "later": None,
            })
        return {who for who, goes in may.items() if goes}

    def _fate(self, done: Done, now: datetime) -> dict[str, object]:
        state, later, attempts = _fate(done, frozen_at=self._lease.frozen_at, now=now)
        return {
            "who": done.row.subscriber_id, "now": now, "new_state": state.value,
            "new_reply": done.reply, "tries": attempts, "later": later,
        }


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
    if outcome is Outcome.SKIPPED:
        return DeliveryState.SKIPPED, None, attempts - 1
    if outcome in FINAL:
        return FINAL[outcome], None, attempts
    if outcome in {Outcome.FAULT, Outcome.AWAY}:
        return DeliveryState.QUEUED, None, attempts - 1  # the run stops: this was not its turn
    if outcome is Outcome.AGAIN and attempts < LOST_TRIES:
        return DeliveryState.QUEUED, None, attempts
    later = next_try(attempts, frozen_at=frozen_at, now=now)
    return (DeliveryState.DEFERRED if later else DeliveryState.FAILED), later, attempts
