"""Dates and times in words: month sets, Hijri, read time, "two days ago", dates as printed."""

from __future__ import annotations

from datetime import date, datetime, time

from digest.text.calendars import (
    ENGLISH_HIJRI_MONTHS,
    ENGLISH_MONTHS,
    ENGLISH_WEEKDAYS,
    HIJRI_MONTHS,
    WEEKDAYS,
    month_name,
    to_hijri,
)
from digest.text.numbers import digits
from digest.text.plural import count
from digest.text.readdate import parse_arabic_date

__all__ = ["ago", "clock_time", "date_line", "hijri_line", "parse_arabic_date", "read_minutes"]

READING_SPEED = 180  # words of Arabic news in a minute
MINUTE, HOUR = 60, 3600  # seconds
MONTH, YEAR = 30, 365  # days, as people count them back


def date_line(
    day: date,
    *,
    months: str,
    numerals: str,
    weekday: bool = True,
    lang: str = "ar",
    hijri: bool = False,
    hijri_offset: int = 0,
) -> str:
    """Return a date in words: "الثلاثاء 24 تشرين الثاني (نوفمبر) 2026".

    ``months`` is levant, egypt, morocco, algeria or both. English uses its own months and digits.
    ``hijri`` adds " · 14 جمادى الآخرة 1448 هـ", moved by ``hijri_offset`` days.
    """
    if lang == "ar":
        name, month = WEEKDAYS[day.weekday()], month_name(day.month, months)
        line = digits(f"{day.day} {month} {day.year}", numerals)
    else:
        name, month = ENGLISH_WEEKDAYS[day.weekday()], ENGLISH_MONTHS[day.month - 1]
        line = f"{day.day} {month} {day.year}"
    line = f"{name} {line}" if weekday else line
    second = hijri_line(day, numerals=numerals, offset=hijri_offset, lang=lang) if hijri else ""
    return f"{line} · {second}" if second else line


def hijri_line(day: date, *, numerals: str, offset: int = 0, lang: str = "ar") -> str:
    """Return the Hijri date, "14 جمادى الآخرة 1448 هـ"; "" outside the Umm al-Qura tables."""
    found = to_hijri(day, offset)
    if found is None:
        return ""
    year, month, number = found
    if lang == "ar":
        return digits(f"{number} {HIJRI_MONTHS[month - 1]} {year} هـ", numerals)
    return f"{number} {ENGLISH_HIJRI_MONTHS[month - 1]} {year} AH"


def ago(at: datetime, now: datetime, *, lang: str, numerals: str) -> str:
    """Return how long before (or after) ``now`` something is: "قبل ساعتين", "أمس", "بعد 3 أيام".

    Both times are aware. From a day on whole calendar days are counted, in the zone of ``now``.
    """
    seconds = (now - at).total_seconds()
    names = _PAST if seconds >= 0 else _FUTURE
    seconds = abs(seconds)
    days = abs((now.date() - at.astimezone(now.tzinfo).date()).days)
    if seconds < HOUR:
        place, n = 0, int(seconds // MINUTE)
    elif seconds < 24 * HOUR:
        place, n = 1, int(seconds // HOUR)
    elif days < 2 * MONTH:
        place, n = 2, days
    elif days < YEAR:
        place, n = 3, days // MONTH
    else:
        place, n = 4, days // YEAR
    return count(names[place], n, lang=lang, numerals=numerals)


_PAST = ("minutes_ago", "hours_ago", "days_ago", "months_ago", "years_ago")
_FUTURE = ("in_minutes", "in_hours", "in_days", "in_months", "in_years")


def clock_time(at: time, *, numerals: str, lang: str) -> str:
    """Return a time of day: "6:00 صباحاً", "3:05 مساءً"; in English "06:00"."""
    if lang != "ar":
        return f"{at.hour:02}:{at.minute:02}"
    part = "ليلاً" if at.hour == 0 else "صباحاً" if at.hour < 12 else "ظهراً"
    part = "مساءً" if at.hour > 12 else part
    return digits(f"{at.hour % 12 or 12}:{at.minute:02} {part}", numerals)


def read_minutes(words: int) -> int:
    """Return the minutes it takes to read so many words, to the nearest, at least 1."""
    return max(1, round(words / READING_SPEED))
