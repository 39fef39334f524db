"""The life of an issue: one table of allowed moves, changed by compare-and-set."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.issues.foureyes import require_other
from digest.issues.models import Issue, IssueState
from digest.newsletters.models import Newsletter
from digest.staff import audit
from digest.system import queue
from digest.system.db import move
from digest.system.errors import Conflict, NotFound, Refused

HOLD = timedelta(seconds=60)  # "send now" may still be cancelled for a minute (DESIGN §3)

MOVES: dict[IssueState, frozenset[IssueState]] = {
    IssueState.DRAFT: frozenset({IssueState.SCHEDULED, IssueState.CANCELLED, IssueState.SKIPPED}),
    IssueState.SCHEDULED: frozenset(
        {IssueState.DRAFT, IssueState.FROZEN, IssueState.CANCELLED, IssueState.FAILED}
    ),
    IssueState.FROZEN: frozenset({IssueState.SENDING, IssueState.CANCELLED}),
    IssueState.SENDING: frozenset({IssueState.PAUSED, IssueState.SENT, IssueState.CANCELLED}),
    IssueState.PAUSED: frozenset({IssueState.SENDING, IssueState.CANCELLED}),
    IssueState.FAILED: frozenset({IssueState.DRAFT, IssueState.CANCELLED}),
    IssueState.SENT: frozenset({IssueState.SENDING}),  # mails of unknown fate are sent again
    IssueState.CANCELLED: frozenset(),
    IssueState.SKIPPED: frozenset(),
}
EDITABLE = frozenset({IssueState.DRAFT, IssueState.SCHEDULED})


def change(
    db: Session, issue_id: int, source: IssueState, target: IssueState, **values: object
) -> bool:
    """Move an issue along an allowed edge; True when this caller won."""
    if target not in MOVES[source]:
        raise ValueError(f"{source} may not become {target}")
    return move(db, Issue, issue_id, source, target, **values)


def schedule(
    db: Session, issue_id: int, send_at: datetime, *, by: int | None, now: datetime
) -> None:
    """Fix the time of sending; a scheduled issue may be given another time.

    Raises Refused("in_the_past"), Refused("no_subject"), Refused("issue_closed") or, where the
    newsletter wants two people, Refused("four_eyes").
    The full check, with its findings, happens again when the issue is frozen.
    """
    if send_at < now:
        raise Refused("in_the_past", send_at=send_at.isoformat())
    issue = get(db, issue_id)
    if not issue.subject.strip():
        raise Refused("no_subject")
    if db.get_one(Newsletter, issue.newsletter_id).four_eyes:
        require_other(db, issue_id, by)
    values = {
        "send_at": send_at, "scheduled_by": by, "reason": "", "held": False,
        "approved_version": issue.version,
    }
    if issue.state == IssueState.SCHEDULED:
        won = move(db, Issue, issue_id, IssueState.SCHEDULED, IssueState.SCHEDULED, **values)
    else:
        won = change(db, issue_id, IssueState.DRAFT, IssueState.SCHEDULED, **values)
    if not won:
        raise Refused("issue_closed", state=issue.state)
    audit.record(db, "issue.schedule", now=now, by=by, subject="issue", subject_id=issue_id,
                 send_at=send_at.isoformat())


def unschedule(db: Session, issue_id: int, *, by: int | None, now: datetime) -> None:
    """Take the time back; from then on only a person sends it.

    Raises Refused("too_late") once the issue is frozen.
    """
    if not change(
        db, issue_id, IssueState.SCHEDULED, IssueState.DRAFT, send_at=None, held=True,
        approved_version=None,
    ):
        raise Refused("too_late", state=get(db, issue_id).state)
    audit.record(db, "issue.unschedule", now=now, by=by, subject="issue", subject_id=issue_id)


def cancel(db: Session, issue_id: int, *, by: int | None, now: datetime) -> None:
    """End an issue for good; what was not yet sent will not be. A draft's number is free again."""
    state = IssueState(get(db, issue_id).state)
    unsent = state in {IssueState.DRAFT, IssueState.SCHEDULED, IssueState.FAILED}
    values: dict[str, object] = {"number": None} if unsent else {}
    if IssueState.CANCELLED not in MOVES[state] or not change(
        db, issue_id, state, IssueState.CANCELLED, **values
    ):
        raise Refused("issue_closed", state=state)
    audit.record(db, "issue.cancel", now=now, by=by, subject="issue", subject_id=issue_id)


