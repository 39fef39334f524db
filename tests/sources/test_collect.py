"""Asking sources over real HTTP: what is stored, what is remembered, what is shown as ill."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from digest.articles.models import Article
from digest.sources import collect
from digest.sources.collect import CollectResult, add_source, add_text, collect_source
from digest.sources.health import AT_MOST
from digest.sources.models import FetchAttempt, Source
from digest.staff.models import AuditEntry
from digest.system.build import System
from digest.system.errors import NotFound, Refused
from digest.system.fetch import Fetcher, Outcome
from digest.system.queue import Job
from digest.web.words import OUTCOMES
from tests.conftest import SettableClock
from tests.servers import http
from tests.sources.samples import BODY, TITLE, item, page, rss

ITEMS = [item(TITLE, "https://news.example/1"), item("خبر ثانٍ", "https://news.example/2", "قصير")]


def added(system: System, url: str, **words: object) -> int:
    with system.db.write() as db:
        return add_source(db, url, now=system.clock.now(), **words)  # type: ignore[arg-type]


def row(system: System, source_id: int) -> Source:
    with system.db.read() as db:
        found = db.get_one(Source, source_id)
        db.expunge(found)
        return found


def titles(system: System) -> Sequence[str]:
    with system.db.read() as db:
        return db.scalars(select(Article.title).order_by(Article.id)).all()


def last(system: System) -> FetchAttempt:
    with system.db.read() as db:
        found = db.scalars(select(FetchAttempt).order_by(FetchAttempt.id.desc()).limit(1)).one()
        db.expunge(found)
        return found


def test_adding_queues_the_first_collecting(system: System) -> None:
    source_id = added(system, " HTTPS://News.Example:443/feed#top ")
    with system.db.read() as db:
        source = db.get_one(Source, source_id)
        assert (source.url, source.name, source.kind) == (
            "https://news.example/feed", "news.example", "feed",
        )
        assert source.site_host == "news.example"
        job = db.scalars(select(Job)).one()
        assert (job.kind, job.args) == ("collect_source", {"source_id": source_id})
        assert db.scalars(select(AuditEntry.action)).all() == ["source.add"]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://news.example/", "scheme"), ("news.example", "scheme"), ("", "scheme"),
        ("javascript:alert(1)", "scheme"), ("file:///etc/passwd", "scheme"),
        ("https://user:pw@news.example/", "user"), ("https://news.example\\@x/", "characters"),
        ("http://2130706433/", "host"), ("http://0x7f.1/", "host"), ("http://a:99999/", "port"),
        ("https://news.example/" + "x" * 5000, "too_long"), ("http://[::1/", "host"),
    ],
)
def test_what_is_no_plain_web_address_is_refused(system: System, url: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        added(system, url)
    assert (refused.value.code, refused.value.facts) == ("bad_url", {"reason": reason})


@pytest.mark.parametrize(
    "again",
    ["https://news.example/feed", "http://news.example/feed/", "https://NEWS.example/feed#x",
     "https://news.example/feed?utm_source=x"],
)
def test_a_known_source_is_refused_however_it_is_written(system: System, again: str) -> None:
    first = added(system, "https://news.example/feed")
    with pytest.raises(Refused) as refused:
        added(system, again)
    assert (refused.value.code, refused.value.facts) == ("source_known", {"source": first})


def test_a_feed_is_collected_and_named_by_itself(system: System, web: http.Server) -> None:
    web.reply("/feed", body=rss(ITEMS), headers={"ETag": '"1"', "Last-Modified": "yesterday"})
    source_id = added(system, web.url("/feed"))
    assert collect_source(system, source_id) == CollectResult("ok", found=2, added=2)
    assert titles(system) == [TITLE, "خبر ثانٍ"]
    source = row(system, source_id)
    assert (source.name, source.etag, source.last_modified) == ("وكالة الساحل", '"1"', "yesterday")
    assert (source.last_ok_at, source.failures) == (system.clock.now(), 0)
    with system.db.read() as db:
        counted = db.execute(select(Job.kind, func.count()).group_by(Job.kind)).all()
    assert sorted(map(tuple, counted)) == [("collect_source", 1), ("enrich_article", 2)]


def test_an_editors_name_stays(system: System, web: http.Server) -> None:
    web.reply("/feed", body=rss(ITEMS))
    source_id = added(system, web.url("/feed"), name="الساحل")
    collect_source(system, source_id)
    assert row(system, source_id).name == "الساحل"


def test_the_second_time_only_what_is_new_is_added(
    system: System, web: http.Server, clock: SettableClock
) -> None:
    web.reply("/feed", body=rss(ITEMS), headers={"ETag": '"1"'})
    source_id = added(system, web.url("/feed"))
    collect_source(system, source_id)
    clock.forward(hours=1)
    web.reply("/feed", body=rss([item("ثالث", "https://news.example/3"), *ITEMS]))
    assert collect_source(system, source_id) == CollectResult("ok", found=3, added=1)
    assert web.asked[1].headers["if-none-match"] == '"1"'
    assert row(system, source_id).etag is None


def test_nothing_new_is_said_by_304(system: System, web: http.Server) -> None:
    web.reply("/feed", body=rss(ITEMS), headers={"ETag": '"1"'})
    source_id = added(system, web.url("/feed"))
    collect_source(system, source_id)
    web.reply("/feed", 304)
    assert collect_source(system, source_id) == CollectResult("not_modified")
    assert (row(system, source_id).failures, row(system, source_id).etag) == (0, '"1"')


def test_a_304_that_nobody_asked_for_is_an_error(system: System, web: http.Server) -> None:
    web.reply("/feed", 304)
    source_id = added(system, web.url("/feed"))
    assert collect_source(system, source_id).outcome == "http_error"
    assert row(system, source_id).last_ok_at is None


@pytest.mark.parametrize("encoding", ["windows-1256", "iso-8859-6", "utf-16"])
def test_feeds_in_other_encodings_are_stored_right(
    system: System, web: http.Server, encoding: str
) -> None:
    web.reply("/feed", body=rss(ITEMS, encoding=encoding))
    collect_source(system, added(system, web.url("/feed")))
    assert titles(system) == [TITLE, "خبر ثانٍ"]


def test_a_json_feed_is_collected(system: System, web: http.Server) -> None:
    feed = {"version": "https://jsonfeed.org/version/1", "title": "منبر",
            "items": [{"id": "1", "url": "https://news.example/1", "title": TITLE}]}
    web.reply("/feed", body=json.dumps(feed), headers={"Content-Type": "application/feed+json"})
    assert collect_source(system, added(system, web.url("/feed"))) == CollectResult("ok", 1, 1)


def test_garbled_entries_are_kept_as_unreadable(system: System, web: http.Server) -> None:
    web.reply("/feed", body=rss(ITEMS[:1]).decode("cp1256").encode())
    source_id = added(system, web.url("/feed"))
    assert collect_source(system, source_id).outcome == "entry_encoding"
    with system.db.read() as db:
        article = db.scalars(select(Article)).one()
        assert (article.state, article.reason) == ("unreadable", "encoding")
        assert not db.scalars(select(Job).where(Job.kind == "enrich_article")).all()
    assert row(system, source_id).failures == 1


def test_a_site_is_exchanged_for_the_feed_it_names(system: System, web: http.Server) -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/rss.xml">'
    web.reply("/", body=page(head=head), headers={"Content-Type": "text/html"})
    web.reply("/rss.xml", body=rss(ITEMS), headers={"ETag": '"r"'})
    source_id = added(system, web.url("/"))
    assert collect_source(system, source_id) == CollectResult("ok", found=2, added=2)
    source = row(system, source_id)
    assert (source.url, source.etag) == (web.url("/rss.xml"), '"r"')
    with pytest.raises(Refused, match="source_known"):
        added(system, web.url("/rss.xml"))


def test_a_site_whose_feed_is_known_keeps_its_address(system: System, web: http.Server) -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/rss.xml">'
    web.reply("/", body=page(head=head))
    web.reply("/rss.xml", body=rss(ITEMS))
    added(system, web.url("/rss.xml"))
    source_id = added(system, web.url("/"))
    collect_source(system, source_id)
    assert (row(system, source_id).url, row(system, source_id).moved_to) == (
        web.url("/"), web.url("/rss.xml"),
    )


def test_an_alternate_into_a_private_network_is_refused(system: System, web: http.Server) -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="http://169.254.169.254/f">'
    web.reply("/", body=page(head=head))
    assert collect_source(system, added(system, web.url("/"))).outcome == "refused_address"
    assert "169.254.169.254" in last(system).detail


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (page(head='<link rel="alternate" type="application/rss+xml" href="/other">'), "html"),
        ("", "empty"),
        (rss([]).decode(), "no_entries"),
        ("<rss><channel>", "broken_xml"),
        ("صفحة عادية", "not_a_feed"),
        ("{", "bad_json"),
        ('<!DOCTYPE r [<!ENTITY a "x">]><rss/>', "entities"),
        ("<rss>" + "<a>" * 260_000, "too_complex"),
    ],
)
def test_a_feed_that_fell_ill_deletes_nothing_and_is_shown_so(
    system: System, web: http.Server, body: str, outcome: str
) -> None:
    web.reply("/feed", body=rss(ITEMS), headers={"ETag": '"1"'})
    source_id = added(system, web.url("/feed"))
    collect_source(system, source_id)
    web.reply("/feed", body=body, headers={"ETag": '"2"'})
    assert collect_source(system, source_id).outcome == outcome
    source = row(system, source_id)
    assert (source.failures, source.url, source.etag) == (1, web.url("/feed"), '"1"')
    assert len(titles(system)) == 2
    assert outcome in OUTCOMES


@pytest.mark.parametrize(
    ("status", "outcome"), [(404, "http_error"), (500, "http_error"), (403, "http_error")]
)
def test_an_error_backs_off(
    system: System, web: http.Server, clock: SettableClock, status: int, outcome: str
) -> None:
    web.reply("/feed", status)
    source_id = added(system, web.url("/feed"))
    waits = []
    for _ in range(12):
        assert collect_source(system, source_id).outcome == outcome
        next_at = row(system, source_id).next_at
        assert next_at is not None
        waits.append(next_at - clock.now())
        clock.at = next_at
    assert last(system).status == status
    assert all(one <= AT_MOST for one in waits)
    assert waits[-1] > timedelta(hours=21)


def test_retry_after_is_honoured(system: System, web: http.Server) -> None:
    web.reply("/feed", 429, headers={"Retry-After": "36000"})
    source_id = added(system, web.url("/feed"))
    assert collect_source(system, source_id).outcome == "busy"
    assert row(system, source_id).next_at == system.clock.now() + timedelta(hours=10)


def test_a_feed_that_is_gone_is_not_asked_again(system: System, web: http.Server) -> None:
    web.reply("/feed", 410)
    source_id = added(system, web.url("/feed"))
    assert collect_source(system, source_id).outcome == "gone"
    assert collect_source(system, source_id) == CollectResult("dead")
    assert len(web.asked) == 1


def test_a_permanent_move_is_remembered_and_not_taken(system: System, web: http.Server) -> None:
    web.reply("/old", 301, headers={"Location": "/new"})
    web.reply("/new", body=rss(ITEMS))
    source_id = added(system, web.url("/old"))
    assert collect_source(system, source_id).outcome == "ok"
    source = row(system, source_id)
    assert (source.url, source.moved_to) == (web.url("/old"), web.url("/new"))


def test_a_temporary_move_is_not_remembered(system: System, web: http.Server) -> None:
    web.reply("/old", 302, headers={"Location": "/new"})
    web.reply("/new", body=rss(ITEMS))
    source_id = added(system, web.url("/old"))
    collect_source(system, source_id)
    assert row(system, source_id).moved_to is None


def test_the_new_address_serves_when_the_old_one_is_gone(
    system: System, web: http.Server
) -> None:
    web.reply("/old", 301, headers={"Location": "/new"})
    web.reply("/new", body=rss(ITEMS))
    source_id = added(system, web.url("/old"))
    collect_source(system, source_id)
    web.reply("/old", 410)
    web.reply("/new", body=rss([item("ثالث", "https://news.example/3")]))
    assert collect_source(system, source_id) == CollectResult("ok", 1, 1)
    assert row(system, source_id).state == "active"


def test_a_private_address_is_refused_with_words(system: System, web: http.Server) -> None:
    for url in ("http://169.254.169.254/latest/meta-data", "http://[::1]/feed"):
        assert collect_source(system, added(system, url)).outcome == "refused_address"
        assert url.split("/")[2].strip("[]") in last(system).detail
    assert "شبكة خاصة" in OUTCOMES["refused_address"]._args[0]


def test_every_outcome_of_a_fetch_has_words() -> None:
    assert {outcome.value for outcome in Outcome} <= set(OUTCOMES)


def test_a_bomb_leaves_other_sources_alone(system: System, web: http.Server) -> None:
    web.reply("/bomb", body=gzip.compress(bytes(40 * 1024 * 1024)),
              headers={"Content-Encoding": "gzip"})
    web.reply("/feed", body=rss(ITEMS))
    bomb, feed = added(system, web.url("/bomb")), added(system, web.url("/feed"))
    assert collect_source(system, bomb).outcome == "too_big"
    assert collect_source(system, feed).outcome == "ok"


def test_one_page_is_one_article(system: System, web: http.Server) -> None:
    web.reply("/news/1", body=page(paragraphs=[BODY, BODY.replace("صباح", "مساء")]),
              headers={"Content-Type": "text/html; charset=utf-8"})
    source_id = added(system, web.url("/news/1"), kind="page")
    assert collect_source(system, source_id) == CollectResult("ok", 1, 1)
    assert collect_source(system, source_id) == CollectResult("ok", 1, 0)
    with system.db.read() as db:
        article = db.scalars(select(Article)).one()
        assert (article.title, article.link) == (TITLE, web.url("/news/1"))
        assert article.html.startswith("<p>افتُتح")


def test_a_page_without_text_is_told_so(system: System, web: http.Server) -> None:
    web.reply("/x", body="<html><body></body></html>")
    assert collect_source(system, added(system, web.url("/x"), kind="page")).outcome == "no_text"
    web.reply("/y", body=page().encode("cp1256").replace(b"utf-8", b"x"))
    assert collect_source(system, added(system, web.url("/y"), kind="page")).outcome == "ok"


def test_a_source_that_is_not_there_is_said_to_be_missing(system: System) -> None:
    with pytest.raises(NotFound):
        collect_source(system, 99)
    with pytest.raises(NotFound), system.db.write() as db:
        collect.enqueue(db, 99, now=system.clock.now())


def test_a_source_deleted_while_it_is_asked_stores_nothing(
    system: System, web: http.Server
) -> None:
    source_id = added(system, web.url("/feed"))

    def deleting(_host: str, _port: int) -> Sequence[str]:
        with system.db.write() as db:
            db.delete(db.get_one(Source, source_id))
        return ["127.0.0.1"]

    with system.db.write() as db:
        db.get_one(Source, source_id).url = f"http://slow.example:{web.port}/feed"
    web.reply("/feed", body=rss(ITEMS))
    fetcher = Fetcher(allow=("127.0.0.1",), lookup=deleting)
    assert collect_source(replace(system, fetcher=fetcher), source_id) == CollectResult("ok", 2)
    assert titles(system) == []
    fetcher.close()


def test_network_is_never_inside_a_transaction(system: System, web: http.Server) -> None:
    reached = threading.Event()

    def writing(_host: str, _port: int) -> Sequence[str]:
        with system.db.write() as db:  # would wait for ever inside another write
            db.execute(select(func.count(Source.id)))
        reached.set()
        return ["127.0.0.1"]

    web.reply("/feed", body=rss(ITEMS))
    fetcher = Fetcher(allow=("127.0.0.1",), lookup=writing)
    source_id = added(system, f"http://feed.example:{web.port}/feed")
    assert collect_source(replace(system, fetcher=fetcher), source_id).outcome == "ok"
    assert reached.is_set()
    fetcher.close()


def test_due_sources_are_queued_once_and_two_of_a_host(
    system: System, clock: SettableClock
) -> None:
    for n in range(5):
        added(system, f"https://one.example/{n}")
    added(system, "https://other.example/")
    with system.db.write() as db:
        for job in db.scalars(select(Job)):
            db.delete(job)
    with system.db.write() as db:
        assert collect.enqueue_due(db, clock.now()) == 0
    clock.forward(hours=2)
    with system.db.write() as db:
        assert collect.enqueue_due(db, clock.now()) == 3
        assert collect.enqueue_due(db, clock.now()) == 2
        assert collect.enqueue_due(db, clock.now()) == 1
        assert collect.enqueue_due(db, clock.now()) == 0


def test_the_limit_of_due_sources_is_kept(system: System, clock: SettableClock) -> None:
    for n in range(6):
        added(system, f"https://h{n}.example/")
    with system.db.write() as db:
        for job in db.scalars(select(Job)):
            db.delete(job)
    clock.forward(hours=2)
    with system.db.write() as db:
        assert collect.enqueue_due(db, clock.now(), limit=4) == 4


def test_a_text_is_an_article(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        first = add_text(db, f"{TITLE}\n\n{BODY}", now=now)
        again = add_text(db, f"{TITLE}\n\n{BODY}".encode("cp1256"), now=now)
        other = add_text(db, f"{TITLE}\n\n{BODY} وانتهى.", name="stdin", now=now)
        article = db.get_one(Article, first[0])
        assert (article.title, article.source_name) == (TITLE, "نصوص")
        assert article.html.startswith("<p>افتُتح")
        assert db.scalars(select(Source.kind).distinct()).all() == ["text"]
    assert (len(first), again, len(other)) == (1, [], 1)


def test_a_text_of_one_line_is_its_own_title(system: System) -> None:
    with system.db.write() as db:
        (article_id,) = add_text(db, BODY, title="", now=system.clock.now())
        assert db.get_one(Article, article_id).title == BODY[:160].strip()


@pytest.mark.parametrize(
    ("text", "link", "code"),
    [("  \n", "", "empty_text"), ("\x00", "", "empty_text"), ("نص", "ftp://x", "bad_url")],
)
def test_a_text_that_is_none_is_refused(system: System, text: str, link: str, code: str) -> None:
    with pytest.raises(Refused) as refused, system.db.write() as db:
        add_text(db, text, link=link, now=system.clock.now())
    assert refused.value.code == code


def test_what_an_editor_cut_never_comes_in(system: System, web: http.Server) -> None:
    web.reply("/f", body=rss([item(TITLE, "https://news.example/1", f"{BODY}<b class='x'>إعلان</b>")]))
    source_id = added(system, web.url("/f"))
    with system.db.write() as db:
        db.get_one(Source, source_id).rules = {"cut": [".x"]}
    collect_source(system, source_id)
    with system.db.read() as db:
        assert "إعلان" not in db.query(Article).one().html


def test_a_news_sitemap_is_collected_like_a_feed(system: System, web: http.Server) -> None:
    web.reply("/news.xml", body=(
        '<urlset xmlns:n="x"><url><loc>https://news.example/1</loc><n:news>'
        f"<n:title>{TITLE}</n:title></n:news></url></urlset>"
    ))
    assert collect_source(system, added(system, web.url("/news.xml"))) == CollectResult("ok", 1, 1)
    assert titles(system) == [TITLE]
