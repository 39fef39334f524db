"""Who may send a chunk: one worker at a time, fenced by an epoch that grows with each change.

A worker that lost its lease can write nothing any more but one thing: proof that the mail it had
in hand was accepted after all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from digest.articles.stories import close_stories
from digest.delivery.models import Chunk, Delivery, DeliveryState
from digest.issues import states
from digest.issues.earlier import issue_stories
from digest.issues.models import Issue, IssueState
from digest.newsletters.models import Newsletter
from digest.newsletters.quiet import quiet_until
from digest.system import queue
from digest.system.db import UTC, table_of

MAY_SEND = (IssueState.FROZEN, IssueState.SENDING)
LOST_REPLY = "lost_reply"  # why a mail is uncertain
BUSY = timedelta(seconds=15)  # until a chunk in other hands is looked at again
MARGIN = timedelta(seconds=120)  # a lease lasts this much longer than the longest wait for a reply


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send one chunk."""

    issue_id: int
    n: int
    epoch: int
    first_id: int
    last_id: int
    newsletter_id: int
    frozen_at: datetime
    length: timedelta


def take(
    db: Session, issue_id: int, n: int, *, now: datetime, smtp_timeout: float
) -> Lease | None:
    """Lease a chunk of an issue that may be sent; None when it may not, or not now.

    The first lease makes a frozen issue a sending one. A chunk in other hands is queued again.
    Mails the last holder left in the middle become uncertain.
    """
    issue = states.get(db, issue_id)
    if issue.state == IssueState.FROZEN:
        states.change(db, issue_id, IssueState.FROZEN, IssueState.SENDING)
        # From here on readers know these stories: what happens next is another one.
        close_stories(db, issue_stories(db, issue_id), now=now)
    elif issue.state != IssueState.SENDING:
        return None
    length = timedelta(seconds=smtp_timeout) + MARGIN
    row = db.execute(
        update(Chunk)
        .where(
            Chunk.issue_id == issue_id, Chunk.n == n,
            or_(Chunk.lease_until.is_(None), Chunk.lease_until < now),
        )
        .values(lease_until=now + length, epoch=Chunk.epoch + 1)
        .returning(Chunk.epoch, Chunk.first_id, Chunk.last_id)
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        again(db, issue_id, n, run_at=now + BUSY, now=now)
        return None
    settle_left(db, issue_id, row.first_id, row.last_id)
    return Lease(
        issue_id=issue_id, n=n, epoch=row.epoch, first_id=row.first_id, last_id=row.last_id,
        newsletter_id=issue.newsletter_id, frozen_at=issue.frozen_at or now, length=length,
    )


def is_put_off(db: Session, issue_id: int, n: int, *, now: datetime) -> bool:
    """Queue a chunk for the end of its newsletter's quiet hours; False when there are none now."""
    hours = db.execute(
        select(Newsletter.quiet_from, Newsletter.quiet_to, Newsletter.zone)
        .join(Issue, Issue.newsletter_id == Newsletter.id)
        .where(Issue.id == issue_id, Issue.state.in_(MAY_SEND))
    ).first()
    until = quiet_until(*hours, now) if hours is not None else None
    if until is None:
        return False
    again(db, issue_id, n, run_at=until, now=now)
    return True


def hold(lease: Lease) -> ReturningUpdate[tuple[str]]:
    """Return the statement that prolongs a lease to ``until`` and tells the issue's state.

    It finds no row when the lease is lost; else nobody can take the chunk before the commit.
    """
    chunk, issue = table_of(Chunk), table_of(Issue)
    state = select(issue.c.state).where(issue.c.id == lease.issue_id).scalar_subquery()
    return (
        update(chunk)
        .where(
            chunk.c.issue_id == lease.issue_id, chunk.c.n == lease.n,
            chunk.c.epoch == lease.epoch, chunk.c.lease_until.is_not(None),
        )
        .values(lease_until=bindparam("until", type_=UTC))
        .returning(state)
    )


def give_back(db: Session, lease: Lease) -> bool:
    """End the lease; False when it was lost before."""
    return db.execute(hold(lease), {"until": None}).first() is not None


def break_lease(db: Session, issue_id: int, n: int) -> int:
    """Take a chunk from a worker that is known to be dead; returns the mails now uncertain."""
    row = db.execute(
        update(Chunk)
        .where(Chunk.issue_id == issue_id, Chunk.n == n, Chunk.lease_until.is_not(None))
        .values(lease_until=None, epoch=Chunk.epoch + 1)
        .returning(Chunk.first_id, Chunk.last_id)
        .execution_options(synchronize_session=False)
    ).first()
    return settle_left(db, issue_id, row.first_id, row.last_id) if row else 0


def settle_left(db: Session, issue_id: int, first_id: int, last_id: int) -> int:
    """Mails marked sending that nobody holds may be accepted or not: they become uncertain.

    Their time stays that of the final dot, by which the relay's log can be read.
    """
    rows = db.execute(
        update(Delivery)
        .where(
            Delivery.issue_id == issue_id, Delivery.subscriber_id.between(first_id, last_id),
            Delivery.state == DeliveryState.SENDING,
        )
        .values(state=DeliveryState.UNCERTAIN.value, reply=LOST_REPLY)
        .returning(Delivery.subscriber_id)
        .execution_options(synchronize_session=False)
    )
    return len(rows.all())


def again(db: Session, issue_id: int, n: int, *, run_at: datetime, now: datetime) -> None:
    """Queue a chunk once more. The key differs from that of the job that is running now."""
    queue.put(
        db, "send_chunk", key=f"{issue_id}:{n}:{run_at.isoformat()}", now=now, run_at=run_at,
        issue_id=issue_id, n=n,
    )


def is_sending(db: Session, issue_id: int) -> bool:
    """Tell whether an issue is neither paused nor cancelled nor done."""
    return db.scalar(select(Issue.state).where(Issue.id == issue_id)) == IssueState.SENDING

