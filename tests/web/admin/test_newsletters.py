"""Newsletters in the admin: every setting, and the next slots in words."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from digest.newsletters import manage
from digest.newsletters.manage import NewsletterRow, NewsletterValues
from digest.system.build import System
from digest.text import dates
from digest.web.admin.newsletter_form import ARAB_ZONES, other_zones
from digest.web.admin.newsletters import slots_in_words
from tests import make
from tests.conftest import SettableClock
from tests.web.conftest import Browser, SignIn

URL = "/admin/newsletters"
TYPED: dict[str, object] = {
    "name": "موجز الميناء", "slug": "mina", "tagline": "أخبار الساحل كل صباح", "brand": "#9a3d1f",
    "active": "y", "public": "y", "sender_name": "سلمى", "sender_address": "news@mina.example",
    "reply_to": "reply@mina.example", "editor_address": "salma@mina.example",
    "postal_address": "شارع البحر 12، اللاذقية", "kind": "weekly", "at": "07:30",
    "days": ["6", "2"], "cron": "", "zone": "Africa/Cairo", "policy": "auto", "late": "skip",
    "unanswered": "lead",
    "grace_minutes": "30", "lead_minutes": "90", "period_hours": "48", "min_items": "2",
    "max_items": "20", "months": "egypt", "digits": "arab", "hijri": "y", "hijri_offset": "-1",
    "quiet_from": "22:00", "quiet_to": "06:30", "track_clicks": "y",
}


def add(client: Browser, **changes: object) -> str:
    """Add a newsletter; return its page's address."""
    answer = client.submit(f"{URL}/new", TYPED | changes, page=f"{URL}/new")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def stored(system: System) -> NewsletterRow:
    with system.db.read() as db:
        (row,) = manage.list_newsletters(db)
    return row


def test_without_newsletters_the_page_leads_to_the_form(sign_in: SignIn) -> None:
    text = sign_in("admin").get(URL).get_data(as_text=True)
    assert "لا نشرات بعد" in text
    assert f"{URL}/new" in text


def test_every_field_is_stored(sign_in: SignIn, system: System) -> None:
    with system.db.write() as db:
        lists = [make.mailing_list(db, now=system.clock.now(), slug=slug) for slug in "ab"]
    add(sign_in("admin"), list_ids=lists)
    row = stored(system)
    assert row == NewsletterRow(
        name="موجز الميناء", slug="mina", sender_address="news@mina.example", sender_name="سلمى",
        tagline="أخبار الساحل كل صباح", reply_to="reply@mina.example",
        editor_address="salma@mina.example", postal_address="شارع البحر 12، اللاذقية",
        zone="Africa/Cairo", rule={"kind": "weekly", "at": "07:30", "days": [2, 6]},
        policy="auto", unanswered="lead", late="skip", grace_minutes=30, lead_minutes=90, period_hours=48,
        min_items=2, max_items=20, months="egypt", digits="arab", hijri=True, hijri_offset=-1,
        brand="#9a3d1f", public=True, active=True, list_ids=tuple(lists), id=row.id,
        quiet_from="22:00", quiet_to="06:30", track_clicks=True,
    )


def test_the_page_shows_every_stored_setting(sign_in: SignIn, system: System) -> None:
    """Saving the page as it is shown changes nothing."""
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=system.clock.now())
    client = sign_in("admin")
    place = add(client, list_ids=[list_id])
    before = stored(system)
    answer = client.submit(place, shown(client.get(place).get_data(as_text=True)), page=place)
    assert answer.status_code == 303
    assert stored(system) == before


def shown(page: str) -> dict[str, object]:
    """The fields of the settings form as a browser would send them back."""
    form = page[page.index('class="stack form-page"') :]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        facts = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        ticked = re.search(r"\bchecked\b", tag) or facts.get("type") not in {"checkbox", "radio"}
        if "name" in facts and ticked and facts["name"] != "csrf_token":
            found.setdefault(facts["name"], []).append(facts.get("value", "y"))
    for name, body in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        found[name] = re.findall(r'<option selected value="([^"]*)"', body)
    for name, body in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = [body.removeprefix("\r\n").removeprefix("\n")]
    return dict(found)


def test_unticked_boxes_are_off(sign_in: SignIn, system: System) -> None:
    client = sign_in("admin")
    place = add(client)
    fields = {name: value for name, value in TYPED.items()
              if name not in {"active", "public", "hijri"}}
    client.submit(place, fields, page=place)
    row = stored(system)
    assert (row.active, row.public, row.hijri) == (False, False, False)
    assert "النشرة متوقفة" in client.get(place).get_data(as_text=True)


def test_the_next_three_slots_are_told_in_words(sign_in: SignIn, system: System) -> None:
    client = sign_in("admin")
    page = client.get(add(client, digits="latn", hijri="")).get_data(as_text=True)
    found = re.search(r'<ol class="slots">(.*?)</ol>', page, re.S)
    assert found is not None
    slots = re.findall(r"<li>(.*?)</li>", found[1])
    assert [one.split()[0] for one in slots] == ["الأربعاء", "الأحد", "الأربعاء"]
    assert "25 نوفمبر 2026" in slots[0]
    assert "7:30" in slots[0]


