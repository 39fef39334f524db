"""The consent record."""

from __future__ import annotations

from sqlalchemy import select

from digest.audience import consent, preferences, signup
from digest.audience.models import Consent
from digest.system.build import System
from tests import make
from tests.audience.conftest import HOME, Place, ask
from tests.conftest import SettableClock


def test_a_line_keeps_what_when_where_and_the_words(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        reader = make.subscriber(db, now=clock.now(), list_id=place.list_id)
        consent.record(db, reader, consent.What.ASKED, list_id=place.list_id, now=clock.now(),
                       wording="أوافق", network="203.0.113.0/24")
    with system.db.read() as db:
        line = db.scalars(select(Consent)).one()
        assert (line.subscriber_id, line.list_id, line.what) == (reader, place.list_id, "asked")
        assert (line.wording, line.network, line.at) == ("أوافق", "203.0.113.0/24", clock.now())


def test_a_life_of_a_reader_reads_in_order(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        reader = ask(db, place, clock).subscriber_id or 0
        signup.confirm(db, reader, place.list_id, network=HOME, now=clock.now())
        preferences.leave_lists(db, reader, None, network=HOME, now=clock.now())
        preferences.come_back(db, reader, [place.list_id], network=HOME, now=clock.now())
        lines = db.execute(select(Consent.what, Consent.network).order_by(Consent.id)).all()
    assert [tuple(line) for line in lines] == [
        (what, "203.0.113.0/24") for what in ("asked", "confirmed", "left", "back")
    ]


def test_a_line_outlives_its_list(system: System, place: Place, clock: SettableClock) -> None:
    from digest.audience.models import MailingList

    with system.db.write() as db:
        ask(db, place, clock)
    with system.db.write() as db:
        db.delete(db.get_one(MailingList, place.list_id))
    with system.db.read() as db:
        assert db.scalars(select(Consent)).one().list_id is None
