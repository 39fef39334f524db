"""Each article once: by key, guid, link and text; what cannot be read is held with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from digest.articles.entry import Entry
from digest.articles.ingest import article_key, queue_regroup, store_entries, text_hash
from digest.articles.models import Article
from digest.system.build import System
from digest.system.queue import Job
from tests import make
from tests.conftest import SettableClock

TEXT = "أقرّ البرلمان الموازنة العامة بعد جلسة استمرت أربع عشرة ساعة وصوّت لصالحها مئة وثلاثون نائباً " * 2
ONE = Entry(guid="g1", link="https://news.example/1", title="البرلمان يقرّ الموازنة",
            html=f"<p>{TEXT}</p>")


def stored(
    system: System, *entries: Entry, source: str = "https://news.example/feed"
) -> list[Article]:
    """Store entries for a source, made when it is missing; return all its articles."""
    now = system.clock.now()
    with system.db.write() as db:
        source_id = db.scalar(select(make.Source.id).where(make.Source.url == source))
        source_id = source_id or make.source(db, now=now, url=source)
        store_entries(db, source_id, entries, source_name="شام بوست", now=now)
        found = db.scalars(
            select(Article).where(Article.source_id == source_id).order_by(Article.id)
        ).all()
        db.expunge_all()
    return list(found)


def test_an_entry_becomes_a_new_article_with_its_job(system: System) -> None:
    at = datetime(2026, 11, 23, 7, tzinfo=UTC)
    entry = replace(ONE, title="  البرلمان\nيقرّ #الموازنة_العامة ", author="ليلى", tags=("سياسة",),
                    html=f"<p onclick=x>{TEXT}</p><script>x</script>", published_at=at,
                    image="https://news.example/1.jpg")
    (article,) = stored(system, entry)
    assert article.title == "البرلمان يقرّ الموازنة العامة"
    assert (article.author, article.tags, article.image) == (
        "ليلى", ["سياسة"], "https://news.example/1.jpg",
    )
    assert (article.state, article.published_at, article.collected_at) == (
        "new", at, system.clock.now(),
    )
    assert article.html == f"<p>{TEXT}</p>"
    with system.db.read() as db:
        job = db.scalars(select(Job)).one()
        assert (job.kind, job.key, job.args) == (
            "enrich_article", str(article.id), {"article_id": article.id},
        )


@pytest.mark.parametrize(
    "again",
    [
        ONE,
        replace(ONE, guid="another"),
        replace(ONE, title="البرلمان يقرّ المُوازنة"),
        replace(ONE, link="http://NEWS.example/1/?utm_source=rss#top"),
        replace(ONE, title="تصحيح: البرلمان يقرّ الموازنة"),
        replace(ONE, guid="another", title="تصحيح: البرلمان يقرّ الموازنة", html="<p>قصير</p>"),
        replace(ONE, guid="another", link="https://new-site.example/2026/1"),
    ],
)
def test_the_same_article_is_stored_once(system: System, again: Entry) -> None:
    stored(system, ONE)
    (article,) = stored(system, again)
    assert article.title == ONE.title


def test_it_is_stored_once_within_one_feed_too(system: System) -> None:
    assert len(stored(system, ONE, ONE, replace(ONE, guid="g2"))) == 1


def test_new_guids_for_everything_are_no_flood(system: System) -> None:
    old = [replace(ONE, guid=f"old-{n}", link=f"https://news.example/{n}", title=f"خبر {n}",
                   html=f"<p>{n}</p>") for n in range(30)]
    stored(system, *old)
    assert len(stored(system, *(replace(one, guid=f"new-{one.guid}") for one in old))) == 30


def test_two_sources_with_links_of_their_own_are_two_articles(system: System) -> None:
    stored(system, ONE)
    other = replace(ONE, link="https://other.example/a")
    assert len(stored(system, other, source="https://other.example/feed")) == 1


def test_two_sources_with_one_link_and_title_are_one_article(system: System) -> None:
    stored(system, ONE)
    assert stored(system, ONE, source="https://collector.example/feed") == []


def test_entries_that_all_link_to_the_front_page_are_kept_apart(system: System) -> None:
    entries = [
        Entry(guid="same", link="https://news.example/", title=f"خبر {n}", html=f"<p>{n}</p>")
        for n in range(3)
    ]
    assert len(stored(system, *entries)) == 3
    assert len(stored(system, *entries)) == 3
    assert len(stored(system, replace(entries[0], title="خبر 9"))) == 4


def test_entries_with_one_and_the_same_description_are_kept_apart(system: System) -> None:
    entries = [
        replace(ONE, guid=f"{n}", link=f"https://news.example/{n}", title=f"خبر {n}")
        for n in range(3)
    ]
    assert len(stored(system, *entries)) == 3


def test_entries_without_a_link_are_told_apart_by_guid(system: System) -> None:
    entries = [Entry(guid=f"{n}", link="", title="حالة الطقس") for n in range(3)]
    assert len(stored(system, *entries)) == 3
    assert len(stored(system, *entries)) == 3


@pytest.mark.parametrize(
    "wrong",
    [None, datetime(2026, 11, 25, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC),
     datetime(1970, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)],
)
def test_a_date_to_come_or_impossible_is_the_hour_we_saw_it(
    system: System, clock: SettableClock, wrong: datetime | None
) -> None:
    (article,) = stored(system, replace(ONE, published_at=wrong))
    assert article.published_at == clock.now()


def test_a_past_date_stays(system: System, clock: SettableClock) -> None:
    at = clock.now() - timedelta(days=400)
    (article,) = stored(system, replace(ONE, published_at=at))
    assert article.published_at == at


def test_an_entry_with_a_problem_is_held(system: System) -> None:
    (article,) = stored(system, replace(ONE, problem="encoding"))
    assert (article.state, article.reason) == ("unreadable", "encoding")
    with system.db.read() as db:
        assert db.scalars(select(Job.kind)).all() == ["regroup"]


def test_nothing_active_is_stored(system: System) -> None:
    html = '<p>نص<a href="javascript:x">a</a><img src=x onerror=y></p><iframe src=z></iframe>'
    (article,) = stored(system, replace(ONE, html=html, title="<b>عنوان</b>"))
    assert not any(word in article.html for word in ("javascript", "onerror", "iframe", "img"))


def test_a_second_grouping_is_queued_behind_one_that_may_run(system: System) -> None:
    with system.db.write() as db:
        for _ in range(4):
            queue_regroup(db, system.clock.now())
        assert sorted(db.scalars(select(Job.key))) == ["stories", "stories:again"]


def test_the_key_is_canonical_and_folded() -> None:
    key = article_key("https://news.example/1?utm_medium=x", "الأمّة  العربيّة")
    assert key == article_key("http://news.example:80/1/", "الامه العربيه")
    assert key != article_key("https://news.example/2", "الأمة العربية")
    assert article_key("", "عنوان", "a") != article_key("", "عنوان", "b")


def test_short_texts_tell_nothing() -> None:
    assert text_hash("عنوان", "التفاصيل على الرابط") == ""
    assert text_hash("عنوان", TEXT) == text_hash("عنوان", TEXT.replace("ّ", ""))
    assert text_hash("عنوان", TEXT) != text_hash("عنوان آخر", TEXT)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=30))
def test_any_text_has_a_key(link: str, title: str, guid: str) -> None:
    assert len(article_key(link, title, guid)) == 64


def test_a_relative_link_does_not_lead_to_our_own_pages(system: System) -> None:
    html = '<p><a href="/admin">a</a> <a href="//x.example/">b</a></p>'
    (article,) = stored(system, replace(ONE, html=html))
    assert "href" not in article.html
