"""Leaving lists, many readers in one go: a thousand who leave at once wait for few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from digest.audience import limits
from digest.audience.consent import What
from digest.audience.models import (
    Consent,
    Membership,
    MembershipState,
    Subscriber,
    SubscriberState,
    Suppression,
)
from digest.audience.suppress import Reason
from digest.system.db import listed, table_of
from digest.text.address import address_hash

LEFT = MembershipState.LEFT.value
MEMBER, PERSON, GONE = table_of(Membership), table_of(Subscriber), table_of(Suppression)
CURRENT = [one.value for one in MembershipState if one is not MembershipState.LEFT]


@dataclass(frozen=True, slots=True)
class Leaving:
    """A reader who leaves these lists, or all with None; ``network`` is where that was asked."""

    subscriber_id: int
    list_ids: tuple[int, ...] | None
    network: str


def leave_many(db: Session, asked: Sequence[Leaving], *, now: datetime) -> dict[int, list[int]]:
    """Take readers off lists; returns the lists that each left now, for those who left any.

    A reader who is on no list any more is suppressed, so that no import brings the address back.
    A reader who is gone is no error: the link in an old mail must answer all the same.
    """
    people = _people(db, {one.subscriber_id for one in asked})
    networks = {one.subscriber_id: limits.network_of(one.network) for one in asked}
    by_lists: defaultdict[tuple[int, ...] | None, list[int]] = defaultdict(list)
    for one in asked:
        if one.subscriber_id in people:
            by_lists[one.list_ids].append(one.subscriber_id)
    left: defaultdict[int, list[int]] = defaultdict(list)
    for list_ids, readers in by_lists.items():
        for reader, list_id in _take_off(db, sorted(readers), list_ids, now):
            left[reader].append(list_id)
    if left:
        db.execute(insert(Consent), [
            {"subscriber_id": reader, "list_id": list_id, "what": What.LEFT.value, "wording": "",
             "network": networks[reader], "at": now}
            for reader, list_ids in left.items() for list_id in sorted(list_ids)
        ])
        _suppress(db, {reader: people[reader] for reader in left}, now)
    return dict(left)


def _people(db: Session, readers: Collection[int]) -> Mapping[int, str]:
    """The address keys of readers who are not erased."""
    rows = db.execute(
        select(PERSON.c.id, PERSON.c.address_key).where(
            PERSON.c.id.in_(listed(db, readers)),
            PERSON.c.state != SubscriberState.ERASED.value,
        )
    )
    return {row.id: row.address_key for row in rows}


def _take_off(
    db: Session, readers: Collection[int], list_ids: Collection[int] | None, now: datetime
) -> list[tuple[int, int]]:
    statement = (
        update(MEMBER)
        .where(MEMBER.c.subscriber_id.in_(listed(db, readers)), MEMBER.c.state.in_(CURRENT))
        .values(state=LEFT, paused_until=None, at=now)
        .returning(MEMBER.c.subscriber_id, MEMBER.c.list_id)
    )
    if list_ids is not None:
        statement = statement.where(MEMBER.c.list_id.in_(list_ids))
    found = [(row.subscriber_id, row.list_id) for row in db.execute(statement)]
    db.expire_all()  # rows that the caller has read before are not what they were
    return found


def _suppress(db: Session, people: Mapping[int, str], now: datetime) -> None:
    """Suppress those who are on no list any more; a graver reason that stands there stays."""
    still = set(db.scalars(
        select(MEMBER.c.subscriber_id).where(
            MEMBER.c.subscriber_id.in_(listed(db, people)), MEMBER.c.state.in_(CURRENT)
        )
    ))
    rows = [
        {"address_hash": address_hash(key), "reason": Reason.LEFT.value, "at": now}
        for reader, key in people.items() if reader not in still
    ]
    make = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    if rows:
        db.execute(make(GONE).on_conflict_do_nothing(index_elements=[GONE.c.address_hash]), rows)
