"""What a text is about, without the words that every text has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.text.split import words
from digest.text.stopwords import REPORTING, STOP_WORDS, stems, terms


def test_terms_are_stems_of_the_words_that_carry_a_meaning() -> None:
    assert terms("وقال الوزير إن في الموازنة 2027 بنداً لـ 5 مدارس") == [
        "وزير", "موازن", "2027", "بندا", "مدارس",
    ]  # fmt: skip


def test_stop_words_are_kept_in_the_folded_spelling() -> None:
    for word in STOP_WORDS | REPORTING:
        assert words(word) == [word]


@given(st.text())
def test_stems_of_words_are_terms_of_the_text(text: str) -> None:
    assert stems(words(text)) == terms(text)
