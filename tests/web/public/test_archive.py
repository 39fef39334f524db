"""The archive: what was sent, for everybody, without anybody's own links."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from digest.issues.document import Slot
from digest.newsletters.models import Newsletter
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock
from tests.web.public.conftest import Place, everything, publish


def test_the_first_page_leads_to_the_archive(client: FlaskClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 302 and answer.headers["Location"] == "/archive"


def test_only_public_newsletters_are_listed(
    client: FlaskClient, system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        make.newsletter(db, now=clock.now(), slug="inner", name="نشرة داخلية", public=False)
    page = client.get("/archive").get_data(as_text=True)
    assert "موجز الميناء" in page and "خمسة أخبار في خمس دقائق" in page
    assert "/archive/mina" in page and f"/subscribe/{place.key}" in page
    assert "داخلية" not in page and "noindex" not in page


def test_without_newsletters_the_archive_says_so(client: FlaskClient) -> None:
    assert "لا نشرات منشورة بعد" in client.get("/archive").get_data(as_text=True)


def test_issues_are_listed_by_month_newest_first(
    client: FlaskClient, system: System, place: Place, clock: SettableClock
) -> None:
    for number, subject in enumerate(("الأول", "الثاني C++", "الثالث <b>"), start=1):
        publish(system, place.newsletter_id, clock, number=number, subject=subject)
        clock.forward(days=4)
    page = client.get("/archive/mina").get_data(as_text=True)
    months = re.findall(r"<h2>(.*?)</h2>", page)
    assert months[:2] == ["كانون الأول (ديسمبر) 2026", "تشرين الثاني (نوفمبر) 2026"]
    assert re.findall(r'href="/archive/mina/(\d)"', page) == ["3", "2", "1"]
    assert "العدد 1 · الثلاثاء 24 تشرين الثاني (نوفمبر) 2026" in page
    assert '<bdi dir="ltr">C++</bdi>' in page
    assert "الثالث &lt;" in page and "الثالث <b>" not in page
    assert "application/rss+xml" in page and 'id="subscribe"' in page


def test_twenty_issues_a_page(
    client: FlaskClient, system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        for number in range(1, 42):
            make.issue(db, now=clock.now(), newsletter_id=place.newsletter_id, number=number,
                       state="sent", sent_at=clock.now(), items=0)

    def numbers(query: str) -> list[int]:
        page = client.get(f"/archive/mina{query}").get_data(as_text=True)
        return [int(one) for one in re.findall(r'href="/archive/mina/(\d+)"', page)]

    assert numbers("") == list(range(41, 21, -1))
    assert numbers("?page=2") == list(range(21, 1, -1))
    assert numbers("?page=3") == numbers("?page=999999999999999999999") == [1]
    assert numbers("?page=-1") == numbers("?page=x") == numbers("")


def test_an_issue_is_the_mail_but_for_the_reader_s_own_links(
    client: FlaskClient, system: System, place: Place, clock: SettableClock
) -> None:
    stored = publish(system, place.newsletter_id, clock)
    assert all(slot.value in stored for slot in (Slot.LEAVE, Slot.PREFERENCES))
    answer = client.get("/archive/mina/1")
    expected = stored
    for slot in Slot:
        expected = expected.replace(slot.value, "http://127.0.0.1:8000/archive/mina")
    assert answer.get_data(as_text=True) == expected
    assert "digest-slot" not in expected and "/leave/" not in expected
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" not in policy and "script" not in policy
    assert answer.headers["Link"].startswith('<http://127.0.0.1:8000/archive/mina/1>; rel="canoni')


def test_neighbours_are_named(
    client: FlaskClient, system: System, place: Place, clock: SettableClock
) -> None:
    for number in (1, 2, 4):
        publish(system, place.newsletter_id, clock, number=number)
    named = client.get("/archive/mina/2").headers["Link"]
    assert '/archive/mina/1>; rel="prev"' in named and '/archive/mina/4>; rel="next"' in named
    assert 'rel="prev"' not in client.get("/archive/mina/1").headers["Link"]


@pytest.mark.parametrize("state", ["draft", "scheduled", "frozen", "cancelled", "failed", "skipped"])
def test_an_issue_that_was_not_sent_is_no_page(
    client: FlaskClient, system: System, place: Place, clock: SettableClock, state: str
) -> None:
    publish(system, place.newsletter_id, clock, state=state)
    assert client.get("/archive/mina/1").status_code == 404
    assert "/archive/mina/1" not in client.get("/archive/mina").get_data(as_text=True)
    assert "/archive/mina/1" not in client.get("/archive/mina/feed.xml").get_data(as_text=True)


def test_a_private_newsletter_has_no_pages(
    client: FlaskClient, system: System, place: Place, clock: SettableClock
) -> None:
    publish(system, place.newsletter_id, clock)
    with system.db.write() as db:
        db.get_one(Newsletter, place.newsletter_id).public = False
    for path in ("/archive/mina", "/archive/mina/1", "/archive/mina/feed.xml"):
        assert client.get(path).status_code == 404, path
    page = client.get(f"/subscribe/{place.key}")
    assert page.status_code == 200 and "/archive/mina" not in page.get_data(as_text=True)


@pytest.mark.parametrize("path", [
    "/archive/none", "/archive/mina/0", "/archive/mina/-1", "/archive/mina/x",
    "/archive/mina/99999999999999999999", "/archive/mina/2147483648", "/archive/mina/1/",
    "/archive/mina'--", "/archive/..%2f..%2fetc%2fpasswd", "/archive/%00", "/archive/نشرة",
    "/archive/none/feed.xml", "/archive/" + "a" * 5000,
])
def test_what_does_not_exist_is_404(client: FlaskClient, place: Place, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_unchanged_issue_is_not_sent_again(
    client: FlaskClient, system: System, place: Place, clock: SettableClock
) -> None:
    publish(system, place.newsletter_id, clock)
    for path in ("/archive/mina/1", "/archive/mina/feed.xml"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert first.headers["Cache-Control"] == "public, max-age=300"


def test_reading_changes_nothing(
    client: FlaskClient, system: System, place: Place, clock: SettableClock
) -> None:
    publish(system, place.newsletter_id, clock)
    with system.db.read() as db:
        before = everything(db)
    for path in ("/archive", "/archive/mina", "/archive/mina/1", "/archive/mina/feed.xml"):
        for ask in (client.get, client.head):
            assert ask(path).status_code == 200
    with system.db.read() as db:
        assert everything(db) == before
