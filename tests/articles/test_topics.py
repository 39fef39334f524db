from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from digest.articles.models import Topic
from digest.articles.topics import DEFAULTS, TopicHint, ensure_topics, topic_of
from digest.system.build import System
from tests.articles import samples


@pytest.fixture
def hints(system: System) -> tuple[TopicHint, ...]:
    with system.db.write() as db:
        ensure_topics(db)
    with system.db.read() as db:
        found = db.scalars(select(Topic).order_by(Topic.position))
        return tuple(TopicHint(one.id, one.name, tuple(one.hints)) for one in found)


@pytest.mark.parametrize(("place", "topic"), [
    (2, "اقتصاد"), (3, "رياضة"), (4, "صحة"), (5, "علوم وتقنية"), (6, "ثقافة"),
])  # fmt: skip
def test_an_article_goes_to_the_topic_its_words_hint_at(
    hints: tuple[TopicHint, ...], place: int, topic: str
) -> None:
    found = topic_of(samples.TITLES[place], samples.ALL[place], (), hints)
    assert found == next(hint.id for hint in hints if hint.name == topic)


def test_politics_is_known_by_its_offices(hints: tuple[TopicHint, ...]) -> None:
    text = "بحث وزير الخارجية مع نظيره وقف إطلاق النار قبل جلسة مجلس الأمن."
    assert topic_of("محادثات في جنيف", text, (), hints) == hints[0].id


def test_hashtags_and_tags_speak_too(hints: tuple[TopicHint, ...]) -> None:
    assert topic_of("مساء الأمس", "نص بلا دلالة.", ("كرة القدم",), hints) == hints[4].id


def test_a_tag_that_names_a_topic_decides(hints: tuple[TopicHint, ...]) -> None:
    assert topic_of(samples.TITLES[3], samples.MATCH, ("إقتصاد",), hints) == hints[1].id


def test_a_text_without_hints_has_no_topic(hints: tuple[TopicHint, ...]) -> None:
    assert topic_of("صباح الخير", "جلسنا ننظر إلى الأفق طويلاً.", (), hints) is None
    assert topic_of(samples.TITLES[3], samples.MATCH, (), ()) is None


def test_an_editors_own_topic_works_like_the_defaults() -> None:
    own = TopicHint(7, "جسور", ("جسر", "ضفتي نهر"))
    assert topic_of(samples.TITLES[0], samples.BRIDGE, (), [own]) == 7


def test_defaults_are_inserted_once_and_never_over_an_editors_list(system: System) -> None:
    with system.db.write() as db:
        ensure_topics(db)
        ensure_topics(db)
    with system.db.write() as db:
        assert db.scalar(select(func.count()).select_from(Topic)) == len(DEFAULTS)
        db.delete(db.scalars(select(Topic).order_by(Topic.id)).first())
    with system.db.write() as db:
        ensure_topics(db)
        assert db.scalar(select(func.count()).select_from(Topic)) == len(DEFAULTS) - 1


@given(st.text(max_size=200), st.text(max_size=500), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_is_sorted_without_error(title: str, text: str, tags: list[str]) -> None:
    topics = [TopicHint(1, "رياضة", ("كرة القدم", "")), TopicHint(2, "", ("كرة",))]
    assert topic_of(title, text, tags, topics) in {1, 2, None}
