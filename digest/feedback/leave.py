"""Leaving from a mail: the one-click button of RFC 8058 and the button of our own page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from digest.audience import preferences
from digest.audience.leaving import Leaving, leave_many
from digest.audience.models import Subscriber
from digest.feedback.models import Event
from digest.issues.models import Issue
from digest.newsletters.models import newsletter_list
from digest.system.db import exists, insert_new, table_of
from digest.system.errors import Refused

LEAVE = "leave"
EVENT = table_of(Event)
WHY = ("too_many", "not_relevant", "not_asked", "other")


@dataclass(frozen=True, slots=True)
class Click:
    """One press of the button; ``network`` is the address it came from."""

    subscriber_id: int
    newsletter_id: int
    issue_id: int | None
    network: str


def one_click(
    db: Session,
    subscriber_id: int,
    newsletter_id: int,
    *,
    issue_id: int | None = None,
    network: str = "",
    now: datetime,
) -> bool:
    """Take a reader off every list of a newsletter; True when there was something to leave."""
    return bool(one_clicks(db, [Click(subscriber_id, newsletter_id, issue_id, network)], now=now))


def one_clicks(db: Session, clicks: Sequence[Click], *, now: datetime) -> int:
    """Take readers off every list of the newsletters they name; returns how many left any.

    Idempotent: pressed twice, a hundred times at once, or after the reader or the newsletter is
    gone, it changes nothing more and raises nothing, since RFC 8058 wants a success. The event
    is written once per reader, newsletter and issue.
    """
    lists = {one: tuple(_lists_of(db, one)) for one in {each.newsletter_id for each in clicks}}
    left = leave_many(
        db, [Leaving(one.subscriber_id, lists[one.newsletter_id], one.network) for one in clicks],
        now=now,
    )
    first = {
        (one.subscriber_id, one.newsletter_id): one for one in reversed(clicks)
        if set(left.get(one.subscriber_id, ())) & set(lists[one.newsletter_id])
    }
    issues = set(db.scalars(
        select(Issue.id).where(Issue.id.in_({one.issue_id for one in first.values()}))
    ))
    rows = [
        {"source_key": f"{LEAVE}:{one.newsletter_id}:{one.subscriber_id}:{one.issue_id or 0}",
         "kind": LEAVE, "at": now, "subscriber_id": one.subscriber_id,
         "issue_id": one.issue_id if one.issue_id in issues else None}
        for one in first.values()
    ]
    make = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    if rows:
        db.execute(make(EVENT).on_conflict_do_nothing(index_elements=[EVENT.c.source_key]), rows)
    return len(rows)


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
