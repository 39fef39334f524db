"""Sorting by hints, and after lessons: who wins, how sure, and when nothing is said."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.articles.calibrate import UNTAUGHT, Trust
from digest.articles.hints import DEFAULTS, split_hints
from digest.articles.sorting import (
    SURE,
    Lesson,
    Sorter,
    TopicHint,
    Verdict,
    sort_article,
    teach,
    terms_of,
    verdict,
)
from digest.demo import content
from digest.text.clean import plain_text
from tests.articles import samples

TOPICS = tuple(
    TopicHint(place, name, tuple(split_hints(hints)))
    for place, (name, _, hints) in enumerate(DEFAULTS, start=1)
)
IDS = {topic.name: topic.id for topic in TOPICS}
UNTAUGHT_SORTER = teach(TOPICS, ())

# Words of two made-up sections that no hint knows.
BEES = "منحل خلية نحّالون عسل رحيق ملكة شمع قطفة سدر موسم الزهر"
KITES = "طائرة ورقية خيط ذيل ساحة ريح صانعو مهارة تحليق صعود ملوّنة"


def sorted_by(sorter: Sorter, title: str, text: str, tags: tuple[str, ...] = ()) -> str | None:
    names = {topic.id: topic.name for topic in sorter.topics}
    return names.get(sort_article(title, text, tags, sorter).topic_id or 0)


def lesson(text: str, topic_id: int | None, topics: tuple[TopicHint, ...] = TOPICS) -> Lesson:
    return Lesson(terms_of(text, text, (), topics), topic_id)


def some(words: str, seed: int) -> str:
    """An article of some of the words."""
    return " ".join(random.Random(seed).sample(words.split(), 6))


@pytest.mark.parametrize(("place", "topic"), [
    (2, "اقتصاد"), (3, "رياضة"), (4, "صحة"), (5, "تقنية"), (6, "ثقافة"),
])  # fmt: skip
def test_an_article_goes_to_the_topic_its_words_hint_at(place: int, topic: str) -> None:
    assert sorted_by(UNTAUGHT_SORTER, samples.TITLES[place], samples.ALL[place]) == topic


@pytest.mark.parametrize(("title", "text", "topic"), [
    ("محادثات في جنيف", "بحث وزير الخارجية مع نظيره وقف إطلاق النار قبل جلسة مجلس الأمن.", "سياسة"),
    ("الدرك يفكك شبكة تهريب", "أوقفت الشرطة أربعة مشتبه بهم وحجزت أسلحة وذخيرة عند الحدود.", "أمن"),
    ("إضراب المعلمين يدخل أسبوعه الثاني", "أعلنت النقابة أن المدارس مغلقة حتى تُصرف المنح.", "مجتمع"),
    ("أمطار رعدية ورياح قوية", "تحذر الأرصاد الجوية من سيول، وتنخفض درجات الحرارة.", "بيئة"),
    ("تلقيح ضد الحصبة", "دعت وزارة الصحة الأطباء إلى تلقيح الأطفال في المستشفيات.", "صحة"),
    ("الرابطة المحترفة الأولى: فوز ثمين", "سجّل المهاجم هدف المباراة في الشوط الثاني.", "رياضة"),
    ("صابة قياسية من الحبوب", "قال وزير الفلاحة إن عجز الميزان التجاري سيتقلص بمليون دينار.", "اقتصاد"),
])  # fmt: skip
def test_every_section_has_words_from_east_and_west(title: str, text: str, topic: str) -> None:
    assert sorted_by(UNTAUGHT_SORTER, title, text) == topic


def test_hashtags_and_tags_speak_too() -> None:
    assert sorted_by(UNTAUGHT_SORTER, "مساء الأمس", "نص بلا دلالة.", ("كرة القدم",)) == "رياضة"


def test_a_tag_that_names_a_topic_decides() -> None:
    found = sort_article(samples.TITLES[3], samples.MATCH, ("إقتصاد",), UNTAUGHT_SORTER)
    assert found == Verdict(IDS["اقتصاد"], 1.0, IDS["اقتصاد"])


def test_a_text_without_hints_is_not_sorted() -> None:
    found = sort_article("صباح الخير", "جلسنا ننظر إلى الأفق طويلاً.", (), UNTAUGHT_SORTER)
    assert found == Verdict(None, 0.0)
    assert sort_article(samples.TITLES[3], samples.MATCH, (), teach((), ())).topic_id is None


def test_between_two_sections_none_is_named_but_the_guess_is_kept() -> None:
    found = sort_article("", "المباراة والبورصة", (), UNTAUGHT_SORTER)
    assert found.topic_id is None
    assert found.best in {IDS["رياضة"], IDS["اقتصاد"]}
    assert 0 < found.sure < SURE


def test_an_editors_own_topic_works_like_the_defaults() -> None:
    own = teach([TopicHint(7, "جسور", ("جسر", "ضفتي نهر"))], ())
    assert sorted_by(own, samples.TITLES[0], samples.BRIDGE) == "جسور"


def test_the_demos_articles_go_to_their_sections() -> None:
    wanted = {
        "موجة غبار تصل": "بيئة", "زيت الزيتون": "اقتصاد", "المنتخب يحسم": "رياضة",
        "WhatsApp": "تقنية", "رواية": "ثقافة", "السلاحف": "بيئة", "الحصبة": "صحة",
        "محادثات جديدة في جنيف": "سياسة", "كشف أثري": "ثقافة", "الليرة": "اقتصاد",
        "نموذج لغوي": "تقنية", "قطار تجريبي": "مجتمع",
    }  # fmt: skip
    for article in (one for source in content.SOURCES for one in content.articles_of(source)):
        for part, topic in wanted.items():
            if part in article.title:
                text = plain_text("\n".join(article.paragraphs))
                found = sorted_by(UNTAUGHT_SORTER, article.title, text, article.tags)
                assert found == topic, article.title


def test_lessons_teach_a_section_that_has_no_hints() -> None:
    topics = (*TOPICS, TopicHint(21, "مناحل", ()), TopicHint(22, "طائرات ورقية", ()))
    lessons = [lesson(some(BEES, seed), 21, topics) for seed in range(12)]
    lessons += [lesson(some(KITES, seed), 22, topics) for seed in range(12)]
    taught = teach(topics, lessons)
    for seed in range(100, 110):
        assert sorted_by(taught, "", some(BEES, seed)) == "مناحل"
        assert sorted_by(taught, "", some(KITES, seed)) == "طائرات ورقية"
    assert taught.learned_right > 0.9 > taught.hinted_right
    assert sorted_by(taught, samples.TITLES[3], samples.MATCH) == "رياضة"


def test_a_lesson_moves_what_is_like_it_and_leaves_the_rest() -> None:
    text = "افتُتح سوق الخضر في البلدة القديمة"
    before = verdict(terms_of(text, text, (), TOPICS), UNTAUGHT_SORTER)
    taught = teach(TOPICS, [lesson(text, IDS["مجتمع"])])
    after = verdict(terms_of(text, text, (), TOPICS), taught)
    assert before.best == IDS["اقتصاد"]
    assert after.best == IDS["مجتمع"]
    assert sorted_by(taught, samples.TITLES[3], samples.MATCH) == "رياضة"


def test_what_an_editor_left_unsorted_makes_its_like_less_sure() -> None:
    texts = [f"{samples.MATCH} أبراج اليوم {number}" for number in range(8)]
    taught = teach(TOPICS, [lesson(text, None) for text in texts])
    asked = terms_of(texts[0], texts[0], (), TOPICS)
    assert verdict(asked, taught).sure < verdict(asked, UNTAUGHT_SORTER).sure
    assert verdict(asked, taught).topic_id is None


def test_the_order_of_topics_and_lessons_does_not_matter() -> None:
    lessons = [lesson(some(BEES, seed), IDS["بيئة"]) for seed in range(5)]
    lessons += [lesson(some(KITES, seed), IDS["ثقافة"]) for seed in range(5)]
    asked = terms_of("", some(BEES, 77), (), TOPICS)
    first = verdict(asked, teach(TOPICS, lessons))
    other = verdict(asked, teach(TOPICS[::-1], lessons[::-1]))
    assert first.topic_id == other.topic_id == IDS["بيئة"]
    assert first.sure == pytest.approx(other.sure, abs=1e-3)


def test_the_same_lessons_give_the_very_same_verdict() -> None:
    lessons = [lesson(some(BEES, seed), IDS["بيئة"]) for seed in range(9)]
    asked = terms_of("", some(BEES, 77), (), TOPICS)
    assert verdict(asked, teach(TOPICS, lessons)) == verdict(asked, teach(TOPICS, lessons))


def test_a_lesson_of_a_topic_that_is_gone_teaches_none() -> None:
    assert teach(TOPICS, [lesson("نص", 999)]).learned_right == 0.0


def test_terms_are_counts_and_not_the_text() -> None:
    found = terms_of("أسعار النفط", "ارتفعت أسعار النفط في الأسواق", ("نفط",), TOPICS)
    assert found["نفط"] == 3 + 3 + 1
    assert all(isinstance(times, int) for times in found.values())
    assert "في" not in found


def test_leads_that_are_often_wrong_are_trusted_less() -> None:
    leads = [0.1, 0.2, 0.3, 0.4] * 20
    doubtful = Trust.learned(leads, [False, True] * 40)
    reliable = Trust.learned(leads, [True] * 80)
    assert doubtful.of(0.3) < UNTAUGHT.of(0.3) < reliable.of(0.3)


def test_a_few_lessons_change_the_trust_little() -> None:
    assert abs(Trust.learned([0.5], [False]).of(0.5) - UNTAUGHT.of(0.5)) < 0.1
    assert Trust.learned([], []) == UNTAUGHT


@given(st.lists(st.tuples(st.floats(-2, 2), st.booleans()), max_size=30), st.floats(-50, 50))
def test_trust_is_always_a_chance_and_grows_with_the_lead(
    known: list[tuple[float, bool]], lead: float
) -> None:
    trust = Trust.learned([one for one, _ in known], [right for _, right in known])
    assert 0 <= trust.of(lead) <= trust.of(lead + 1) <= 1


@given(st.text(max_size=200), st.text(max_size=500), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_is_sorted_without_error(title: str, text: str, tags: list[str]) -> None:
    topics = [TopicHint(1, "رياضة", ("كرة القدم", "")), TopicHint(2, "", ("كرة",))]
    sorter = teach(topics, [Lesson(terms_of(title, text, tags, topics), 1)])
    found = sort_article(title, text, tags, sorter)
    assert found.topic_id in {1, 2, None}
    assert 0 <= found.sure <= 1
