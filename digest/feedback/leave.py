"""Leaving from a mail: the one-click button of RFC 8058 and the button of our own page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.audience import preferences
from digest.audience.models import Subscriber
from digest.feedback.models import Event
from digest.issues.models import Issue
from digest.newsletters.models import newsletter_list
from digest.system.db import exists, insert_new
from digest.system.errors import Refused

LEAVE = "leave"
WHY = ("too_many", "not_relevant", "not_asked", "other")


def one_click(
    db: Session,
    subscriber_id: int,
    newsletter_id: int,
    *,
    issue_id: int | None = None,
    network: str = "",
    now: datetime,
) -> bool:
    """Take a reader off every list of a newsletter; True when there was something to leave.

    Idempotent: pressed twice, a hundred times at once, or after the reader or the newsletter is
    gone, it changes nothing more and raises nothing, since RFC 8058 wants a success. The event
    is written once per reader, newsletter and issue.
    """
    left = preferences.leave_lists(
        db, subscriber_id, _lists_of(db, newsletter_id), network=network, now=now
    )
    if left:
        key = f"{LEAVE}:{newsletter_id}:{subscriber_id}:{issue_id or 0}"
        _event(db, LEAVE, key, subscriber_id, issue_id, now)
    return left > 0


def say_why(
    db: Session, subscriber_id: int, newsletter_id: int, why: str, *,
    issue_id: int | None = None, now: datetime,
) -> bool:
    """Keep the reason a reader gave for leaving, once; True when it is the first.

    Raises Refused("bad_reason") for a word not in WHY.
    """
    if why not in WHY:
        raise Refused("bad_reason")
    key = f"why:{newsletter_id}:{subscriber_id}:{issue_id or 0}"
    return _event(db, f"why_{why}", key, subscriber_id, issue_id, now)


def back(
    db: Session, subscriber_id: int, newsletter_id: int, *, network: str = "", now: datetime
) -> bool:
    """Undo a leaving: rejoin the newsletter's lists the reader was on; False when not allowed."""
    return preferences.come_back(
        db, subscriber_id, _lists_of(db, newsletter_id), network=network, now=now
    )


def _lists_of(db: Session, newsletter_id: int) -> list[int]:
    return list(
        db.scalars(
            select(newsletter_list.c.list_id)
            .where(newsletter_list.c.newsletter_id == newsletter_id)
        )
    )


def _event(
    db: Session, kind: str, key: str, subscriber_id: int, issue_id: int | None, now: datetime
) -> bool:
    """Write a fact once; what it points at may be gone by now."""
    return insert_new(
        db, Event.__table__,
        {
            "source_key": key, "kind": kind, "at": now,
            "issue_id": issue_id if _there(db, Issue, issue_id) else None,
            "subscriber_id": subscriber_id if _there(db, Subscriber, subscriber_id) else None,
        },
        key=["source_key"],
    )


def _there(db: Session, model: type[Issue] | type[Subscriber], row_id: int | None) -> bool:
    return row_id is not None and exists(db, select(model.id).where(model.id == row_id))
