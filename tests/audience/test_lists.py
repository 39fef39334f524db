"""Lists and their counts."""

from __future__ import annotations

import pytest

from digest.audience import lists
from digest.newsletters.manage import set_lists
from digest.system.build import System
from digest.system.errors import NotFound, Refused
from tests import make
from tests.audience.conftest import Place
from tests.conftest import SettableClock


def test_a_list_is_added_renamed_and_found(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        list_id = lists.add_list(db, " اليومية ", "daily", now=clock.now())
        assert lists.get_list(db, list_id).name == "اليومية"
        lists.rename_list(db, list_id, "الصباحية")
        assert lists.get_list_by_slug(db, "daily").name == "الصباحية"
        assert [row.id for row in lists.list_lists(db)] == [list_id]


def test_what_makes_no_list_is_refused(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        lists.add_list(db, "اليومية", "daily", now=clock.now())
        for name, slug, code in (
            ("  ", "other", "no_name"), ("أخرى", "daily", "slug_taken"),
            ("أخرى", "", "bad_slug"), ("أخرى", "Daily", "bad_slug"), ("أخرى", "-a", "bad_slug"),
            ("أخرى", "قائمة", "bad_slug"), ("أخرى", "a" * 63, "bad_slug"),
        ):
            with pytest.raises(Refused, match=code):
                lists.add_list(db, name, slug, now=clock.now())


def test_a_list_that_does_not_exist_is_named(system: System) -> None:
    with system.db.write() as db:
        for act in (lambda: lists.get_list(db, 9), lambda: lists.get_list_by_slug(db, "x"),
                    lambda: lists.rename_list(db, 9, "x")):
            with pytest.raises(NotFound, match="no_such_list"):
                act()


def test_a_list_keeps_a_name(system: System, place: Place) -> None:
    with system.db.write() as db, pytest.raises(Refused, match="no_name"):
        lists.rename_list(db, place.list_id, " ")


def test_counts_are_told_apart(system: System, place: Place, clock: SettableClock) -> None:
    states = ["on"] * 3 + ["paused"] * 2 + ["pending"] + ["left"] * 4
    with system.db.write() as db:
        for number, state in enumerate(states):
            make.subscriber(db, now=clock.now(), address=f"r{number}@example.net",
                            list_id=place.list_id, on=state)
        empty = make.mailing_list(db, now=clock.now(), slug="empty")
        row, other = lists.list_lists(db)
    assert (row.on, row.paused, row.pending, row.left) == (3, 2, 1, 4)
    assert other.id == empty
    assert (other.on, other.paused, other.pending, other.left) == (0, 0, 0, 0)


def test_recipients_are_counted_once_over_lists(
    system: System, place: Place, clock: SettableClock
) -> None:
    from digest.audience.models import Membership

    with system.db.write() as db:
        both = make.subscriber(db, now=clock.now(), list_id=place.list_id)
        other = make.mailing_list(db, now=clock.now(), slug="weekly")
        db.add(Membership(subscriber_id=both, list_id=other, state="on", at=clock.now()))
        make.subscriber(db, now=clock.now(), address="omar@example.net", list_id=other)
        make.subscriber(db, now=clock.now(), address="b@example.net", list_id=other,
                        state="bounced")
        assert lists.count_recipients(db, place.newsletter_id, clock.now()) == 1
        set_lists(db, place.newsletter_id, [place.list_id, other])
        assert lists.count_recipients(db, place.newsletter_id, clock.now()) == 2
        assert lists.count_recipients(db, place.newsletter_id + 1, clock.now()) == 0
