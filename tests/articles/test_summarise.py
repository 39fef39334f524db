from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.articles.quotable import quotable
from digest.articles.summarise import BRIEF, Method, SummaryText, summarise
from digest.text.split import sentences as split_sentences
from digest.text.split import words as split_words
from tests.articles import samples
from tests.articles.test_boilerplate import texts

methods = pytest.mark.parametrize("method", list(Method))
ENDINGS = (".", "؟", "!", "…", "»", ":")


def starts(summary: SummaryText) -> list[int]:
    return [sentence.start for sentence in summary.sentences]


@methods
@pytest.mark.parametrize("text", samples.ALL)
def test_every_method_chooses_three_whole_sentences(method: Method, text: str) -> None:
    summary = summarise(text, method=method)
    assert len(summary.sentences) == min(3, len(quotable(text)))
    assert starts(summary) == sorted(starts(summary))
    for sentence in summary.sentences:
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.text.endswith(ENDINGS)
        assert sentence.text.count("«") == sentence.text.count("»")


@methods
def test_no_method_chooses_a_call_a_dateline_or_a_byline(method: Method) -> None:
    for text in samples.ALL:
        shown = summarise(text, method=method, sentences=50).text
        for boilerplate in ("نشرتنا", "أعجبك", "اقرأ أيضاً", "كتبت:", "طرطوس - الساحل", "تلغرام"):
            assert boilerplate not in shown


@methods
def test_a_budget_in_words_is_kept(method: Method) -> None:
    for budget in (30, 45, 90, 700):
        summary = summarise(samples.BRIDGE, words=budget, method=method)
        used = sum(len(split_words(sentence.text)) for sentence in summary.sentences)
        assert summary.sentences
        last = max(len(split_words(sentence.text)) for sentence in summary.sentences)
        over = last / 2 if budget > BRIEF else 0
        assert used <= budget + over or len(summary.sentences) == 1


def test_the_lead_method_gives_the_first_sentences() -> None:
    for text in samples.ALL:
        first = quotable(text)
        for count in (1, 2, 4):
            chosen = summarise(text, sentences=count, method=Method.LEAD).sentences
            assert chosen == tuple(first[:count])


def test_the_default_opens_with_the_lead_of_a_report() -> None:
    summary = summarise(samples.BRIDGE)
    assert summary.sentences[0].text.startswith("أعلنت وزارة النقل اليوم")
    assert summarise(samples.OLIVES, sentences=1).text.startswith("ارتفع سعر زيت الزيتون")


def test_a_larger_budget_is_filled_with_the_set_that_says_most() -> None:
    text = " ".join(one.text for one in quotable(samples.BRIDGE))
    summary = summarise(text, words=70)
    used = sum(len(split_words(sentence.text)) for sentence in summary.sentences)
    assert 55 <= used <= 85


def test_the_first_sentence_is_taken_even_when_it_is_longer_than_the_budget() -> None:
    for method in (Method.MIX, Method.LEAD):
        summary = summarise(samples.VACCINE, words=3, method=method)
        assert [one.start for one in summary.sentences] == [0]


def test_the_shown_text_has_hashtags_as_words_and_the_offsets_point_at_the_original() -> None:
    summary = summarise(samples.BRIDGE, sentences=2)
    assert "جسر الوادي صار" in summary.text
    assert "#" not in summary.text
    assert any("#جسر_الوادي" in sentence.text for sentence in summary.sentences)


def test_an_opener_that_needs_its_predecessor_is_passed_over() -> None:
    text = (
        "افتتح الوزير معرض الكتاب في العاصمة بمشاركة دور نشر من عشرين دولة. "
        "ويستمر المعرض عشرة أيام ويضم مئة ألف عنوان في الأدب والتاريخ. "
        "وتشارك الجامعات هذا العام بجناح خاص يعرض رسائل الطلاب. "
        "وأضاف أن الدخول مجاني للطلاب. "
        "وتبلغ مساحة أجنحة معرض الكتاب خمسة آلاف متر مربع."
    )
    chosen = summarise(text, sentences=3).text
    assert "وأضاف" not in chosen


def test_a_caption_above_the_article_does_not_lead_it() -> None:
    text = f"أحد مظاهر الاحتفال\n{samples.VACCINE}"
    assert summarise(text, sentences=1).text.startswith("أطلقت وزارة الصحة")


@methods
@pytest.mark.parametrize(("text", "count"), [
    ("", 0), (" \n…", 0), ("خبر", 1), ("أعلنت الحكومة الموازنة.", 1),
    ("أعلنت الحكومة. وأقرّ البرلمان.", 2), ("من في على. عن مع حتى. هذا ذلك.", 3),
    ("فاز الفريق بالكأس أمس. " * 60, 1), ("«لن نتراجع. سنمضي إلى آخر الطريق. هذا قرارنا»", 1),
    ("1. القمح\n2. الشعير\n3. الزيتون\n4. القطن", 3), ("اشترك بنشرتنا البريدية", 1),
    ("أعلنت Google هاتفاً جديداً بسعر 799.99 دولار. It ships in May. وقالت إنه الأفضل.", 3),
    ("\n\n".join(samples.ALL) * 12, 3),
])  # fmt: skip
def test_awkward_texts_give_something_whole(method: Method, text: str, count: int) -> None:
    summary = summarise(text, method=method)
    assert len(summary.sentences) == count
    assert bool(summary.text) == bool(count)


@given(texts, st.sampled_from(Method), st.integers(0, 4) | st.none(), st.integers(0, 120) | st.none())
@settings(deadline=None)
def test_a_summary_is_a_set_of_the_texts_own_sentences(
    text: str, method: Method, count: int | None, budget: int | None
) -> None:
    summary = summarise(text, sentences=count, words=budget, method=method)
    whole = split_sentences(text)
    assert bool(summary.sentences) == bool(whole)
    for sentence in summary.sentences:
        assert text[sentence.start : sentence.end] == sentence.text
        # Nothing but a dateline may be cut off, and only what belongs together is joined.
        assert sentence.end in {one.end for one in whole}
        assert any(one.start <= sentence.start < one.end for one in whole)
        assert sentence.text == sentence.text.strip()
    assert summary == summarise(text, sentences=count, words=budget, method=method)


@pytest.mark.parametrize("text", ["x", "نعم", "a b", "هل؟", "نعم\nلا\nربما"])
@pytest.mark.parametrize("budget", [0, 30, 60, 200, 700])
def test_the_poorest_text_gives_something_in_any_room(text: str, budget: int) -> None:
    assert summarise(text, words=budget).sentences


def test_summaries_need_no_data_files_no_home_and_no_hash_seed(tmp_path: Path) -> None:
    program = (
        "from digest.articles.summarise import Method, summarise\n"
        "from tests.articles.samples import BRIDGE\n"
        "print([[s.start for s in summarise(BRIDGE, method=m).sentences] for m in Method])"
    )
    printed = set()
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-W", "error::RuntimeWarning", "-c", program],
            env={"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
        )
        printed.add(ran.stdout)
    assert len(printed) == 1
    assert list(tmp_path.iterdir()) == []
