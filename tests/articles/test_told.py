"""A story that was sent is known: the same again joins it, a development follows it."""

from __future__ import annotations

from datetime import timedelta

from digest.articles.models import Article, Story
from digest.articles.queries import candidates
from digest.articles.stories import close_stories, regroup
from digest.demo import content
from digest.system.build import System
from digest.text.clean import plain_text
from tests import make
from tests.conftest import SettableClock

FIRE = (
    "اندلع حريق كبير في مستودع للأخشاب في ميناء اللاذقية فجر الاثنين، وقالت فرق الإطفاء إنها سيطرت"
    " على النيران بعد ثلاث ساعات. ولم يُعرف سبب الحريق بعد."
)
SAME = (
    "قالت فرق الإطفاء إنها سيطرت على حريق كبير اندلع فجر الاثنين في مستودع للأخشاب في ميناء"
    " اللاذقية. ولم يُعرف بعد سبب الحريق."
)
ARREST = (
    "أوقفت الشرطة صاحب مستودع الأخشاب في ميناء اللاذقية بعد أن أثبت التحقيق في الحريق مخالفات"
    " كهربائية خطرة، وأحالته النيابة إلى القضاء بتهمة الإهمال."
)
TRIAL = (
    "حكمت محكمة الجنايات بسجن صاحب مستودع الأخشاب في ميناء اللاذقية خمس سنوات، وألزمته بتعويض"
    " أصحاب السفن المتضررة من الحريق عن خسائرهم."
)
TITLES = {
    FIRE: "حريق كبير في مستودع للأخشاب في ميناء اللاذقية",
    SAME: "السيطرة على حريق مستودع الأخشاب في ميناء اللاذقية",
    ARREST: "توقيف صاحب مستودع الأخشاب في ميناء اللاذقية بتهمة الإهمال",
    TRIAL: "السجن خمس سنوات لصاحب مستودع الأخشاب في ميناء اللاذقية",
}

OTHERS = [
    (one.title, plain_text("\n".join(one.paragraphs)))
    for source in content.SOURCES for one in content.articles_of(source)
]


def arrives(system: System, text: str, source: str, **values: object) -> int:
    with system.db.write() as db:
        article_id = make.article(
            db, now=system.clock.now(), title=TITLES[text], text=text, source_name=source,
            with_story=False, link=f"https://{make.a_hash(source)[:8]}.example/{len(text)}",
            **{"published_at": system.clock.now(), **values},
        )
    regroup(system)
    return article_id


def a_day_passes(system: System, clock: SettableClock, **time: float) -> None:
    """Move the clock, and let the papers write of other things: rare words are rare among many."""
    clock.forward(**time)
    with system.db.write() as db:
        for place, (title, text) in enumerate(OTHERS):
            make.article(
                db, now=clock.now(), title=title, text=text, source_name="وكالة أخرى",
                published_at=clock.now(), link=f"https://other.example/{clock.now()}/{place}",
            )


def story_of(system: System, article_id: int) -> Story:
    with system.db.read() as db:
        found = db.get_one(Story, db.get_one(Article, article_id).story_id)
        db.expunge(found)
        return found


def sent(system: System, clock: SettableClock, article_id: int) -> int:
    """The story of an article goes out in an issue; a little later life goes on."""
    story_id = story_of(system, article_id).id
    with system.db.write() as db:
        close_stories(db, [story_id], now=clock.now())
    a_day_passes(system, clock, hours=2)
    return story_id


def test_the_same_again_joins_the_sent_story_silently(
    system: System, clock: SettableClock
) -> None:
    known = sent(system, clock, arrives(system, FIRE, "شام بوست"))
    again = story_of(system, arrives(system, SAME, "الساحل"))
    assert (again.id, again.follows_id) == (known, None)
    assert again.likeness is not None
    assert again.likeness > 0.3


def test_a_copy_of_the_sent_article_is_the_same_again(
    system: System, clock: SettableClock
) -> None:
    known = sent(system, clock, arrives(system, FIRE, "شام بوست"))
    assert story_of(system, arrives(system, FIRE, "منبر")).id == known


def test_a_later_development_opens_a_story_that_follows(
    system: System, clock: SettableClock
) -> None:
    known = sent(system, clock, arrives(system, FIRE, "شام بوست"))
    later = story_of(system, arrives(system, ARREST, "الساحل"))
    assert later.id != known
    assert (later.follows_id, later.closed_at) == (known, None)
    now = clock.now()
    with system.db.read() as db:
        found = candidates(db, since=now - timedelta(hours=1), until=now)
        assert {one.story_id: one.follows_id for one in found}[later.id] == known


def test_what_came_out_before_the_issue_is_no_development(
    system: System, clock: SettableClock
) -> None:
    known = sent(system, clock, arrives(system, FIRE, "شام بوست"))
    early = clock.now() - timedelta(hours=3)
    assert story_of(system, arrives(system, ARREST, "الساحل", published_at=early)).id == known


def test_later_articles_prefer_the_open_story_that_follows(
    system: System, clock: SettableClock
) -> None:
    sent(system, clock, arrives(system, FIRE, "شام بوست"))
    later = story_of(system, arrives(system, ARREST, "الساحل"))
    trial = story_of(system, arrives(system, TRIAL, "منبر"))
    copy = story_of(system, arrives(system, ARREST, "شام بوست"))
    assert [trial.id, copy.id] == [later.id, later.id]


def test_a_development_of_a_development_follows_it(system: System, clock: SettableClock) -> None:
    first = sent(system, clock, arrives(system, FIRE, "شام بوست"))
    a_day_passes(system, clock, days=4)  # grouping's own window has long moved on
    second = sent(system, clock, arrives(system, ARREST, "الساحل"))
    a_day_passes(system, clock, days=4)
    third = story_of(system, arrives(system, TRIAL, "منبر"))
    with system.db.read() as db:
        assert db.get_one(Story, second).follows_id == first
    assert third.follows_id == second


def test_after_two_weeks_a_sent_story_is_forgotten(system: System, clock: SettableClock) -> None:
    known = sent(system, clock, arrives(system, FIRE, "شام بوست"))
    a_day_passes(system, clock, days=15)
    later = story_of(system, arrives(system, ARREST, "الساحل"))
    assert later.id != known
    assert later.follows_id is None


def test_closing_twice_keeps_the_first_time(system: System, clock: SettableClock) -> None:
    known = sent(system, clock, arrives(system, FIRE, "شام بوست"))
    with system.db.write() as db:
        close_stories(db, [known], now=clock.now())
        assert db.get_one(Story, known).closed_at == clock.now() - timedelta(hours=2)
