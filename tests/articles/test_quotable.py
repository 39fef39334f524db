from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from digest.articles.quotable import close_quotes, is_balanced, quotable
from digest.text.split import words
from tests.articles.test_boilerplate import texts

BODY = (
    "أعلنت البلدية بدء العمل في الحديقة الجديدة صباح اليوم. "
    "وتمتد الحديقة على عشرين ألف متر وسط المدينة. "
)


def told(text: str) -> list[str]:
    return [one.text for one in quotable(text)]


def test_a_quotation_over_two_sentences_is_one() -> None:
    quotation = "وقال الرئيس «سنزرع ألف شجرة هنا قبل الصيف. ولن نقطع واحدة."
    long = f"{quotation} {' '.join(['والعمل مستمر في كل حي من أحياء المدينة القديمة'] * 6)}»."
    assert told(f"{BODY}وقال «لن نقطع شجرة واحدة.\nوسنزرع ألفاً» أمام الحضور.")[-1] == (
        "وقال «لن نقطع شجرة واحدة.\nوسنزرع ألفاً» أمام الحضور."
    )
    assert all(is_balanced(one) for one in told(BODY + long))


@pytest.mark.parametrize("bad", [
    "وأضاف المدير أن «المشروع سيكتمل في موعده المحدد.",
    'وأضاف المدير أن "المشروع سيكتمل في موعده المحدد.',
    "وأضاف أن المشروع سيكتمل (خلال عامين على الأكثر.",
    "وجاءت أسماء الفائزين على النحو التالي:",
    "جانب من الحفل",
])  # fmt: skip
def test_what_is_not_whole_is_left_out(bad: str) -> None:
    assert told(f"{BODY}{bad}\n\n{'وسيُفتتح القسم الأول في الربيع المقبل. ' * 9}")[:2] == told(BODY)
    assert bad not in told(f"{BODY}{bad}\n\n{'وسيُفتتح القسم الأول في الربيع المقبل. ' * 9}")


def test_a_colon_is_told_with_what_it_announces() -> None:
    assert told("أعلنت اللجنة قرارات اجتماعها أمس وهي:\n1. بناء جسر على النهر.\n" + BODY)[0] == (
        "أعلنت اللجنة قرارات اجتماعها أمس وهي:\n1. بناء جسر على النهر."
    )


def test_a_text_that_breaks_off_loses_its_last_words_only() -> None:
    assert told(BODY + "وقالت البلدية إن العمل سيستمر حتى") == told(BODY)
    assert told("نص بلا علامة في آخره يقول كل شيء") == ["نص بلا علامة في آخره يقول كل شيء"]


def test_a_lead_stays_in_spite_of_a_slip_and_is_shown_without_it() -> None:
    lead = "قال الوزير لـ»الجزيرة» إن العمل في الجسر سيبدأ غداً."
    assert told(f"{lead} {BODY}")[0] == lead
    assert close_quotes(lead) == "قال الوزير لـ«الجزيرة» إن العمل في الجسر سيبدأ غداً."


@pytest.mark.parametrize(("given", "shown"), [
    ("«أ» و«ب»", "«أ» و«ب»"), ("قال «إن كذا", "قال إن كذا"), ("كذا» قال", "كذا قال"),
    ("«أ «ب» ج»", "«أ «ب» ج»"), ("وفق »سانا» أمس", "وفق «سانا» أمس"), ("", ""),
    ("بنك»البلاد", "بنك البلاد"), ("اليوم»«انتظرنا«انتظرنا", "اليوم انتظرنا انتظرنا"),
    ("«أمس»«اليوم", "«أمس» اليوم"), ("اليوم»\u200fأعلنت", "اليوم \u200fأعلنت"),
])  # fmt: skip
def test_quotation_marks_are_shown_in_pairs(given: str, shown: str) -> None:
    assert close_quotes(given) == shown


@given(texts)
def test_shown_quotations_always_close_and_no_word_is_lost(text: str) -> None:
    shown = close_quotes(text)
    assert shown.count("«") == shown.count("»")
    assert words(shown) == words(text)
    assert close_quotes(shown) == shown


@given(texts)
def test_sentences_to_quote_are_slices_in_order(text: str) -> None:
    found = quotable(text)
    assert all(text[one.start : one.end] == one.text for one in found)
    assert all(one.end <= after.start for one, after in pairwise(found))
    assert bool(found) == bool(words(text))
