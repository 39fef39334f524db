"""What must be true of an issue before anybody may fix its time: no errors, and readers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from digest.audience.lists import count_recipients
from digest.issues.queries import get_issue, preview
from digest.system.errors import Refused


def require_ready(db: Session, issue_id: int, *, base_url: str, now: datetime) -> None:
    """Raise Refused("has_errors", n=…) or Refused("no_recipients") for what blocks a send."""
    issue = get_issue(db, issue_id)
    errors = preview(db, issue_id, base_url=base_url, now=now).errors
    if errors:
        raise Refused("has_errors", n=len(errors))
    if not count_recipients(db, issue.newsletter_id, now):
        raise Refused("no_recipients")
