"""Counted links from the mail to the story: only stored places, nothing for forgers, no trace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from digest import jobs
from digest.delivery.models import Delivery
from digest.feedback.models import Touch
from digest.issues import states
from digest.issues.models import Item, Link
from digest.newsletters.models import Newsletter
from digest.system import links
from digest.system.build import System
from digest.system.tokens import LEAVE, TRACK
from tests import make
from tests.conftest import SettableClock
from tests.web.public.conftest import Place
from tests.webapp import build_app

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
APPLE = {"User-Agent": "Mozilla/5.0"}
HREF = re.compile(r'<a\b[^>]*href="http://127\.0\.0\.1:8000(/c/[^"]+)"')
PICTURE = re.compile(r'<img src="http://127\.0\.0\.1:8000(/o/[^"]+)"')
EVIL = [
    "https://google.com/", "//evil.example", "javascript:alert(1)", "/\\evil.example",
    "https://news.example@evil.example", "%0d%0aSet-Cookie:a=b", "1", "1-", "0-x", "-1",
]


@pytest.fixture
def web(system: System) -> Iterator[Flask]:
    app = build_app(system)
    yield app
    app.extensions["touches"].close()


@pytest.fixture
def client(web: Flask) -> FlaskClient:
    """Somebody on the web, without a cookie."""
    return web.test_client()


def launch(
    system: System, clock: SettableClock, place: Place, *, link: str = "", **counted: bool
) -> int:
    """Send an issue of two stories; the sender's whole way, into the built-in mailbox."""
    with system.db.write() as db:
        db.execute(update(Newsletter).values(**{"track_opens": False, **counted}))
        issue_id = make.issue(db, now=clock.now(), newsletter_id=place.newsletter_id)
        if link:
            db.execute(update(Item).where(Item.position == 1).values(link=link))
        states.schedule(db, issue_id, clock.now(), by=None, now=clock.now())
        states.enqueue_due(db, clock.now())
    jobs.drain(system, jobs.SENDING)
    return issue_id


def mail(system: System) -> str:
    """The HTML of the only mail in the mailbox."""
    files = [one for one in system.settings.mailbox_dir.glob("new/*") if one.is_file()]
    assert len(files) == 1
    message = message_from_bytes(files[0].read_bytes(), policy=policy.default)
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def written(web: Flask, system: System) -> list[tuple[int, int, int, int]]:
    """Link, people, proxies, scanners of every row."""
    web.extensions["touches"].flush()
    with system.db.read() as db:
        rows = select(Touch.n, Touch.human, Touch.proxy, Touch.scanner).order_by(Touch.n)
        return [tuple(row) for row in db.execute(rows)]


@pytest.fixture
def html(system: System, clock: SettableClock, place: Place, reader: int) -> str:
    """The mail of an issue that counts opens and clicks, an hour after it was sent."""
    launch(system, clock, place, track_opens=True, track_clicks=True)
    clock.forward(hours=1)
    return mail(system)


def test_a_link_of_the_mail_leads_to_its_story_and_counts_a_person(
    html: str, client: FlaskClient, web: Flask, system: System
) -> None:
    paths = list(dict.fromkeys(HREF.findall(html)))
    assert len(paths) == 2 and "https://news.example" not in html
    answer = client.get(paths[1], headers=FIREFOX)
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://news.example/2")
    assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "no-store"
    assert written(web, system) == [(2, 1, 0, 0)]


def test_the_picture_is_an_open_and_never_kept_by_caches(
    html: str, client: FlaskClient, web: Flask, system: System
) -> None:
    path = PICTURE.findall(html)[0]
    answer = client.get(path, headers=APPLE)
    assert answer.status_code == 200 and answer.data.startswith(b"GIF89a")
    assert answer.mimetype == "image/gif" and answer.headers["Cache-Control"] == "no-store"
    assert written(web, system) == [(0, 0, 1, 0)]
    client.get(path, headers=FIREFOX)
    assert written(web, system) == [(0, 1, 1, 0)]


def test_a_mail_that_counts_nothing_leads_straight_to_the_stories(
    system: System, clock: SettableClock, place: Place, reader: int
) -> None:
    launch(system, clock, place)
    html = mail(system)
    assert 'href="https://news.example/1"' in html and not HREF.search(html)
    assert not PICTURE.search(html)
    with system.db.read() as db:
        assert db.scalars(select(Link)).all() == []


def test_every_changed_letter_is_a_404_and_no_redirect(
    html: str, client: FlaskClient, web: Flask, system: System
) -> None:
    for path in (HREF.findall(html)[0], PICTURE.findall(html)[0]):
        for place in range(3, len(path)):
            for letter in {chr(ord(path[place]) ^ 1), "A", "_"} - {path[place], "/", "?", "#", "."}:
                answer = client.get(path[:place] + letter + path[place + 1 :], headers=FIREFOX)
                assert answer.status_code == 404 and "Location" not in answer.headers
    assert written(web, system) == []


