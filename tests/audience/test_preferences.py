"""What a reader changes without an account: digits, pauses, leaving, coming back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from digest.audience import preferences, signup
from digest.audience.models import Consent, Membership, MembershipState, Subscriber
from digest.audience.suppress import (
    Reason,
    erase,
    is_suppressed,
    may_mail,
    recipients,
    suppress_address,
)
from digest.system.build import System
from digest.system.errors import NotFound, Refused
from tests import make
from tests.audience.conftest import ADDRESS, HOME, Place, ask
from tests.conftest import SettableClock


@pytest.fixture
def rim(system: System, place: Place, clock: SettableClock) -> int:
    with system.db.write() as db:
        return make.subscriber(db, now=clock.now(), address=ADDRESS, list_id=place.list_id)


@pytest.fixture
def weekly(system: System, clock: SettableClock, rim: int) -> int:
    """A second list of Rim's, that no newsletter goes to."""
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=clock.now(), name="الأسبوعية", slug="weekly")
        db.add(Membership(subscriber_id=rim, list_id=list_id, state="on", at=clock.now()))
    return list_id


def test_the_page_shows_a_masked_address_and_newsletters_by_name(
    system: System, rim: int, weekly: int, clock: SettableClock
) -> None:
    with system.db.read() as db:
        found = preferences.load(db, rim, now=clock.now())
    assert found.address == "r•••••m@example.net"
    assert [one.name for one in found.lists] == ["موجز الميناء", "الأسبوعية"]
    assert found.mailable and found.on_any and found.paused_until is None


def test_digits_are_chosen_and_given_back_to_the_newsletter(
    system: System, place: Place, rim: int, clock: SettableClock
) -> None:
    def sent_in() -> str:
        rows = recipients(place.newsletter_id, now=clock.now(), default_digits="latn")
        return str(db.execute(rows).one()[1])

    with system.db.write() as db:
        preferences.save_digits(db, rim, "arab")
        assert sent_in() == "arab"
        preferences.save_digits(db, rim, None)
        assert sent_in() == "latn"
        with pytest.raises(Refused, match="bad_digits"):
            preferences.save_digits(db, rim, "roman")


def test_a_pause_ends_by_itself(
    system: System, place: Place, rim: int, clock: SettableClock
) -> None:
    until = clock.now() + timedelta(days=7)
    with system.db.write() as db:
        assert preferences.pause(db, rim, until, network=HOME, now=clock.now()) == 1
        assert preferences.load(db, rim, now=clock.now()).paused_until == until
        assert not may_mail(db, rim, place.newsletter_id, now=clock.now())
        clock.forward(days=7)
        assert may_mail(db, rim, place.newsletter_id, now=clock.now())
        assert preferences.load(db, rim, now=clock.now()).lists[0].state == MembershipState.ON


def test_a_pause_is_ended_by_hand_and_may_be_changed(
    system: System, place: Place, rim: int, clock: SettableClock
) -> None:
    with system.db.write() as db:
        for days in (7, 30):
            until = clock.now() + timedelta(days=days)
            preferences.pause(db, rim, until, network=HOME, now=clock.now())
        assert preferences.load(db, rim, now=clock.now()).paused_until == until
        assert preferences.resume(db, rim, network=HOME, now=clock.now()) == 1
        assert preferences.resume(db, rim, network=HOME, now=clock.now()) == 0
        assert may_mail(db, rim, place.newsletter_id, now=clock.now())
        assert db.scalars(select(Consent.what).order_by(Consent.id)).all() == [
            "paused", "paused", "resumed"
        ]


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_pause_lies_ahead_and_within_a_year(
    system: System, rim: int, clock: SettableClock, days: int
) -> None:
    until = clock.now() + timedelta(days=days)
    with system.db.write() as db, pytest.raises(Refused, match="bad_pause"):
        preferences.pause(db, rim, until, network=HOME, now=clock.now())


