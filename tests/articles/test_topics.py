"""The newsroom's topics: the first nine, and what an editor changes."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import func, select

from digest.articles import topics
from digest.articles.hints import DEFAULTS, split_hints
from digest.articles.models import Article, Story, Topic, TopicLesson
from digest.sources.models import Source
from digest.system.build import System
from digest.system.errors import NotFound, Refused
from tests import make


def test_defaults_are_inserted_once_and_never_over_an_editors_list(system: System) -> None:
    with system.db.write() as db:
        topics.ensure_topics(db)
        topics.ensure_topics(db)
    with system.db.write() as db:
        assert db.scalar(select(func.count()).select_from(Topic)) == len(DEFAULTS) == 9
        db.delete(db.scalars(select(Topic).order_by(Topic.id)).first())
    with system.db.write() as db:
        topics.ensure_topics(db)
        assert db.scalar(select(func.count()).select_from(Topic)) == len(DEFAULTS) - 1


def test_every_default_hint_is_written_once_and_clean() -> None:
    for name, slug, text in DEFAULTS:
        hints = split_hints(text)
        assert len(hints) > 100, slug
        assert all(hint == hint.strip() for hint in hints)
        twice = [one for one, times in Counter(text.replace("\n", "|").split("|")).items()
                 if one and times > 1]  # fmt: skip
        assert twice == [], name


def test_hints_are_read_from_lines_and_commas() -> None:
    assert split_hints(" نحل ،عسل,  شمع  أبيض\n\nنحل | خلية؛") == [
        "نحل", "عسل", "شمع أبيض", "خلية",
    ]  # fmt: skip
    assert split_hints(" \n،") == []


def test_a_topic_is_added_at_the_end_and_changed(system: System) -> None:
    with system.db.write() as db:
        topics.ensure_topics(db)
        topic_id = topics.add_topic(db, "  البحر   والموانئ ", "سفينة، مرفأ\nصيّاد")
        topics.change_topic(db, topic_id, name="البحر", hints="سفينة")
    with system.db.read() as db:
        assert topics.topic_names(db)[-1] == (topic_id, "البحر")
        assert topics.topic_hints(db)[-1].hints == ("سفينة",)


@pytest.mark.parametrize("name", ["", "  ", "«»"])
def test_a_topic_needs_a_name(system: System, name: str) -> None:
    with system.db.write() as db, pytest.raises(Refused, match="no_name"):
        topics.add_topic(db, name, "")


def test_two_topics_never_read_the_same(system: System) -> None:
    with system.db.write() as db:
        topics.ensure_topics(db)
        with pytest.raises(Refused, match="topic_taken"):
            topics.add_topic(db, "إقتصاد", "")
        other = topics.add_topic(db, "بحر", "")
        with pytest.raises(Refused, match="topic_taken"):
            topics.change_topic(db, other, name="رياضه", hints="")
        topics.change_topic(db, other, name="بحر", hints="سفن")  # its own name is free to it


def test_a_slug_that_is_taken_is_counted_on(system: System) -> None:
    with system.db.write() as db:
        first = topics.add_topic(db, "بحر", "")
        topics.change_topic(db, first, name="بر", hints="")
        second = topics.add_topic(db, "بحر", "")
        assert [db.get_one(Topic, one).slug for one in (first, second)] == ["بحر", "بحر-2"]


def test_topics_move_up_and_down_and_stop_at_the_ends(system: System) -> None:
    with system.db.write() as db:
        ids = [topics.add_topic(db, name, "") for name in ("أ", "ب", "ج")]
        topics.move_topic(db, ids[2], by=-1)
        topics.move_topic(db, ids[0], by=-1)
        topics.move_topic(db, ids[1], by=1)
        assert [name for _, name in topics.topic_names(db)] == ["أ", "ج", "ب"]


def held(system: System) -> tuple[int, int]:
    """A topic with a story, a source and a lesson, and another topic."""
    now = system.clock.now()
    with system.db.write() as db:
        old, new = topics.add_topic(db, "بحر", "سفينة"), topics.add_topic(db, "موانئ", "")
        make.source(db, now=now, topic_id=old)
        article_id = make.article(db, now=now, topic_id=old)
        db.add(TopicLesson(article_id=article_id, topic_id=old, terms={"سفن": 1}, at=now))
    return old, new


@pytest.mark.parametrize("with_heir", [True, False])
def test_a_deleted_topics_things_go_to_its_heir_or_to_none(system: System, with_heir: bool) -> None:
    old, new = held(system)
    heir = new if with_heir else None
    with system.db.write() as db:
        topics.delete_topic(db, old, heir_id=heir)
    with system.db.read() as db:
        for model in (Article, Story, Source):
            assert db.scalars(select(model.topic_id)).all() == [heir]
        assert db.scalars(select(TopicLesson.topic_id)).all() == ([new] if with_heir else [])
        assert [one.id for one in topics.list_topics(db)] == [new]


def test_the_last_topic_stays(system: System) -> None:
    with system.db.write() as db:
        only = topics.add_topic(db, "بحر", "")
        with pytest.raises(Refused, match="last_topic"):
            topics.delete_topic(db, only, heir_id=None)


def test_a_topic_that_is_not_there_is_not_found(system: System) -> None:
    with system.db.write() as db:
        only = topics.add_topic(db, "بحر", "")
        for act in (
            lambda: topics.change_topic(db, 99, name="بر", hints=""),
            lambda: topics.move_topic(db, 99, by=1),
            lambda: topics.delete_topic(db, 99, heir_id=None),
            lambda: topics.delete_topic(db, only, heir_id=99),
            lambda: topics.delete_topic(db, only, heir_id=only),
        ):
            with pytest.raises(NotFound, match="no_such_topic"):
                act()


def test_the_list_counts_stories_and_lessons(system: System) -> None:
    old, _ = held(system)
    with system.db.read() as db:
        first = topics.list_topics(db)[0]
    assert (first.id, first.stories, first.lessons) == (old, 1, 1)
