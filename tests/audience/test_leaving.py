"""Leaving, many in one go: each off the lists asked for, suppressed only when on none any more."""

from __future__ import annotations

from sqlalchemy import select

from digest.audience.leaving import Leaving, leave_many
from digest.audience.models import Consent, Membership
from digest.audience.suppress import Reason, erase, is_suppressed, suppress_address
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock

HOME = "203.0.113.7"


def test_each_reader_leaves_the_lists_that_were_asked_for(
    system: System, clock: SettableClock
) -> None:
    now = clock.now()
    with system.db.write() as db:
        daily = make.mailing_list(db, now=now)
        weekly = make.mailing_list(db, now=now, slug="weekly")
        rim = make.subscriber(db, now=now, address="rim@example.net", list_id=daily)
        omar = make.subscriber(db, now=now, address="omar@example.net", list_id=daily)
        nader = make.subscriber(db, now=now, address="nader@example.net", list_id=daily, on="left")
        gone = make.subscriber(db, now=now, address="gone@example.net", list_id=daily)
        db.add(Membership(subscriber_id=omar, list_id=weekly, state="paused", at=now))
        db.flush()
        erase(db, gone, now=now)
        left = leave_many(db, [
            Leaving(rim, (daily,), HOME), Leaving(omar, (daily,), HOME), Leaving(rim, (daily,), ""),
            Leaving(nader, None, HOME), Leaving(gone, None, HOME), Leaving(999_999, None, HOME),
        ], now=now)
        assert left == {rim: [daily], omar: [daily]}
        assert is_suppressed(db, "rim@example.net") is Reason.LEFT
        assert is_suppressed(db, "omar@example.net") is None
        assert leave_many(db, [Leaving(omar, None, HOME)], now=now) == {omar: [weekly]}
        assert is_suppressed(db, "omar@example.net") is Reason.LEFT
        rows = db.execute(select(Consent.subscriber_id, Consent.list_id).order_by(Consent.id)).all()
        assert [tuple(row) for row in rows] == [(rim, daily), (omar, daily), (omar, weekly)]


def test_a_graver_reason_stays(system: System, clock: SettableClock) -> None:
    now = clock.now()
    with system.db.write() as db:
        daily = make.mailing_list(db, now=now)
        rim = make.subscriber(db, now=now, address="rim@example.net", list_id=daily)
        suppress_address(db, "rim@example.net", Reason.COMPLAINT, now=now)
        assert leave_many(db, [Leaving(rim, None, HOME)], now=now) == {rim: [daily]}
        assert is_suppressed(db, "rim@example.net") is Reason.COMPLAINT
