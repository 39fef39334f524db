"""Sentences end where Arabic writers end them, and nothing is lost between them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.split import is_wrapped, paragraphs, sentences, words

TEXTS = st.one_of(
    st.text(),
    st.text(st.sampled_from(list('ابد .!?؟…،:«»"()\n13AB-_د\u0651\u200f')), max_size=120),
)


def cut(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("وصل الوفد. بدأ اللقاء.", ["وصل الوفد.", "بدأ اللقاء."]),
        ("وصل الوفد.بدأ اللقاء.", ["وصل الوفد.", "بدأ اللقاء."]),
        ("هل وصل؟ نعم! وصل…", ["هل وصل؟", "نعم!", "وصل…"]),
        ("قال د. مازن العلي إن السعر 3.5 ليرات.", ["قال د. مازن العلي إن السعر 3.5 ليرات."]),
        ("قال: «وصلنا. وعدنا» ثم مضى. انتهى.", ["قال: «وصلنا. وعدنا» ثم مضى.", "انتهى."]),
        ("قال «وصلنا». وأضاف «عدنا».", ["قال «وصلنا».", "وأضاف «عدنا»."]),
        ("سطر أول\nسطر ثانٍ", ["سطر أول", "سطر ثانٍ"]),
        ("افتتح عام 1437هـ. وأغلق بعده.", ["افتتح عام 1437هـ.", "وأغلق بعده."]),
        ("زوروا www.example.com للمزيد.", ["زوروا www.example.com للمزيد."]),
        ("\n1. أول\n2. ثانٍ", ["1. أول", "2. ثانٍ"]),
        ("حسب شركة Nahda Inc. وصل.", ["حسب شركة Nahda Inc. وصل."]),
        ("«إلى متى؟» سأل الطفل.", ["«إلى متى؟» سأل الطفل."]),
        ("قال (في 3. آذار) ومضى.", ["قال (في 3. آذار) ومضى."]),
        ("قال «إن (س. ص» و. ع) ومضى. انتهى.", ["قال «إن (س. ص» و. ع) ومضى.", "انتهى."]),
        ("", []),
        ("... ! ؟", []),
    ],
)
def test_sentences_end_where_writers_end_them(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


def test_lines_broken_at_a_width_are_joined() -> None:
    line = "هذه جملة طويلة كسرت الأسطر في منتصفها لأن الملف"
    text = "\n".join([line] * 4) + " انتهى."
    assert is_wrapped(text)
    assert cut(text) == [text]
    assert [part.text for part in paragraphs(text)] == [text]
    assert cut(f"{text}\n\n{text}") == [text, text]


def test_paragraphs_are_the_lines_with_something_on_them() -> None:
    assert [part.text for part in paragraphs("أول.\n\n  ثانٍ.  \n")] == ["أول.", "ثانٍ."]
    assert not is_wrapped("أول.\n\nثانٍ.")


@given(TEXTS)
def test_offsets_are_exact_and_in_order(text: str) -> None:
    for parts in (sentences(text), paragraphs(text)):
        end = 0
        for part in parts:
            assert end <= part.start < part.end <= len(text)
            assert text[part.start : part.end] == part.text == part.text.strip()
            end = part.end


@given(TEXTS)
def test_every_word_is_in_exactly_one_sentence(text: str) -> None:
    places = {m.start() for m in re.finditer(r"[^\W_]", text)}
    covered = [n for part in sentences(text) for n in range(part.start, part.end) if n in places]
    assert sorted(places) == covered


@given(TEXTS)
def test_words_are_folded_and_never_empty(text: str) -> None:
    assert all(re.fullmatch(r"[^\W_]+", word) for word in words(text))


def test_words_are_those_that_search_compares() -> None:
    assert words("أعلنت #وزارة_الدفاع: ٢٠ هدفاً") == ["اعلنت", "وزاره", "الدفاع", "20", "هدفا"]


@pytest.mark.parametrize("part", ["1.\n", "«ا. ", ".»", "(ا. ) ", '"ا." ', "د. "])
def test_long_and_odd_texts_are_read_once(part: str) -> None:
    assert len(sentences(part * 30_000)) >= 0  # quadratic reading would take minutes
