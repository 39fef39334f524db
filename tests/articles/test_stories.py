"""Articles of one event become one story that keeps its id; an editor's word is the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from digest.articles import curate
from digest.articles.models import Article, Story
from digest.articles.stories import look_again, refresh, regroup, representative
from digest.articles.window import memory_of
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock

BUDGET = (
    "أقرّ البرلمان موازنة العام المقبل بعد جلسة استمرت أربع عشرة ساعة، وصوّت لصالحها مئة وثلاثون "
    "نائباً. وقالت وزيرة المالية إن العجز سيبقى دون أربعة في المئة من الناتج المحلي."
)
OTHER = (
    "افتُتح معرض الكتاب في اللاذقية بمشاركة ستين داراً للنشر من عشر دول، ويستمر حتى نهاية الأسبوع. "
    "وتُقام الأمسيات الشعرية كل مساء في الساحة الكبرى."
)
BUDGETS = ("البرلمان يقرّ موازنة العام المقبل", "البرلمان يقرّ الموازنة بعد جلسة طويلة")


def article(system: System, title: str, text: str, **values: object) -> int:
    with system.db.write() as db:
        return make.article(
            db, now=system.clock.now(), title=title, text=text, with_story=False, **values
        )


def budgets(system: System) -> tuple[int, int]:
    """Two articles of two sources about one vote."""
    return (
        article(system, BUDGETS[0], BUDGET, source_name="شام بوست"),
        article(system, BUDGETS[1], BUDGET + " وتُنشر في الجريدة الرسمية.", source_name="الساحل"),
    )


def stories_of(system: System, ids: Sequence[int]) -> list[int | None]:
    with system.db.read() as db:
        rows = db.execute(select(Article.id, Article.story_id))
        found = {row.id: row.story_id for row in rows}
    return [found[one] for one in ids]


def story(system: System, story_id: int | None) -> Story:
    with system.db.read() as db:
        found = db.get_one(Story, story_id)
        db.expunge(found)
        return found


def test_one_event_is_one_story_and_another_event_another(system: System) -> None:
    first, second = budgets(system)
    third = article(system, "افتتاح معرض الكتاب", OTHER)
    regroup(system)
    a, b, c = stories_of(system, [first, second, third])
    assert a == b
    assert a is not None
    assert c not in {a, None}


def test_a_story_keeps_its_id_when_it_grows(system: System, clock: SettableClock) -> None:
    first = article(system, BUDGETS[0], BUDGET)
    regroup(system)
    (known,) = stories_of(system, [first])
    clock.forward(hours=3)
    second = article(system, BUDGETS[1], BUDGET, source_name="الساحل")
    regroup(system)
    assert stories_of(system, [first, second]) == [known, known]
    assert story(system, known).last_at == clock.now() - timedelta(hours=2)


def test_grouping_again_changes_nothing(system: System) -> None:
    ids = [*budgets(system), article(system, "افتتاح معرض الكتاب", OTHER)]
    regroup(system)
    before = stories_of(system, ids)
    article(system, "خبر ثالث عن الطقس", "ثلوج كثيفة على الجبال العالية طوال نهاية الأسبوع.")
    regroup(system)
    assert stories_of(system, ids) == before


def test_events_further_apart_than_three_days_stay_apart(
    system: System, clock: SettableClock
) -> None:
    first = article(system, BUDGETS[0], BUDGET)
    regroup(system)
    clock.forward(days=5)
    second = article(system, BUDGETS[0], BUDGET, source_name="الساحل", link="https://x.example/9")
    regroup(system)
    a, b = stories_of(system, [first, second])
    assert a != b


def test_an_old_article_collected_late_gets_a_story(system: System, clock: SettableClock) -> None:
    old = article(system, BUDGETS[0], BUDGET, published_at=clock.now() - timedelta(days=30))
    regroup(system)
    assert stories_of(system, [old]) != [None]


def test_an_article_that_waits_for_its_text_is_not_grouped(system: System) -> None:
    waiting = article(system, BUDGETS[0], BUDGET, state="new")
    regroup(system)
    assert stories_of(system, [waiting]) == [None]


def test_an_unreadable_article_has_a_story_to_be_seen_in(system: System) -> None:
    unreadable = article(system, "عنوان بلا نص", "", state="unreadable", reason="no_text")
    regroup(system)
    (found,) = stories_of(system, [unreadable])
    assert story(system, found).representative_id == unreadable


def test_the_representative_is_readable_weighty_full_and_fresh(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        heavy = make.source(db, now=now, weight=3.0)
        ids = [
            make.article(db, now=now, title=f"خبر {n}", with_story=False, **values)
            for n, values in enumerate([
                {"text": "كلمة " * 400, "state": "unreadable"},
                {"text": "كلمة " * 50},
                {"text": "كلمة " * 300, "published_at": now - timedelta(hours=50)},
                {"text": "كلمة " * 300},
                {"text": "كلمة " * 60, "source_id": heavy},
            ])
        ]
        members = [db.get_one(Article, one) for one in ids]
        assert representative(members, {heavy: 3.0}).id == ids[4]
        assert representative(members[:4], {}).id == ids[3]
        assert representative(members[:3], {}).id == ids[2]
        assert representative(members[:1], {}).id == ids[0]


def test_the_topic_is_voted_for(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        politics = make.topic(db)
        culture = make.topic(db, name="ثقافة", slug="culture")
    for n, topic_id in enumerate((politics, culture, culture)):
        with system.db.write() as db:
            make.article(db, now=now, title=BUDGETS[0], text=BUDGET, topic_id=topic_id,
                         with_story=False, source_name=f"مصدر {n}", link=f"https://x.example/{n}",
                         tags=["الموازنة", "البرلمان"] if n else ["البرلمان"])
    regroup(system)
    with system.db.read() as db:
        found = db.scalars(select(Story)).one()
        assert (found.topic_id, found.tags[:2]) == (culture, ["البرلمان", "الموازنة"])


def test_what_an_editor_merged_stays_merged(system: System, clock: SettableClock) -> None:
    first = article(system, BUDGETS[0], BUDGET)
    second = article(system, "افتتاح معرض الكتاب", OTHER)
    regroup(system)
    a, b = stories_of(system, [first, second])
    assert a is not None
    assert b is not None
    with system.db.write() as db:
        curate.merge(db, a, [b])
    third = article(system, BUDGETS[1], BUDGET, source_name="الساحل")
    regroup(system)
    assert stories_of(system, [first, second, third]) == [a, a, a]
    assert story(system, a).representative_id == first


def test_what_an_editor_split_stays_split(system: System) -> None:
    first, second = budgets(system)
    regroup(system)
    (known,) = set(stories_of(system, [first, second]))
    assert known is not None
    with system.db.write() as db:
        own = curate.split(db, known, second)
    article(system, "خبر ثالث عن الطقس", "ثلوج كثيفة على الجبال العالية طوال نهاية الأسبوع.")
    regroup(system)
    assert stories_of(system, [first, second]) == [known, own]


def test_a_late_article_of_an_excluded_story_is_excluded(system: System) -> None:
    first = article(system, BUDGETS[0], BUDGET)
    regroup(system)
    (known,) = stories_of(system, [first])
    assert known is not None
    with system.db.write() as db:
        curate.exclude_story(db, known)
    second = article(system, BUDGETS[1], BUDGET, source_name="الساحل")
    regroup(system)
    assert stories_of(system, [second]) == [known]
    with system.db.read() as db:
        assert db.get_one(Article, second).state == "excluded"


def test_a_story_that_lost_its_articles_is_removed(system: System) -> None:
    first, second = budgets(system)
    regroup(system)
    (known,) = set(stories_of(system, [first, second]))
    with system.db.write() as db:
        lonely = make.article(db, now=system.clock.now(), title=BUDGETS[0] + " ", text=BUDGET,
                              source_name="منبر")
        stray = db.get_one(Article, lonely).story_id
    article(system, "خبر ثالث عن الطقس", "ثلوج كثيفة على الجبال العالية طوال نهاية الأسبوع.")
    regroup(system)
    assert stories_of(system, [first, second, lonely]) == [known, known, known]
    with system.db.read() as db:
        assert db.get(Story, stray) is None


def test_nothing_new_is_nothing_to_do(system: System, clock: SettableClock) -> None:
    first = article(system, BUDGETS[0], BUDGET)
    regroup(system)
    with system.db.write() as db:
        db.get_one(Story, stories_of(system, [first])[0]).label = "ما كتبه غيرنا"
    regroup(system)
    assert story(system, stories_of(system, [first])[0]).label == "ما كتبه غيرنا"


def test_a_story_without_articles_is_left_as_it_is(system: System) -> None:
    first = article(system, BUDGETS[0], BUDGET)
    regroup(system)
    with system.db.write() as db:
        found = db.get_one(Story, stories_of(system, [first])[0])
        refresh(db, found, [])
        assert found.representative_id == first


@pytest.mark.parametrize("count", [1, 7])
def test_every_article_is_in_exactly_one_story(system: System, count: int) -> None:
    ids = [article(system, f"عنوان رقم {n}", f"نص فريد {n} " * 5) for n in range(count)]
    regroup(system)
    assert None not in stories_of(system, ids)


def test_a_second_process_and_a_restart_come_to_the_same(system: System) -> None:
    first, second = budgets(system)
    regroup(system)
    (known,) = set(stories_of(system, [first, second]))
    other = replace(system, memory={})
    third = article(system, BUDGETS[1], BUDGET + " وصدر القرار مساءً.", source_name="منبر",
                    link="https://x.example/3")
    regroup(other)
    fourth = article(system, BUDGETS[0], BUDGET + " وصدر القرار صباحاً.", source_name="صدى",
                     link="https://x.example/4")
    regroup(system)  # remembers less than the rows hold
    assert stories_of(system, [third, fourth]) == [known, known]
    everything = {str(one) for one in (first, second, third, fourth)}
    assert set(memory_of(system).open.ids) == everything
    assert set(memory_of(other).open.ids) == everything - {str(fourth)}


def test_likeness_is_kept_up_to_date(system: System) -> None:
    first, second = budgets(system)
    regroup(system)
    (known,) = set(stories_of(system, [first, second]))
    assert known is not None
    alone = article(system, "افتتاح معرض الكتاب", OTHER)
    regroup(system)
    (lone,) = stories_of(system, [alone])
    assert lone is not None
    before = story(system, known).likeness
    assert before is not None
    assert 0.5 < before <= 1.0
    assert story(system, lone).likeness == 1.0
    with system.db.write() as db:
        curate.merge(db, known, [lone])
        assert db.get_one(Story, known).likeness is None
    regroup(system)  # nothing waits but the merged story
    after = story(system, known).likeness
    assert after is not None
    assert after < before


def test_an_article_whose_text_came_late_is_looked_at_again(system: System) -> None:
    first = article(system, BUDGETS[0], BUDGET, source_name="شام بوست")
    late = article(system, "عاجل", "", state="unreadable", source_name="الساحل")
    regroup(system)
    known, alone = stories_of(system, [first, late])
    assert known != alone
    assert alone is not None
    with system.db.write() as db:
        found = db.get_one(Article, late)
        found.title, found.text, found.words, found.state = BUDGETS[1], BUDGET, 40, "ready"
        look_again(db, alone)
    regroup(system)
    assert stories_of(system, [first, late]) == [known, known]
    with system.db.read() as db:
        assert db.get(Story, alone) is None


def test_the_label_is_the_headline_without_the_papers_name(system: System) -> None:
    first = article(system, "عاجل: البرلمان يقرّ الموازنة - شام بوست", BUDGET, source_name="شام بوست")
    regroup(system)
    assert story(system, stories_of(system, [first])[0]).label == "البرلمان يقرّ الموازنة"


def test_memory_holds_the_window_and_no_more(system: System, clock: SettableClock) -> None:
    budgets(system)
    regroup(system)
    clock.forward(days=4)
    third = article(system, "افتتاح معرض الكتاب", OTHER)
    regroup(system)
    assert set(memory_of(system).open.ids) == {str(third)}
    assert len(memory_of(system).told) == 0


def test_many_at_once_and_one_by_one_make_the_same_stories(system: System) -> None:
    texts = [(f"{BUDGETS[n % 2]} {n}", f"{BUDGET} وهذا الخبر رقم {n}.") for n in range(15)]
    texts += [(f"افتتاح معرض الكتاب {n}", f"{OTHER} وهذا الخبر رقم {n}.") for n in range(15)]
    ids = [article(system, title, text, source_name=f"مصدر {n}")
           for n, (title, text) in enumerate(texts[:25])]
    regroup(system)
    for n, (title, text) in enumerate(texts[25:]):
        ids.append(article(system, title, text, source_name=f"صحيفة {n}"))
        regroup(system)
    found = stories_of(system, ids)
    assert [len(set(found[:15])), len(set(found[15:])), len(set(found))] == [1, 1, 2]