def test_pausing_wakes_no_list_that_was_left_or_never_confirmed(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        gone = make.subscriber(db, now=clock.now(), address="gone@example.net",
                               list_id=place.list_id, on="left")
        asked = ask(db, place, clock).subscriber_id or 0
        for one in (gone, asked):
            assert preferences.pause(db, one, clock.now() + timedelta(days=7), network=HOME,
                                     now=clock.now()) == 0
            assert preferences.resume(db, one, network=HOME, now=clock.now()) == 0


def test_leaving_one_list_keeps_the_other(
    system: System, place: Place, rim: int, weekly: int, clock: SettableClock
) -> None:
    with system.db.write() as db:
        left = preferences.leave_lists(db, rim, [place.list_id], network=HOME, now=clock.now())
        assert left == 1
        assert is_suppressed(db, ADDRESS) is None
        states = {one.list_id: one.state for one in preferences.load(db, rim, now=clock.now()).lists}
    assert states == {place.list_id: MembershipState.LEFT, weekly: MembershipState.ON}


def test_leaving_the_last_list_suppresses_the_address(
    system: System, place: Place, rim: int, weekly: int, clock: SettableClock
) -> None:
    with system.db.write() as db:
        assert preferences.leave_lists(db, rim, None, network=HOME, now=clock.now()) == 2
        assert preferences.leave_lists(db, rim, None, network=HOME, now=clock.now()) == 0
        assert is_suppressed(db, ADDRESS) is Reason.LEFT
        assert not preferences.load(db, rim, now=clock.now()).on_any
        assert db.scalars(select(Consent.what)).all() == ["left", "left"]


def test_leaving_needs_no_reader(system: System, rim: int, clock: SettableClock) -> None:
    with system.db.write() as db:
        assert preferences.leave_lists(db, 99, None, network=HOME, now=clock.now()) == 0
        erase(db, rim, now=clock.now())
        assert preferences.leave_lists(db, rim, None, network=HOME, now=clock.now()) == 0


def test_coming_back_lifts_a_leaving(
    system: System, place: Place, rim: int, clock: SettableClock
) -> None:
    with system.db.write() as db:
        preferences.leave_lists(db, rim, None, network=HOME, now=clock.now())
        assert preferences.come_back(db, rim, [place.list_id], network=HOME, now=clock.now())
        assert preferences.come_back(db, rim, [place.list_id], network=HOME, now=clock.now())
        assert is_suppressed(db, ADDRESS) is None
        assert may_mail(db, rim, place.newsletter_id, now=clock.now())
        assert db.scalars(select(Consent.what).order_by(Consent.id)).all() == ["left", "back"]


def test_coming_back_joins_no_list_never_asked_for(
    system: System, place: Place, rim: int, clock: SettableClock
) -> None:
    with system.db.write() as db:
        other = make.mailing_list(db, now=clock.now(), slug="other")
        assert not preferences.come_back(db, rim, [other], network=HOME, now=clock.now())
        assert not preferences.come_back(db, 99, [place.list_id], network=HOME, now=clock.now())
        assert db.get(Membership, (rim, other)) is None


@pytest.mark.parametrize("reason", [Reason.BOUNCE, Reason.COMPLAINT])
def test_nobody_comes_back_from_a_bounce_or_complaint(
    system: System, place: Place, rim: int, clock: SettableClock, reason: Reason
) -> None:
    with system.db.write() as db:
        suppress_address(db, ADDRESS, reason, now=clock.now())
        assert not preferences.come_back(db, rim, [place.list_id], network=HOME, now=clock.now())
        assert not preferences.load(db, rim, now=clock.now()).mailable


def test_a_reader_who_is_gone_has_no_page(
    system: System, place: Place, rim: int, clock: SettableClock
) -> None:
    with system.db.write() as db:
        erase(db, rim, now=clock.now())
        for one in (rim, 99):
            for act in (
                lambda one=one: preferences.load(db, one, now=clock.now()),
                lambda one=one: preferences.save_digits(db, one, "arab"),
                lambda one=one: preferences.resume(db, one, network=HOME, now=clock.now()),
                lambda one=one: preferences.pause(
                    db, one, clock.now() + timedelta(days=7), network=HOME, now=clock.now()
                ),
            ):
                with pytest.raises(NotFound, match="no_such_reader"):
                    act()


def test_a_reader_who_asked_only_is_told_so(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        reader = ask(db, place, clock).subscriber_id or 0
        found = preferences.load(db, reader, now=clock.now())
        assert found.lists[0].state == MembershipState.PENDING
        signup.confirm(db, reader, place.list_id, network=HOME, now=clock.now())
        assert db.get_one(Subscriber, reader).state == "active"
