"""Versions of summaries: none is lost, and the right one is shown."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from digest.articles.models import Article, Origin, Summary
from digest.articles.retell import Part
from digest.articles.versions import (
    Saying,
    Shown,
    add_version,
    is_version,
    latest_summary,
    shared_stories,
    shown_summaries,
)
from digest.system.build import System
from digest.text.split import Sentence
from tests import make
from tests.conftest import SettableClock

ONE, OTHER = "وصلت السفينة إلى المرفأ.", "وأُفرغت حمولتها ليلاً."


def story_of(db: Session, clock: SettableClock, *sources: str) -> tuple[int, int]:
    """A story with an article of each source; returns its id and the first article's."""
    ids = [
        make.article(db, now=clock.now(), title=f"السفينة عند {name}", source_name=name, text=ONE,
                     summary="ملخص المقالة.", with_story=place == 0)
        for place, name in enumerate(sources)
    ]
    story_id = db.get_one(Article, ids[0]).story_id
    assert story_id is not None
    for one in ids:
        db.get_one(Article, one).story_id = story_id
    db.flush()
    return story_id, ids[0]


def tell(db: Session, story_id: int, article_id: int, clock: SettableClock) -> None:
    add_version(
        db, f"{ONE} {OTHER}", story_id=story_id, method="retell", basis="x", now=clock.now(),
        parts=[Part(article_id, "أ", Sentence(ONE, 0, 24)), Part(7, "ب", Sentence(OTHER, 3, 25))],
    )


def test_the_newest_version_of_an_article_is_shown(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        article_id = make.article(db, now=clock.now(), summary="أولى.")
        assert latest_summary(db, article_id) == Shown("أولى.")
        assert add_version(db, "ثانية.", article_id=article_id, method="lead", now=clock.now())
        assert latest_summary(db, article_id) == Shown("ثانية.")
        assert latest_summary(db, 999) == latest_summary(db, None) == Shown("")


def test_the_same_version_is_not_added_twice(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        article_id = make.article(db, now=clock.now(), summary="أولى.")
        assert not add_version(db, "أولى.", article_id=article_id, method="mix", now=clock.now())
        assert add_version(db, "ثانية.", article_id=article_id, method="mix", now=clock.now())
        assert add_version(db, "أولى.", article_id=article_id, method="mix", now=clock.now())
        assert list(db.scalars(select(Summary.n).order_by(Summary.n))) == [1, 2, 3]


def test_a_story_of_several_sources_shows_its_own(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        story_id, article_id = story_of(db, clock, "أ", "ب")
        assert latest_summary(db, article_id, story_id) == Shown("ملخص المقالة.")
        tell(db, story_id, article_id, clock)
        told = (Saying("أ", ONE), Saying("ب", OTHER))
        assert latest_summary(db, article_id, story_id) == Shown(f"{ONE} {OTHER}", told)
        assert shared_stories(db, [story_id, 99]) == {story_id}


def test_a_story_that_one_source_is_left_of_shows_the_articles(
    system: System, clock: SettableClock
) -> None:
    with system.db.write() as db:
        story_id, article_id = story_of(db, clock, "أ", "ب")
        tell(db, story_id, article_id, clock)
        other = db.scalars(select(Article).where(Article.source_name == "ب")).one()
        other.state = "excluded"
        db.flush()
        assert shown_summaries(db, {story_id: article_id}) == {story_id: Shown("ملخص المقالة.")}
        assert shown_summaries(db, {998: 999}) == {}


def test_a_version_is_found_again(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        story_id, article_id = story_of(db, clock, "أ", "ب")
        tell(db, story_id, article_id, clock)
        assert is_version(db, article_id, story_id, lambda one: one.text == f"{ONE} {OTHER}")
        assert is_version(db, article_id, None, lambda one: one.text == "ملخص المقالة.")
        assert not is_version(db, article_id, story_id, lambda one: one.text == "نص آخر.")


@pytest.mark.parametrize("owners", [(), ("article_id", "story_id")])
def test_a_summary_has_exactly_one_owner(
    system: System, clock: SettableClock, owners: tuple[str, ...]
) -> None:
    with system.db.write() as db:
        story_id, article_id = story_of(db, clock, "أ")
    ids = {"article_id": article_id, "story_id": story_id}
    row = Summary(n=9, method="mix", text="", text_hash="", created_at=clock.now(),
                  origin=Origin.MACHINE.value, **{name: ids[name] for name in owners})
    with system.db.write() as db:
        db.add(row)
        with pytest.raises(IntegrityError):
            db.flush()
        db.rollback()
