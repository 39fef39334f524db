"""Dates as Arabic newsrooms print them, read back into an instant."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from digest.text.calendars import ENGLISH_MONTHS, HIJRI_MONTHS, MONTHS, from_hijri
from digest.text.fold import fold

LONGEST = 400  # characters looked at
_OLDEST, _NEWEST = 1900, 2100  # years that a date of news can have
_HIJRI_YEARS = range(1343, 1501)  # those of the Umm al-Qura tables

_MORE_MONTHS = {
    "كانون ثاني": 1, "كانون اول": 12, "تشرين اول": 10, "تشرين ثاني": 11, "ابريل": 4, "نيسان": 4,
    "يونيه": 6, "يوليه": 7, "اغسطس": 8, "ايلول": 9, "حزيران": 6, "شتمبر": 9,
}  # fmt: skip
_MORE_HIJRI = {
    "ربيع الثاني": 4, "ربيع ثاني": 4, "ربيع اول": 3, "جمادي الاول": 5, "جمادي الثانيه": 6,
    "جمادي الثاني": 6, "جمادي الاخر": 6, "المحرم": 1, "ذي القعده": 11, "ذي الحجه": 12,
    "رمضان المبارك": 9,
}  # fmt: skip
# Offsets of the zones that newsrooms name in words, in hours.
_ZONES = {
    "غرينتش": 0, "جرينتش": 0, "غرينيتش": 0, "gmt": 0, "utc": 0, "مكه": 3, "دمشق": 3, "بغداد": 3,
    "الدوحه": 3, "الرياض": 3, "ابوظبي": 4, "دبي": 4,
}  # fmt: skip


def _names() -> dict[str, int]:
    named = {
        fold(name): place
        for names in (*MONTHS.values(), ENGLISH_MONTHS, tuple(m[:3] for m in ENGLISH_MONTHS))
        for place, name in enumerate(names, 1)
    }
    return named | _MORE_MONTHS


def _choice(names: dict[str, int]) -> str:
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True)))


_MONTHS = _names()
_HIJRI = {fold(name): place for place, name in enumerate(HIJRI_MONTHS, 1)} | _MORE_HIJRI
_MONTH = rf"(?:شهر )?(?P<month>{_choice(_MONTHS)})"
# «نوفمبر/تشرين الثاني», «تشرين الثاني (نوفمبر)»: the second name says the same.
_SECOND = rf"(?:\s?[/(\-]\s?(?:{_choice(_MONTHS)})\)?)?"
_GAP = r"[\s,،./\-]{1,3}"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?!\d)"
_WORDED = (
    re.compile(rf"{_DAY}{_GAP}(?:من )?{_MONTH}{_SECOND}{_GAP}(?:لعام |عام |سنه )?{_YEAR}"),
    re.compile(rf"(?<!\w){_MONTH}{_SECOND}{_GAP}{_DAY}{_GAP}{_YEAR}"),
    re.compile(rf"(?<!\d){_YEAR}{_GAP}{_MONTH}{_SECOND}{_GAP}{_DAY}"),
)
_HIJRI_WORDED = re.compile(
    rf"{_DAY}{_GAP}(?:من )?(?:شهر )?(?P<month>{_choice(_HIJRI)}){_GAP}(?:لعام |عام |سنه )?{_YEAR}"
)
_NUMERIC = (
    re.compile(rf"(?<!\d){_YEAR}[/.\-](?P<month>\d{{1,2}})[/.\-](?P<day>\d{{1,2}})(?!\d)"),
    re.compile(rf"{_DAY}\s?[/.\-]\s?(?P<month>\d{{1,2}})\s?[/.\-]\s?{_YEAR}"),
)
_TIME = re.compile(
    r"(?<![\d:+\-])(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:\.\d+)?"
    r"(?:\s?(?P<half>صباحا|مساء|ظهرا|ليلا|فجرا|عصرا|am|pm|[صم])(?!\w))?"
)
_OFFSET = re.compile(
    r"(?P<sign>[+\-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?(?![\d:])"
)
_ZONE = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _ZONES))})(?!\w)")


def parse_arabic_date(text: str) -> datetime | None:
    """Return the instant (aware, UTC) that a printed date names, or None when it names none.

    Reads the four month sets, both kinds of digits, dates in figures (day first), ISO dates,
    times with صباحاً and مساءً, zones as offsets or in words; a Hijri date where no other stands
    beside it. Without a zone UTC is taken, without a time midnight.
    """
    text = re.sub(r"\s+", " ", fold(text[:LONGEST]))
    found = _find(text)
    if found is None:
        return None
    day, rest = found
    zone, rest = _zone(rest)
    try:
        return datetime.combine(day, _time(rest), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None  # an hour that no clock shows, or the edge of the calendar


def _find(text: str) -> tuple[date, str] | None:
    """Return the day and the text without it."""
    for pattern in _WORDED:
        for match in pattern.finditer(text):
            if day := _day(match["year"], _MONTHS[match["month"]], match["day"]):
                return day, _without(text, match)
    for pattern in _NUMERIC:
        for match in pattern.finditer(text):
            if day := _day(match["year"], int(match["month"]), match["day"]):
                return day, _without(text, match)
    match_hijri = _HIJRI_WORDED.search(text)
    if match_hijri and int(match_hijri["year"]) in _HIJRI_YEARS:
        month = _HIJRI[match_hijri["month"]]
        if day := from_hijri(int(match_hijri["year"]), month, int(match_hijri["day"])):
            return day, _without(text, match_hijri)
    return None


def _without(text: str, match: re.Match[str]) -> str:
    # The letter T of an ISO date goes too, so that a time begins what follows.
    return f"{text[: match.start()]} {text[match.end() :].removeprefix('t')}"


def _day(year: str, month: int, day: str) -> date | None:
    """Return the day, or None for one that is in no calendar or of no news."""
    number = int(year)
    if number in _HIJRI_YEARS:
        return from_hijri(number, month, int(day)) if 1 <= month <= 12 else None
    if not _OLDEST <= number <= _NEWEST:
        return None
    try:
        return date(number, month, int(day))
    except ValueError:
        return None


def _zone(text: str) -> tuple[timezone, str]:
    named = _ZONE.search(text)
    base = _ZONES[named.group()] if named else 0
    for match in _OFFSET.finditer(text):
        minutes = int(match["hours"]) * 60 + int(match["minutes"] or 0)
        before = text[: match.start()].rstrip()
        # «GMT+3» or «05:40 +0300»; a dash elsewhere is punctuation.
        if minutes <= 14 * 60 and (named or re.search(r":\d{2}(?:\.\d+)?$", before)):
            sign = 1 if match["sign"] == "+" else -1
            rest = f"{before} {text[match.end() :]}"
            return timezone(timedelta(minutes=sign * minutes)), rest
    return timezone(timedelta(hours=base)), text


def _time(text: str) -> time:
    """Return the time of day in what is left of the text; raises ValueError for 25:00."""
    match = _TIME.search(text)
    if match is None:
        return time()
    hour, half = int(match["hour"]), match["half"] or ""
    if half in {"مساء", "م", "pm", "عصرا", "ظهرا"} and hour < 12:
        # 11:30 ظهراً is before noon.
        hour += 0 if half == "ظهرا" and hour >= 10 else 12
    elif half in {"صباحا", "ص", "am", "ليلا", "فجرا"} and hour == 12:
        hour = 0
    elif half == "ليلا" and 7 <= hour < 12:
        hour += 12
    return time(hour, int(match["minute"]), int(match["second"] or 0))
