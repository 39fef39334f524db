"""The inbox and the candidates, in a fixed number of questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from digest.articles.models import Article, Story, Summary
from digest.articles.queries import InboxPage, candidates, inbox
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock

HOUR = timedelta(hours=1)


def told(db: Session, title: str, clock: SettableClock, *others: str, **values: object) -> int:
    """A story with an article, and others behind it; returns the story's id."""
    made = make.article(db, now=clock.now(), title=title, **values)
    story_id = db.get_one(Article, made).story_id
    assert story_id is not None
    db.get_one(Story, story_id).topic_id = db.get_one(Article, made).topic_id
    for n, other in enumerate(others):
        row = make.article(db, now=clock.now(), title=other, with_story=False,
                           source_name=f"مصدر {n}", topic_id=db.get_one(Article, made).topic_id)
        db.get_one(Article, row).story_id = story_id
    db.flush()
    return story_id


def see(system: System, **words: object) -> InboxPage:
    with system.db.read() as db:
        return inbox(db, now=system.clock.now(), **words)  # type: ignore[arg-type]


def titles(page: InboxPage) -> list[str]:
    return [one.title for one in page.stories]


@contextmanager
def counted(system: System) -> Iterator[list[str]]:
    """The statements that a block sends."""
    sent: list[str] = []

    def note(*args: object) -> None:
        sent.append(str(args[2]))

    event.listen(system.db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(system.db.engine, "before_cursor_execute", note)


def test_candidates_are_readable_stories_of_the_period(
    system: System, clock: SettableClock
) -> None:
    now = clock.now()
    with system.db.write() as db:
        topic = make.topic(db)
        heavy = make.source(db, now=now, weight=2.0)
        first = told(db, "أول", clock, "أول عند غيره", "أول عند ثالث", topic_id=topic,
                     source_id=heavy, saved=True)
        told(db, "بلا نص", clock, state="unreadable")
        told(db, "مستبعد", clock, state="excluded")
        told(db, "قديم", clock, published_at=now - 30 * HOUR)
        told(db, "بلا ملخص", clock, summary="")
        article_id = db.get_one(Story, first).representative_id
        db.add(Summary(article_id=article_id, n=2, method="lead", text="نسخة ثانية.",
                       text_hash="x", created_at=now))
    with system.db.read() as db:
        (one,) = candidates(db, since=now - 24 * HOUR, until=now)
    assert (one.story_id, one.article_id, one.topic_id, one.topic_name) == (
        first, article_id, topic, "سياسة",
    )
    assert (one.sources, one.weight, one.summary) == (3, 3.0, "نسخة ثانية.")
    assert (one.last_at, one.words) == (now - 2 * HOUR, 10)


def test_two_articles_of_one_source_are_one_source(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        story_id = told(db, "أول", clock)
        again = make.article(db, now=clock.now(), title="أول ثانية", with_story=False)
        db.get_one(Article, again).story_id = story_id
    with system.db.read() as db:
        (one,) = candidates(db, since=clock.now() - 24 * HOUR, until=clock.now())
    assert (one.sources, one.weight) == (1, 1.0)


def test_duplicates_are_folded_behind_the_representative(
    system: System, clock: SettableClock
) -> None:
    with system.db.write() as db:
        told(db, "الخبر", clock, "الخبر عند غيره")
    (one,) = see(system).stories
    assert (one.title, [other.title for other in one.others]) == ("الخبر", ["الخبر عند غيره"])
    assert (one.source_name, one.others[0].source_name) == ("شام بوست", "مصدر 0")
    assert one.summary == "أقرّ البرلمان الموازنة بعد جلسة طويلة."
    assert (one.state, one.saved, one.used, one.reason) == ("ready", False, False, "")


def test_every_story_is_in_its_tab_and_counted(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        told(db, "جديد", clock)
        told(db, "بلا نص", clock, state="unreadable", reason="no_text")
        told(db, "محفوظ", clock, saved=True)
        used = told(db, "مستعمل", clock, saved=True)
        told(db, "مستبعد", clock, state="excluded")
        told(db, "قديم", clock, published_at=clock.now() - timedelta(days=20))
        told(db, "محفوظ قديم", clock, published_at=clock.now() - timedelta(days=20), saved=True)
    counts = {"new": 2, "saved": 2, "used": 1, "excluded": 1}
    pages = {tab: see(system, tab=tab, used={used}) for tab in counts}
    assert all(page.counts == counts for page in pages.values())
    assert {tab: page.total for tab, page in pages.items()} == counts
    assert set(titles(pages["new"])) == {"جديد", "بلا نص"}
    assert titles(pages["saved"]) == ["محفوظ", "محفوظ قديم"]
    assert titles(pages["used"]) == ["مستعمل"]
    assert pages["used"].stories[0].used
    assert see(system, tab="unknown").tab == "new"


@pytest.mark.parametrize(
    ("search", "found"),
    [("الموازنه", True), ("مُوازنة", True), ("المدرسه الموازنة", False), ("شام", True),
     ("  ", True), ("%", False), ("غيره", True)],
)
def test_the_search_does_not_mind_the_spelling(
    system: System, clock: SettableClock, search: str, found: bool
) -> None:
    with system.db.write() as db:
        told(db, "البرلمان يقرّ الموازنة", clock, "الموازنة عند غيره")
    assert bool(see(system, search=search).stories) is found


def test_topics_are_filtered_and_counted_in_order(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        culture = make.topic(db, name="ثقافة", slug="culture", position=2)
        politics = make.topic(db, position=1)
        told(db, "بلا", clock)
        told(db, "ث", clock, topic_id=culture)
        told(db, "س1", clock, topic_id=politics)
        told(db, "س2", clock, topic_id=politics)
    page = see(system, topic_id=politics)
    assert set(titles(page)) == {"س1", "س2"}
    assert [(one.id, one.name, one.stories) for one in page.topics] == [
        (politics, "سياسة", 2), (culture, "ثقافة", 1), (None, "", 1),
    ]
    assert titles(see(system, topic_id=0)) == ["بلا"]


def test_pages_end_where_the_stories_end(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        for n in range(5):
            told(db, f"خبر {n}", clock, published_at=clock.now() - n * HOUR)
    first, last = see(system, per_page=2), see(system, per_page=2, page=99)
    assert (titles(first), first.pages, first.page) == (["خبر 0", "خبر 1"], 3, 1)
    assert (titles(last), last.page) == (["خبر 4"], 3)
    assert see(system, page=-1).page == 1


def test_an_empty_inbox_is_a_page(system: System) -> None:
    page = see(system)
    assert (page.stories, page.total, page.pages) == ((), 0, 1)


def test_a_page_asks_as_often_however_many_stories_it_has(
    system: System, clock: SettableClock
) -> None:
    with system.db.write() as db:
        for n in range(20):
            told(db, f"خبر {n}", clock, f"آخر {n}")
    with counted(system) as sent:
        see(system)
    assert len(sent) <= 15


def test_a_representative_that_left_is_replaced_in_sight(
    system: System, clock: SettableClock
) -> None:
    with system.db.write() as db:
        story_id = told(db, "خبر", clock)
        db.get_one(Story, story_id).representative_id = None
    assert titles(see(system)) == ["خبر"]
