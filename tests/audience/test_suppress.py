"""Who may be mailed, and what outlives a reader."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from digest.audience.models import Consent, Membership, Subscriber, Suppression
from digest.audience.suppress import (
    Reason,
    erase,
    is_suppressed,
    lift_left,
    may_mail,
    recipients,
    suppress_address,
    suppressed_among,
)
from digest.newsletters.models import newsletter_list
from digest.system.build import System
from digest.text.address import address_hash
from tests import make
from tests.audience.conftest import ADDRESS, Place
from tests.conftest import SettableClock

PEOPLE = [  # state, membership, paused for days, receives
    ("active", "on", None, True),
    ("active", "paused", 1, False),
    ("active", "paused", 0, True),
    ("active", "paused", None, False),
    ("active", "pending", None, False),
    ("active", "left", None, False),
    ("pending", "on", None, False),
    ("bounced", "on", None, False),
    ("complained", "on", None, False),
    ("erased", "on", None, False),
]


@pytest.mark.parametrize(("state", "on", "days", "receives"), PEOPLE)
def test_who_receives(
    system: System, place: Place, clock: SettableClock, state: str, on: str, days: int | None,
    receives: bool,
) -> None:
    with system.db.write() as db:
        reader = make.subscriber(db, now=clock.now(), list_id=place.list_id, state=state, on=on)
        if days is not None:
            member = db.get_one(Membership, (reader, place.list_id))
            member.paused_until = clock.now() + timedelta(days=days)
        db.flush()
        rows = recipients(place.newsletter_id, now=clock.now(), default_digits="latn")
        assert [row[0] for row in db.execute(rows)] == ([reader] if receives else [])
        assert may_mail(db, reader, place.newsletter_id, now=clock.now()) is receives
        assert not may_mail(db, reader, place.newsletter_id + 1, now=clock.now())


def test_a_reader_of_two_lists_is_taken_once(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        reader = make.subscriber(db, now=clock.now(), list_id=place.list_id, digits="arab")
        other = make.mailing_list(db, now=clock.now(), slug="weekly")
        db.add(Membership(subscriber_id=reader, list_id=other, state="on", at=clock.now()))
        db.execute(newsletter_list.insert().values(newsletter_id=place.newsletter_id, list_id=other))
        rows = recipients(place.newsletter_id, now=clock.now(), default_digits="latn")
        assert [tuple(row) for row in db.execute(rows)] == [(reader, "arab")]


def test_a_graver_reason_replaces_a_lighter_one_only(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        seen = []
        for reason in (Reason.LEFT, Reason.BOUNCE, Reason.LEFT, Reason.COMPLAINT, Reason.BOUNCE):
            suppress_address(db, ADDRESS, reason, now=clock.now())
            seen.append(is_suppressed(db, ADDRESS))
        assert seen == [Reason.LEFT, Reason.BOUNCE, Reason.BOUNCE, Reason.COMPLAINT,
                        Reason.COMPLAINT]


def test_a_complaint_stays_on_the_reader_when_a_bounce_follows(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        reader = make.subscriber(db, now=clock.now(), address=ADDRESS, list_id=place.list_id)
        suppress_address(db, ADDRESS, Reason.COMPLAINT, now=clock.now())
        suppress_address(db, ADDRESS, Reason.BOUNCE, now=clock.now())
        db.expire_all()
        assert db.get_one(Subscriber, reader).state == "complained"


def test_only_a_leaving_is_lifted(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        assert lift_left(db, "new@example.net")
        suppress_address(db, ADDRESS, Reason.LEFT, now=clock.now())
        assert lift_left(db, ADDRESS) and is_suppressed(db, ADDRESS) is None
        suppress_address(db, ADDRESS, Reason.BOUNCE, now=clock.now())
        assert not lift_left(db, ADDRESS) and is_suppressed(db, ADDRESS) is Reason.BOUNCE


def test_many_addresses_are_looked_up_at_once(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        suppress_address(db, ADDRESS, Reason.LEFT, now=clock.now())
        assert suppressed_among(db, [ADDRESS, "omar@example.net"]) == {ADDRESS}
        assert suppressed_among(db, []) == set()


def test_erasing_leaves_nothing_but_a_hash(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        reader = make.subscriber(db, now=clock.now(), address=ADDRESS, list_id=place.list_id,
                                 name="ريم", digits="arab")
        assert erase(db, reader, now=clock.now())
        assert not erase(db, reader, now=clock.now())
        assert not erase(db, 99, now=clock.now())
    with system.db.read() as db:
        row = db.get_one(Subscriber, reader)
        assert (row.address, row.name, row.digits, row.state) == ("", "", None, "erased")
        assert ADDRESS not in row.address_key
        assert db.scalars(select(Membership)).all() == [] == db.scalars(select(Consent)).all()
        assert db.scalars(select(Suppression.address_hash)).all() == [address_hash(ADDRESS)]


def test_erasing_does_not_soften_a_complaint(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        reader = make.subscriber(db, now=clock.now(), address=ADDRESS, list_id=place.list_id)
        suppress_address(db, ADDRESS, Reason.COMPLAINT, now=clock.now())
        erase(db, reader, now=clock.now())
        assert is_suppressed(db, ADDRESS) is Reason.COMPLAINT
