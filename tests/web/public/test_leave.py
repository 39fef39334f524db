"""Leaving: RFC 8058 from the mail program, one button from our page, nothing by GET."""

from __future__ import annotations

import re
import threading

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from digest.audience.models import MailingList, Membership
from digest.audience.suppress import Reason, erase, may_mail, suppress_address
from digest.feedback.models import Event
from digest.newsletters.models import Newsletter
from digest.system.build import System
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
from tests.webapp import build_app

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
BUTTON = {"from": "page"}


@pytest.fixture
def path(system: System, place: Place, reader: int) -> str:
    return leave_path(system, reader, place.newsletter_id)


def state(system: System, reader: int, place: Place) -> str:
    with system.db.read() as db:
        return db.get_one(Membership, (reader, place.list_id)).state


def events(system: System) -> list[str]:
    with system.db.read() as db:
        return list(db.scalars(select(Event.kind).order_by(Event.id)))


def test_the_link_shows_one_button_and_changes_nothing(
    client: FlaskClient, system: System, path: str
) -> None:
    with system.db.read() as db:
        before = everything(db)
    answer = client.get(f"{path}?List-Unsubscribe=One-Click")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert len(re.findall("<button", page)) == 1 and "ألغِ اشتراكي" in page
    assert ADDRESS not in page and "r•••••m@example.net" in page
    assert client.head(path).status_code == 200
    assert client.options(path).status_code == 200
    with system.db.read() as db:
        assert everything(db) == before


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_needs_no_cookie_and_answers_200_without_a_redirect(
    client: FlaskClient, system: System, place: Place, reader: int, path: str, kind: str
) -> None:
    for _ in range(3):
        answer = client.post(path, data=ONE_CLICK, content_type=kind,
                             headers={"Origin": "https://mail.example"})
        assert answer.status_code == 200 and "Location" not in answer.headers
        assert "Set-Cookie" not in answer.headers
        assert answer.mimetype == "text/plain"
    assert state(system, reader, place) == "left"
    assert events(system) == ["leave"]


def test_one_click_takes_the_reader_off_this_newsletter_only(
    client: FlaskClient, system: System, reader: int, path: str, clock: SettableClock
) -> None:
    with system.db.write() as db:
        other = make.mailing_list(db, now=clock.now(), slug="weekly")
        weekly = make.newsletter(db, now=clock.now(), slug="weekly", list_id=other)
        db.add(Membership(subscriber_id=reader, list_id=other, state="on", at=clock.now()))
    client.post(path, data=ONE_CLICK)
    with system.db.read() as db:
        assert may_mail(db, reader, weekly, now=clock.now())


@pytest.mark.parametrize("body", [
    {"List-Unsubscribe": "no"}, {"List-Unsubscribe": ""}, {}, {"one-click": "yes"},
    {"from": "elsewhere"},
])
def test_any_other_body_is_refused(
    client: FlaskClient, system: System, place: Place, reader: int, path: str,
    body: dict[str, str],
) -> None:
    assert client.post(path, data=body).status_code == 400
    assert state(system, reader, place) == "on"


def test_other_methods_are_refused(
    client: FlaskClient, system: System, place: Place, reader: int, path: str
) -> None:
    for ask in (client.put, client.patch, client.delete):
        assert ask(path, data=ONE_CLICK).status_code == 405
    for below in ("back", "why"):
        assert client.get(f"{path}/{below}").status_code == 405
    assert state(system, reader, place) == "on"


def test_a_wrong_bit_and_an_unknown_token_get_the_same_404(
    client: FlaskClient, system: System, place: Place, reader: int, path: str
) -> None:
    token = path.rpartition("/")[2]
    flipped = token[:-1] + ("A" if token[-1] != "A" else "B")
    others = [confirm_path(system, reader, place), preferences_path(system, reader)]
    wrong = [flipped, "unknown", token[:-4], *(one.rpartition("/")[2] for one in others)]
    bodies = set()
    for one in wrong:
        for below in ("", "/back", "/why"):
            answer = client.post(f"/leave/{one}{below}", data={**ONE_CLICK, "why": "other"})
            assert answer.status_code == 404
            bodies.add(answer.data)
        assert client.get(f"/leave/{one}").status_code == 404
    assert len(bodies) == 1
    assert state(system, reader, place) == "on" and events(system) == []


def test_one_click_works_years_later_and_after_everything_is_deleted(
    client: FlaskClient, system: System, place: Place, reader: int, path: str,
    clock: SettableClock,
) -> None:
    clock.forward(days=800)
    assert client.post(path, data=ONE_CLICK).status_code == 200
    with system.db.write() as db:
        erase(db, reader, now=clock.now())
    assert client.post(path, data=ONE_CLICK).status_code == 200
    with system.db.write() as db:
        db.delete(db.get_one(Newsletter, place.newsletter_id))
        db.delete(db.get_one(MailingList, place.list_id))
    assert client.post(path, data=ONE_CLICK).status_code == 200
    assert client.get(path).status_code == 200
    assert client.post(path, data=BUTTON).status_code == 200
    assert events(system) == ["leave"]


def test_many_clicks_at_once_are_one_leaving(
    system: System, place: Place, reader: int, path: str
) -> None:
    app = build_app(system)
    codes: list[int] = []

    def go() -> None:
        client = app.test_client()
        codes.extend(client.post(path, data=ONE_CLICK).status_code for _ in range(10))

    threads = [threading.Thread(target=go) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [200] * 100
    assert events(system) == ["leave"] and state(system, reader, place) == "left"


def test_our_button_says_first_that_it_is_done(
    client: FlaskClient, system: System, place: Place, reader: int, path: str
) -> None:
    answer = client.post(path, data=BUTTON)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and state(system, reader, place) == "left"
    order = [page.index(text) for text in ("أُلغي اشتراكك", "أعد اشتراكي", "ما السبب؟")]
    assert order == sorted(order)


def test_a_reason_is_optional_and_kept_once(client: FlaskClient, system: System, path: str) -> None:
    client.post(path, data=BUTTON)
    assert client.post(f"{path}/why").status_code == 200
    page = client.post(f"{path}/why", data={"why": "too_many"}).get_data(as_text=True)
    assert "شكراً" in page
    assert client.post(f"{path}/why", data={"why": "other"}).status_code == 200
    assert client.post(f"{path}/why", data={"why": "<script>"}).status_code == 422
    assert events(system) == ["leave", "why_too_many"]


def test_a_leaving_is_undone_by_a_button(
    client: FlaskClient, system: System, place: Place, reader: int, path: str,
    clock: SettableClock,
) -> None:
    client.post(path, data=BUTTON)
    answer = client.post(f"{path}/back")
    assert answer.status_code == 200 and "أهلاً بك" in answer.get_data(as_text=True)
    with system.db.read() as db:
        assert may_mail(db, reader, place.newsletter_id, now=clock.now())


def test_nobody_is_brought_back_from_a_complaint(
    client: FlaskClient, system: System, place: Place, reader: int, path: str,
    clock: SettableClock,
) -> None:
    client.post(path, data=BUTTON)
    with system.db.write() as db:
        suppress_address(db, ADDRESS, Reason.COMPLAINT, now=clock.now())
    assert client.post(f"{path}/back").status_code == 410
    with system.db.read() as db:
        assert not may_mail(db, reader, place.newsletter_id, now=clock.now())


def test_the_page_of_a_link_is_kept_by_nobody(client: FlaskClient, path: str) -> None:
    for headers in (client.get(path).headers, client.post(path, data=ONE_CLICK).headers):
        assert headers["Cache-Control"] == "no-store" and headers["X-Robots-Tag"] == "noindex"
