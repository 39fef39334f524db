"""Adding and changing newsletters."""

from __future__ import annotations

import dataclasses

import pytest

from digest.newsletters import manage
from digest.newsletters.manage import NewsletterValues
from digest.newsletters.models import Newsletter
from digest.staff.models import AuditEntry
from digest.system.build import System
from digest.system.errors import NotFound, Refused
from tests import make
from tests.conftest import SettableClock

VALUES = NewsletterValues("موجز الميناء", "mina", "news@mina.example")


def add(system: System, **changes: object) -> int:
    with system.db.write() as db:
        return manage.add_newsletter(
            db, dataclasses.replace(VALUES, **changes), now=system.clock.now()
        )


def test_a_new_newsletter_has_the_usual_settings(system: System) -> None:
    newsletter_id = add(system)
    with system.db.read() as db:
        row = manage.get_newsletter(db, newsletter_id)
    assert dataclasses.replace(row, sender_name="") == manage.NewsletterRow(
        **{name: getattr(VALUES, name) for name in VALUES.__dataclass_fields__}, id=newsletter_id
    )
    assert row.sender_name == "موجز الميناء"


def test_its_first_slot_is_counted_from_now(system: System) -> None:
    newsletter_id = add(system)
    with system.db.read() as db:
        assert db.get_one(Newsletter, newsletter_id).planned_until == system.clock.now()


def test_every_setting_survives_the_way_to_the_database(system: System) -> None:
    with system.db.write() as db:
        lists = tuple(
            make.mailing_list(db, now=system.clock.now(), slug=slug) for slug in ("a", "b")
        )
    wanted = NewsletterValues(
        name="الأسبوعية", slug="weekly-1", sender_address="a@example.org", sender_name="سلمى",
        tagline="سطر", reply_to="r@example.org", editor_address="e@example.org",
        postal_address="شارع البحر 12", zone="Africa/Cairo",
        rule={"kind": "weekly", "at": "07:30", "days": [0, 6]}, policy="auto", late="skip",
        grace_minutes=5, lead_minutes=15, period_hours=168, min_items=1, max_items=30,
        months="egypt", digits="arab", hijri=True, hijri_offset=-1, brand="#9A3D1F",
        public=False, active=False, list_ids=lists,
    )
    with system.db.write() as db:
        newsletter_id = manage.add_newsletter(db, wanted, now=system.clock.now())
    with system.db.read() as db:
        row = manage.get_by_slug(db, "weekly-1")
    assert row == manage.NewsletterRow(
        **{name: getattr(wanted, name) for name in wanted.__dataclass_fields__}, id=newsletter_id
    )


def test_a_changed_calendar_counts_from_now(system: System, clock: SettableClock) -> None:
    newsletter_id = add(system)
    clock.forward(days=3)
    changed = dataclasses.replace(VALUES, rule={"kind": "daily", "at": "09:00"})
    with system.db.write() as db:
        manage.update_newsletter(db, newsletter_id, changed, now=clock.now())
    with system.db.read() as db:
        assert db.get_one(Newsletter, newsletter_id).planned_until == clock.now()


def test_another_name_does_not_move_the_calendar(system: System, clock: SettableClock) -> None:
    before = clock.now()
    newsletter_id = add(system)
    clock.forward(days=3)
    with system.db.write() as db:
        manage.update_newsletter(
            db, newsletter_id, dataclasses.replace(VALUES, name="اسم آخر"), now=clock.now()
        )
    with system.db.read() as db:
        row = db.get_one(Newsletter, newsletter_id)
        assert (row.name, row.planned_until) == ("اسم آخر", before)


def test_lists_are_replaced_not_added_to(system: System) -> None:
    with system.db.write() as db:
        one = make.mailing_list(db, now=system.clock.now(), slug="one")
        two = make.mailing_list(db, now=system.clock.now(), slug="two")
    newsletter_id = add(system, list_ids=(one,))
    with system.db.write() as db:
        manage.set_lists(db, newsletter_id, [two, two])
    with system.db.read() as db:
        assert manage.get_newsletter(db, newsletter_id).list_ids == (two,)


def test_newsletters_are_listed_oldest_first(system: System) -> None:
    add(system, slug="b")
    add(system, slug="a")
    with system.db.read() as db:
        assert [row.slug for row in manage.list_newsletters(db)] == ["b", "a"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "no_name"),
        ({"slug": "نشرة"}, "bad_slug"),
        ({"slug": "-a"}, "bad_slug"),
        ({"slug": "A"}, "bad_slug"),
        ({"slug": "a/b"}, "bad_slug"),
        ({"slug": "a\n"}, "bad_slug"),
        ({"sender_address": ""}, "bad_sender"),
        ({"sender_address": "news"}, "bad_sender"),
        ({"sender_address": "a@b.example\r\nBcc: x@y.example"}, "bad_sender"),
        ({"reply_to": "a@b.example, c@d.example"}, "bad_sender"),
        ({"editor_address": "<a@b.example>"}, "bad_sender"),
        ({"brand": "red"}, "bad_brand"),
        ({"brand": "#0B5563;}"}, "bad_brand"),
        ({"zone": "Asia/Atlantis"}, "bad_zone"),
        ({"rule": {"kind": "weekly", "at": "06:00"}}, "bad_rule"),
    ],
)
def test_a_wrong_setting_is_refused_and_nothing_is_stored(
    system: System, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        add(system, **changes)
    with system.db.read() as db:
        assert manage.list_newsletters(db) == ()


def test_pasted_lines_never_become_headers(system: System) -> None:
    newsletter_id = add(
        system, name=" موجز\nالميناء ", sender_name="x\r\nBcc: evil@example.net\x00", tagline="أ\u2028ب"
    )
    with system.db.read() as db:
        row = manage.get_newsletter(db, newsletter_id)
    assert (row.name, row.sender_name, row.tagline) == (
        "موجز الميناء", "x Bcc: evil@example.net", "أ ب"
    )


def test_a_slug_is_taken_once(system: System) -> None:
    first = add(system)
    second = add(system, slug="other")
    with pytest.raises(Refused, match="slug_taken"):
        add(system)
    with pytest.raises(Refused, match="slug_taken"), system.db.write() as db:
        manage.update_newsletter(db, second, VALUES, now=system.clock.now())
    with system.db.write() as db:
        manage.update_newsletter(db, first, VALUES, now=system.clock.now())


def test_a_newsletter_that_is_not_there_is_not_found(system: System) -> None:
    with system.db.write() as db:
        for ask in (
            lambda: manage.get_newsletter(db, 99),
            lambda: manage.get_by_slug(db, "none"),
            lambda: manage.update_newsletter(db, 99, VALUES, now=system.clock.now()),
        ):
            with pytest.raises(NotFound, match="no_such_newsletter"):
                ask()


def test_the_trail_tells_who_changed_what(system: System) -> None:
    with system.db.write() as db:
        salma = make.user(db, now=system.clock.now())
        newsletter_id = manage.add_newsletter(db, VALUES, now=system.clock.now(), by=salma)
        manage.update_newsletter(db, newsletter_id, VALUES, now=system.clock.now(), by=salma)
    with system.db.read() as db:
        trail = [(row.action, row.user_id, row.subject_id) for row in db.query(AuditEntry)]
    assert trail == [
        ("newsletter.add", salma, newsletter_id), ("newsletter.change", salma, newsletter_id)
    ]
