"""The feed: valid RSS 2.0, whole texts, the same bytes for the same issues."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

from flask.testing import FlaskClient

from digest.sources.feeds import parse_feed
from digest.system.build import System
from digest.web.public.feed import reading_html
from tests.conftest import SettableClock
from tests.web.public.conftest import Place, publish

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
ATOM = "{http://www.w3.org/2005/Atom}link"


def channel(client: FlaskClient) -> ElementTree.Element:
    found = ElementTree.fromstring(client.get("/archive/mina/feed.xml").data).find("channel")
    assert found is not None
    return found


def test_the_feed_describes_the_newsletter(client: FlaskClient, place: Place) -> None:
    answer = client.get("/archive/mina/feed.xml")
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.data)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    found = channel(client)
    assert found.findtext("title") == "موجز الميناء"
    assert found.findtext("link") == "http://127.0.0.1:8000/archive/mina"
    assert found.findtext("description") == "خمسة أخبار في خمس دقائق"
    assert found.findtext("language") == "ar"
    itself = found.find(ATOM)
    assert itself is not None
    assert itself.attrib == {"href": "http://127.0.0.1:8000/archive/mina/feed.xml", "rel": "self",
                             "type": "application/rss+xml"}
    assert found.findall("item") == []


def test_an_issue_is_whole_and_named_for_ever(
    client: FlaskClient, system: System, place: Place, clock: SettableClock
) -> None:
    publish(system, place.newsletter_id, clock, subject="أسئلة & <أجوبة>",
            preheader="تمهيد «العدد»")
    item = channel(client).find("item")
    assert item is not None
    assert item.findtext("title") == "أسئلة & <أجوبة>"
    assert item.findtext("description") == "تمهيد «العدد»"
    assert item.findtext("pubDate") == "Tue, 24 Nov 2026 02:40:00 GMT"
    guid = item.find("guid")
    assert guid is not None and guid.get("isPermaLink") == "true"
    assert guid.text == item.findtext("link") == "http://127.0.0.1:8000/archive/mina/1"
    html = item.findtext(CONTENT) or ""
    order = [html.index(text) for text in
             ('<div dir="rtl" lang="ar">', "<h1>موجز الميناء", "<h2>سياسة", "خبر رقم 1",
              "جملة تلخّص الخبر كاملاً.", "خبر رقم 2")]
    assert order == sorted(order)
    for unwanted in ("<style", "<table", "style=", "digest-slot", "إلغاء الاشتراك", "تمهيد"):
        assert unwanted not in html, unwanted


def test_the_feed_is_the_same_at_any_hour_and_the_newest_comes_first(
    client: FlaskClient, system: System, place: Place, clock: SettableClock
) -> None:
    for number in range(1, 24):
        publish(system, place.newsletter_id, clock, number=number, items=1)
        clock.forward(days=1)
    first = client.get("/archive/mina/feed.xml").data
    clock.forward(days=30)
    assert client.get("/archive/mina/feed.xml").data == first
    links = [one.findtext("link") or "" for one in channel(client).findall("item")]
    assert [one.rpartition("/")[2] for one in links] == [str(n) for n in range(23, 3, -1)]


def test_our_own_collector_reads_the_feed(
    client: FlaskClient, system: System, place: Place, clock: SettableClock
) -> None:
    publish(system, place.newsletter_id, clock)
    url = "http://127.0.0.1:8000/archive/mina/feed.xml"
    answer = client.get("/archive/mina/feed.xml")
    found = parse_feed(answer.data, content_type=answer.headers["Content-Type"], url=url)
    assert [(one.title, one.link) for one in found.entries] == [
        ("محادثات الفرات تنتهي بلا اتفاق", "http://127.0.0.1:8000/archive/mina/1")
    ]
    assert found.entries[0].published_at == datetime(2026, 11, 24, 2, 40, tzinfo=UTC)


def test_a_mail_becomes_reading_matter() -> None:
    mail = (
        '<html><head><style>p{}</style></head><body class="x" style="y">'
        '<div style="display:none;max-height:0">تمهيد</div>'
        '<table><tr><td style="x"><p><a href="digest-slot-leave">إلغاء</a></p>'
        '<h2 onclick="x()">قسم</h2><div> &nbsp;<span></span></div>'
        '<p>خبر عن <span dir="ltr">C++</span> <a href="javascript:x()">س</a>'
        '<a href="https://news.example/1">ص</a><script>alert(1)</script></p></td></tr></table>'
        "</body></html>"
    )
    assert reading_html(mail) == (
        '<div dir="rtl" lang="ar"><h2>قسم</h2>'
        '<p>خبر عن <span dir="ltr">C++</span> <a>س</a><a href="https://news.example/1">ص</a></p>'
        "</div>"
    )
