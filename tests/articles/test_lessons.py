"""Corrections: kept, replaced, outliving their articles, and learned from by the next article."""

from __future__ import annotations

from sqlalchemy import delete, select

from digest.articles import curate, lessons, topics
from digest.articles.enrich import enrich_article
from digest.articles.entry import Entry
from digest.articles.ingest import store_entries
from digest.articles.models import Article, TopicLesson
from digest.articles.sorting import sort_article, verdict
from digest.system.build import System
from tests import make

BEES = "منحل الجبل يقطف عسل السدر"
TEXT = "قطف نحّالون عسل السدر من منحل الجبل، وقالوا إن الرحيق وفير هذا الموسم والشمع أقل. " * 6


def a_newsroom(system: System) -> tuple[int, int]:
    """Two topics of an editor's own, without a hint for bees."""
    with system.db.write() as db:
        return topics.add_topic(db, "حِرف", ""), topics.add_topic(db, "رياضة", "مباراة")


def corrected(system: System, topic_id: int | None, *titles: str) -> list[int]:
    """Stories of one article each that an editor put under a topic."""
    now, ids = system.clock.now(), []
    with system.db.write() as db:
        for title in titles:
            ids.append(make.article(db, now=now, title=title, text=TEXT))
            story_id = db.get_one(Article, ids[-1]).story_id
            assert story_id is not None
            curate.set_topic(db, story_id, topic_id, now=now)
    return ids


def test_a_correction_is_kept_with_its_editor_and_time(system: System) -> None:
    crafts, _ = a_newsroom(system)
    now = system.clock.now()
    with system.db.write() as db:
        editor = make.user(db, now=now)
        article_id = make.article(db, now=now, title=BEES, text=TEXT)
        lessons.learn(db, [db.get_one(Article, article_id)], crafts, by=editor, now=now)
    with system.db.read() as db:
        row = db.scalars(select(TopicLesson)).one()
        assert (row.article_id, row.topic_id, row.user_id, row.at) == (
            article_id, crafts, editor, now,
        )  # fmt: skip
        assert row.terms["عسل"] > row.terms["شمع"] > 0
        assert TEXT not in str(row.terms)


def test_a_newer_correction_replaces_the_older(system: System) -> None:
    crafts, sport = a_newsroom(system)
    (article_id,) = corrected(system, crafts, BEES)
    with system.db.write() as db:
        story_id = db.get_one(Article, article_id).story_id
        assert story_id is not None
        curate.set_topic(db, story_id, sport, now=system.clock.now())
    with system.db.read() as db:
        assert lessons.count_lessons(db) == 1
        said = lessons.lesson_of(db, article_id)
        assert said is not None
        assert said.topic_id == sport
        assert lessons.lesson_of(db, 99) is None


def test_the_next_article_is_sorted_by_what_was_learned(system: System) -> None:
    crafts, _ = a_newsroom(system)
    with system.db.read() as db:
        assert sort_article(BEES, TEXT, (), lessons.sorter(db)).topic_id is None
    corrected(system, crafts, *(f"{BEES} {number}" for number in range(12)))
    assert enriched(system) == crafts


def enriched(system: System, topic_id: int | None = None) -> int | None:
    """The topic of a new article about bees, from a source with that topic."""
    now = system.clock.now()
    with system.db.write() as db:
        source_id = make.source(db, now=now, topic_id=topic_id)
        entry = Entry(guid="new", link="https://news.example/new", title=BEES,
                      html=f"<p>{TEXT * 2}</p>")  # fmt: skip
        (article_id,) = store_entries(db, source_id, [entry], source_name="شام بوست", now=now)
    enrich_article(system, article_id)
    with system.db.read() as db:
        article = db.get_one(Article, article_id)
        assert article.state == "ready"
        return article.topic_id


def test_a_sources_own_topic_wins_over_what_was_learned(system: System) -> None:
    crafts, sport = a_newsroom(system)
    corrected(system, crafts, *(f"{BEES} {number}" for number in range(12)))
    assert enriched(system, sport) == sport


def test_an_editors_word_wins_over_the_sources_topic(system: System) -> None:
    crafts, sport = a_newsroom(system)
    now = system.clock.now()
    with system.db.write() as db:
        source_id = make.source(db, now=now, topic_id=sport)
        entry = Entry(guid="new", link="https://news.example/new", title=BEES,
                      html=f"<p>{TEXT * 2}</p>")  # fmt: skip
        (article_id,) = store_entries(db, source_id, [entry], source_name="شام بوست", now=now)
        lessons.learn(db, [db.get_one(Article, article_id)], crafts, by=None, now=now)
    enrich_article(system, article_id)
    with system.db.read() as db:
        assert db.get_one(Article, article_id).topic_id == crafts


def test_lessons_outlive_their_articles_and_go_with_their_topic(system: System) -> None:
    crafts, sport = a_newsroom(system)
    corrected(system, crafts, BEES, f"{BEES} ثانية")
    with system.db.write() as db:
        db.execute(delete(Article))
    with system.db.write() as db:
        assert db.scalars(select(TopicLesson.article_id)).all() == [None, None]
        assert len(lessons.sorter(db).topics) == 2
        topics.delete_topic(db, crafts, heir_id=None)
        assert lessons.count_lessons(db) == 0
        assert [one.id for one in lessons.sorter(db).topics] == [sport]


def test_the_sorter_follows_every_change(system: System) -> None:
    crafts, sport = a_newsroom(system)
    (article_id, *_) = corrected(system, crafts, *(f"{BEES} {n}" for n in range(6)))

    def best() -> int | None:
        with system.db.read() as db:
            said = lessons.lesson_of(db, article_id)
            assert said is not None
            return verdict(said.terms, lessons.sorter(db)).best

    assert best() == crafts
    with system.db.write() as db:
        for row in db.scalars(select(TopicLesson)):
            row.topic_id = sport
    assert best() == sport
    with system.db.write() as db:
        topics.change_topic(db, sport, name="ملاعب", hints="")
    with system.db.read() as db:
        assert lessons.sorter(db).topics[1].name == "ملاعب"
        assert lessons.sorter(db) is lessons.sorter(db)


def test_one_newsroom_learns_nothing_from_another(system: System, tmp_path: object) -> None:
    crafts, _ = a_newsroom(system)
    with system.db.read() as db:
        before = lessons.sorter(db)
    corrected(system, crafts, BEES)
    with system.db.read() as db:
        assert lessons.sorter(db) is not before


def test_progress_is_told_when_there_are_enough_lessons(system: System) -> None:
    crafts, _ = a_newsroom(system)
    with system.db.read() as db:
        assert lessons.progress(db) == lessons.Progress(0)
    corrected(system, crafts, BEES)
    with system.db.read() as db:
        assert lessons.progress(db) == lessons.Progress(1)
    corrected(system, crafts, *(f"{BEES} {n}" for n in range(lessons.ENOUGH)))
    with system.db.read() as db:
        progress = lessons.progress(db)
    assert progress.lessons == lessons.ENOUGH + 1
    assert progress.learned == 1.0


def test_a_story_left_without_topic_is_a_lesson_too(system: System) -> None:
    a_newsroom(system)
    corrected(system, None, BEES)
    with system.db.read() as db:
        assert db.scalars(select(TopicLesson.topic_id)).all() == [None]
