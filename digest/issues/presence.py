"""Who has an issue open at the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from digest.issues.models import Presence
from digest.staff.models import User

SEEN = timedelta(seconds=60)  # a page says every 20 s that it is open


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody else at the same issue."""

    user_id: int
    name: str


def here(db: Session, issue_id: int, *, by: int, now: datetime) -> None:
    """Note that somebody has the issue open."""
    db.merge(Presence(issue_id=issue_id, user_id=by, seen_at=now))
    db.execute(delete(Presence).where(Presence.issue_id == issue_id, Presence.seen_at < now - SEEN))
    db.flush()


def others(db: Session, issue_id: int, *, than: int, now: datetime) -> tuple[Colleague, ...]:
    """Return who else has the issue open, by name."""
    rows = db.execute(
        select(User.id, User.name)
        .join(Presence, Presence.user_id == User.id)
        .where(Presence.issue_id == issue_id, Presence.seen_at >= now - SEEN, User.id != than)
        .order_by(User.name)
    )
    return tuple(Colleague(*row) for row in rows)