def pause(db: Session, issue_id: int, *, by: int | None, now: datetime, reason: str = "") -> None:
    """Stop sending after the mail in hand; the rest waits for ``resume``."""
    if not change(db, issue_id, IssueState.SENDING, IssueState.PAUSED, reason=reason):
        raise Refused("not_sending", state=get(db, issue_id).state)
    audit.record(db, "issue.pause", now=now, by=by, subject="issue", subject_id=issue_id,
                 reason=reason)


def resume(db: Session, issue_id: int, *, by: int | None, now: datetime) -> None:
    """Go on sending a paused issue. The sender's jobs are put back by ``delivery``."""
    if not change(db, issue_id, IssueState.PAUSED, IssueState.SENDING, reason=""):
        raise Refused("not_paused", state=get(db, issue_id).state)
    audit.record(db, "issue.resume", now=now, by=by, subject="issue", subject_id=issue_id)


def reopen(db: Session, issue_id: int, *, by: int | None, now: datetime) -> None:
    """Make a failed issue a draft again, so its errors can be mended."""
    if not change(db, issue_id, IssueState.FAILED, IssueState.DRAFT, send_at=None, held=True):
        raise Refused("not_failed", state=get(db, issue_id).state)
    audit.record(db, "issue.reopen", now=now, by=by, subject="issue", subject_id=issue_id)


def fail(db: Session, issue_id: int, reason: str, *, now: datetime) -> bool:
    """Record why a scheduled issue could not be sent; True when it was still scheduled."""
    won = change(db, issue_id, IssueState.SCHEDULED, IssueState.FAILED, reason=reason)
    if won:
        audit.record(db, "issue.fail", now=now, subject="issue", subject_id=issue_id,
                     reason=reason)
        queue.put(db, "tell_editor", key=f"failed:{issue_id}:{now.isoformat()}", now=now,
                  issue_id=issue_id)
    return won


def due_for_launch(db: Session, now: datetime) -> list[int]:
    """Return scheduled issues whose time has come."""
    statement = select(Issue.id).where(Issue.state == IssueState.SCHEDULED, Issue.send_at <= now)
    return list(db.scalars(statement.order_by(Issue.send_at)))


def enqueue_due(db: Session, now: datetime) -> int:
    """Put a launch job for every due issue; returns how many were new."""
    return sum(
        queue.put(db, "launch_issue", key=f"{issue_id}", now=now, issue_id=issue_id)
        for issue_id in due_for_launch(db, now)
    )


def get(db: Session, issue_id: int) -> Issue:
    """Return an issue's row; raises NotFound("no_such_issue")."""
    issue = db.get(Issue, issue_id, populate_existing=True)
    if issue is None:
        raise NotFound("no_such_issue", issue=issue_id)
    return issue


def still_open(db: Session, issue_id: int) -> Issue:
    """Return an issue that may still be edited; raises Refused("issue_closed")."""
    issue = get(db, issue_id)
    if issue.state not in EDITABLE:
        raise Refused("issue_closed", state=issue.state)
    return issue


def editable(db: Session, issue_id: int, based_on: int) -> Issue:
    """Return an issue that may be edited and still is the version that was seen.

    Raises Refused("issue_closed") or Conflict("stale_issue", version=…).
    """
    issue = still_open(db, issue_id)
    if issue.version != based_on:
        raise Conflict("stale_issue", version=issue.version)
    return issue
