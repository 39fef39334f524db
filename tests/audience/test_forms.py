"""Forms: what an editor may set, and which sites may post them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.audience import forms, signup
from digest.audience.forms import FormRow, FormValues
from digest.system.build import System
from digest.system.errors import NotFound, Refused
from tests import make
from tests.audience.conftest import HOME, Place, ask
from tests.conftest import SettableClock


def values(place: Place, **changes: object) -> FormValues:
    base = FormValues(
        name="آخر المقال", list_id=place.list_id, newsletter_id=place.newsletter_id,
        heading="موجز الميناء كل صباح", text="أهم خمسة أخبار.",
        allowed_origins=("https://news.example",),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def test_a_form_is_added_and_found_by_its_public_key(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        form_id = forms.add_form(db, values(place), now=clock.now())
        row = forms.get_form(db, form_id)
        assert forms.form_by_key(db, row.public_key) == row
        assert forms.list_forms(db) == (row,)
        assert forms.key_for(db, place.newsletter_id) == row.public_key
    assert len(row.public_key) >= 16
    assert (row.heading, row.newsletter_name, row.newsletter_slug) == (
        "موجز الميناء كل صباح", "موجز الميناء", "mina"
    )
    assert (row.list_name, row.asked, row.confirmed) == ("القائمة اليومية", 0, 0)


def test_changing_a_form_keeps_its_key(system: System, place: Place, clock: SettableClock) -> None:
    with system.db.write() as db:
        form_id = forms.add_form(db, values(place), now=clock.now())
        key = forms.get_form(db, form_id).public_key
        forms.update_form(db, form_id, values(place, name=" العمود ", consent_text=""))
        row = forms.get_form(db, form_id)
    assert (row.public_key, row.name, row.consent_text) == (key, "العمود", forms.CONSENT)


def test_a_form_counts_who_asked_and_who_confirmed(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        form_id = forms.add_form(db, values(place), now=clock.now())
        first = ask(db, place, clock, form_id=form_id).subscriber_id or 0
        ask(db, place, clock, "nader@example.net", form_id=form_id)
        ask(db, place, clock, "omar@example.net")
        signup.confirm(db, first, place.list_id, network=HOME, now=clock.now())
        row = forms.get_form(db, form_id)
    assert (row.asked, row.confirmed) == (2, 1)


def test_people_outlive_the_form_they_came_through(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        form_id = forms.add_form(db, values(place), now=clock.now())
        reader = ask(db, place, clock, form_id=form_id).subscriber_id or 0
        forms.delete_form(db, form_id)
    with system.db.write() as db:
        assert signup.confirm(db, reader, place.list_id, network=HOME, now=clock.now())
        assert forms.key_for(db, place.newsletter_id) is None
        with pytest.raises(NotFound, match="no_such_form"):
            forms.get_form(db, form_id)


@pytest.mark.parametrize("act", ["get", "key", "update", "delete"])
def test_a_form_that_does_not_exist_is_named(
    system: System, place: Place, clock: SettableClock, act: str
) -> None:
    with system.db.write() as db, pytest.raises(NotFound, match="no_such_form"):
        {"get": lambda: forms.get_form(db, 99), "key": lambda: forms.form_by_key(db, "none"),
         "update": lambda: forms.update_form(db, 99, values(place)),
         "delete": lambda: forms.delete_form(db, 99)}[act]()


def test_a_form_needs_a_name_and_a_list_that_is_sent(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        lonely = make.mailing_list(db, now=clock.now(), slug="lonely")
        with pytest.raises(Refused, match="no_name"):
            forms.add_form(db, values(place, name="  "), now=clock.now())
        with pytest.raises(Refused, match="list_not_sent"):
            forms.add_form(db, values(place, list_id=lonely), now=clock.now())
        with pytest.raises(Refused, match="bad_origin"):
            forms.add_form(db, values(place, allowed_origins=("news.example",)), now=clock.now())


def test_origins_are_read_a_line_each() -> None:
    assert forms.read_origins("https://News.example/\n\n http://127.0.0.1:9000\nhttps://[::1]:8\n"
                              "https://news.example") == (
        "https://news.example", "http://127.0.0.1:9000", "https://[::1]:8"
    )


@pytest.mark.parametrize("line", ["news.example", "ftp://news.example", "https://news.example/a",
                                  "https://", "javascript:alert(1)", "https://a@b.example", "*",
                                  "https://news.example;", "https://news.example:123456"])
def test_what_is_no_origin_is_refused(line: str) -> None:
    with pytest.raises(Refused, match="bad_origin"):
        forms.read_origins(line)


@given(st.text())
def test_origins_hold_nothing_that_could_leave_a_header(text: str) -> None:
    try:
        found = forms.read_origins(text)
    except Refused:
        return
    assert not any(letter in one for one in found for letter in " ;,'\"\r\n")


@pytest.mark.parametrize(("named", "origin", "allowed"), [
    ((), None, True),
    ((), "https://anywhere.example", True),
    (("https://news.example",), "https://news.example", True),
    (("https://news.example",), "HTTPS://NEWS.example", True),
    (("https://news.example",), "https://digest.example", True),
    (("https://news.example",), "https://evil.example", False),
    (("https://news.example",), "https://news.example.evil.example", False),
    (("https://news.example",), "null", False),
    (("https://news.example",), None, False),
])
def test_which_sites_may_post_a_form(
    named: tuple[str, ...], origin: str | None, allowed: bool
) -> None:
    row = FormRow(name="x", list_id=1, newsletter_id=1, allowed_origins=named)
    assert forms.origin_allowed(row, origin, own=["https://digest.example"]) is allowed
