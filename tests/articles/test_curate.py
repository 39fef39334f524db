"""What an editor does to stories, and that machines keep off afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.articles import curate
from digest.articles.apart import apart_since
from digest.articles.models import Article, Story
from digest.articles.stories import close_stories
from digest.system.build import System
from digest.system.errors import NotFound, Refused
from tests import make


def a_story(db: Session, system: System, *titles: str, **values: object) -> tuple[int, list[int]]:
    """A story of articles; returns its id and theirs."""
    now = system.clock.now()
    ids = [make.article(db, now=now, title=titles[0], **values)]
    story_id = db.get_one(Article, ids[0]).story_id
    assert story_id is not None
    for title in titles[1:]:
        other = make.article(db, now=now, title=title, with_story=False, **values)
        db.get_one(Article, other).story_id = story_id
        ids.append(other)
    db.flush()
    return story_id, ids


def column(db: Session, name: str) -> list[object]:
    db.expire_all()
    return list(db.scalars(select(getattr(Article, name)).order_by(Article.id)))


def test_saving_and_taking_back(system: System) -> None:
    with system.db.write() as db:
        story_id, _ = a_story(db, system, "أ", "ب")
        curate.save_story(db, story_id)
        assert column(db, "saved") == [True, True]
        curate.unsave_story(db, story_id)
        assert column(db, "saved") == [False, False]


def test_excluding_takes_the_whole_story_out_and_restoring_brings_it_back(system: System) -> None:
    with system.db.write() as db:
        story_id, ids = a_story(db, system, "أ", "ب", saved=True)
        db.get_one(Article, ids[1]).text = ""
        curate.exclude_story(db, story_id)
        assert (column(db, "state"), column(db, "reason")) == (["excluded"] * 2, ["editor"] * 2)
        assert column(db, "saved") == [False, False]
        assert db.get_one(Story, story_id).pinned
        curate.restore_story(db, story_id)
        assert column(db, "state") == ["ready", "unreadable"]
        assert column(db, "reason") == ["", "no_text"]


def test_restoring_what_was_never_excluded_changes_nothing(system: System) -> None:
    with system.db.write() as db:
        story_id, _ = a_story(db, system, "أ", state="unreadable", reason="page_timeout")
        curate.restore_story(db, story_id)
        assert column(db, "reason") == ["page_timeout"]


def test_a_topic_is_set_for_all_and_taken_away(system: System) -> None:
    with system.db.write() as db:
        topic = make.topic(db)
        story_id, _ = a_story(db, system, "أ", "ب")
        curate.set_topic(db, story_id, topic, now=system.clock.now())
        assert column(db, "topic_id") == [topic, topic]
        assert db.get_one(Story, story_id).topic_id == topic
        curate.set_topic(db, story_id, None, now=system.clock.now())
        assert column(db, "topic_id") == [None, None]
        with pytest.raises(NotFound, match="no_such_topic"):
            curate.set_topic(db, story_id, 99, now=system.clock.now())


def test_another_article_may_stand_for_the_story(system: System) -> None:
    with system.db.write() as db:
        story_id, ids = a_story(db, system, "أ", "ب")
        stranger = a_story(db, system, "ج")[1][0]
        curate.set_representative(db, story_id, ids[1])
        story = db.get_one(Story, story_id)
        assert (story.representative_id, story.label, story.pinned) == (ids[1], "ب", True)
        with pytest.raises(NotFound, match="no_such_article"):
            curate.set_representative(db, story_id, stranger)


def test_merging_moves_everything_into_one(system: System) -> None:
    with system.db.write() as db:
        one, ids = a_story(db, system, "أ")
        two, _ = a_story(db, system, "ب", "ج")
        curate.merge(db, one, [two, two, one])
        assert column(db, "story_id") == [one, one, one]
        assert db.get(Story, two) is None
        story = db.get_one(Story, one)
        assert (story.pinned, story.representative_id) == (True, ids[0])


def test_a_story_cannot_be_merged_with_itself(system: System) -> None:
    with system.db.write() as db:
        one, _ = a_story(db, system, "أ")
        with pytest.raises(Refused, match="same_story"):
            curate.merge(db, one, [one])
        with pytest.raises(NotFound, match="no_such_story"):
            curate.merge(db, one, [99])


def test_splitting_gives_an_article_a_story_of_its_own(system: System) -> None:
    with system.db.write() as db:
        story_id, ids = a_story(db, system, "أ", "ب")
        own = curate.split(db, story_id, ids[0])
        assert column(db, "story_id") == [own, story_id]
        assert db.get_one(Story, own).representative_id == ids[0]
        assert db.get_one(Story, story_id).representative_id == ids[1]
        assert db.get_one(Story, story_id).pinned
        assert db.get_one(Story, own).pinned
        with pytest.raises(Refused, match="only_article"):
            curate.split(db, own, ids[0])


@pytest.mark.parametrize(
    "act", [curate.save_story, curate.unsave_story, curate.exclude_story, curate.restore_story]
)
def test_a_story_that_is_not_there_is_said_to_be_missing(system: System, act: object) -> None:
    with system.db.write() as db, pytest.raises(NotFound, match="no_such_story"):
        act(db, 99)  # type: ignore[operator]


def test_what_was_split_is_kept_apart_until_it_is_merged_again(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        story_id, ids = a_story(db, system, "أ", "ب", "ج")
        own = curate.split(db, story_id, ids[1])
        since = now - timedelta(days=1)
        assert apart_since(db, since) == [(ids[0], ids[1]), (ids[1], ids[2])]
        assert apart_since(db, now) == []
        curate.merge(db, own, [story_id])
        assert apart_since(db, since) == []


def test_a_merge_forgets_only_what_it_joins(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        story_id, ids = a_story(db, system, "أ", "ب")
        curate.split(db, story_id, ids[0])
        other, _ = a_story(db, system, "ج")
        curate.merge(db, story_id, [other])
        assert apart_since(db, now - timedelta(days=1)) == [(ids[0], ids[1])]


def test_a_merged_story_is_sent_when_one_of_its_parts_was(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        sent, _ = a_story(db, system, "أ")
        fresh, _ = a_story(db, system, "ب")
        later, _ = a_story(db, system, "ج")
        close_stories(db, [sent], now=now)
        db.get_one(Story, later).follows_id = sent
        curate.merge(db, fresh, [sent])
        assert db.get_one(Story, fresh).closed_at == now
        assert db.get_one(Story, later).follows_id == fresh


def test_a_development_merged_with_what_it_follows_does_not_follow_itself(system: System) -> None:
    with system.db.write() as db:
        first, _ = a_story(db, system, "أ")
        second, _ = a_story(db, system, "ب")
        third, _ = a_story(db, system, "ج")
        db.get_one(Story, second).follows_id = first
        db.get_one(Story, third).follows_id = second
        curate.merge(db, third, [first])
        assert db.get_one(Story, third).follows_id is None
        assert db.get_one(Story, second).follows_id == third
        curate.merge(db, third, [second])
        assert db.get_one(Story, third).follows_id is None
