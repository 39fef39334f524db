"""Stories that may be the same one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from digest.articles.models import Article
from digest.articles.near import near_stories
from digest.system.build import System
from digest.system.errors import NotFound
from tests import make
from tests.conftest import SettableClock

TITLE = "البلدية تفتتح سوق السمك الجديد"


def story(db: Session, clock: SettableClock, title: str, *, days: int = 0) -> int:
    article_id = make.article(
        db, now=clock.now(), title=title, published_at=clock.now() - timedelta(days=days)
    )
    found = db.get_one(Article, article_id).story_id
    assert found is not None
    return found


def test_the_most_alike_comes_first_and_strangers_not_at_all(
    system: System, clock: SettableClock
) -> None:
    with system.db.write() as db:
        mine = story(db, clock, TITLE)
        some = story(db, clock, "احتجاج عند سوق السمك القديم في المدينة")
        most = story(db, clock, "افتتاح سوق السمك الجديد في البلدية")
        story(db, clock, "المنتخب يحسم التأهل بهدف")
        found = near_stories(db, mine)
    assert [one.story_id for one in found] == [most, some]


def test_a_story_of_other_days_is_not_offered(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        mine = story(db, clock, TITLE)
        story(db, clock, "افتتاح سوق السمك الجديد في البلدية", days=9)
        assert near_stories(db, mine) == ()


def test_a_search_finds_all_words_however_they_are_spelled(
    system: System, clock: SettableClock
) -> None:
    with system.db.write() as db:
        mine = story(db, clock, TITLE)
        wanted = story(db, clock, "أزمة المياه في إدلب")
        assert [one.story_id for one in near_stories(db, mine, search="ازمه ادلب")] == [wanted]
        assert near_stories(db, mine, search="ازمه حلب") == ()


def test_a_story_that_is_gone(system: System) -> None:
    with system.db.read() as db, pytest.raises(NotFound):
        near_stories(db, 404)
