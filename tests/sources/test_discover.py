"""From a site's address to its feeds, over real HTTP; nothing is stored."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from digest.articles.models import Article
from digest.sources.collect import add_source
from digest.sources.discover import Trial, full_address, try_address
from digest.sources.models import FetchAttempt, Source
from digest.system.build import System
from digest.system.errors import Refused
from digest.system.queue import Job
from tests.servers import http
from tests.sources.samples import BODY, TITLE, item, page, rss

LONG = " ".join([BODY] * 5)


def feed(system: System, web: http.Server, count: int = 3, *, body: str = LONG, title: str = "ميناء") -> bytes:
    now = system.clock.now()
    return rss(
        [item(f"خبر {n}", web.url(f"/n/{n}"), body, date=format_datetime(now - timedelta(hours=6 * n)))
         for n in range(1, count + 1)],
        title=title,
    )


def front(*links: str, body: str = "") -> str:
    return page("الصفحة الأولى", [body or BODY], head="".join(links))


def alternate(href: str, kind: str = "rss") -> str:
    return f'<link rel="alternate" type="application/{kind}+xml" href="{href}">'


def urls_of(trial: Trial) -> list[str]:
    return [one.url for one in trial.found]


def test_a_feed_that_a_site_names_is_found(system: System, web: http.Server) -> None:
    web.reply("/", body=front(alternate("/f.xml")))
    web.reply("/f.xml", body=feed(system, web))
    trial = try_address(system, web.url("/"))
    (found,) = trial.found
    assert (trial.outcome, found.url, found.kind, found.form) == ("ok", web.url("/f.xml"), "feed", "rss")
    assert (found.title, found.entries, found.known) == ("ميناء", 3, None)
    assert found.newest == system.clock.now() - timedelta(hours=6)
    assert found.per_day == pytest.approx(4.0)
    assert [(one.title, one.text) for one in found.samples] == [
        ("خبر 1", "body"), ("خبر 2", "body"), ("خبر 3", "body"),
    ]
    assert web.paths() == ["/", "/f.xml"]


def test_nothing_is_stored(system: System, web: http.Server) -> None:
    web.reply("/f.xml", body=feed(system, web))
    try_address(system, web.url("/f.xml"))
    with system.db.read() as db:
        assert [db.query(one).count() for one in (Source, FetchAttempt, Article, Job)] == [0, 0, 0, 0]


def test_where_the_text_comes_from_is_tried_on_some_pages(system: System, web: http.Server) -> None:
    web.reply("/f.xml", body=feed(system, web, 5, body="مقدمة قصيرة"))
    web.reply("/n/1", body=page("خبر 1", [LONG]))
    web.reply("/n/2", 403)
    web.reply("/n/3", body="<html><body></body></html>")
    (found,) = try_address(system, web.url("/f.xml")).found
    assert [(one.text, one.problem) for one in found.samples] == [
        ("page", ""), ("teaser", "http_error"), ("teaser", "no_text"), ("untried", ""), ("untried", ""),
    ]
    assert found.samples[0].words > 100


def test_feeds_of_comments_come_last_and_copies_once(system: System, web: http.Server) -> None:
    web.reply("/", body=front(
        alternate("/comments/feed"), alternate("/feed"), alternate("/feed/atom", "atom"),
    ))
    web.reply("/comments/feed", body=feed(system, web, 2, title="تعليقات القراء"))
    web.reply("/feed", body=feed(system, web, 4))
    web.reply("/feed/atom", body=feed(system, web, 4))
    found = urls_of(try_address(system, web.url("/")))
    assert found[0] in {web.url("/feed"), web.url("/feed/atom")}
    assert len(found) == 2 or found == [web.url("/feed")]


def test_a_page_that_lists_feeds_is_followed(system: System, web: http.Server) -> None:
    web.reply("/", body=front(body=f'{BODY}</p><a class="x" href="/rss/">خلاصات</a><p>'))
    web.reply("/rss/", body=front(body='</p><a href="/rss/politics.xml">سياسة</a><p>'))
    web.reply("/rss/politics.xml", body=feed(system, web))
    assert urls_of(try_address(system, web.url("/"))) == [web.url("/rss/politics.xml")]


def test_the_usual_paths_are_tried_when_a_site_names_nothing(system: System, web: http.Server) -> None:
    web.reply("/", 403)
    web.reply("/rss.xml", body=feed(system, web))
    assert urls_of(try_address(system, web.url("/"))) == [web.url("/rss.xml")]


def test_the_feed_of_a_section_is_below_it(system: System, web: http.Server) -> None:
    web.reply("/sport", body=front())
    web.reply("/sport/feed/", body=feed(system, web))
    assert urls_of(try_address(system, web.url("/sport"))) == [web.url("/sport/feed/")]


def test_a_news_sitemap_is_found_by_robots_txt(system: System, web: http.Server) -> None:
    web.reply("/", body=front())
    web.reply("/robots.txt", body=f"Sitemap: {web.url('/index.xml.map')}\n")
    web.reply("/index.xml.map", body=(
        f"<sitemapindex><sitemap><loc>{web.url('/news.map')}</loc></sitemap></sitemapindex>"
    ))
    web.reply("/news.map", body=(
        f'<urlset xmlns:news="x"><url><loc>{web.url("/n/1")}</loc><news:news>'
        f"<news:title>{TITLE}</news:title></news:news></url></urlset>"
    ))
    (found,) = try_address(system, web.url("/")).found
    assert (found.url, found.form, found.samples[0].title) == (web.url("/news.map"), "sitemap", TITLE)


def test_one_article_is_offered_as_a_page(system: System, web: http.Server) -> None:
    web.reply("/n/1", body=page(TITLE, [LONG]))
    (found,) = try_address(system, web.url("/n/1")).found
    assert (found.kind, found.title, found.entries, found.per_day) == ("page", TITLE, 1, None)


def test_a_source_that_is_there_already_is_told(system: System, web: http.Server) -> None:
    web.reply("/f.xml", body=feed(system, web))
    with system.db.write() as db:
        source_id = add_source(db, web.url("/f.xml"), now=system.clock.now())
    (found,) = try_address(system, web.url("/f.xml")).found
    assert found.known == source_id


@pytest.mark.parametrize(("status", "outcome"), [(404, "http_error"), (410, "gone"), (503, "busy")])
def test_where_nothing_is_found_the_cause_is_told(
    system: System, web: http.Server, status: int, outcome: str
) -> None:
    web.reply("/", status)
    trial = try_address(system, web.url("/"))
    assert (trial.found, trial.outcome, trial.status) == ((), outcome, status)


def test_a_private_address_is_refused_and_nothing_else_is_tried(system: System) -> None:
    trial = try_address(system, "http://169.254.169.254/latest")
    assert (trial.found, trial.outcome) == ((), "refused_address")


def test_a_page_without_a_feed_and_without_text_is_nothing(system: System, web: http.Server) -> None:
    web.reply("/", body="<html><body></body></html>")
    assert try_address(system, web.url("/")).outcome == "html"


def test_the_scheme_may_be_missing() -> None:
    assert full_address("news.example/x") == "https://news.example/x"
    assert full_address("http://news.example") == "http://news.example/"
    assert full_address("news.example:8080") == "https://news.example:8080/"
    for typed in ("", "ftp://news.example/", "javascript:alert(1)", "a b"):
        with pytest.raises(Refused, match="bad_url"):
            full_address(typed)


def test_a_real_feed_without_an_entry_is_offered(system: System, web: http.Server) -> None:
    web.reply("/f.xml", body=rss([]))
    (found,) = try_address(system, web.url("/f.xml")).found
    assert (found.outcome, found.entries, found.samples) == ("no_entries", 0, ())
