"""Leaving by the button of a mail: once, however often, and long after everything is gone."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from digest.audience.models import Consent, MailingList, Membership, Subscriber
from digest.audience.suppress import Reason, erase, is_suppressed, may_mail, suppress_address
from digest.feedback import leave
from digest.feedback.models import Event
from digest.newsletters.models import Newsletter
from digest.system.build import System
from digest.system.errors import Refused
from tests import make
from tests.conftest import SettableClock

ADDRESS = "rim@example.net"
HOME = "203.0.113.7"


@pytest.fixture
def daily(system: System, clock: SettableClock) -> tuple[int, int]:
    """The ids of a newsletter and its list."""
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=clock.now())
        return make.newsletter(db, now=clock.now(), list_id=list_id), list_id


@pytest.fixture
def rim(system: System, clock: SettableClock, daily: tuple[int, int]) -> int:
    with system.db.write() as db:
        return make.subscriber(db, now=clock.now(), address=ADDRESS, list_id=daily[1])


def events(system: System) -> list[tuple[str, int | None, int | None]]:
    with system.db.read() as db:
        rows = select(Event.kind, Event.issue_id, Event.subscriber_id).order_by(Event.id)
        return [(kind, issue, reader) for kind, issue, reader in db.execute(rows)]


def test_one_click_leaves_every_list_of_the_newsletter(
    system: System, clock: SettableClock, daily: tuple[int, int], rim: int
) -> None:
    with system.db.write() as db:
        issue_id = make.issue(db, now=clock.now(), newsletter_id=daily[0])
        assert leave.one_click(db, rim, daily[0], issue_id=issue_id, network=HOME,
                               now=clock.now())
        assert not may_mail(db, rim, daily[0], now=clock.now())
        assert is_suppressed(db, ADDRESS) is Reason.LEFT
    assert events(system) == [("leave", issue_id, rim)]


def test_other_newsletters_of_the_reader_go_on(
    system: System, clock: SettableClock, daily: tuple[int, int], rim: int
) -> None:
    with system.db.write() as db:
        other = make.mailing_list(db, now=clock.now(), slug="weekly")
        weekly = make.newsletter(db, now=clock.now(), slug="weekly", list_id=other)
        db.add(Membership(subscriber_id=rim, list_id=other, state="on", at=clock.now()))
        db.flush()
        leave.one_click(db, rim, daily[0], now=clock.now())
        assert may_mail(db, rim, weekly, now=clock.now())
        assert is_suppressed(db, ADDRESS) is None


def test_twice_is_one_event_and_no_fault(
    system: System, clock: SettableClock, daily: tuple[int, int], rim: int
) -> None:
    for expected in (True, False, False):
        with system.db.write() as db:
            assert leave.one_click(db, rim, daily[0], now=clock.now()) is expected
        clock.forward(days=730)
    assert len(events(system)) == 1


def test_a_hundred_at_once_are_one_event(
    system: System, clock: SettableClock, daily: tuple[int, int], rim: int
) -> None:
    left: list[bool] = []
    failed: list[BaseException] = []

    def go() -> None:
        try:
            for _ in range(10):
                with system.db.write() as db:
                    left.append(leave.one_click(db, rim, daily[0], now=clock.now()))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=go) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [] and len(left) == 100
    assert sum(left) == 1 and len(events(system)) == 1
    with system.db.read() as db:
        assert db.scalars(select(Consent.what)).all() == ["left"]


def test_a_reader_newsletter_or_issue_that_is_gone_is_no_fault(
    system: System, clock: SettableClock, daily: tuple[int, int], rim: int
) -> None:
    with system.db.write() as db:
        assert not leave.one_click(db, 99, daily[0], now=clock.now())
        assert not leave.one_click(db, rim, 99, now=clock.now())
        assert leave.one_click(db, rim, daily[0], issue_id=99, now=clock.now())
    assert events(system) == [("leave", None, rim)]
    with system.db.write() as db:
        erase(db, rim, now=clock.now())
        assert not leave.one_click(db, rim, daily[0], now=clock.now())
        db.delete(db.get_one(Newsletter, daily[0]))
        db.delete(db.get_one(MailingList, daily[1]))
    with system.db.write() as db:
        assert not leave.one_click(db, rim, daily[0], now=clock.now())


def test_a_paused_or_unconfirmed_reader_leaves_too(
    system: System, clock: SettableClock, daily: tuple[int, int]
) -> None:
    for state in ("paused", "pending"):
        with system.db.write() as db:
            one = make.subscriber(db, now=clock.now(), address=f"{state}@example.net",
                                  list_id=daily[1], on=state)
            db.get_one(Membership, (one, daily[1])).paused_until = clock.now() + timedelta(days=9)
            db.flush()
            assert leave.one_click(db, one, daily[0], now=clock.now())
            assert db.get_one(Membership, (one, daily[1]), populate_existing=True).state == "left"


def test_the_first_reason_is_kept(
    system: System, clock: SettableClock, daily: tuple[int, int], rim: int
) -> None:
    with system.db.write() as db:
        leave.one_click(db, rim, daily[0], now=clock.now())
        assert leave.say_why(db, rim, daily[0], "too_many", now=clock.now())
        assert not leave.say_why(db, rim, daily[0], "other", now=clock.now())
        with pytest.raises(Refused, match="bad_reason"):
            leave.say_why(db, rim, daily[0], "'; DROP TABLE event", now=clock.now())
    assert [kind for kind, _, _ in events(system)] == ["leave", "why_too_many"]


def test_every_reason_fits_its_column() -> None:
    assert max(len(f"why_{one}") for one in leave.WHY) <= 20


def test_a_leaving_is_undone(
    system: System, clock: SettableClock, daily: tuple[int, int], rim: int
) -> None:
    with system.db.write() as db:
        leave.one_click(db, rim, daily[0], now=clock.now())
        assert leave.back(db, rim, daily[0], network=HOME, now=clock.now())
        assert may_mail(db, rim, daily[0], now=clock.now())
        assert is_suppressed(db, ADDRESS) is None
        assert db.get_one(Subscriber, rim).state == "active"


def test_nobody_comes_back_from_a_complaint(
    system: System, clock: SettableClock, daily: tuple[int, int], rim: int
) -> None:
    with system.db.write() as db:
        leave.one_click(db, rim, daily[0], now=clock.now())
        suppress_address(db, ADDRESS, Reason.COMPLAINT, now=clock.now())
        assert not leave.back(db, rim, daily[0], now=clock.now())
        assert not leave.back(db, 99, daily[0], now=clock.now())
