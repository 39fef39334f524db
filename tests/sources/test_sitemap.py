"""News sitemaps, read as feeds."""

from __future__ import annotations

from datetime import UTC, datetime

from digest.sources import sitemap
from digest.sources.feeds import FeedKind, parse_feed

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
)


def a_page(path: str, title: str, date: str = "2026-11-24T02:00:00+03:00") -> str:
    return (
        f"<url><image:image><image:loc>https://news.example/p.jpg</image:loc></image:image>"
        f"<loc>https://news.example{path}</loc><n:news><n:publication_date>{date}</n:publication_date>"
        f"<n:title><![CDATA[{title}]]></n:title><n:keywords>حلب, معرض</n:keywords></n:news></url>"
    )


def read(text: str) -> object:
    return parse_feed(text.encode(), content_type="application/xml", url="https://news.example/n.xml")


def test_the_articles_of_a_news_sitemap_are_entries_newest_first() -> None:
    found = read(
        HEAD + a_page("/1", "خبر قديم &amp; أول", "2026-11-23") + a_page("/2", "خبر جديد") + "</urlset>"
    )
    assert (found.kind, found.problems) == (FeedKind.SITEMAP, ())
    newest, oldest = found.entries
    assert (newest.title, newest.link, newest.guid) == (
        "خبر جديد", "https://news.example/2", "https://news.example/2",
    )
    assert newest.published_at == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert newest.tags == ("حلب", "معرض")
    assert oldest.title == "خبر قديم & أول"


def test_a_sitemap_of_pages_is_no_news() -> None:
    found = read(HEAD + "<url><loc>https://news.example/about</loc></url></urlset>")
    assert (found.kind, found.entries, found.problems) == (FeedKind.SITEMAP, (), ("sitemap",))


def test_an_index_names_its_sitemaps_those_of_news_first() -> None:
    children = "".join(
        f"<sitemap><loc>https://news.example/{name}</loc><lastmod>{day}</lastmod></sitemap>"
        for name, day in (("a.xml", "2026-01-01"), ("b.xml", "2026-11-01"), ("news.xml", "2020-01-01"))
    )
    found = read(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{children}</sitemapindex>')
    assert found.alternates == (
        "https://news.example/news.xml", "https://news.example/b.xml", "https://news.example/a.xml",
    )


def test_robots_txt_lists_sitemaps() -> None:
    text = "User-agent: *\nDisallow: /x\nSitemap: /all.xml\nsitemap: https://news.example/news-map.xml\n"
    assert sitemap.in_robots(text, "https://news.example/robots.txt") == (
        "https://news.example/news-map.xml", "https://news.example/all.xml",
    )