def test_slots_follow_the_newsletters_own_zone_in_the_ways_of_the_panel(
    clock: SettableClock, app: object
) -> None:
    values = NewsletterValues("x", "x", "a@b.example", zone="Asia/Dubai", months="egypt")
    with app.test_request_context(URL):  # type: ignore[attr-defined]
        (slot,) = slots_in_words(values, clock.now(), 1)  # 02:40 UTC is 06:40 in Dubai
        day = dates.date_line((clock.now() + timedelta(days=1)).date(), months="levant",
                              numerals="latn", lang="ar")
    assert slot.startswith(day)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"kind": "daily", "days": []}, {"kind": "daily", "at": "07:30"}),
        ({"kind": "cron", "cron": " 0 6 * * 0-4 "}, {"kind": "cron", "cron": "0 6 * * 0-4"}),
    ],
)
def test_the_rule_holds_only_what_its_kind_uses(
    sign_in: SignIn, system: System, changes: dict[str, object], rule: dict[str, object]
) -> None:
    add(sign_in("admin"), **changes)
    assert stored(system).rule == rule


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"slug": "نشرة"}, "slug"),
        ({"sender_address": ""}, "sender_address"),
        ({"sender_address": "news"}, "sender_address"),
        ({"reply_to": "x"}, "reply_to"),
        ({"editor_address": "a b@c.example"}, "editor_address"),
        ({"brand": "red"}, "brand"),
        ({"zone": "Asia/Atlantis"}, "zone"),
        ({"kind": "weekly", "days": []}, "days"),
        ({"kind": "daily", "at": ""}, "at"),
        ({"kind": "cron", "cron": "often"}, "cron"),
        ({"kind": "yearly"}, "kind"),
        ({"days": ["9"]}, "days"),
        ({"min_items": "30"}, "max_items"),
        ({"min_items": "-1"}, "min_items"),
        ({"max_items": "many"}, "max_items"),
        ({"grace_minutes": ""}, "grace_minutes"),
        ({"lead_minutes": "999999"}, "lead_minutes"),
        ({"period_hours": "0"}, "period_hours"),
        ({"months": "rome"}, "months"),
        ({"digits": "thai"}, "digits"),
        ({"hijri_offset": "5"}, "hijri_offset"),
        ({"policy": "never"}, "policy"),
        ({"unanswered": "never"}, "unanswered"),
        ({"four_eyes": "y"}, "four_eyes"),
        ({"four_eyes": "y", "policy": "review"}, "four_eyes"),
        ({"list_ids": ["99"]}, "list_ids"),
    ],
)
def test_a_wrong_setting_is_explained_and_what_was_typed_stays(
    sign_in: SignIn, system: System, changes: dict[str, object], field: str
) -> None:
    with system.db.write() as db:
        make.mailing_list(db, now=system.clock.now())
    answer = sign_in("admin").submit(f"{URL}/new", TYPED | changes, page=f"{URL}/new")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in text
    assert "أخبار الساحل كل صباح" in text
    assert "شارع البحر 12" in text
    with system.db.read() as db:
        assert manage.list_newsletters(db) == ()


def test_a_slug_that_is_taken_is_told_beside_its_field(sign_in: SignIn) -> None:
    client = sign_in("admin")
    add(client)
    answer = client.submit(f"{URL}/new", TYPED, page=f"{URL}/new")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="slug-error"' in text
    assert "مستعمل" in text


def test_an_attacker_cannot_add_headers_by_the_sender(sign_in: SignIn, system: System) -> None:
    add(sign_in("admin"), sender_name="x\r\nBcc: evil@example.net")
    assert stored(system).sender_name == "x Bcc: evil@example.net"


def test_the_only_list_is_chosen_for_the_first_newsletter(
    sign_in: SignIn, system: System
) -> None:
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=system.clock.now())
    page = sign_in("admin").get(f"{URL}/new").get_data(as_text=True)
    assert re.search(rf'<input checked[^>]*name="list_ids"[^>]*value="{list_id}"', page)


def test_cities_come_first_and_every_zone_can_be_chosen(sign_in: SignIn) -> None:
    page = sign_in("admin").get(f"{URL}/new").get_data(as_text=True)
    places = re.findall(r'<optgroup label="[^"]+">|value="Asia/Damascus"|value="Asia/Tokyo"', page)
    assert len(places) == 4
    assert places[1] == 'value="Asia/Damascus"'
    assert places[3] == 'value="Asia/Tokyo"'
    assert not ARAB_ZONES.keys() & set(other_zones())


def test_a_newsletter_that_is_not_there_is_not_found(sign_in: SignIn) -> None:
    client = sign_in("admin")
    assert client.get(f"{URL}/99").status_code == 404
    assert client.submit(f"{URL}/99", TYPED, page=f"{URL}/new").status_code == 404


def test_an_editor_cannot_see_settings(sign_in: SignIn) -> None:
    client = sign_in("publisher")
    assert client.get(URL).status_code == 403
    assert client.get(f"{URL}/new").status_code == 403
