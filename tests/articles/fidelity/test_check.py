"""What a summary says that its sources do not, and what it may say otherwise without a doubt."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import fidelity as bench
from digest.articles.fidelity.check import Doubt, DoubtKind, unsupported
from digest.articles.summarise import summarise
from digest.text.clean import strip_controls
from tests.text.test_placed import MIXED

SOURCE = (
    "قال الرئيس الروسي فلاديمير بوتين يوم الثلاثاء إن بلاده لم ترسل قوات إلى مدينة حلب. وقُتل 43 شخصاً وأصيب "
    "شخصان في 15 مارس 2026 بحسب وكالة رويترز. ورفض الوزير سيرغي لافروف الاقتراح التركي أمس. وأعلنت شركة «أرامكو» "
    "أرباحاً بلغت 3.5 ملايين دولار بزيادة نسبتها 50 في المئة. ولم يوقع المجلس الاتفاق، وقال إن البناء غير قانوني. "
    "وحل الفريق في المركز الثالث بعد فوزه 2-1 على النادي الأهلي في مدينة أبوظبي. وشارك مئات المتطوعين في الحملة."
)


def found(summary: str, source: str = SOURCE) -> list[tuple[str, str]]:
    return [(doubt.kind.value, doubt.text) for doubt in unsupported(summary, source)]


@pytest.mark.parametrize(
    "summary",
    [
        SOURCE,
        "قال الرئيس بوتين الثلاثاء إن روسيا لم ترسل قوات إلى حلب.",
        "قتل ثلاثة وأربعون شخصا وأصيب 2 في ١٥ آذار ٢٠٢٦.",
        "أصيب شخصين في 15/3/2026 كما أفادت وكالة «رويترز».",
        "الوزير لافروف يرفض اقتراح تركيا.",
        "لم يقبل لافروف الاقتراح التركي.",
        "زادت أرباح ارامكو 50% لتبلغ 3,500,000 دولار.",
        "ارتفعت الأرباح بنسبة خمسين بالمئة، أي النصف.",
        "المجلس لم يوقّع الاتفاق ووصف البناء بأنه غير قانوني.",
        "فاز الفريق 2-1 فحل ثالثاً في أبو ظبي.",
        "حل في المركز 3 وشارك في الحملة مئات من المتطوعين.",
        "نفى بوتين إرسال قوات إلى حلب.",
        "",
    ],
)
def test_the_same_in_other_words_is_beyond_doubt(summary: str) -> None:
    assert found(summary) == []


@pytest.mark.parametrize(
    ("summary", "doubt"),
    [
        ("قتل 45 شخصا في 15 مارس 2026.", ("number", "45")),
        ("قتل أربعة وأربعون شخصا.", ("number", "أربعة وأربعون")),
        ("بلغت الأرباح 3.5 مليار دولار.", ("number", "3.5 مليار")),
        ("بلغت الأرباح 3.5 ملايين يورو.", ("number", "3.5 ملايين")),
        ("زادت أرباح أرامكو 60٪.", ("number", "60٪")),
        ("زادت أرباح أرامكو 43٪.", ("number", "43٪")),
        ("حل الفريق في المركز الرابع.", ("number", "الرابع")),
        ("شارك آلاف المتطوعين في الحملة.", ("number", "آلاف")),
        ("قُتل 43 شخصاً وأصيب شخصان في 16 مارس 2026.", ("date", "16 مارس 2026")),
        ("قُتل 43 شخصاً في نيسان الماضي.", ("date", "نيسان")),
        ("قال بوتين يوم الأربعاء إن بلاده لم ترسل قوات.", ("date", "الأربعاء")),
        ("رفض لافروف الاقتراح غداً.", ("date", "غداً")),
        ("وقع ذلك عام 2025 في حلب.", ("date", "2025")),
        ("قال الرئيس دونالد ترامب إن بلاده لم ترسل قوات إلى حلب.", ("name", "دونالد ترامب")),
        ("لم ترسل قوات إلى مدينة حماة.", ("name", "حماة")),
        ("رفض لافروف الاقتراح الإيراني.", ("name", "الإيراني")),
        ("أعلنت شركة Shell أرباحاً بلغت 3.5 ملايين دولار.", ("name", "Shell")),
        ("قال الرئيس الروسي فلاديمير بوتين إن بلاده أرسلت قوات إلى مدينة حلب.", ("negation", "أرسلت")),
        ("وقّع المجلس الاتفاق.", ("negation", "وقّع")),
        ("المجلس: البناء قانوني.", ("negation", "قانوني")),
        ("لم يُقتل 43 شخصاً في 15 مارس 2026.", ("negation", "لم يُقتل")),
        ("وافق الوزير سيرغي لافروف على الاقتراح التركي أمس.", ("negation", "وافق")),
    ],
)
def test_what_the_source_lacks_is_marked(summary: str, doubt: tuple[str, str]) -> None:
    assert found(summary) == [doubt]


def test_a_dual_whose_noun_is_counted_otherwise_is_a_number() -> None:
    assert found("مقتل جنديان في الهجوم.", "قُتل 3 جنود في هجوم على الحدود.") == [("number", "جنديان")]


def test_an_undenied_word_elsewhere_does_not_hide_a_dropped_denial() -> None:
    source = "لم تُسجل الوزارة أي وفاة جديدة في المدينة. وقد تُسجل الوزارة حالات في الأسبوع المقبل."
    assert found("تُسجل الوزارة أي وفاة جديدة في المدينة.", source) == [("negation", "تُسجل")]


def test_several_sources_and_the_title_count() -> None:
    summary = "قال بوتين إن 12 سفينة أبحرت من طرطوس."
    assert [one.text for one in unsupported(summary, [SOURCE])] == ["12", "طرطوس"]
    assert unsupported(summary, [SOURCE, "أبحرت السفن من طرطوس."], title="12 سفينة في البحر") == ()


def test_doubts_are_in_order_and_carry_their_place() -> None:
    summary = "قُتل 99 شخصاً في 15 مارس 2026 بحسب ترامب."
    assert unsupported(summary, SOURCE) == (
        Doubt(DoubtKind.NUMBER, "99", 5, 7),
        Doubt(DoubtKind.NAME, "ترامب", 35, 40),
    )


def test_round_figures_may_be_said_of_exact_ones() -> None:
    source = "زار المعرض 3204 أشخاص وبلغت إيراداته 13.4 مليون ريال."
    assert found("زار المعرض أكثر من 3000 شخص وبلغت إيراداته 13 مليون ريال.", source) == []
    assert found("زار المعرض 3000 شخص.", source) == [("number", "3000")]


ARTICLES = [
    bench.Article("", text, summarise(text, sentences=3).text)
    for text in (
        SOURCE,
        ("أعلن وزير الصحة الدكتور سمير العلي يوم الأحد تسجيل 27 إصابة جديدة في محافظة درعا. وقال إن الوزارة لم تسجل أي "
         "وفاة منذ 4 أيام. ووصلت 120 ألف جرعة إلى مدينة درعا في 3 أبريل عام 2024."),
        ("حضر الأمير خالد بن فهد افتتاح المعرض في مدينة جدة مساء الخميس. وشارك في المعرض 18 دولة، ولن يستمر غير سبعة "
         "أيام. وقال الدكتور سمير العلي إن المعرض ليس الأول من نوعه في مدينة جدة."),
        ("قرر المجلس في مدينة درعا رفع الرسوم 15 في المئة ابتداءً من يناير. وأصدر الأمير خالد بن فهد بياناً لا يعارض القرار. "
         "وسجل السوق 350 صفقة يوم الاثنين."),
    )
]


@pytest.mark.parametrize("kind", ["figure", "weekday", "month", "year", "person", "place", "denial"])
def test_changed_summaries_are_found_out(kind: str) -> None:
    people, places = ["سمير العلي", "خالد بن فهد", "فلاديمير بوتين"], ["درعا", "جدة", "حلب"]
    changers: dict[str, tuple[DoubtKind, bench.Changer]] = {
        "figure": (DoubtKind.NUMBER, bench.other_figure),
        "weekday": (DoubtKind.DATE, lambda one, dice: bench.swapped(one, dice, bench.WEEKDAY, bench.WEEKDAYS)),
        "month": (DoubtKind.DATE, lambda one, dice: bench.swapped(one, dice, bench.MONTH, bench.MONTHS)),
        "year": (DoubtKind.DATE, bench.other_year),
        "person": (DoubtKind.NAME, lambda one, dice: bench.other_name(one, dice, people)),
        "place": (DoubtKind.NAME, lambda one, dice: bench.other_name(one, dice, places)),
        "denial": (DoubtKind.NEGATION, bench.affirmed),
    }
    doubt, change = changers[kind]
    tried = right = 0
    for seed in range(5):
        for one in ARTICLES:
            made = change(one, random.Random(seed))
            if made is not None:
                tried += 1
                right += bench.is_found(one, made, doubt)
    assert tried >= 5
    assert right >= 0.9 * tried


def test_unchanged_summaries_and_their_retelling_raise_no_doubt() -> None:
    for one in ARTICLES:
        assert unsupported(one.summary, one.text) == ()
        assert unsupported(bench.retold(one), one.text) == ()


SENTENCES = [part.strip() for one in ARTICLES for part in re.split(r"(?<=\.) ", one.text)]


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6))
def test_the_sources_own_sentences_in_any_order_are_beyond_doubt(chosen: list[str]) -> None:
    assert unsupported(" ".join(chosen), [one.text for one in ARTICLES]) == ()


@given(MIXED | st.text(max_size=80), MIXED | st.text(max_size=80))
def test_doubts_always_slice_to_their_text(summary: str, source: str) -> None:
    end = 0
    for doubt in unsupported(summary, source):
        assert summary[doubt.start : doubt.end] == doubt.text != ""
        assert doubt.start >= end
        end = doubt.end
    shown = strip_controls(summary)
    assert unsupported(shown, shown) == ()
