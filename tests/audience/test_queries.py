"""Readers as the admin sees them."""

from __future__ import annotations

import pytest

from digest.audience import queries, signup
from digest.audience.models import Membership
from digest.audience.suppress import Reason, erase, suppress_address
from digest.system.build import System
from digest.system.errors import NotFound
from tests import make
from tests.audience.conftest import ADDRESS, HOME, Place, ask
from tests.conftest import SettableClock

PEOPLE = [  # state, membership or none, status
    ("active", "on", "active"),
    ("active", None, "active"),
    ("active", "paused", "paused"),
    ("active", "pending", "pending"),
    ("pending", "pending", "pending"),
    ("pending", None, "pending"),
    ("active", "left", "left"),
    ("pending", "left", "left"),
    ("bounced", "on", "bounced"),
    ("complained", "left", "complained"),
]


@pytest.fixture
def people(system: System, place: Place, clock: SettableClock) -> list[int]:
    with system.db.write() as db:
        return [
            make.subscriber(db, now=clock.now(), address=f"r{n}@example.net", state=state,
                            list_id=place.list_id if on else None, on=on or "on")
            for n, (state, on, _) in enumerate(PEOPLE)
        ]


def test_each_row_has_its_status_and_each_status_its_rows(
    system: System, people: list[int]
) -> None:
    with system.db.read() as db:
        rows = {row.id: row.status for row in queries.subscribers(db).rows}
        assert [rows[one] for one in people] == [status for _, _, status in PEOPLE]
        for status in queries.STATUSES:
            found = {row.id for row in queries.subscribers(db, status=status).rows}
            assert found == {one for one in people if rows[one] == status}, status
        counts = queries.count_by_status(db)
        assert counts == {
            status: sum(found == status for found in rows.values()) for status in queries.STATUSES
        }
        assert queries.subscribers(db, status="no such").total == 0


def test_the_newest_come_first_and_pages_end(system: System, people: list[int]) -> None:
    with system.db.read() as db:
        pages = [queries.subscribers(db, page=page, per_page=4) for page in (1, 2, 3)]
        assert [row.id for page in pages for row in page.rows] == people[::-1]
        assert (pages[0].total, pages[0].pages) == (10, 3)
        beyond = queries.subscribers(db, page=10**9, per_page=4)
        assert (beyond.page, len(beyond.rows)) == (3, 2)
        assert queries.subscribers(db, page=-5).page == 1


def test_search_looks_in_address_and_name_and_takes_signs_literally(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        rim = make.subscriber(db, now=clock.now(), address="rim_a@example.net", name="ريم خليل")
        make.subscriber(db, now=clock.now(), address="rimxa@example.net", name="عمر")

    def found(text: str) -> list[int]:
        with system.db.read() as db:
            return [row.id for row in queries.subscribers(db, search=text).rows]

    assert found("ريم") == found(" RIM_A ") == [rim]
    assert len(found("example")) == 2
    assert found("%") == found("' OR 1=1 --") == []


def test_readers_of_one_list(system: System, place: Place, people: list[int]) -> None:
    with system.db.read() as db:
        page = queries.subscribers(db, list_id=place.list_id)
        assert page.total == 8
        assert queries.subscribers(db, list_id=place.list_id + 1).total == 0


def test_a_person_page_tells_the_whole_history(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        reader = ask(db, place, clock).subscriber_id or 0
        clock.forward(minutes=5)
        signup.confirm(db, reader, place.list_id, network=HOME, now=clock.now())
        found = queries.person(db, reader)
    assert (found.row.status, found.row.lists) == ("active", ("القائمة اليومية",))
    assert found.confirmed_at == clock.now() and found.suppressed is None
    assert [line.what for line in found.history] == ["confirmed", "asked"]
    assert found.history[1].wording == "أوافق على استلام النشرة"
    assert found.memberships[0].state == "on"


def test_a_suppressed_person_says_why(system: System, place: Place, clock: SettableClock) -> None:
    with system.db.write() as db:
        reader = make.subscriber(db, now=clock.now(), address=ADDRESS, list_id=place.list_id)
        suppress_address(db, ADDRESS, Reason.BOUNCE, now=clock.now())
        db.expire_all()
        found = queries.person(db, reader)
    assert (found.suppressed, found.row.status) == (Reason.BOUNCE, "bounced")


def test_an_erased_reader_is_nowhere(system: System, place: Place, clock: SettableClock) -> None:
    with system.db.write() as db:
        reader = make.subscriber(db, now=clock.now(), address=ADDRESS, list_id=place.list_id)
        erase(db, reader, now=clock.now())
        assert queries.subscribers(db).total == 0
        assert sum(queries.count_by_status(db).values()) == 0
        with pytest.raises(NotFound, match="no_such_reader"):
            queries.person(db, reader)


def test_lists_that_were_left_are_not_named_in_the_row(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        reader = make.subscriber(db, now=clock.now(), list_id=place.list_id, on="left")
        other = make.mailing_list(db, now=clock.now(), name="الأسبوعية", slug="weekly")
        db.add(Membership(subscriber_id=reader, list_id=other, state="on", at=clock.now()))
        db.flush()
        assert queries.subscribers(db).rows[0].lists == ("الأسبوعية",)


def test_an_arabic_domain_is_shown_in_its_own_letters(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        make.subscriber(db, now=clock.now(), address="rim@xn--mgbh0fb.example")
        assert queries.subscribers(db).rows[0].address == "rim@مثال.example"
