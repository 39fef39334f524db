"""Numbers in figures and words are values: one table of how newspapers write them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.placed import placed
from digest.text.quantities import PERCENT, Quantity, figure_readings, quantities
from tests.text.test_placed import MIXED

TEENS = ("أحد عشر", "اثنا عشر", "ثلاثة عشر", "أربعة عشر", "خمسة عشر", "ستة عشر", "سبعة عشر", "ثمانية عشر", "تسعة عشر")
UNITS = ("واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة")
TENS = ("عشرون", "ثلاثون", "أربعون", "خمسون", "ستون", "سبعون", "ثمانون", "تسعون")
HUNDREDS = ("مئة", "مئتان", "ثلاثمئة", "أربعمئة", "خمسمئة", "ستمئة", "سبعمئة", "ثمانمئة", "تسعمئة")


def in_words(n: int) -> str:
    """Write 1 to 999,999 as a newspaper would."""
    if n >= 1000:
        thousands, rest = divmod(n, 1000)
        head = {1: "ألف", 2: "ألفان"}.get(thousands)
        if head is None:
            head = f"{in_words(thousands)} {'آلاف' if 3 <= thousands <= 10 else 'ألف'}"
        return f"{head} و{in_words(rest)}" if rest else head
    if n >= 100:
        hundreds, rest = divmod(n, 100)
        return f"{HUNDREDS[hundreds - 1]} و{in_words(rest)}" if rest else HUNDREDS[hundreds - 1]
    if n >= 20:
        tens, unit = divmod(n, 10)
        return f"{UNITS[unit - 1]} و{TENS[tens - 2]}" if unit else TENS[tens - 2]
    return "عشرة" if n == 10 else TEENS[n - 11] if n > 10 else UNITS[n - 1]


def only(text: str) -> Quantity:
    (found,) = quantities(text)
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("٤٣ قتيلاً", 43), ("ثلاثة وأربعون قتيلاً", 43), ("ثلاثاً وأربعين", 40), ("إحدى وعشرين دولة", 21),
        ("3,500,000", 3_500_000), ("3.5 ملايين", 3_500_000), ("٣٫٥ مليون", 3_500_000), ("نصف مليون", 500_000),
        ("500 ألف", 500_000), ("مليون ونصف المليون", 1_500_000), ("ألفا وتسعمئة وتسعين", 1990),
        ("مئة وخمسة وعشرون", 125), ("ثلاث مئة وستون", 360), ("ثلاثمائة", 300), ("مئتي", 200), ("ألفان وثلاثمائة", 2300),
        ("مائة ألف", 100_000), ("أحد عشر", 11), ("اثنتي عشرة", 12), ("ثماني عشرة", 18), ("وبثلاثة ملايين", 3_000_000),
        ("ألف مليار", 10**12), ("(13) مليون راكب", 13_000_000), ("three million", 3_000_000), ("۷", 7),
    ],
)  # fmt: skip
def test_a_number_is_read(text: str, value: int) -> None:
    assert Fraction(value) in quantities(text)[-1].readings


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("6.5%", PERCENT), ("٦٫٥٪", PERCENT), ("%30", PERCENT), ("50 في المئة", PERCENT), ("خمسين في المائة", PERCENT),
        ("عشرة بالمئة", PERCENT), ("5 ملايين دولار", "usd"), ("$5", "usd"), ("مئة ريال", "sar"), ("300 يورو", "eur"),
        ("20 شخصا", ""),
    ],
)  # fmt: skip
def test_a_number_has_its_unit(text: str, unit: str) -> None:
    assert only(text).unit == unit


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("بين خمسة وعشرة", [5, 10]), ("عامي 2014 و2015", [2014, 2015]), ("فازوا 2-1", [2, 1]),
        ("ثلاثة قتلى وأربعون جريحا", [3, 40]), ("ثلاثة. وأربعون", [3, 40]), ("200 شخص وألف خيمة", [200, 1000]),
    ],
)  # fmt: skip
def test_two_numbers_stay_two(text: str, values: list[int]) -> None:
    assert [one.whole for one in quantities(text)] == values


@pytest.mark.parametrize(
    ("text", "value"),
    [("الثالثة", 3), ("الخامس عشر", 15), ("الرابع والعشرين", 24), ("الحادي عشر", 11), ("العاشرة", 10)],
)  # fmt: skip
def test_a_place_in_an_order_is_read(text: str, value: int) -> None:
    assert only(text).ordinal and only(text).whole == value


@pytest.mark.parametrize("text", ["أحد الوزراء", "الوزير", "", "كلام بلا عدد", "الحادي"])
def test_other_words_are_no_numbers(text: str) -> None:
    assert quantities(text) == []


def test_sizes_are_vague_and_a_range_has_one_sign() -> None:
    assert only("عشرات الآلاف من الناس").vague
    assert only("عشرات الآلاف").readings == {Fraction(10_000)}
    assert [one.unit for one in quantities("من 5 إلى 7%")] == [PERCENT, PERCENT]


def test_a_figure_with_one_separator_has_two_readings() -> None:
    assert figure_readings("1,234") == {Fraction(1234), Fraction(1234, 1000)}
    assert figure_readings("1,234,567.5") == {Fraction(12345675, 10)}
    assert figure_readings("3\u066b5") == {Fraction(7, 2)}
    assert figure_readings("9" * 50) == {Fraction(0)}


def test_a_time_is_read_on_both_clocks() -> None:
    assert only("16:30").readings == {Fraction(33, 2), Fraction(9, 2)}
    assert [one.whole for one in quantities("25:99")] == [25, 99]


def test_the_pieces_of_a_joined_figure_are_kept() -> None:
    found = only("3 ملايين و500 ألف شخص")
    assert found.whole == 3_500_000
    assert found.parts == (frozenset({Fraction(3_000_000)}), frozenset({Fraction(500_000)}))


@given(st.integers(1, 999_999))
def test_every_number_in_words_equals_its_figure(n: int) -> None:
    assert only(in_words(n)).whole == n
    assert Fraction(n) in only(f"{n:,}").readings


@given(MIXED | st.text(max_size=60))
def test_numbers_are_apart_and_lie_in_their_text(text: str) -> None:
    words = placed(text)
    end = last = 0
    for one in quantities(text):
        assert end <= one.start < one.end <= len(text) and last <= one.first < one.last <= len(words)
        assert one.readings and one.start == words[one.first].start
        end, last = one.end, one.last
