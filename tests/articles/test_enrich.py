"""From an entry to text, topic and summary, with the page fetched when the feed says too little."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from digest.articles.enrich import RETRIES, SOON, enrich_article, needs_page
from digest.articles.entry import Entry
from digest.articles.ingest import store_entries
from digest.articles.models import Article, Summary, Topic
from digest.system.build import System
from digest.system.fetch import Fetcher
from digest.system.queue import Job
from tests import make
from tests.conftest import SettableClock
from tests.servers import http
from tests.sources.samples import page

TITLE = "البرلمان يقرّ موازنة العام المقبل"
TEASER = "أقرّ البرلمان موازنة العام المقبل بعد جلسة طويلة."
BODY = (
    "أقرّ البرلمان موازنة العام المقبل بعد جلسة استمرت أربع عشرة ساعة، وصوّت لصالحها 130 نائباً.",
    "وقالت وزيرة المالية إن الحكومة ستنفق أكثر على المدارس والمشافي في المدن الصغيرة.",
    "وأوضحت الوزيرة أن العجز سيبقى دون أربعة في المئة من الناتج المحلي خلال السنة المقبلة.",
    "وطلبت كتل المعارضة في #مجلس_النواب تأجيل التصويت أسبوعاً، ورفض رئيس المجلس طلبها.",
)
CALL = "هل أعجبك المحتوى؟ اشترك بنشرتنا البريدية ليصلك جديدنا كل صباح."


@pytest.fixture
def web() -> Iterator[http.Server]:
    """A news site on loopback."""
    with http.running() as server:
        yield server


def stored(system: System, link: str, *, html: str = "", **values: object) -> int:
    """An entry of a feed, stored."""
    now = system.clock.now()
    entry = replace(Entry(guid=link, link=link, title=TITLE, html=html), **values)
    with system.db.write() as db:
        source_id = db.scalar(select(make.Source.id)) or make.source(db, now=now)
        (article_id,) = store_entries(db, source_id, [entry], source_name="شام بوست", now=now)
    return article_id


def read(system: System, article_id: int) -> tuple[Article, list[str]]:
    """An article with the texts of its summaries."""
    with system.db.read() as db:
        article = db.get_one(Article, article_id)
        summaries = db.scalars(
            select(Summary.text).where(Summary.article_id == article_id).order_by(Summary.n)
        ).all()
        db.expunge(article)
    return article, list(summaries)


def full() -> str:
    return "".join(f"<p>{one}</p>" for one in (*BODY, *BODY[1:], *BODY[1:]))


def test_a_full_body_is_read_without_asking_anybody(system: System, web: http.Server) -> None:
    article_id = stored(system, web.url("/1"), html=full())
    enrich_article(system, article_id)
    article, (summary,) = read(system, article_id)
    assert (article.state, article.reason) == ("ready", "")
    assert article.text.startswith(BODY[0])
    assert article.words > 100
    assert summary.startswith("أقرّ البرلمان")
    assert web.asked == []


def test_a_short_body_is_completed_by_its_page(system: System, web: http.Server) -> None:
    web.reply("/1", body=page(TITLE, [*BODY, CALL]), headers={"Content-Type": "text/html"})
    article_id = stored(system, web.url("/1"), html=f"<p>{TEASER}</p>")
    enrich_article(system, article_id)
    article, (summary,) = read(system, article_id)
    assert article.state == "ready"
    assert article.text.split("\n\n") == [*BODY[:3], BODY[3].replace("#مجلس_النواب", "مجلس النواب")]
    assert "مجلس النواب" in article.tags
    assert "اشترك" not in summary
    assert all(part in " ".join(BODY).replace("#", "").replace("_", " ")
               for part in summary.split(". ") if part)


@pytest.mark.parametrize("encoding", ["windows-1256", "iso-8859-6", "utf-16"])
def test_pages_in_other_encodings_are_read(
    system: System, web: http.Server, encoding: str
) -> None:
    web.reply("/1", body=page(TITLE, BODY).replace("utf-8", encoding).encode(encoding),
              headers={"Content-Type": "text/html"})
    article_id = stored(system, web.url("/1"))
    enrich_article(system, article_id)
    assert read(system, article_id)[0].text.startswith(BODY[0])


def test_what_the_page_knows_fills_what_the_feed_left_out(
    system: System, web: http.Server, clock: SettableClock
) -> None:
    head = (
        '<meta name="author" content="ليلى حداد"><meta property="og:image" content="/1.jpg">'
        '<meta property="article:published_time" content="2026-11-23T10:00:00+03:00">'
        '<link rel="canonical" href="/clean">'
    )
    web.reply("/1?x=y", body=page(TITLE, BODY, head=head))
    article_id = stored(system, web.url("/1?x=y"))
    enrich_article(system, article_id)
    article, _ = read(system, article_id)
    assert (article.author, article.image, article.link) == (
        "ليلى حداد", web.url("/1.jpg"), web.url("/clean"),
    )
    assert article.published_at == datetime(2026, 11, 23, 7, tzinfo=UTC)
    told = stored(system, web.url("/2"), author="سامر", image="https://x.example/2.jpg",
                  published_at=clock.now() - timedelta(hours=5))
    web.reply("/2", body=page(TITLE, BODY, head=head))
    enrich_article(system, told)
    article, _ = read(system, told)
    assert (article.author, article.image) == ("سامر", "https://x.example/2.jpg")
    assert article.published_at == clock.now() - timedelta(hours=5)


@pytest.mark.parametrize(
    ("status", "reason"), [(404, "page_http_error"), (410, "page_gone"), (429, "page_busy")]
)
def test_without_any_text_there_is_no_summary(
    system: System, web: http.Server, status: int, reason: str
) -> None:
    web.reply("/1", status)
    article_id = stored(system, web.url("/1"))
    enrich_article(system, article_id)
    article, summaries = read(system, article_id)
    assert (article.state, article.reason, article.title) == ("unreadable", reason, TITLE)
    assert summaries == []


def test_a_page_without_text_is_no_text(system: System, web: http.Server) -> None:
    web.reply("/1", body="<html><body></body></html>")
    article_id = stored(system, web.url("/1"))
    enrich_article(system, article_id)
    assert read(system, article_id)[0].reason == "no_text"


def test_a_body_that_only_repeats_the_title_is_no_text(system: System) -> None:
    article_id = stored(system, "", html=f"<p>{TITLE}</p>", guid="g")
    enrich_article(system, article_id)
    article, summaries = read(system, article_id)
    assert (article.state, article.reason, summaries) == ("unreadable", "no_text", [])


def test_a_teaser_is_better_than_nothing(system: System, web: http.Server) -> None:
    web.reply("/1", 404)
    article_id = stored(system, web.url("/1"), html=f"<p>{TEASER}</p>")
    enrich_article(system, article_id)
    article, summaries = read(system, article_id)
    assert (article.state, summaries) == ("ready", [TEASER])


def test_a_page_that_times_out_is_tried_again_before_the_teaser_stays(
    system: System, web: http.Server, clock: SettableClock
) -> None:
    web.reply("/1", 504)
    article_id = stored(system, web.url("/1"), html=f"<p>{TEASER}</p>")
    for attempt, wait in enumerate(SOON, start=1):
        enrich_article(system, article_id, attempt)
        assert read(system, article_id)[0].state == "new"
        with system.db.read() as db:
            again = db.scalar(select(Job.run_at).where(Job.key == f"{article_id}:{attempt + 1}"))
        assert again == clock.now() + wait
    enrich_article(system, article_id, len(SOON) + 1)
    article, summaries = read(system, article_id)
    assert (article.state, article.reason, summaries) == ("ready", "", [TEASER])


def test_a_page_that_comes_back_replaces_the_teaser(system: System, web: http.Server) -> None:
    web.then("/1", 503)
    web.then("/1", 200, page(TITLE, BODY))
    article_id = stored(system, web.url("/1"), html=f"<p>{TEASER}</p>")
    enrich_article(system, article_id)
    enrich_article(system, article_id, attempt=2)
    article, summaries = read(system, article_id)
    assert article.text.startswith(BODY[0])
    assert len(summaries) == 1


def test_what_an_editor_cut_is_in_neither_text_nor_summary(system: System, web: http.Server) -> None:
    call = "هذه الجملة تتكرر في كل خبر من أخبار الموقع كل يوم."
    web.reply("/1", body=page(TITLE, [BODY[0], f"<b class='x'>{BODY[1]}</b>", f"{BODY[2]} {call}"]))
    article_id = stored(system, web.url("/1"))
    with system.db.write() as db:
        db.query(make.Source).one().rules = {"cut": [".x"], "phrases": ["تتكرر في كل خبر"]}
    enrich_article(system, article_id)
    assert read(system, article_id)[0].text.split("\n\n") == [BODY[0], BODY[2]]


def test_a_picture_in_the_place_of_a_page_is_not_read(system: System, web: http.Server) -> None:
    web.reply("/1", body=b"\x89PNG" * 100, headers={"Content-Type": "image/png"})
    article_id = stored(system, web.url("/1"))
    enrich_article(system, article_id)
    assert read(system, article_id)[0].reason == "no_text"


def test_a_page_that_cannot_be_decoded_is_held(system: System, web: http.Server) -> None:
    web.reply("/1", body=b"<html><p>" + bytes(range(128, 256)) * 40)
    article_id = stored(system, web.url("/1"))
    enrich_article(system, article_id)
    assert read(system, article_id)[0].reason == "encoding"


def test_a_page_in_a_private_network_is_not_asked(system: System) -> None:
    article_id = stored(system, "http://169.254.169.254/latest")
    enrich_article(system, article_id)
    assert read(system, article_id)[0].reason == "page_refused_address"


def test_a_page_that_failed_for_now_is_tried_again_twice(
    system: System, web: http.Server, clock: SettableClock
) -> None:
    web.reply("/1", 503)
    article_id = stored(system, web.url("/1"))
    enrich_article(system, article_id)
    with system.db.read() as db:
        again = db.execute(
            select(Job.args, Job.run_at).where(Job.key == f"{article_id}:2")
        ).one()
    assert again.args == {"article_id": article_id, "attempt": 2}
    assert again.run_at == clock.now() + RETRIES[0]
    web.reply("/1", body=page(TITLE, BODY))
    enrich_article(system, article_id, attempt=2)
    article, summaries = read(system, article_id)
    assert (article.state, article.reason, len(summaries)) == ("ready", "", 1)
    enrich_article(system, article_id, attempt=3)
    assert len(read(system, article_id)[1]) == 1


def test_after_the_last_attempt_nothing_is_queued(system: System, web: http.Server) -> None:
    web.reply("/1", 503)
    article_id = stored(system, web.url("/1"))
    for attempt in (1, 2, 3):
        enrich_article(system, article_id, attempt)
    with system.db.read() as db:
        keys = set(db.scalars(select(Job.key).where(Job.kind == "enrich_article")))
    assert keys == {str(article_id), f"{article_id}:2", f"{article_id}:3"}


def test_running_it_again_does_nothing(system: System, web: http.Server) -> None:
    article_id = stored(system, web.url("/1"), html=full())
    for _ in range(2):
        enrich_article(system, article_id)
    assert len(read(system, article_id)[1]) == 1
    enrich_article(system, 999)


def test_the_sources_own_topic_wins_and_the_text_decides_otherwise(system: System) -> None:
    first = stored(system, "https://x.example/1", html=full())
    enrich_article(system, first)
    with system.db.write() as db:
        chosen = db.scalars(select(Topic.id).order_by(Topic.id.desc())).first()
        db.scalars(select(make.Source)).one().topic_id = chosen
    second = stored(system, "https://x.example/2", html=full().replace("أربع", "خمس"))
    enrich_article(system, second)
    assert read(system, first)[0].topic_id not in {None, chosen}
    assert read(system, second)[0].topic_id == chosen


def test_a_copy_of_the_same_source_is_set_aside(system: System, web: http.Server) -> None:
    web.reply("/1", body=page(TITLE, BODY))
    web.reply("/2", body=page(TITLE, BODY))
    first = stored(system, web.url("/1"), guid="a")
    second = stored(system, web.url("/2"), guid="b")
    for one in (first, second):
        enrich_article(system, one)
    assert read(system, first)[0].state == "ready"
    assert (read(system, second)[0].state, read(system, second)[0].reason) == (
        "excluded", "duplicate",
    )


def test_grouping_is_asked_for(system: System) -> None:
    enrich_article(system, stored(system, "https://x.example/1", html=full()))
    with system.db.read() as db:
        assert "regroup" in db.scalars(select(Job.kind)).all()


def test_the_page_is_fetched_outside_of_any_transaction(
    system: System, web: http.Server
) -> None:
    reached = threading.Event()

    def writing(_host: str, _port: int) -> Sequence[str]:
        with system.db.write() as db:  # would wait for ever inside another write
            db.execute(select(func.count(Article.id)))
        reached.set()
        return ["127.0.0.1"]

    web.reply("/1", body=page(TITLE, BODY))
    article_id = stored(system, f"http://news.example:{web.port}/1")
    fetcher = Fetcher(allow=("127.0.0.1",), lookup=writing)
    enrich_article(replace(system, fetcher=fetcher), article_id)
    assert reached.is_set()
    assert read(system, article_id)[0].state == "ready"
    fetcher.close()


@pytest.mark.parametrize(
    ("body", "needed"),
    [("", True), (TEASER, True), ("كلمة " * 200, False), ("كلمة " * 200 + "…", True),
     ("كلمة " * 200 + "[...]", True), ("كلمة " * 200 + "اقرأ المزيد »", True)],
)
def test_a_page_is_needed_when_the_body_is_short_or_cut(body: str, needed: bool) -> None:
    assert needs_page(body) is needed
