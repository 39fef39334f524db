"""A form to compare by, and a form to show."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.clean import strip_controls
from digest.text.fold import display, fold

ARABIC = st.text(
    st.one_of(
        st.characters(min_codepoint=0x600, max_codepoint=0x6FF),
        st.characters(min_codepoint=0xFB50, max_codepoint=0xFEFF),
        st.characters(min_codepoint=0x1E00, max_codepoint=0x1FFF),
        st.sampled_from(list("\u0345\u0301İıßΣς ")),
    )
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("إدلب", "ادلب"),
        ("آذار", "اذار"),
        ("مستشفى", "مستشفي"),
        ("وزارة", "وزاره"),
        ("مُحَمَّدٌ", "محمد"),
        ("كـــبير", "كبير"),
        ("ﻻ", "لا"),
        ("٢٠٢٦ و۲۰۲۶", "2026 و2026"),
        ("WhatsApp", "whatsapp"),
        ("کتاب", "كتاب"),
        ("\u202bنص\u202c\u200f", "نص"),
    ],
)
def test_spellings_that_mean_the_same_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other) == other


def test_hamza_on_waw_and_ya_tells_words_apart() -> None:
    assert fold("سؤال") != fold("سوال")
    assert fold("بئر") != fold("بير")


@given(st.one_of(st.text(), ARABIC))
def test_folding_a_folded_text_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("أعلنت #وزارة_الدفاع اليوم", "أعلنت وزارة الدفاع اليوم"),
        ("من (تحييد) 184 عنصرا# من", "من (تحييد) 184 عنصرا من"),
        ('قال "نعم" ومضى', "قال «نعم» ومضى"),
        ('وفق "Reuters" اليوم', 'وفق "Reuters" اليوم'),
        ('لـ"رويترز"', "ل«رويترز»"),
        ("كـــبير \u202eجدا\u202c", "كبير جدا"),
        ("سطر\u00a0 أول  \n  سطر", "سطر أول\nسطر"),
        ("عام ٢٠٢٦ مِلْحٌ", "عام ٢٠٢٦ مِلْحٌ"),
        ("شاشة 15\" جديدة", "شاشة 15\" جديدة"),
    ],
)
def test_a_text_is_shown_as_its_writer_meant_it(text: str, shown: str) -> None:
    assert display(text) == shown


@given(st.one_of(st.text(), ARABIC))
def test_showing_changes_no_letter_or_digit(text: str) -> None:
    def letters(one: str) -> str:
        return re.sub(r"[\W_]", "", fold(one))

    assert letters(display(text)) == letters(strip_controls(text))
