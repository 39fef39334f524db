"""One strict parser for addresses, and one form under which a page is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text import urls
from digest.text.urls import BadUrl

URLISH = st.one_of(
    st.text(),
    st.text(st.sampled_from(list("htps:/@.?#[]%\\0x17.aب \t\u202e-")), max_size=40).map(
        lambda tail: "http://" + tail
    ),
)


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("HTTP://Sham.Example:80/A?b=1#c", "http://sham.example/A?b=1"),
        ("https://sham.example", "https://sham.example/"),
        ("https://sham.example:8443/a/../b/./c", "https://sham.example:8443/b/c"),
        ("https://مثال.شبكة/خبر", "https://xn--mgbh0fb.xn--ngbc5azd/%D8%AE%D8%A8%D8%B1"),
        ("http://127.0.0.1:5000/feed", "http://127.0.0.1:5000/feed"),
        ("http://[::1]:80/a", "http://[::1]/a"),
        ("https://sham.example/a%20b?q=%D8%A8", "https://sham.example/a%20b?q=%D8%A8"),
        ("https://sham.example./", "https://sham.example/"),
        ("https://sham.example/a/b/..", "https://sham.example/a/"),
        ("https://sham.example/a/%2e%2E/../b", "https://sham.example/b"),
    ],
)
def test_an_address_is_read_and_written_in_one_way(url: str, written: str) -> None:
    assert str(urls.split(url)) == written
    assert str(urls.split(written)) == written


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://x.example/" + "a" * 5000, "too_long"),
        ("ftp://x.example/", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("//x.example/", "scheme"),
        ("", "scheme"),
        ("http://x.example/a b", "characters"),
        ("http://x.example\\@y.example/", "characters"),
        ("http://user:pass@x.example/", "user"),
        ("http://x.example@y.example/", "user"),
        ("http://x..example/", "host"),
        ("http://0x7f000001/", "host"),
        ("http://2130706433/", "host"),
        ("http://127.1/", "host"),
        ("http://010.0.0.1/", "host"),
        ("http://x%2eexample/", "host"),
        ("http://[::1/", "host"),
        ("http://[1:2]/", "host"),
        ("http:///a", "host"),
        ("http://x.example:0/", "port"),
        ("http://x.example:99999/", "port"),
    ],
)
def test_what_parsers_disagree_about_is_refused(url: str, code: str) -> None:
    with pytest.raises(BadUrl) as caught:
        urls.split(url)
    assert caught.value.code == code
    assert not urls.is_http(url)
    assert urls.host(url) == ""


@given(URLISH)
def test_splitting_raises_nothing_but_bad_url_and_is_stable(url: str) -> None:
    try:
        found = urls.split(url)
    except BadUrl:
        return
    assert str(found).isascii()
    assert urls.split(str(found)) == found


@given(URLISH)
def test_keys_of_good_addresses_exist(url: str) -> None:
    if urls.is_http(url):
        assert len(urls.url_key(url)) == 64


@pytest.mark.parametrize(
    ("base", "link", "found"),
    [
        ("https://x.example/a/b", "../c", "https://x.example/c"),
        ("https://x.example/a/b", "//y.example/c", "https://y.example/c"),
        ("https://x.example/", " /a\n b ", "https://x.example/a%20b"),
        ("https://x.example/", "mailto:a@x.example", ""),
        ("https://x.example/", "javascript:alert(1)", ""),
        ("https://x.example/", "http://[::1", ""),
        ("", "relative", ""),
    ],
)
def test_links_of_a_page_are_made_absolute(base: str, link: str, found: str) -> None:
    assert urls.absolute(base, link) == found


@given(st.text(max_size=20), URLISH)
def test_resolving_never_fails(base: str, link: str) -> None:
    found = urls.absolute(base, link)
    assert found == "" or urls.is_http(found)


@pytest.mark.parametrize(
    "other",
    [
        "https://X.example/a?b=2&a=1",
        "http://x.example:80/a?a=1&b=2",
        "https://x.example/a?a=1&b=2#part",
        "https://x.example/a?a=1&b=2&utm_source=rss&fbclid=z",
    ],
)
def test_addresses_of_one_page_have_one_key(other: str) -> None:
    assert urls.url_key(other) == urls.url_key("https://x.example/a?a=1&b=2")


def test_a_slash_at_the_end_means_nothing() -> None:
    assert urls.canonical("https://x.example/a/") == urls.canonical("https://x.example/a")


def test_addresses_of_two_pages_have_two_keys() -> None:
    keys = {urls.url_key(f"https://x.example/{tail}") for tail in ("a", "A", "a?p=1", "a?p=2", "b")}
    assert len(keys) == 5
