"""The sample site serves what real newsrooms serve, and nothing of it is missing."""

from __future__ import annotations

import socket
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from xml.etree import ElementTree

import pytest

from digest.articles.entry import Entry
from digest.demo.content import SOURCES, articles_of
from digest.demo.site import DemoSite, build
from digest.sources.feeds import FeedDocument, FeedKind, parse_feed
from digest.text.clean import plain_text
from digest.text.split import sentences, words

NOW = datetime(2026, 11, 24, 2, 40, tzinfo=UTC)


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    """The site, served on a free port."""
    served = DemoSite()
    served.start(NOW)
    yield served
    served.stop()


def get(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask and return status, headers and body, whatever the status is."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urlopen(Request(url, headers=named, method=method), timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def read(site: DemoSite) -> dict[str, FeedDocument]:
    """Return the feeds by the name of their source, as the collector reads them."""
    found = {}
    for feed in site.feeds:
        _status, headers, body = get(feed.url)
        found[feed.name] = parse_feed(body, content_type=headers["Content-Type"], url=feed.url)
    return found


def entries(site: DemoSite) -> list[Entry]:
    return [entry for document in read(site).values() for entry in document.entries]


def test_there_are_four_feeds_of_three_formats_without_a_problem(site: DemoSite) -> None:
    found = read(site)
    assert {name: document.kind for name, document in found.items()} == {
        "وكالة الساحل": FeedKind.RSS,
        "شام بوست": FeedKind.ATOM,
        "صوت الصناعة": FeedKind.RSS,
        "مجلة مدار": FeedKind.JSON,
    }
    for name, document in found.items():
        assert document.problems == ()
        assert document.title == name


def test_the_feeds_hold_all_articles_of_the_last_twenty_hours(site: DemoSite) -> None:
    found = entries(site)
    assert len(found) == sum(len(articles_of(source)) for source in SOURCES) >= 26
    for entry in found:
        assert entry.published_at is not None
        assert NOW - timedelta(hours=20) <= entry.published_at < NOW
    assert len({entry.link for entry in found}) == len({entry.title for entry in found}) == len(found)


def test_xml_feeds_are_well_formed(site: DemoSite) -> None:
    for feed in site.feeds[:3]:
        ElementTree.fromstring(get(feed.url)[2])


def test_one_feed_is_windows_1256_and_says_so_in_its_xml_only(site: DemoSite) -> None:
    feed = next(feed for feed in site.feeds if feed.name == "صوت الصناعة")
    _status, headers, body = get(feed.url)
    assert body.startswith(b'<?xml version="1.0" encoding="windows-1256"?>')
    assert "charset" not in headers["Content-Type"]
    assert "الألواح الشمسية" in body.decode("cp1256")
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    page = get(site.base_url + "/sinaa/nahda-solar")
    assert page[1]["Content-Type"] == "text/html; charset=windows-1256"
    assert "Nahda Solar" in page[2].decode("cp1256")


def test_a_feed_that_is_known_is_not_sent_again(site: DemoSite) -> None:
    for feed in site.feeds:
        etag = get(feed.url)[1]["ETag"]
        for held in (etag, f'"other", W/{etag}', "*"):
            status, headers, body = get(feed.url, If_None_Match=held)
            assert (status, headers["ETag"], body) == (304, etag, b"")
        assert get(feed.url, If_None_Match='"other"')[0] == 200


def test_every_link_and_picture_of_the_feeds_answers(site: DemoSite) -> None:
    for entry in entries(site):
        status, headers, body = get(entry.link, "HEAD")
        assert (status, body) == (200, b"")
        assert headers["Content-Type"].startswith("text/html")
        if entry.image:
            assert get(entry.image)[1]["Content-Type"] == "image/png"


def test_the_short_feed_is_read_in_full_on_its_pages_only(site: DemoSite) -> None:
    document = read(site)["وكالة الساحل"]
    for entry in document.entries:
        assert len(words(plain_text(entry.html))) < 40
        page = plain_text(get(entry.link)[2].decode("utf-8"))
        assert len(words(page)) > 150
        assert entry.title in page


def test_pages_are_semantic_and_noisy(site: DemoSite) -> None:
    for source in SOURCES:
        for article in articles_of(source):
            page = get(f"{site.base_url}/{source.slug}/{article.slug}")[2].decode(source.charset)
            for part in ("<article>", "<h1>", "<nav>", "<aside>", "<footer>", 'dir="rtl"'):
                assert part in page


def test_pictures_are_whole_png_files(site: DemoSite) -> None:
    pictures = [entry.image for entry in entries(site) if entry.image]
    assert len(pictures) >= 8
    body = get(pictures[0])[2]
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", body[16:24])
    start = body.index(b"IDAT") + 4
    length = int.from_bytes(body[start - 8 : start - 4], "big")
    assert len(zlib.decompress(body[start : start + length])) == height * (width * 3 + 1)


def test_articles_have_the_length_and_the_mess_of_real_ones() -> None:
    bodies = [article.body for source in SOURCES for article in articles_of(source)]
    for body in bodies:
        text = plain_text(body)
        assert 120 <= len(words(text)) <= 350
        assert 5 <= len(sentences(text)) <= 14
    everything = "\n".join(bodies)
    for mess in (
        "#وزارة_المالية", "دمشق – الساحل:", "هل أعجبك المحتوى", "اقرأ أيضاً", "6.5%", "+963",
        "WhatsApp", "C++", "Apache 2.0", "utm_source=", "fbclid=", 'href="../', "مِلْحٌ",
    ):  # fmt: skip
        assert mess in everything


def test_one_report_is_an_agency_copy_and_events_are_told_twice() -> None:
    found = {
        article.slug: set(words(plain_text(article.body)))
        for source in SOURCES
        for article in articles_of(source)
    }

    def overlap(one: str, other: str) -> float:
        return len(found[one] & found[other]) / len(found[one] | found[other])

    assert overlap("dust-wave", "dust-warning") > 0.8
    for one, other in (
        ("euphrates-geneva", "geneva-water-talks"), ("budget-approved", "budget-2027"),
        ("solar-factory", "nahda-solar"), ("team-qualifies", "last-minute-goal"),
    ):  # fmt: skip
        assert 0.1 < overlap(one, other) < 0.5


def test_front_pages_name_their_feed_and_unknown_paths_are_not_found(site: DemoSite) -> None:
    for feed in site.feeds:
        home = feed.url.rsplit("/", 1)[0] + "/"
        document = parse_feed(get(home)[2], content_type="text/html", url=home)
        assert document.alternates == (feed.url,)
    root = site.base_url + "/"
    whole = parse_feed(get(root)[2], content_type="text/html", url=root)
    assert whole.alternates == tuple(feed.url for feed in site.feeds)
    assert get(site.base_url + "/sahel/no-such-article")[0] == 404


def test_the_same_now_gives_the_same_bytes() -> None:
    base_url = "http://127.0.0.1:9"
    assert build(base_url, NOW) == build(base_url, NOW)
    assert build(base_url, NOW) != build(base_url, NOW + timedelta(hours=1))


def test_a_stopped_site_frees_its_port_and_has_no_address() -> None:
    site = DemoSite()
    site.start(NOW)
    port = int(site.base_url.rpartition(":")[2])
    with pytest.raises(OSError):
        DemoSite().start(NOW, port)
    site.stop()
    site.stop()
    with pytest.raises(RuntimeError):
        _ = site.base_url
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        pass
    again = DemoSite()
    again.start(NOW, port)
    assert again.base_url.endswith(f":{port}")
    again.stop()
