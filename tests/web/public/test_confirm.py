"""The confirmation link: a page with one button, and only the button confirms."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from sqlalchemy import select

from digest.audience.models import Membership, Subscriber
from digest.audience.suppress import Reason, erase, may_mail, suppress_address
from digest.newsletters.models import Newsletter
from digest.system.build import System
from digest.system.queue import Job
from digest.system.tokens import CONFIRM
from tests import make
from tests.conftest import SettableClock
from tests.web.public.conftest import (
    ADDRESS,
    Place,
    confirm_path,
    everything,
    leave_path,
    preferences_path,
)


class ThreeDaysAgo(TimestampSigner):
    """Signs as if it were three days earlier."""

    days = 3

    def get_timestamp(self) -> int:
        return super().get_timestamp() - self.days * 86_400


class TwoYearsAgo(ThreeDaysAgo):
    days = 730


@pytest.fixture
def asked(system: System, place: Place, clock: SettableClock) -> int:
    """Rim, who asked but has not confirmed."""
    with system.db.write() as db:
        return make.subscriber(db, now=clock.now(), address=ADDRESS, list_id=place.list_id,
                               state="pending", on="pending")


def old_path(
    system: System, reader: int, place: Place, signer: type[TimestampSigner] = ThreeDaysAgo
) -> str:
    serializer = URLSafeTimedSerializer(system.settings.secret_key, salt=CONFIRM, signer=signer)
    return "/confirm/" + str(serializer.dumps([reader, place.list_id, place.newsletter_id]))


def test_the_link_shows_one_button_and_changes_nothing(
    client: FlaskClient, system: System, place: Place, asked: int
) -> None:
    path = confirm_path(system, asked, place)
    with system.db.read() as db:
        before = everything(db)
    answer = client.get(path)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert len(re.findall("<button", page)) == 1 and "أكّد اشتراكي" in page
    assert ADDRESS not in page and "r•••••m@example.net" in page
    assert client.head(path).status_code == 200
    assert client.options(path).status_code == 200
    with system.db.read() as db:
        assert everything(db) == before


def test_the_button_confirms_and_pressed_twice_says_the_same(
    client: FlaskClient, system: System, place: Place, asked: int, clock: SettableClock
) -> None:
    path = confirm_path(system, asked, place)
    pages = [client.post(path) for _ in range(2)]
    assert [one.status_code for one in pages] == [200, 200]
    assert "تم الاشتراك" in pages[0].get_data(as_text=True)
    assert pages[0].data == pages[1].data
    assert all("Set-Cookie" not in one.headers for one in pages)
    with system.db.read() as db:
        assert may_mail(db, asked, place.newsletter_id, now=clock.now())


def test_an_expired_link_offers_a_new_one(
    client: FlaskClient, system: System, place: Place, asked: int
) -> None:
    path = old_path(system, asked, place)
    for answer in (client.get(path), client.post(path)):
        page = answer.get_data(as_text=True)
        assert answer.status_code == 410
        assert "أرسل رابطاً جديداً" in page and f'action="{path}/again"' in page
    with system.db.read() as db:
        assert db.get_one(Subscriber, asked).state == "pending"
        assert db.scalars(select(Job)).all() == []
    answer = client.post(f"{path}/again")
    assert answer.status_code == 200 and "بقيت خطوة واحدة" in answer.get_data(as_text=True)
    assert client.post(f"{path}/again").data == answer.data  # no second mail, and no word of it
    with system.db.read() as db:
        assert [job.kind for job in db.scalars(select(Job))] == ["send_confirmation"]
    assert client.get(f"{path}/again").status_code == 405


def test_asking_for_new_links_has_the_limits_of_signing_up(
    client: FlaskClient, system: System, place: Place, asked: int
) -> None:
    path = old_path(system, asked, place)
    for _ in range(20):
        assert client.post(f"{path}/again").status_code == 200
    answer = client.post(f"{path}/again")
    assert answer.status_code == 429 and "انتظر ساعة" in answer.get_data(as_text=True)


def test_a_link_of_years_ago_leads_nowhere(
    client: FlaskClient, system: System, place: Place, asked: int
) -> None:
    path = old_path(system, asked, place, TwoYearsAgo)
    for answer in (client.get(path), client.post(path), client.post(f"{path}/again")):
        assert answer.status_code == 404
        assert "انتهت صلاحية الرابط" in answer.get_data(as_text=True)


def test_forged_links_and_links_of_another_purpose_are_no_page(
    client: FlaskClient, system: System, place: Place, asked: int
) -> None:
    good = confirm_path(system, asked, place)
    others = [
        leave_path(system, asked, place.newsletter_id), preferences_path(system, asked),
    ]
    swapped = [f"/confirm/{one.rpartition('/')[2]}" for one in others]
    # Not the last letter: some of its bits are no part of the signature.
    flipped = good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1]
    cut = good[:-5]
    with system.db.read() as db:
        before = everything(db)
    bodies = set()
    for path in (*swapped, flipped, cut, "/confirm/x", "/confirm/" + "A" * 3000):
        for answer in (client.get(path), client.post(path), client.post(f"{path}/again")):
            assert answer.status_code == 404, path
            bodies.add(answer.data)
    assert len(bodies) == 1
    with system.db.read() as db:
        assert everything(db) == before


def test_a_reader_who_is_gone_or_must_not_be_mailed_is_told_so(
    client: FlaskClient, system: System, place: Place, asked: int, clock: SettableClock
) -> None:
    path = confirm_path(system, asked, place)
    with system.db.write() as db:
        suppress_address(db, ADDRESS, Reason.COMPLAINT, now=clock.now())
    assert client.post(path).status_code == 410
    with system.db.write() as db:
        erase(db, asked, now=clock.now())
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 410
        assert f"/subscribe/{place.key}" in answer.get_data(as_text=True)


def test_a_newsletter_that_is_gone_breaks_no_page(
    client: FlaskClient, system: System, place: Place, asked: int
) -> None:
    path = confirm_path(system, asked, place)
    with system.db.write() as db:
        db.delete(db.get_one(Newsletter, place.newsletter_id))
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 200
    with system.db.read() as db:
        assert db.get_one(Membership, (asked, place.list_id)).state == "on"


def test_pages_behind_a_link_are_kept_by_nobody(
    client: FlaskClient, system: System, place: Place, asked: int
) -> None:
    headers = client.get(confirm_path(system, asked, place)).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
