"""Two people for a send: whoever changed an issue last may not be the one who approves it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.staff.models import AuditEntry
from digest.system.errors import Refused

# What a person does with an issue without changing a word of it; all else is an edit.
NO_EDIT = frozenset({
    "issue.ask", "issue.approve", "issue.stop", "issue.schedule", "issue.unschedule",
    "issue.cancel", "issue.pause", "issue.resume", "issue.reopen", "issue.take_over",
    "issue.count_sent", "issue.send_again",
})  # fmt: skip


def last_editor(db: Session, issue_id: int) -> int | None:
    """Return who changed an issue last; None when it is as the machine made it."""
    return db.scalar(
        select(AuditEntry.user_id)
        .where(
            AuditEntry.subject == "issue", AuditEntry.subject_id == issue_id,
            AuditEntry.user_id.is_not(None), AuditEntry.action.not_in(NO_EDIT),
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )


def require_other(db: Session, issue_id: int, by: int | None) -> None:
    """Raise Refused("four_eyes") unless ``by`` is a person, and not the last who changed it."""
    if by is None or by == last_editor(db, issue_id):
        raise Refused("four_eyes")
