"""Dates in words, and printed dates read back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text import dates

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 2, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("months", "line"),
    [
        ("levant", "الثلاثاء 24 تشرين الثاني 2026"),
        ("egypt", "الثلاثاء 24 نوفمبر 2026"),
        ("morocco", "الثلاثاء 24 نونبر 2026"),
        ("algeria", "الثلاثاء 24 نوفمبر 2026"),
        ("both", "الثلاثاء 24 تشرين الثاني (نوفمبر) 2026"),
    ],
)
def test_the_date_line_follows_the_newsroom(months: str, line: str) -> None:
    assert dates.date_line(DAY, months=months, numerals="latn") == line
    without = dates.date_line(DAY, months=months, numerals="latn", weekday=False)
    assert without == line.removeprefix("الثلاثاء ")


def test_the_date_line_in_arabic_digits() -> None:
    line = dates.date_line(DAY, months="levant", numerals="arab")
    assert line == "الثلاثاء ٢٤ تشرين الثاني ٢٠٢٦"


def test_august_differs_in_every_region() -> None:
    names = [
        dates.date_line(date(2026, 8, 1), months=months, numerals="latn", weekday=False)
        for months in ("levant", "egypt", "morocco", "algeria", "both")
    ]
    assert names == [
        "1 آب 2026", "1 أغسطس 2026", "1 غشت 2026", "1 أوت 2026", "1 آب (أغسطس) 2026",
    ]  # fmt: skip


def test_hijri_comes_from_umm_al_qura_and_moves_by_its_offset() -> None:
    assert dates.hijri_line(DAY, numerals="latn") == "14 جمادى الآخرة 1448 هـ"
    assert dates.hijri_line(DAY, numerals="arab") == "١٤ جمادى الآخرة ١٤٤٨ هـ"
    assert dates.hijri_line(DAY, numerals="latn", offset=-2) == "12 جمادى الآخرة 1448 هـ"
    line = dates.date_line(DAY, months="levant", numerals="latn", hijri=True, hijri_offset=2)
    assert line == "الثلاثاء 24 تشرين الثاني 2026 · 16 جمادى الآخرة 1448 هـ"


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2090, 1, 1), date.max])
def test_outside_the_tables_the_hijri_date_is_left_out(day: date) -> None:
    line = dates.date_line(day, months="egypt", numerals="latn", hijri=True, hijri_offset=1)
    assert "·" not in line


def test_english_has_its_own_names_and_digits() -> None:
    line = dates.date_line(DAY, months="levant", numerals="arab", lang="en", hijri=True)
    assert line == "Tuesday 24 November 2026 · 14 Jumada II 1448 AH"


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=20), "الآن"),
        (timedelta(minutes=1), "قبل دقيقة"),
        (timedelta(minutes=12), "قبل 12 دقيقة"),
        (timedelta(hours=2), "قبل ساعتين"),
        (timedelta(hours=23, minutes=59), "قبل 23 ساعة"),
        (timedelta(hours=25), "أمس"),
        (timedelta(days=2), "قبل يومين"),
        (timedelta(days=12), "قبل 12 يوماً"),
        (timedelta(days=155), "قبل 5 أشهر"),
        (timedelta(days=800), "قبل عامين"),
        (-timedelta(minutes=5), "بعد 5 دقائق"),
        (-timedelta(hours=14), "بعد 14 ساعة"),
        (-timedelta(days=1), "غداً"),
        (-timedelta(days=70), "بعد شهرين"),
        (-timedelta(days=366), "بعد عام"),
    ],
)
def test_ago_says_it_as_people_do(passed: timedelta, text: str) -> None:
    assert dates.ago(NOW - passed, NOW, lang="ar", numerals="latn") == text


def test_yesterday_is_a_day_of_the_newsroom_not_24_hours() -> None:
    damascus = timezone(timedelta(hours=3))
    at = datetime(2026, 11, 22, 20, tzinfo=UTC)  # 23:00 in Damascus, two days back
    assert dates.ago(at, NOW.astimezone(damascus), lang="ar", numerals="latn") == "قبل يومين"


def test_ago_in_english_and_in_arabic_digits() -> None:
    at = NOW - timedelta(hours=3)
    assert dates.ago(at, NOW, lang="en", numerals="arab") == "3 hours ago"
    assert dates.ago(at, NOW, lang="ar", numerals="arab") == "قبل ٣ ساعات"


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (time(0, 5), "12:05 ليلاً"),
        (time(6, 0), "6:00 صباحاً"),
        (time(11, 59), "11:59 صباحاً"),
        (time(12, 30), "12:30 ظهراً"),
        (time(13, 0), "1:00 مساءً"),
        (time(23, 59), "11:59 مساءً"),
    ],
)
def test_the_time_of_day_in_words(at: time, text: str) -> None:
    assert dates.clock_time(at, numerals="latn", lang="ar") == text
    assert dates.clock_time(at, numerals="latn", lang="en") == at.strftime("%H:%M")


@pytest.mark.parametrize(
    ("words", "minutes"), [(0, 1), (1, 1), (180, 1), (260, 1), (300, 2), (1000, 6)]
)
def test_reading_takes_a_minute_per_180_words(words: int, minutes: int) -> None:
    assert dates.read_minutes(words) == minutes


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("24 تشرين الثاني 2026", datetime(2026, 11, 24, tzinfo=UTC)),
        ("24 تشرين الثاني (نوفمبر) 2026", datetime(2026, 11, 24, tzinfo=UTC)),
        ("الثلاثاء ٢٤ نوفمبر ٢٠٢٦ - ٠٥:٤٠ م", datetime(2026, 11, 24, 17, 40, tzinfo=UTC)),
        ("الثلاثاء، 24 نونبر، 2026", datetime(2026, 11, 24, tzinfo=UTC)),
        ("24 أوت 2026 12:10 ص", datetime(2026, 8, 24, 0, 10, tzinfo=UTC)),
        ("24 جويلية 2026 الساعة 12:10 ظهراً", datetime(2026, 7, 24, 12, 10, tzinfo=UTC)),
        ("نوفمبر 24، 2026", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026 نوفمبر 24", datetime(2026, 11, 24, tzinfo=UTC)),
        (
            "الخميس، 12 مارس/آذار 2026، الساعة 10:30 صباحاً بتوقيت غرينتش",
            datetime(2026, 3, 12, 10, 30, tzinfo=UTC),
        ),
        ("24/11/2026 14:30 (GMT+3)", datetime(2026, 11, 24, 11, 30, tzinfo=UTC)),
        ("24.11.2026 11:30 ليلاً بتوقيت دمشق", datetime(2026, 11, 24, 20, 30, tzinfo=UTC)),
        ("٢٠٢٦-١١-٢٤T٠٥:٤٠:١٥+٠٣:٠٠", datetime(2026, 11, 24, 2, 40, 15, tzinfo=UTC)),
        ("Tue, 24 نوفمبر 2026 05:40:00 +0300", datetime(2026, 11, 24, 2, 40, tzinfo=UTC)),
        ("24 November 2026 05:40:00 -0500", datetime(2026, 11, 24, 10, 40, tzinfo=UTC)),
        ("14 جمادى الآخرة 1448 هـ", datetime(2026, 11, 24, tzinfo=UTC)),
        ("١ محرم ١٤٤٨", datetime(2026, 6, 16, tzinfo=UTC)),
        ("14/06/1448", datetime(2026, 11, 24, tzinfo=UTC)),
        ("14 جمادى الآخرة 1448 الموافق 24 نوفمبر 2026", datetime(2026, 11, 24, tzinfo=UTC)),
        ("24 نوفمبر 2026 -5 دقائق", datetime(2026, 11, 24, tzinfo=UTC)),
        ("11:30 ظهراً 24 أيّار 2026", datetime(2026, 5, 24, 11, 30, tzinfo=UTC)),
    ],
)
def test_printed_dates_are_read(text: str, at: datetime) -> None:
    assert dates.parse_arabic_date(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "", "اليوم", "نوفمبر 2026", "31/02/2026", "30 شباط 2026", "24/13/2026", "24 نوفمبر 0026",
        "24 نوفمبر 2026 25:10", "30 رمضان 1448 12:75", "42 محرم 1448", "0/0/1448", "1448", "12:30",
    ],
)  # fmt: skip
def test_what_names_no_day_is_not_guessed(text: str) -> None:
    assert dates.parse_arabic_date(text) is None


@given(st.text())
def test_reading_a_date_never_fails(text: str) -> None:
    found = dates.parse_arabic_date(text)
    assert found is None or found.tzinfo is UTC


@given(
    st.dates(date(1950, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["levant", "egypt", "morocco", "algeria", "both"]),
    st.sampled_from(["latn", "arab"]),
)
def test_every_date_line_of_ours_reads_back(day: date, months: str, numerals: str) -> None:
    line = dates.date_line(day, months=months, numerals=numerals)
    assert dates.parse_arabic_date(line) == datetime.combine(day, time(), UTC)


@given(st.dates(date(1930, 1, 1), date(2070, 12, 31)))
def test_every_hijri_line_of_ours_reads_back(day: date) -> None:
    line = dates.hijri_line(day, numerals="arab")
    assert dates.parse_arabic_date(line) == datetime.combine(day, time(), UTC)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)),  # noqa: DTZ001 (made aware below)
    st.booleans(),
)
def test_a_day_and_time_of_ours_read_back(at: datetime, arab: bool) -> None:
    numerals = "arab" if arab else "latn"
    line = dates.date_line(at.date(), months="levant", numerals=numerals)
    line += "، " + dates.clock_time(at.time(), numerals=numerals, lang="ar")
    expected = at.replace(second=0, microsecond=0, tzinfo=UTC)
    assert dates.parse_arabic_date(line) == expected