def test_a_link_of_one_issue_is_not_one_of_another(
    html: str, client: FlaskClient, system: System, reader: int
) -> None:
    mark = links.click_mark(system.signer, 99, 1)
    own = links.tracking_token(system.signer, reader, 1)
    assert client.get(f"/c/{own}/{mark}").status_code == 404
    other = links.tracking_token(system.signer, reader, 99)
    assert client.get(f"/c/{other}/{mark}").status_code == 404  # signed, but there is no such link
    missing = links.click_mark(system.signer, 1, 77)
    assert client.get(f"/c/{own}/{missing}").status_code == 404


def test_tokens_of_other_purposes_open_nothing(
    html: str, client: FlaskClient, system: System, reader: int
) -> None:
    mark = links.click_mark(system.signer, 1, 1)
    leave = system.signer.sign(LEAVE, 1, reader)
    assert client.get(f"/c/{leave}/{mark}").status_code == 404
    track = system.signer.sign(TRACK, 1, reader)
    assert client.get(f"/leave/{track}").status_code == 404


@pytest.mark.parametrize("evil", EVIL)
def test_nothing_in_the_request_says_where_to_go(
    html: str, client: FlaskClient, evil: str
) -> None:
    path = HREF.findall(html)[0]
    front = path.rpartition("/")[0]
    assert client.get(f"{front}/{evil}").status_code in {404, 308}
    for name in ("url", "next", "to", "u"):
        answer = client.get(path, query_string={name: evil}, headers={"Referer": evil})
        assert answer.headers["Location"] == "https://news.example/1"


@pytest.mark.parametrize("link", [
    "javascript:alert(1)", "https://news.example/\r\nSet-Cookie: a=b", "data:text/html,x",
    "https://news.example@evil.example/",
])
def test_an_address_that_leads_nowhere_safe_is_in_no_mail(
    system: System, clock: SettableClock, place: Place, reader: int, link: str
) -> None:
    issue_id = launch(system, clock, place, link=link, track_clicks=True)
    with system.db.read() as db:
        assert states.get(db, issue_id).state == "failed"
        assert db.scalars(select(Link)).all() == db.scalars(select(Delivery)).all() == []


def test_who_only_asks_for_the_head_is_a_scanner(
    html: str, client: FlaskClient, web: Flask, system: System
) -> None:
    answer = client.head(HREF.findall(html)[0], headers=FIREFOX)
    assert answer.status_code == 302
    assert client.options(HREF.findall(html)[0]).status_code == 404
    assert client.post(HREF.findall(html)[0]).status_code == 404
    assert written(web, system) == [(1, 0, 0, 1)]


def test_a_filter_that_opens_everything_at_once_is_no_reader(
    html: str, client: FlaskClient, web: Flask, system: System, clock: SettableClock,
    place: Place,
) -> None:
    paths = [*dict.fromkeys(HREF.findall(html)), PICTURE.findall(html)[0]]
    with system.db.write() as db:
        db.add(Link(issue_id=1, n=3, url="https://news.example/3"))
    token = paths[0].split("/")[2]
    for path in (*paths, f"/c/{token}/{links.click_mark(system.signer, 1, 3)}"):
        client.get(path, headers=FIREFOX)
    assert all(human == 0 and scanner == 1 for _n, human, _proxy, scanner in written(web, system))


def test_a_thousand_replays_are_one_row(
    html: str, client: FlaskClient, web: Flask, system: System
) -> None:
    path = HREF.findall(html)[0]
    for _ in range(1000):
        client.get(path, headers=FIREFOX)
    assert written(web, system) == [(1, 1000, 0, 0)]


def test_a_reader_whose_mail_is_gone_is_led_on_but_not_counted(
    html: str, client: FlaskClient, web: Flask, system: System
) -> None:
    with system.db.write() as db:
        for one in db.scalars(select(Delivery)):
            db.delete(one)
    answer = client.get(HREF.findall(html)[0], headers=FIREFOX)
    assert answer.headers["Location"] == "https://news.example/1"
    assert written(web, system) == []


def test_archive_feed_and_preview_lead_straight_on(html: str, client: FlaskClient) -> None:
    for path in ("/archive/mina/1", "/archive/mina/feed.xml"):
        page = client.get(path).get_data(as_text=True)
        assert "https://news.example/1" in page
        assert "digest-slot" not in page and "/c/" not in page and "/o/" not in page


def test_nothing_of_the_visitor_reaches_the_logs(
    html: str, client: FlaskClient, web: Flask, system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    path = HREF.findall(html)[0]
    client.get(path, headers={**FIREFOX, "X-Forwarded-For": "203.0.113.9"},
               environ_base={"REMOTE_ADDR": "203.0.113.7"})
    client.get(path[:-1], headers=FIREFOX)
    written(web, system)
    said = "".join(capsys.readouterr())
    assert "203.0.113" not in said and "rim@" not in said and path[3:20] not in said
