"""Feeds in the encodings, formats and breakages that Arabic sites really serve."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.feeds import FeedKind, parse_feed
from tests.sources.samples import TITLE, item, rss

URL = "https://news.example/feed"
ONE = [item(TITLE, "https://news.example/1", guid="g1", date="Mon, 23 Nov 2026 10:00:00 +0300")]
ATOM = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>منبر</title>
<link href="https://atom.example/"/><entry><id>urn:1</id><title>{TITLE}</title>
<link href="/news/1"/><updated>2026-11-23T07:00:00Z</updated><author><name>ليلى</name></author>
<category term="ثقافة"/><content type="html">&lt;p&gt;نص &lt;img src="/a.jpg"&gt;&lt;/p&gt;</content>
</entry></feed>"""


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1256", "iso-8859-6", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("content_type", ["application/rss+xml", "text/xml; charset=iso-8859-1"])
def test_arabic_titles_are_exact_in_every_encoding(encoding: str, content_type: str) -> None:
    document = parse_feed(rss(ONE, encoding=encoding), content_type=content_type, url=URL)
    assert [entry.title for entry in document.entries] == [TITLE]
    assert document.title == "وكالة الساحل"
    assert document.problems == ()


@pytest.mark.parametrize(
    ("real", "named"), [("windows-1256", "utf-8"), ("utf-8", "windows-1256"), ("iso-8859-6", "x")]
)
def test_a_wrong_label_does_not_matter(real: str, named: str) -> None:
    feed = rss(ONE).decode().replace('encoding="utf-8"', f'encoding="{named}"').encode(real)
    document = parse_feed(feed, content_type="text/xml", url=URL)
    assert document.entries[0].title == TITLE


def test_twice_encoded_text_is_held_back() -> None:
    garbled = rss(ONE).decode("cp1256").encode()
    document = parse_feed(garbled, content_type="application/rss+xml", url=URL)
    assert document.entries[0].problem == "encoding"
    assert document.problems == ("entry_encoding:0",)
    assert document.title == ""


def test_rss_says_all_it_knows() -> None:
    entry = parse_feed(rss(ONE), content_type="", url=URL).entries[0]
    assert (entry.guid, entry.link) == ("g1", "https://news.example/1")
    assert entry.published_at == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert entry.html.startswith("<p>")


def test_atom_says_all_it_knows() -> None:
    document = parse_feed(ATOM.encode(), content_type="", url="https://atom.example/feed")
    entry = document.entries[0]
    assert document.kind is FeedKind.ATOM
    assert (entry.title, entry.link) == (TITLE, "https://atom.example/news/1")
    assert (entry.author, entry.tags) == ("ليلى", ("ثقافة",))
    assert entry.image == "https://atom.example/a.jpg"


def test_json_feed_says_all_it_knows() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1", "title": "منبر",
        "items": [{
            "id": 7, "url": "/1", "title": TITLE, "content_text": "نص < نص", "tags": ["ثقافة", 3],
            "authors": [{"name": "ليلى"}, {"name": "سامر"}], "image": "/a.jpg",
            "date_published": "2026-11-23T10:00:00+03:00",
        }, "x", {}],
    }
    document = parse_feed(json.dumps(feed).encode(), content_type="", url=URL)
    entry = document.entries[0]
    assert (document.kind, document.title) == (FeedKind.JSON, "منبر")
    assert (entry.guid, entry.link, entry.title) == ("7", "https://news.example/1", TITLE)
    assert (entry.html, entry.author) == ("نص &lt; نص", "ليلى، سامر")
    assert (entry.image, entry.tags) == ("https://news.example/a.jpg", ("ثقافة",))
    assert entry.published_at == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert document.problems == ("entry_empty:1", "entry_empty:2")


def test_dates_worded_in_arabic_are_read() -> None:
    feed = rss([item(TITLE, "https://news.example/1", date="23 تشرين الثاني 2026")])
    published_at = parse_feed(feed, content_type="", url=URL).entries[0].published_at
    assert published_at is not None
    assert published_at.date().isoformat() == "2026-11-23"


def test_broken_xml_gives_what_can_be_read() -> None:
    broken = rss([*ONE, item("ثانٍ & مكسور <b>", "https://news.example/2")])[:-30]
    document = parse_feed(broken, content_type="", url=URL)
    assert document.entries[0].title == TITLE
    assert "broken_xml" in document.problems


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "empty"),
        (b" \n\x00", "empty"),
        (b"{", "bad_json"),
        (b"[" * 100_000, "bad_json"),
        (b'{"items": 3}', "not_a_feed"),
        (b"plain words", "not_a_feed"),
        (b"<opml version='1.0'/>", "not_a_feed"),
        (b"<rss version='2.0'><channel><title>x</title></channel></rss>", "no_entries"),
        (b'<!DOCTYPE r [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><rss><channel>&c;</channel></rss>',
         "entities"),
        (b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>', "entities"),
        (b"<rss>" + b"<a>" * 300_000, "too_complex"),
        (b"<html><head></head><body>x</body></html>", "html"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, problem: str) -> None:
    document = parse_feed(body, content_type="", url=URL)
    assert problem in document.problems
    assert document.entries == ()


def test_a_page_names_its_feeds() -> None:
    page = (
        '<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/a.xml">'
        '<link rel="alternate" type="application/atom+xml" href="/b.xml"><link rel="alternate" '
        'hreflang="en" href="/en"><link rel="stylesheet" href="/c.css"></head></html>'
    )
    document = parse_feed(page.encode(), content_type="text/html", url="https://news.example/x/")
    assert document.kind is FeedKind.HTML
    assert document.alternates == ("https://news.example/a.xml", "https://news.example/b.xml")


def test_at_most_500_entries_are_read() -> None:
    many = rss(item(f"خبر {n}", f"https://news.example/{n}") for n in range(700))
    document = parse_feed(many, content_type="", url=URL)
    assert len(document.entries) == 500
    assert "too_many_entries" in document.problems


@given(st.binary(max_size=400))
def test_noise_never_raises(body: bytes) -> None:
    parse_feed(body, content_type="text/xml", url=URL)


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_in_a_feed_never_raises(title: str, kind: str) -> None:
    feed = f"<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>"
    parse_feed(feed.encode("utf-8", "replace"), content_type=kind, url=URL)


def test_a_short_body_between_tags_is_readable() -> None:
    feed = rss([item(TITLE, "https://news.example/1", "قصير")])
    assert parse_feed(feed, content_type="", url=URL).problems == ()
