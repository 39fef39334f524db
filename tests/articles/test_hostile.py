"""The whole Arabic room on texts that nobody should send: no crash, no warning, nothing invented."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.articles.boilerplate import reading_sentences
from digest.articles.dedupe import near_duplicates
from digest.articles.fidelity.check import unsupported
from digest.articles.group import GroupInput, group_articles
from digest.articles.hints import DEFAULTS, split_hints
from digest.articles.retell import Told, retell
from digest.articles.sorting import TopicHint, sort_article, teach
from digest.articles.summarise import Method, summarise
from digest.text.clean import strip_controls
from digest.text.fold import display, fold
from digest.text.split import sentences, words
from tests.articles import samples

AT = datetime(2026, 11, 24, 2, 40, tzinfo=UTC)
SORTER = teach(
    [TopicHint(n, name, tuple(split_hints(hints))) for n, (name, _, hints) in enumerate(DEFAULTS)],
    (),
)
LONG = "\n\n".join(samples.ALL) * 14  # over five thousand words

HOSTILE = (
    "س",
    "نعم",
    "!؟… ،؛ «»",
    "\x00\x01\x1b[31mأحمر\x1b[0m\x7f",
    "\u202eقال\u202c الوزير \u2066شيئاً\u2069\u200f. \u061c\ufeff",
    "ق\u0610" + "\u064b" * 400 + "ال. ثم\u0301\u0302 مضى.",
    "\u0640" * 500 + " كـــلام ـــ ـ.",
    "ﷺ ﷽ ﻻ ﺍﻟﺴﻼﻡ ﻋﻠﻴﻜﻢ. ＦＵＬＬ ｗｉｄｔｈ １２٣۴.",
    "👨‍👩‍👧‍👦🇸🇾 خبر 👍🏽 عاجل. 𝐁𝐨𝐥𝐝 𝕏 ①②③ ½ ²",
    "<script>alert('خبر')</script> {{ 7*7 }} ${7*7} {% raw %} %s %(x)s {0} \\N{BULLET}",
    "'; DROP TABLE articles; -- قال. ' OR '1'='1",
    "« « « قال «نعم» « ثم مضى. ولم يعد »»» “ب” ‘ج’ \"د",
    "((((((((((((((((((((قال)))))))))))). [[[[ ثم ]]]]",
    "كلمة" * 3000,
    "9" * 5000 + "٫" + "٩" * 500 + " ليرة. -1e999 NaN 0x1F ∞",
    "a" * 4000 + ". " + "http://" + "é" * 500 + ".example/?q=قال",
    ". " * 2000,
    "\n" * 500 + "سطر" + "\r\n" * 300 + "سطر\u2028آخر\u2029ثالث\x85رابع",
    "قال. " * 400,
    "#وسم_ " * 100 + "#" * 50 + "_" * 50,
    "1. القمح\n2. الشعير\n- الزيتون\n• القطن\n\t* الكتان",
    "«لن نتراجع. سنمضي إلى آخر الطريق. هذا قرارنا»",
    "Ⅻ ǅ İstanbul ß ΑΣ ﬁ K Å. Zürich بين كلمتين. 你好。世界！ नमस्ते।",
    "هل أعجبك المحتوى؟ اشترك. تابعونا. اقرأ أيضاً: انضم. © 2026 جميع الحقوق محفوظة",
    samples.BRIDGE * 3,
    LONG,
)
hostile = pytest.mark.parametrize("text", HOSTILE, ids=[f"{n}" for n in range(len(HOSTILE))])

# What news is made of, and what gets into it: far more Arabic than hypothesis draws by itself.
PIECES = st.sampled_from([
    "أعلنت", "الوزارة", "إنّ", "مُدرِّسة", "كـــبير", "لـ«رويترز»", "«انتظرنا", "اليوم»", "هذا…",
    "د. ", "أ.د.", "ق.م.", "3.5", "٣٬٦٥٠", "12%", "#وسم_طويل", "عنصرا#", "وأضاف", "من جانبه،",
    "جاء ذلك", "لم", "؟", ".", "!", "؛", "،", ":", "\n", "\n\n", " - ", "(أ ف ب)", "الرياض - واس:",
    "\u200f", "\u202b", "\u200c", "\u00a0", "\ufeff", "😀", "👍🏽", "U.S.", "Google", "www.a.example",
    "اشترك في نشرتنا", "اقرأ أيضاً:", "1.", "-", "•", '"', "“", "”", "'", ")", "(", "ﻻ", "ﷲ", "یک",
])
ARABIC = st.lists(PIECES, max_size=60).map(" ".join) | st.lists(PIECES, max_size=40).map("".join)
NEWS = ARABIC | st.lists(
    st.sampled_from([line for text in samples.ALL for line in text.split("\n") if line]), max_size=9
).map("\n".join)


def check_summary(text: str, **length: int | Method) -> None:
    """A summary is there whenever there is a word, and is made of the text."""
    made = summarise(text, **length)  # type: ignore[arg-type]
    assert bool(made.sentences) == bool(words(text))
    assert bool(words(made.text)) == bool(words(text))
    for one in made.sentences:
        assert text[one.start : one.end] == one.text
    assert all(one.end <= after.start for one, after in pairwise(made.sentences))
    assert set(words(made.text)) <= set(words(strip_controls(text)))


@hostile
def test_hostile_texts_are_cut_folded_and_shown(text: str) -> None:
    found = sentences(text)
    assert all(text[one.start : one.end] == one.text for one in found)
    assert [word for one in found for word in words(one.text)] == words(text)
    for form in (fold, display):
        assert form(form(text)) == form(text)
    assert bool(reading_sentences(text)) == bool(found)


@hostile
@pytest.mark.parametrize("method", Method)
def test_hostile_texts_are_summarised(text: str, method: Method) -> None:
    check_summary(text, method=method)
    check_summary(text, method=method, words=60)


@hostile
def test_hostile_texts_are_sorted_retold_and_compared(text: str) -> None:
    verdict = sort_article(text[:200], text, (text[:50],), SORTER)
    assert 0 <= verdict.sure <= 1
    told = [Told(1, "شام", text[:80], text, AT), Told(2, "سهل", "", samples.BRIDGE, AT)]
    made = retell(told)
    by_id = {one.article_id: one.text for one in told}
    for part in made.parts:
        own = by_id[part.article_id]
        assert own[part.sentence.start : part.sentence.end] == part.sentence.text
    assert unsupported(summarise(text).text, text, title=text[:80]) == ()
    for doubt in unsupported(samples.OLIVES, text):
        assert samples.OLIVES[doubt.start : doubt.end] == doubt.text


def test_hostile_texts_are_grouped_and_compared() -> None:
    rows = [GroupInput(str(n), text[:90], text, at=AT) for n, text in enumerate(HOSTILE * 2)]
    groups = group_articles(rows)
    assert sorted(name for one in groups for name in one.ids) == sorted(row.id for row in rows)
    clusters = near_duplicates(rows)
    half = len(HOSTILE)
    same = [clusters[str(n)] == clusters[str(n + half)] for n, text in enumerate(HOSTILE) if words(text)]
    assert all(same)


@given(NEWS)
def test_every_word_of_arabic_is_in_one_sentence_and_forms_are_stable(text: str) -> None:
    found = sentences(text)
    assert [word for one in found for word in words(one.text)] == words(text)
    assert display(display(text)) == display(text)
    assert fold(fold(text)) == fold(text)
    assert words(display(text)) == words(strip_controls(text))


@given(NEWS, st.integers(1, 6))
def test_a_summary_of_so_many_sentences_is_made_of_the_text(text: str, count: int) -> None:
    check_summary(text, sentences=count)


@given(NEWS, st.integers(1, 700))
def test_a_summary_of_any_length_is_made_of_the_text(text: str, budget: int) -> None:
    check_summary(text, words=budget)


@given(st.lists(NEWS, max_size=5))
def test_any_texts_are_grouped_once_each(found: list[str]) -> None:
    rows = [GroupInput(str(n), text[:60], text, at=AT) for n, text in enumerate(found)]
    groups = group_articles(rows)
    assert sorted(name for one in groups for name in one.ids) == [row.id for row in rows]
    assert near_duplicates(rows).keys() == {row.id for row in rows}
