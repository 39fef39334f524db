"""Lists of feeds, read from other programs and written for them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources import opml
from digest.sources.opml import Outline
from digest.system.errors import Refused

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>اشتراكاتي</title></head><body>
  <outline text="سياسة" title="سياسة">
    <outline type="rss" text="وكالة الساحل" xmlUrl="https://sahel.example/rss" htmlUrl="https://sahel.example/"/>
    <outline text="محلي"><outline title="الجبل" xmlUrl="https://jabal.example/atom"/></outline>
  </outline>
  <outline text="الميناء &amp; البحر" XMLURL="https://mina.example/feed"/>
  <outline text="مكرر" xmlUrl="https://mina.example/feed"/>
  <outline type="link" text="صفحة" url="https://page.example/news"/>
  <outline type="link" text="بلا رابط"/>
</body></opml>"""
AT = datetime(2026, 11, 24, 2, 40, tzinfo=UTC)


def test_feeds_are_read_with_their_folders_each_once() -> None:
    assert opml.read(LIST.encode()) == (
        Outline("https://sahel.example/rss", "وكالة الساحل", "سياسة", site="https://sahel.example/"),
        Outline("https://jabal.example/atom", "الجبل", "محلي"),
        Outline("https://mina.example/feed", "الميناء & البحر"),
        Outline("https://page.example/news", "صفحة", kind="page"),
    )


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1256"])
def test_lists_in_other_encodings_are_read(encoding: str) -> None:
    content = LIST.replace("UTF-8", encoding).encode(encoding)
    assert opml.read(content)[0].title == "وكالة الساحل"


def test_what_is_written_is_read_again() -> None:
    outlines = (
        Outline("https://a.example/?x=1&y=2", "الأولى", "سياسة"),
        Outline("https://b.example/", "الثانية <ب>", "ثقافة"),
        Outline("https://c.example/", "الثالثة", "سياسة"),
        Outline("https://d.example/1", "صفحة", kind="page"),
    )
    content = opml.write("مصادر", outlines, AT)
    assert set(opml.read(content)) == set(outlines)
    assert content.count("سياسة".encode()) == 2  # one folder, as text and title


@pytest.mark.parametrize(
    "content",
    [b"", b"<html></html>", b"<opml></opml>", b"\x00\xff\xfe", b"<opml><body><outline text='x'/></body>",
     b"x" * (opml.MAX_BYTES + 1),
     b'<!DOCTYPE o [<!ENTITY x "y">]><opml><body><outline xmlUrl="https://a.example/"/></body></opml>'],
)
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="bad_opml"):
        opml.read(content)


def test_a_list_that_is_too_long_is_refused() -> None:
    rows = "".join(f'<outline xmlUrl="https://a.example/{n}"/>' for n in range(opml.MOST + 1))
    with pytest.raises(Refused, match="too_many_feeds"):
        opml.read(f"<opml><body>{rows}</body></opml>".encode())


def test_a_broken_list_gives_what_it_has() -> None:
    broken = '<opml><body><outline xmlUrl="https://a.example/" text="أ & ب"><outline xmlUrl="https://b.example/"'
    assert [one.url for one in opml.read(broken.encode())][:1] == ["https://a.example/"]


@given(st.binary(max_size=300))
def test_no_file_breaks_it(content: bytes) -> None:
    with suppress(Refused):
        opml.read(b"<opml>" + content)
