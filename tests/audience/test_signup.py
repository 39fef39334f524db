"""Double opt-in: asking, confirming, and who is never mailed."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from digest.audience import signup
from digest.audience.models import Consent, Membership, Subscriber
from digest.audience.suppress import Reason, erase, is_suppressed, may_mail, suppress_address
from digest.system.build import System
from digest.system.errors import NotFound, Refused
from tests import make
from tests.audience.conftest import ADDRESS, HOME, Place, ask, confirmations, done
from tests.conftest import SettableClock


def state_of(system: System, place: Place, subscriber_id: int) -> tuple[str, str]:
    with system.db.read() as db:
        member = db.get_one(Membership, (subscriber_id, place.list_id))
        return db.get_one(Subscriber, subscriber_id).state, member.state


def test_asking_queues_one_mail_and_mails_nothing_else(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        asked = ask(db, place, clock)
        assert asked.mailed and asked.subscriber_id is not None
        assert confirmations(db) == [
            {"subscriber_id": asked.subscriber_id, "list_id": place.list_id,
             "newsletter_id": place.newsletter_id}
        ]
        assert not may_mail(db, asked.subscriber_id, place.newsletter_id, now=clock.now())
    assert state_of(system, place, asked.subscriber_id) == ("pending", "pending")


def test_confirming_puts_the_reader_on_the_list(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        reader = ask(db, place, clock).subscriber_id or 0
        assert signup.confirm(db, reader, place.list_id, network=HOME, now=clock.now())
        assert may_mail(db, reader, place.newsletter_id, now=clock.now())
    assert state_of(system, place, reader) == ("active", "on")
    with system.db.read() as db:
        assert db.get_one(Subscriber, reader).confirmed_at == clock.now()


def test_confirming_twice_is_recorded_once(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        reader = ask(db, place, clock).subscriber_id or 0
        first = clock.now()
        signup.confirm(db, reader, place.list_id, network=HOME, now=first)
        clock.forward(days=1)
        assert signup.confirm(db, reader, place.list_id, network=HOME, now=clock.now())
        lines = db.scalars(select(Consent.what).order_by(Consent.id)).all()
        assert lines == ["asked", "confirmed"]
        assert db.get_one(Subscriber, reader).confirmed_at == first


def test_a_link_confirms_no_list_that_was_not_asked_for(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        reader = ask(db, place, clock).subscriber_id or 0
        other = make.mailing_list(db, now=clock.now(), slug="weekly")
        assert not signup.confirm(db, reader, other, network=HOME, now=clock.now())
        assert not signup.confirm(db, reader + 1, place.list_id, network=HOME, now=clock.now())


@pytest.mark.parametrize("text", ["", "  ", "rim", "rim@", "a@b.co,c@d.co", "<rim@example.net>b",
                                  "rim@example.net\nBcc: x@y.co", "rim@localhost"])
def test_what_is_no_address_is_refused_and_leaves_no_trace(
    system: System, place: Place, clock: SettableClock, text: str
) -> None:
    with system.db.write() as db:
        with pytest.raises(Refused, match="bad_address"):
            ask(db, place, clock, text)
        assert db.scalar(select(func.count()).select_from(Subscriber)) == 0
        assert confirmations(db) == []


def test_a_list_that_does_not_exist_is_named(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db, pytest.raises(NotFound, match="no_such_list"):
        ask(db, place, clock, list_id=place.list_id + 99)


@pytest.mark.parametrize("spelling", [
    "RIM@example.net", " rim@example.net ", "\u200frim@example.net", "rim@EXAMPLE.NET",
    "rim@example.net\u200e",
])
def test_one_reader_by_every_spelling(
    system: System, place: Place, clock: SettableClock, spelling: str
) -> None:
    with system.db.write() as db:
        first = ask(db, place, clock)
        again = ask(db, place, clock, spelling)
        assert again.subscriber_id == first.subscriber_id
        assert not again.mailed


def test_one_reader_by_the_two_spellings_of_an_arabic_domain(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        first = ask(db, place, clock, "rim@مثال.example")
        again = ask(db, place, clock, "rim@xn--mgbh0fb.example")
        assert again.subscriber_id == first.subscriber_id


def test_letters_that_look_alike_are_different_readers(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        found = {ask(db, place, clock, f"{name}@example.net").subscriber_id
                 for name in ("علي", "على", "سارة", "ساره", "أحمد", "احمد")}
        assert len(found) == 6 and None not in found


def test_a_pending_reader_asks_again_and_gets_one_mail_a_day(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        ask(db, place, clock)
        done(db)
        clock.forward(hours=23)
        assert not ask(db, place, clock).mailed
        assert confirmations(db) == []
        clock.forward(hours=2)
        assert ask(db, place, clock).mailed


def test_one_mail_a_day_over_all_lists_and_aliases(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        other = make.mailing_list(db, now=clock.now(), slug="weekly")
        ask(db, place, clock, "rim@gmail.com")
        mailed = [
            ask(db, place, clock, "rim@gmail.com", list_id=other).mailed,
            ask(db, place, clock, "rim+news@gmail.com").mailed,
            ask(db, place, clock, "r.i.m@gmail.com").mailed,
        ]
        assert mailed == [False, False, False]
        assert len(confirmations(db)) == 1
        assert db.scalar(select(func.count()).select_from(Subscriber)) == 3


def test_an_active_reader_who_asks_again_stays_active(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        reader = make.subscriber(db, now=clock.now(), address=ADDRESS, list_id=place.list_id)
        assert ask(db, place, clock).subscriber_id == reader
    assert state_of(system, place, reader) == ("active", "on")


def test_a_reader_who_left_stays_out_until_confirming_again(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        reader = make.subscriber(
            db, now=clock.now(), address=ADDRESS, list_id=place.list_id, on="left"
        )
        suppress_address(db, ADDRESS, Reason.LEFT, now=clock.now())
        assert ask(db, place, clock).mailed
        assert not may_mail(db, reader, place.newsletter_id, now=clock.now())
        assert is_suppressed(db, ADDRESS) is Reason.LEFT
        assert signup.confirm(db, reader, place.list_id, network=HOME, now=clock.now())
        assert is_suppressed(db, ADDRESS) is None
        assert may_mail(db, reader, place.newsletter_id, now=clock.now())


@pytest.mark.parametrize("reason", [Reason.BOUNCE, Reason.COMPLAINT])
def test_an_address_that_must_not_be_mailed_is_never_mailed(
    system: System, place: Place, clock: SettableClock, reason: Reason
) -> None:
    with system.db.write() as db:
        reader = ask(db, place, clock).subscriber_id or 0
        done(db)
        suppress_address(db, ADDRESS, reason, now=clock.now())
        clock.forward(days=2)
        assert ask(db, place, clock) == signup.SignUp(None, mailed=False)
        assert not signup.send_again(db, reader, place.list_id, place.newsletter_id,
                                     network=HOME, now=clock.now())
        assert not signup.confirm(db, reader, place.list_id, network=HOME, now=clock.now())
        assert confirmations(db) == []


def test_a_new_link_is_mailed_within_the_limits(
    system: System, place: Place, clock: SettableClock
) -> None:
    def again() -> bool:
        return signup.send_again(db, reader, place.list_id, place.newsletter_id, network=HOME,
                                 now=clock.now())

    with system.db.write() as db:
        reader = ask(db, place, clock).subscriber_id or 0
        done(db)
        assert not again()
        clock.forward(days=3)
        assert again()
        erase(db, reader, now=clock.now())
        clock.forward(days=3)
        assert not again()


def test_the_wording_and_network_of_a_request_are_kept(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        ask(db, place, clock)
        line = db.scalars(select(Consent)).one()
        assert (line.what, line.wording) == ("asked", "أوافق على استلام النشرة")
        assert (line.network, line.at, line.list_id) == (
            "203.0.113.0/24", clock.now(), place.list_id
        )


def test_simultaneous_requests_make_one_reader_and_one_mail(
    system: System, place: Place, clock: SettableClock
) -> None:
    failed: list[BaseException] = []

    def go(spelling: str) -> None:
        try:
            with system.db.write() as db:
                ask(db, place, clock, spelling)
        except BaseException as error:
            failed.append(error)

    spellings = ["rim@example.net", "RIM@example.net", " rim@example.net", "Rim@Example.net"] * 2
    threads = [threading.Thread(target=go, args=(one,)) for one in spellings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with system.db.read() as db:
        assert db.scalar(select(func.count()).select_from(Subscriber)) == 1
        assert len(confirmations(db)) == 1
