"""light10 takes off the article and the commonest endings, and never too much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.fold import fold
from digest.text.stem import light10


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("الوزارة", "وزار"),
        ("والوزارات", "وزار"),
        ("للوزارة", "وزار"),
        ("بالمدرسة", "مدرس"),
        ("مدرستها", "مدرست"),
        ("المهندسون", "مهندس"),
        ("المهندسين", "مهندس"),
        ("وزن", "وزن"),
        ("وكتب", "كتب"),
        ("الم", "الم"),
        ("رقم", "رقم"),
        ("whatsapp", "whatsapp"),
        ("2026", "2026"),
        ("", ""),
    ],
)
def test_words_of_a_family_share_a_stem(word: str, stem: str) -> None:
    assert light10(fold(word)) == stem


@given(st.text(st.characters(min_codepoint=0x621, max_codepoint=0x64A)))
def test_a_stem_is_part_of_its_word_and_not_too_short(word: str) -> None:
    folded = fold(word)
    stem = light10(folded)
    assert stem in folded
    assert len(stem) >= min(2, len(folded))
