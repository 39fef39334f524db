"""Numbers in the digits of the newsroom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text import numbers


@pytest.mark.parametrize(
    ("n", "latn", "arab"),
    [
        (0, "0", "٠"),
        (7, "7", "٧"),
        (1000, "1,000", "١٬٠٠٠"),
        (12_480, "12,480", "١٢٬٤٨٠"),
        (1_234_567, "1,234,567", "١٬٢٣٤٬٥٦٧"),
        (6.5, "6.5", "٦٫٥"),
        (12.0, "12", "١٢"),
        (0.126, "0.13", "٠٫١٣"),
        (-0.001, "0", "٠"),
        (-5, "\u200e-5", "\u061c-٥"),
    ],
)
def test_numbers_are_grouped_in_the_digits_asked_for(n: float, latn: str, arab: str) -> None:
    assert numbers.number(n) == latn
    assert numbers.number(n, numerals="arab") == arab


def test_a_percentage_keeps_its_sign_in_place() -> None:
    assert numbers.percent(6.5, numerals="latn") == "\u200e6.5%"
    assert numbers.percent(-6.5, numerals="latn") == "\u200e-6.5%"
    assert numbers.percent(6.5, numerals="arab") == "٦٫٥٪"


def test_only_digits_change() -> None:
    assert numbers.digits("العدد 218، 24/11", "arab") == "العدد ٢١٨، ٢٤/١١"
    assert numbers.digits("العدد ٢١٨ و۴۵", "latn") == "العدد 218 و45"


@given(st.text())
def test_digits_there_and_back_is_the_latin_form(text: str) -> None:
    latin = numbers.digits(text, "latn")
    assert numbers.digits(numbers.digits(text, "arab"), "latn") == latin
    assert len(latin) == len(text)


@given(st.integers(-(10**12), 10**12))
def test_a_whole_number_reads_back(n: int) -> None:
    written = numbers.digits(numbers.number(n, numerals="arab"), "latn")
    assert int(written.replace("٬", "").replace("\u061c", "")) == n
