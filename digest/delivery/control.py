"""What a person may do to an issue that is being sent: pause, go on, stop."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from digest.delivery import leases, marks
from digest.delivery.queries import open_chunks
from digest.delivery.send import close_if_done
from digest.issues import states


def pause(db: Session, issue_id: int, *, by: int | None, now: datetime) -> None:
    """Stop after the mails in hand; raises Refused("not_sending")."""
    states.pause(db, issue_id, by=by, now=now)


def resume(db: Session, issue_id: int, *, by: int | None, now: datetime) -> None:
    """Go on with what is left; raises Refused("not_paused").

    Each chunk gets a job of its own, even while the one that was halted is still ending.
    """
    states.resume(db, issue_id, by=by, now=now)
    for n in open_chunks(db, issue_id):
        leases.again(db, issue_id, n, run_at=now, now=now)
    close_if_done(db, issue_id, now)


def stop(db: Session, issue_id: int, *, by: int | None, now: datetime) -> None:
    """Cancel an issue; mails not yet in hand are skipped. Raises Refused("issue_closed")."""
    states.cancel(db, issue_id, by=by, now=now)
    marks.skip_rest(db, issue_id, now=now)
