"""Inflection and spelling taken away: what must meet, and what must stay apart."""

from __future__ import annotations

import pytest

from digest.text.commonroots import is_common
from digest.text.fold import fold
from digest.text.knownnames import given_names, known_names, names_origin, place_names
from digest.text.skeleton import roots, sounding


@pytest.mark.parametrize(
    ("one", "other"),
    [("يحضر", "حضور"), ("انتصر", "نصر"), ("شخصان", "أشخاص"), ("يقوم", "قيام"), ("وزراء", "وزير"), ("ازدحم", "زحام")],
)
def test_forms_of_a_word_share_a_root(one: str, other: str) -> None:
    assert roots(fold(one)) & roots(fold(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("موراليز", "موراليس"), ("غوتيريش", "جوتيريش"), ("أردوغان", "إردوغان"), ("سورية", "سوريا"), ("غوغل", "جوجل")],
)
def test_spellings_of_a_name_sound_alike(one: str, other: str) -> None:
    assert sounding(fold(one)) == sounding(fold(other))


def test_a_town_is_not_the_word_it_resembles() -> None:
    assert sounding(fold("الرياض")) != sounding(fold("الرياضة"))


@pytest.mark.parametrize("word", ["المحادثات", "يلتقون", "مسؤولون", "اتفاقية", "المواجهة", "قوة", "سيارتان"])
def test_common_words_come_from_common_roots(word: str) -> None:
    assert is_common(fold(word))


@pytest.mark.parametrize("word", ["ترامب", "موراليس", "غوتيريش", "نتنياهو", "حفتر"])
def test_names_come_from_none(word: str) -> None:
    assert not is_common(fold(word))


def test_names_and_origins_are_known() -> None:
    assert {"دمشق", "فرنسا", "بوتين", "داعش"} <= known_names()
    assert "صالح" in given_names() and "صالح" not in known_names()
    assert "نيس" in place_names() and "نيس" not in known_names()
    assert all(names_origin(fold(word)) for word in ("الإيراني", "تركية", "روسي", "مصريون"))
    assert not any(names_origin(fold(word)) for word in ("اقتصادي", "المالي", "وطنية"))
