"""Dates as far as a text names them, in every form that newspapers print."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.calendars import MONTHS
from digest.text.datewords import Named, named_dates
from digest.text.placed import placed
from digest.text.quantities import quantities
from tests.text.test_placed import MIXED


def named(text: str) -> list[Named]:
    words = placed(text)
    return named_dates(text, words, quantities(text, words))


def parts(text: str) -> list[tuple[int | None, int | None, int | None]]:
    return [(one.year, one.month, one.day) for one in named(text) if one.weekday is None]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("15 آذار/مارس 2026", (2026, 3, 15)), ("تشرين الثاني (نوفمبر) 2015", (2015, 11, None)),
        ("15 من شهر مارس", (None, 3, 15)), ("الخامس عشر من آذار", (None, 3, 15)), ("8 غشت", (None, 8, 8)),
        ("8 أوت 2014", (2014, 8, 8)), ("8 جويلية", (None, 7, 8)), ("8 أغسطس من العام 2015", (2015, 8, 8)),
        ("15/3/2026", (2026, 3, 15)), ("2026-03-15", (2026, 3, 15)), ("14 جمادى الآخرة 1448 هـ", (1448, 6, 14)),
        ("24-10-1436هـ", (1436, 10, 24)), ("في عام 2015", (2015, None, None)), ("1437هـ", (1437, None, None)),
        ("العام 1998م", (1998, None, None)), ("March 15, 2026", (2026, 3, 15)), ("شهر رمضان", (None, 9, None)),
        ("سبتمبر المقبل", (None, 9, None)),
    ],
)  # fmt: skip
def test_a_date_is_read(text: str, found: tuple[int | None, int | None, int | None]) -> None:
    assert parts(text)[0] == found


@pytest.mark.parametrize(
    ("text", "days"), [("15 و16 مارس", [15, 16]), ("من 10 إلى 15 أبريل", [10, 15]), ("10-15 أيار", [10, 15])]
)
def test_several_days_share_a_month(text: str, days: list[int]) -> None:
    assert [one.day for one in named(text)] == days


@pytest.mark.parametrize("text", ["مارس دوره كاملاً", "الأب آب", "رمضان لاعب", "15/40/2026 وصفر", "1.2.3"])
def test_other_words_and_figures_are_no_dates(text: str) -> None:
    assert named(text) == []


def test_weekdays_and_near_days_are_named() -> None:
    assert [(one.weekday, one.near) for one in named("أمس الثلاثاء وغداً")] == [
        (None, "امس"), (1, ""), (None, "غدا"),
    ]  # fmt: skip


def test_a_hijri_date_is_a_day_of_our_calendar() -> None:
    assert named("1 رمضان 1447 هـ")[0].exact == date(2026, 2, 18)
    assert named("31 فبراير 2026")[0].exact is None
    assert named("مارس 2026")[0].exact is None


@pytest.mark.parametrize("months", MONTHS)
def test_every_month_of_every_set_is_known(months: str) -> None:
    for number, name in enumerate(MONTHS[months], 1):
        assert parts(f"في 7 {name} 2026") == [(2026, number, 7)], name


@given(MIXED | st.text(max_size=60))
def test_dates_lie_in_their_text(text: str) -> None:
    for one in named(text):
        assert 0 <= one.start < one.end <= len(text)
