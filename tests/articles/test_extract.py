"""The article in a page: its text, and only what the page really says of itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.articles.extract import Extracted, extract_page, extract_text
from tests.sources.samples import BODY, TITLE, page

URL = "https://news.example/news/1?utm_source=rss"
HEAD = """<meta property="og:title" content="{title}"><meta name="author" content="ليلى حداد">
<meta property="article:published_time" content="2026-11-23T10:00:00+03:00">
<meta content='/img/1.jpg' property='og:image'><link rel="canonical" href="/news/1">"""
SECOND = "وأضافت أن جناحاً خاصاً بكتب الأطفال يفتح أبوابه كل صباح، وأن الحفلات تُقام في الساحة الكبرى."


def test_a_page_says_all_it_knows() -> None:
    html = page(paragraphs=[BODY, SECOND], head=HEAD.format(title=TITLE))
    assert extract_text(html, URL) == Extracted(
        title=TITLE,
        text=f"{BODY}\n\n{SECOND}",
        author="ليلى حداد",
        published_at=datetime(2026, 11, 23, 7, tzinfo=UTC),
        image="https://news.example/img/1.jpg",
        link="https://news.example/news/1",
    )


def test_the_surroundings_and_the_repeated_title_stay_out() -> None:
    text = extract_text(page(paragraphs=[BODY, SECOND]), URL).text
    assert text == f"{BODY}\n\n{SECOND}"


def test_a_page_of_few_facts_is_read_all_the_same() -> None:
    found = extract_text(f"<h1>{TITLE}</h1><p>{BODY}", URL)
    assert (found.title, found.text) == (TITLE, BODY)
    assert (found.author, found.published_at, found.image, found.link) == ("", None, None, "")


def test_the_heading_is_a_better_title_than_the_windows() -> None:
    html = page().replace(f"<title>{TITLE}", f"<title>{TITLE} | وكالة الساحل")
    assert extract_text(html, URL).title == TITLE


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1256", "iso-8859-6", "utf-16"])
def test_pages_are_read_in_the_encoding_they_are_in(encoding: str) -> None:
    html = page(paragraphs=[BODY, SECOND]).replace('charset="utf-8"', f'charset="{encoding}"')
    content = html.encode(encoding)
    found = extract_page(content, content_type="text/html", url=URL)
    assert (found.title, found.text, found.doubtful) == (TITLE, f"{BODY}\n\n{SECOND}", False)


def test_a_page_that_cannot_be_read_gives_no_text() -> None:
    noise = bytes(range(128, 256)) * 40
    found = extract_page(b"<html><p>" + noise, content_type="text/html", url=URL)
    assert (found.text, found.doubtful) == ("", True)


@pytest.mark.parametrize(
    "link",
    ["https://other.example/news/1", "/", "javascript:alert(1)", "https://news.example/", ""],
)
def test_a_canonical_link_elsewhere_is_not_believed(link: str) -> None:
    assert extract_text(page(head=f'<link rel="canonical" href="{link}">'), URL).link == ""


@pytest.mark.parametrize("date", ["2026-13-40", "أمس", "", "0001-01-01T00:00:00+14:00"])
def test_a_date_that_is_none_is_left_out(date: str) -> None:
    head = f'<meta property="article:published_time" content="{date}">'
    assert extract_text(page(head=head), URL).published_at is None


def test_an_image_that_is_no_web_address_is_left_out() -> None:
    head = '<meta property="og:image" content="data:image/png;base64,xx">'
    assert extract_text(page(head=head), URL).image is None


@pytest.mark.parametrize("html", ["", "   ", "\x00", "<div>" * 20_000 + "نص", "<" * 50_000])
def test_what_is_no_page_is_empty(html: str) -> None:
    assert extract_text(html, URL).text == ""


def test_scripts_are_no_text() -> None:
    html = page(paragraphs=[BODY, "<script>alert(1)</script>" + SECOND])
    assert "alert" not in extract_text(html, URL).text


@given(st.text(max_size=300))
def test_any_text_as_a_page_never_raises(html: str) -> None:
    extract_text(html, URL)


@given(st.binary(max_size=300))
def test_any_bytes_as_a_page_never_raise(content: bytes) -> None:
    extract_page(content, content_type="text/html; charset=x", url=URL)
