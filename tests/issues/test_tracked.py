"""Counted links: only what leads to other houses, only where it was wished, and back again."""

from __future__ import annotations

from html import escape, unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.issues.document import Rendered, Slot, Variant
from digest.issues.render import render_issue
from digest.issues.tracked import PIXEL, track, untracked
from digest.text import urls
from tests.issues.sample import issue_doc

OURS = "mina.example"
NEWS = "https://news.example/a?x=1&y=2#part"


def page(*links: str) -> str:
    anchors = "".join(f'<p><a class="i" href="{escape(one)}" target="_blank">خبر</a></p>' for one in links)
    return f"<html><body>{anchors}</body></html>"


def rendered(html: str, text: str = NEWS) -> Rendered:
    return Rendered("عنوان", html, text, (), len(html.encode()), "hash")


def mark(n: int) -> str:
    return f"{n}-sig_{n}"


def tracked(
    *links: str, clicks: bool = True, opens: bool = False
) -> tuple[Rendered, dict[int, str]]:
    done, targets = track(
        {"latn": rendered(page(*links))}, clicks=clicks, opens=opens, own_host=OURS, mark=mark
    )
    return done["latn"], targets


def test_nothing_is_changed_when_nothing_is_counted():
    one = rendered(page(NEWS))
    done, targets = track({"latn": one}, clicks=False, opens=False, own_host=OURS, mark=mark)
    assert done["latn"] is one and targets == {}


def test_a_link_to_a_story_becomes_a_numbered_slot():
    done, targets = tracked(NEWS, "https://other.example/b")
    assert f'href="{Slot.CLICK}/1-sig_1" target' in done.html and "news.example" not in done.html
    assert f'href="{Slot.CLICK}/2-sig_2" target' in done.html
    assert targets == {1: NEWS, 2: "https://other.example/b"}
    assert done.size == len(done.html.encode()) and done.sha256 != "hash"


def test_the_text_part_keeps_its_addresses():
    done, _ = tracked(NEWS)
    assert done.text == NEWS


def test_one_address_has_one_number_in_all_editions():
    editions = {"arab": rendered(page(NEWS, NEWS)), "latn": rendered(page("https://b.example/", NEWS))}
    done, targets = track(editions, clicks=True, opens=False, own_host=OURS, mark=mark)
    assert targets == {1: NEWS, 2: "https://b.example/"}
    assert done["arab"].html.count("/1-sig_1") == 2 and done["latn"].html.count("/1-sig_1") == 1


@pytest.mark.parametrize("link", [
    Slot.LEAVE.value, f"{Slot.PREFERENCES}#pause", "https://mina.example/archive/mina/1",
    "mailto:?subject=x&body=y", "javascript:alert(1)", "data:text/html,x", "//evil.example/",
    "https://news.example@evil.example/", "https://news.example\\@evil.example", "#top", "",
    "https://news.example/\r\nSet-Cookie: a=b", "http://0x7f.1/",
])
def test_our_own_pages_and_what_is_no_plain_web_address_stay_as_they_are(link):
    done, targets = tracked(link)
    assert targets == {} and done.html == page(link)


def test_an_arabic_address_is_kept_as_a_browser_asks_for_it():
    _, targets = tracked("https://موقع.example/أخبار?س=1#قسم")
    assert targets[1].isascii() and targets[1].startswith("https://xn--")
    assert targets[1].endswith("?%D8%B3=1#%D9%82%D8%B3%D9%85")


def test_the_picture_stands_at_the_end_and_only_when_opens_are_counted():
    done, targets = tracked(NEWS, clicks=False, opens=True)
    assert done.html.endswith(f"{PIXEL}</body></html>") and NEWS in unescape(done.html)
    assert targets == {}
    assert PIXEL not in tracked(NEWS)[0].html


def test_for_those_who_are_not_readers_every_link_leads_where_it_leads():
    done, targets = tracked(NEWS, "https://mina.example/archive", clicks=True, opens=True)
    assert untracked(done.html, targets) == page(NEWS, "https://mina.example/archive")


def test_a_whole_mail_counts_its_stories_and_nothing_of_ours():
    doc = issue_doc()
    one = render_issue(doc, Variant())
    own = urls.host(doc.view_url or "")
    done, targets = track({"latn": one}, clicks=True, opens=True, own_host=own, mark=mark)
    assert set(targets.values()) == {urls.ascii_form(item.link) for item in doc.items}
    html = done["latn"].html
    assert not any(f'href="{escape(item.link)}"' in html for item in doc.items)
    assert html.count(Slot.LEAVE) == one.html.count(Slot.LEAVE)
    assert untracked(html, targets) == one.html


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=5))
def test_no_address_is_counted_that_a_header_may_not_hold(links):
    done, targets = tracked(*links, *(f"https://a.example/{one}" for one in links))
    for url in targets.values():
        assert url.isascii() and url.isprintable() and " " not in url
        assert urls.is_http(url)
    assert untracked(done.html, targets).count("<a ") == done.html.count("<a ")
