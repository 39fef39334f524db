"""What an editor has cut from a source's articles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.articles.cleaning import (
    LONGEST,
    MOST_RULES,
    NO_RULES,
    Rules,
    cut_from_body,
    cut_from_page,
    cut_sentences,
    from_json,
    hits,
    is_selector,
    read_rules,
    to_json,
)
from digest.articles.extract import extract_text
from digest.system.errors import Refused
from digest.text.clean import plain_text

FIRST = "افتُتح معرض الكتاب في اللاذقية صباح اليوم بمشاركة ستين داراً للنشر من عشر دول عربية وأجنبية."
SECOND = "وقالت إدارة المعرض إن الدخول مجاني للطلاب، وإن الأمسيات تُقام كل مساء حتى نهاية الأسبوع."
ASIDE = "اشترك في خدمة الرسائل العاجلة لتصلك أخبار المدينة قبل غيرك كل يوم وكل ليلة."
PAGE = (
    "<!doctype html><html><head><meta charset='utf-8'><title>معرض</title></head><body><article>"
    f"<div class='story'><p>{FIRST}</p><p class='promo box'>{ASIDE}</p><p>{SECOND}</p></div>"
    "</article><div class='comments'><p>تعليق قارئ طويل لا علاقة له بالخبر من قريب ولا من بعيد.</p></div>"
    "</body></html>"
)


@pytest.mark.parametrize(
    "selector",
    [".promo", "#x", "p.promo.box", "div > p", "p:nth-child(2)", "[data-ad]", "p:has(a)", "aside, nav"],
)
def test_selectors_of_style_sheets_are_understood(selector: str) -> None:
    assert is_selector(selector)


@pytest.mark.parametrize(
    "selector", ["", "[", "div >", "p::before", "a|b", "@media", "..x", "p:hover(", "x" * (LONGEST + 1)]
)
def test_what_is_no_selector_is_told(selector: str) -> None:
    assert not is_selector(selector)


def test_parts_of_a_page_are_cut() -> None:
    page, kept = cut_from_page(PAGE, Rules(cut=(".promo", ".comments")))
    assert not kept
    text = plain_text(page)
    assert FIRST in text
    assert SECOND in text
    assert ASIDE not in text
    assert "تعليق" not in text


def test_the_words_after_a_cut_part_stay() -> None:
    page, _kept = cut_from_page("<p>قبل <b class='x'>إعلان</b> بعد</p>", Rules(cut=(".x",)))
    assert plain_text(page).split() == ["قبل", "بعد"]


def test_the_whole_page_is_never_cut() -> None:
    page, _kept = cut_from_page(PAGE, Rules(cut=("html", "body", "*")))
    assert "<body" in page


def test_only_what_is_kept_is_read() -> None:
    found = extract_text(PAGE, "https://news.example/1", Rules(keep=".story", cut=(".promo",)))
    assert found.text.split("\n\n") == [FIRST, SECOND]
    assert found.title == "معرض"


def test_the_outer_of_two_kept_parts_counts_once() -> None:
    page, kept = cut_from_page("<div><p>أ</p><div><p>ب</p></div></div>", Rules(keep="div"))
    assert kept
    assert plain_text(page).split() == ["أ", "ب"]


def test_a_site_that_was_redesigned_is_still_read() -> None:
    with_rule = extract_text(PAGE, "https://news.example/1", Rules(keep=".gone", cut=(".gone",)))
    assert with_rule.text
    assert with_rule == extract_text(PAGE, "https://news.example/1")


def test_sentences_with_a_phrase_go_however_it_is_spelled() -> None:
    text = f"{FIRST} اقرأ أيضاً: خبر آخر.\n\nإقرأ ايضا عن المعرض\n\n{SECOND}"
    assert cut_sentences(text, Rules(phrases=("اقرأ ايضًا",))) == f"{FIRST}\n\n{SECOND}"


def test_a_phrase_that_would_leave_nothing_is_not_heeded() -> None:
    assert cut_sentences(FIRST, Rules(phrases=("معرض",))) == FIRST


def test_the_body_of_a_feed_is_cut_too() -> None:
    body = f"{FIRST}<div class='promo'>{ASIDE}</div>{SECOND}"
    assert ASIDE not in cut_from_body(body, Rules(cut=(".promo",)))
    assert cut_from_body(body, NO_RULES) == body
    assert cut_from_body("", Rules(cut=("p",))) == ""


def test_how_often_each_rule_is_found_is_told() -> None:
    rules = Rules(keep=".story", cut=(".promo", ".gone"), phrases=("الدخول مجاني", "لا توجد"))
    assert hits(PAGE, f"{FIRST} {SECOND}", rules) == (
        (".story", 1), (".promo", 1), (".gone", 0), ("الدخول مجاني", 1), ("لا توجد", 0),
    )


def test_typed_rules_are_lines_each_once() -> None:
    rules = read_rules(keep=" article  .body ", cut=["", " .a ", ".a", ".b"], phrases=["  تابعنا  على "])
    assert rules == Rules("article .body", (".a", ".b"), ("تابعنا على",))
    assert from_json(to_json(rules)) == rules
    assert to_json(NO_RULES) == {}
    assert from_json(None) == from_json({}) == NO_RULES
    assert not NO_RULES


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"keep": "["}, "bad_css"),
        ({"cut": ["p::before"]}, "bad_css"),
        ({"phrases": ["و"]}, "short_phrase"),
        ({"phrases": ["ـَ ـُ ـِ ـْ"]}, "short_phrase"),
        ({"phrases": ["كلمة " * 60]}, "short_phrase"),
        ({"cut": [f".c{n}" for n in range(MOST_RULES + 1)]}, "too_many_rules"),
        ({"phrases": [f"عبارة {n}" for n in range(MOST_RULES + 1)]}, "too_many_rules"),
    ],
)
def test_rules_that_would_harm_are_refused(typed: dict[str, object], code: str) -> None:
    with pytest.raises(Refused, match=code):
        read_rules(**{"keep": "", "cut": [], "phrases": [], **typed})  # type: ignore[arg-type]


@given(st.text(max_size=300), st.text(max_size=40))
def test_no_page_and_no_phrase_breaks_it(page: str, phrase: str) -> None:
    rules = Rules(keep="article", cut=("p.x", "div > *"), phrases=(phrase,) if phrase.strip() else ())
    cut_from_page(page, rules)
    cut_from_body(page, rules)
    assert cut_sentences(page, rules) is not None
    hits(page, page, rules)
