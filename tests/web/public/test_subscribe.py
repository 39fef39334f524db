"""The form: from our page, from any other site, and from machines."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from digest.audience import forms, limits
from digest.audience.forms import FormValues
from digest.audience.models import Consent, Subscriber
from digest.audience.suppress import Reason, suppress_address
from digest.system.build import System
from digest.system.queue import Job
from digest.web.public.subscribe import LEAST_SECONDS
from tests import make
from tests.conftest import SettableClock
from tests.web.public.conftest import Place, a_place, everything

GOOD = {"email": "rim@example.net", "consent": "yes"}
STEP = "بقيت خطوة واحدة"
TIME = re.compile(r'name="asked" value="([^"]+)"')


def people(system: System) -> int:
    with system.db.read() as db:
        return db.scalar(select(func.count()).select_from(Subscriber)) or 0


def mails(system: System) -> int:
    with system.db.read() as db:
        return db.scalar(select(func.count()).select_from(Job)) or 0


def test_the_form_is_a_page_of_its_own(client: FlaskClient, place: Place) -> None:
    answer = client.get(f"/subscribe/{place.key}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert '<html lang="ar" dir="rtl">' in page
    assert "موجز الميناء كل صباح" in page and "كل يوم عند 6:00 صباحاً" in page
    assert 'type="email" dir="ltr"' in page and 'autocomplete="email"' in page
    assert not re.search(r'name="consent"[^>]*\bchecked', page)
    assert "csrf_token" not in page and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("origin", [None, "null", "https://news.example", "http://127.0.0.1:8000"])
def test_a_form_without_named_sites_is_posted_from_anywhere(
    client: FlaskClient, system: System, place: Place, origin: str | None
) -> None:
    headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site"} if origin else {}
    answer = client.post(f"/subscribe/{place.key}", data=GOOD, headers=headers)
    assert answer.status_code == 200
    assert STEP in answer.get_data(as_text=True)
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert (people(system), mails(system)) == (1, 1)


def test_what_the_reader_saw_and_where_is_kept(
    client: FlaskClient, system: System, place: Place
) -> None:
    client.post(f"/subscribe/{place.key}", data=GOOD, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    with system.db.read() as db:
        line = db.scalars(select(Consent)).one()
        assert (line.what, line.wording) == ("asked", "أوافق على استلام النشرة")
        assert line.network == "203.0.113.0/24"
        assert forms.get_form(db, place.form_id).asked == 1


def test_named_sites_and_our_own_page_may_post_others_are_told(
    client: FlaskClient, system: System, clock: SettableClock
) -> None:
    place = a_place(system, clock, origins=("https://news.example",))
    for origin in ("https://evil.example", "null", None):
        headers = {"Origin": origin} if origin else {}
        refused = client.post(f"/subscribe/{place.key}", data=GOOD, headers=headers)
        page = refused.get_data(as_text=True)
        assert refused.status_code == 403
        assert (origin or "—") in page and f"/subscribe/{place.key}" in page
    assert people(system) == 0
    for origin in ("https://news.example", "http://127.0.0.1:8000"):
        taken = client.post(f"/subscribe/{place.key}", data=GOOD, headers={"Origin": origin})
        assert taken.status_code == 200


def test_a_forged_origin_is_shown_as_text_only(
    client: FlaskClient, system: System, clock: SettableClock
) -> None:
    place = a_place(system, clock, origins=("https://news.example",))
    page = client.post(
        f"/subscribe/{place.key}", data=GOOD, headers={"Origin": "<script>alert(1)</script>"}
    ).get_data(as_text=True)
    assert "<script>" not in page


def test_new_pending_active_left_and_bounced_addresses_get_the_same_answer(
    client: FlaskClient, system: System, place: Place, clock: SettableClock
) -> None:
    now = clock.now()
    with system.db.write() as db:
        make.subscriber(db, now=now, address="pending@example.net", list_id=place.list_id,
                        state="pending", on="pending")
        make.subscriber(db, now=now, address="active@example.net", list_id=place.list_id)
        make.subscriber(db, now=now, address="left@example.net", list_id=place.list_id, on="left")
        suppress_address(db, "left@example.net", Reason.LEFT, now=now)
        make.subscriber(db, now=now, address="bounced@example.net", list_id=place.list_id)
        suppress_address(db, "bounced@example.net", Reason.BOUNCE, now=now)
    answers = set()
    for name in ("unknown", "pending", "active", "left", "bounced", "unknown"):
        address = f"{name}@example.net"
        answer = client.post(f"/subscribe/{place.key}", data={**GOOD, "email": address})
        answers.add((answer.status_code, answer.get_data(as_text=True).replace(address, "")))
    assert len(answers) == 1
    assert mails(system) == 4  # one each, none to the address that bounced


def test_without_consent_nothing_is_kept_and_the_address_stays_typed(
    client: FlaskClient, system: System, place: Place
) -> None:
    answer = client.post(f"/subscribe/{place.key}", data={"email": "rim@example.net"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="rim@example.net"' in page and 'aria-describedby="consent-error"' in page
    assert people(system) == 0


@pytest.mark.parametrize("address", ["", "rim", "a@b.co,c@d.co", "x" * 400 + "@example.net",
                                     "rim@example.net\r\nBcc: all@example.net", "{{7*7}}@a.co",
                                     '"><script>alert(1)</script>'])
def test_what_is_no_address_is_shown_beside_the_field(
    client: FlaskClient, system: System, place: Place, address: str
) -> None:
    answer = client.post(f"/subscribe/{place.key}", data={**GOOD, "email": address})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'aria-describedby="email-error"' in page and "<script>" not in page
    assert people(system) == 0


def test_the_trap_catches_machines_without_telling_them(
    client: FlaskClient, system: System, place: Place
) -> None:
    answer = client.post(f"/subscribe/{place.key}", data={**GOOD, "homepage": "http://spam.example"})
    assert answer.status_code == 200 and STEP in answer.get_data(as_text=True)
    assert (people(system), mails(system)) == (0, 0)


def test_nobody_fills_our_page_in_a_second(
    client: FlaskClient, system: System, place: Place, clock: SettableClock
) -> None:
    found = TIME.search(client.get(f"/subscribe/{place.key}").get_data(as_text=True))
    assert found
    data = {**GOOD, "asked": found[1]}
    clock.forward(seconds=LEAST_SECONDS - 1)
    fast = client.post(f"/subscribe/{place.key}", data=data)
    assert fast.status_code == 200 and STEP in fast.get_data(as_text=True)
    assert people(system) == 0
    clock.forward(seconds=1)
    client.post(f"/subscribe/{place.key}", data=data)
    assert people(system) == 1


def test_a_forged_or_foreign_time_is_a_machine_s(
    client: FlaskClient, system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        other_id = forms.add_form(
            db, FormValues("آخر", place.list_id, place.newsletter_id), now=clock.now()
        )
        other = forms.get_form(db, other_id).public_key
    found = TIME.search(client.get(f"/subscribe/{other}").get_data(as_text=True))
    assert found
    clock.forward(minutes=5)
    for token in (found[1], "x", found[1] + "A", system.signer.sign("leave", 1, 2)):
        answer = client.post(f"/subscribe/{place.key}", data={**GOOD, "asked": token})
        assert answer.status_code == 200
    assert people(system) == 0


def test_too_many_from_one_network_are_asked_to_wait(
    client: FlaskClient, system: System, place: Place
) -> None:
    for number in range(limits.PER_NETWORK):
        client.post(f"/subscribe/{place.key}", data={**GOOD, "email": f"r{number}@example.net"})
    answer = client.post(f"/subscribe/{place.key}", data={**GOOD, "email": "last@example.net"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 429 and answer.headers["Retry-After"] == "3600"
    assert 'value="last@example.net"' in page and "انتظر ساعة" in page
    assert people(system) == limits.PER_NETWORK


def test_a_slip_in_the_domain_is_asked_about_and_mended_by_one_button(
    client: FlaskClient, system: System, place: Place
) -> None:
    page = client.post(
        f"/subscribe/{place.key}", data={**GOOD, "email": "rim@gmial.com"}
    ).get_data(as_text=True)
    assert 'name="email" value="rim@gmail.com"' in page
    page = client.post(f"/subscribe/{place.key}", data=GOOD).get_data(as_text=True)
    assert "هل تقصد" not in page


def test_looking_at_the_form_changes_nothing(
    client: FlaskClient, system: System, place: Place
) -> None:
    with system.db.read() as db:
        before = everything(db)
    for ask in (client.get, client.head, client.options):
        assert ask(f"/subscribe/{place.key}?email=rim@example.net&consent=yes").status_code == 200
    with system.db.read() as db:
        assert everything(db) == before


def test_only_the_form_may_be_framed_and_by_its_sites_only(
    client: FlaskClient, system: System, clock: SettableClock, place: Place
) -> None:
    def frames(path: str) -> str:
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy and "form-action 'self'" in policy
        return policy.partition("frame-ancestors ")[2]

    with system.db.write() as db:
        named_id = forms.add_form(db, FormValues(
            "المقال", place.list_id, place.newsletter_id,
            allowed_origins=("https://news.example", "https://blog.example:8443"),
        ), now=clock.now())
        named = forms.get_form(db, named_id).public_key
    assert frames(f"/subscribe/{place.key}") == "*"
    assert frames(f"/subscribe/{named}") == "'self' https://news.example https://blog.example:8443"
    for path in ("/archive", "/archive/mina", "/admin/login", "/leave/x", "/confirm/x"):
        assert frames(path) == "'none'", path


def test_an_unknown_form_is_no_page(client: FlaskClient, place: Place) -> None:
    for key in ("none", f"{place.key}x", "' OR 1=1 --", "..%2f..%2fetc"):
        assert client.get(f"/subscribe/{key}").status_code == 404
        assert client.post(f"/subscribe/{key}", data=GOOD).status_code == 404


def test_a_large_body_is_refused(client: FlaskClient, system: System, place: Place) -> None:
    answer = client.post(f"/subscribe/{place.key}", data={**GOOD, "x": "y" * 70_000})
    assert answer.status_code == 413
    assert people(system) == 0
