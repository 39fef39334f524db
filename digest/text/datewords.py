"""Where a text names dates: days, months, years and weekdays, in every form newspapers print."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from digest.text.calendars import (
    ENGLISH_MONTHS,
    ENGLISH_WEEKDAYS,
    HIJRI_MONTHS,
    MONTHS,
    WEEKDAYS,
    from_hijri,
)
from digest.text.fold import fold
from digest.text.placed import Placed, bare_forms
from digest.text.quantities import Quantity

HIJRI_YEARS = range(1300, 1501)
YEARS = range(1500, 2101)
# Words that are more often something else; they are months beside a day or a year only.
_DOUBTFUL = frozenset(
    fold(word)
    for word in ("مارس", "آب", "ماي", "أوت", "جوان", "رجب", "شعبان", "رمضان", "صفر", "محرم",
                 "المحرم", "شوال", "may", "march", "غشت")
)  # fmt: skip
_MORE = {
    "يونيه": 6, "يوليه": 7, "شتمبر": 9, "كانون ثاني": 1, "كانون اول": 12, "تشرين اول": 10, "تشرين ثاني": 11,
}  # fmt: skip
_MORE_HIJRI = {
    "ربيع الثاني": 4, "ربيع ثاني": 4, "ربيع اول": 3, "جمادي الاول": 5, "جمادي الثانيه": 6,
    "جمادي الثاني": 6, "جمادي الاخر": 6, "المحرم": 1, "ذي القعده": 11, "ذي الحجه": 12,
}  # fmt: skip
_NUMERIC = re.compile(r"(?<![\d/.\-])(\d{1,4})([/.\-])(\d{1,2})\2(\d{1,4})(?![\d/]|[.\-]\d)")
_YEAR_WORDS = frozenset({"عام", "سنه", "عامي", "سنتي", "عاما"})
_NEAR = frozenset({"امس", "غدا"})
_LINKS = frozenset({"من", "شهر"})
_TO = frozenset({"الي", "حتي", "و"})


@dataclass(frozen=True, slots=True)
class Named:
    """A date as far as the text names it: ``text[start:end]``, from word ``first`` to ``last``.

    ``near`` is أمس or غداً.
    """

    start: int
    end: int
    first: int
    last: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    hijri: bool = False
    weekday: int | None = None
    near: str = ""

    @property
    def exact(self) -> date | None:
        """Return the day in the Gregorian calendar, if year, month and day are named."""
        if not (self.year and self.month and self.day):
            return None
        if self.hijri:
            return from_hijri(self.year, self.month, self.day)
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None


def named_dates(
    text: str, words: Sequence[Placed], numbers: Sequence[Quantity]
) -> list[Named]:
    """Return the dates a text names, in order; the two sequences are its words and numbers.

    A slashed date whose first figure may be day or month is given in both readings.
    """
    reader = _Reader(text, words, numbers)
    found = list(reader.numeric())
    taken = {place for one in found for place in range(one.first, one.last)}
    for place in range(len(words)):
        if place in taken:
            continue
        for one in reader.at(place):
            if one.first not in taken:
                found.append(one)
                taken |= set(range(one.first, one.last))
    return sorted(found, key=lambda one: (one.start, one.end))


def _month_names() -> dict[str, tuple[int, bool]]:
    names = {
        fold(name): (number, False)
        for names in (*MONTHS.values(), ENGLISH_MONTHS)
        for number, name in enumerate(names, 1)
    }
    names |= {name: (number, False) for name, number in _MORE.items()}
    names |= {fold(name): (number, True) for number, name in enumerate(HIJRI_MONTHS, 1)}
    return names | {name: (number, True) for name, number in _MORE_HIJRI.items()}


_MONTHS = _month_names()
_DAYS = {
    fold(name): number for names in (WEEKDAYS, ENGLISH_WEEKDAYS) for number, name in enumerate(names)
}


class _Reader:
    """Reads dates at a place among the words of a text."""

    def __init__(
        self, text: str, words: Sequence[Placed], numbers: Sequence[Quantity]
    ) -> None:
        self.text = text
        self.words = words
        self.before = {one.last: one for one in numbers}  # numbers by the place after them
        self.after = {one.first: one for one in numbers}

    def numeric(self) -> list[Named]:
        """Return dates in figures: 15/3/2026, 2026-03-15."""
        found = []
        for match in _NUMERIC.finditer(self.text):
            first = bisect_left(self.words, match.start(), key=_start)
            inside = range(first, bisect_left(self.words, match.end(), lo=first, key=_start))
            one, two, three = (int(match[group]) for group in (1, 3, 4))
            orders = [(one, two, three)] if one > 31 else [(three, two, one), (three, one, two)]
            for year, month, day in orders:
                if inside and 1 <= month <= 12 and 1 <= day <= 31 and _is_year(year):
                    found.append(Named(
                        match.start(), match.end(), inside[0], inside[-1] + 1, year, month, day,
                        hijri=year in HIJRI_YEARS,
                    ))  # fmt: skip
        return found

    def at(self, place: int) -> list[Named]:
        """Return the dates whose month, weekday or year word stands at a place."""
        return self._month(place) or self._year(place) or self._day(place)

    def _month(self, place: int) -> list[Named]:
        known = self._name(place)
        if known is None:
            return []
        name, (month, hijri), last = known
        second = self._name(last)  # «نوفمبر/تشرين الثاني», «آذار (مارس)» say it twice
        if second and second[1] == (month, hijri) and self._near(last, "/(-"):
            last = second[2]
        found = Named(
            self.words[place].start, self.words[last - 1].end, place, last, month=month, hijri=hijri
        )
        found, last = self._with_year(found, last)
        days = self._days(place)
        if not days and not found.year:
            day = self.after.get(last)
            if day and self._near(last, "") and _is_day(day) and not day.ordinal:
                found = replace(found, day=day.whole, end=day.end, last=day.last)
                found, last = self._with_year(found, day.last)
        alone = not (days or found.year or found.day) and (name in _DOUBTFUL or hijri)
        if alone and (place == 0 or self.words[place - 1].word not in {"شهر", "بشهر", "الشهر"}):
            return []
        if not days:
            return [found]
        nearest, *earlier = days
        others = [
            replace(found, day=day.whole, start=day.start, first=day.first, end=day.end, last=day.last)
            for day in earlier
        ]
        return [replace(found, day=nearest.whole, start=nearest.start, first=nearest.first), *others]

    def _name(self, place: int) -> tuple[str, tuple[int, bool], int] | None:
        """Return a month's name at a place, what it means, and the place after it."""
        if place >= len(self.words):
            return None
        two = self.words[place + 1].word if place + 1 < len(self.words) else ""
        for front, rest in bare_forms(self.words[place].word):
            if front not in {"", "و", "ل", "ب", "ف"}:
                continue
            if two and f"{rest} {two}" in _MONTHS and self._near(place + 1, ""):
                return f"{rest} {two}", _MONTHS[f"{rest} {two}"], place + 2
            if rest in _MONTHS:
                return rest, _MONTHS[rest], place + 1
        return None

    def _with_year(self, found: Named, last: int) -> tuple[Named, int]:
        at = last
        if at < len(self.words) and self.words[at].word in {"من", "ل"}:
            at += 1
        if at < len(self.words) and self.words[at].word in {*_YEAR_WORDS, "لعام", "لسنه", "العام"}:
            at += 1
        year = self.after.get(at)
        if year is None or year.whole is None or not _is_year(year.whole):
            return found, last
        if not self._near(last, "،,/)-.") or year.unit:
            return found, last
        hijri = found.hijri and year.whole in HIJRI_YEARS
        return replace(found, year=year.whole, end=year.end, last=year.last, hijri=hijri), year.last

    def _days(self, place: int) -> list[Quantity]:
        """Return the days before a month: one, or those of «15 و16» and «من 10 إلى 15»."""
        at = place
        while at > 0 and self.words[at - 1].word in _LINKS:
            at -= 1
        found: list[Quantity] = []
        while (day := self.before.get(at)) and _is_day(day) and self._near(at, "/-،,"):
            found.append(day)
            at = day.first
            if at > 0 and self.words[at - 1].word in _TO:
                at -= 1
            elif not self._near(at, "-–/"):
                break
        return found

    def _year(self, place: int) -> list[Named]:
        """Read «عام 2015», «عامي 2014 و2015», «2015م», «1437هـ»."""
        here = self.words[place]
        if any(rest in _YEAR_WORDS for _, rest in bare_forms(here.word)):
            found = []
            year = self.after.get(place + 1)
            while year and year.whole is not None and _is_year(year.whole) and not year.unit:
                found.append(self._of_year(year))
                at = year.last
                if at < len(self.words) and self.words[at].word in _TO:
                    at += 1
                year = self.after.get(at)
            return found
        year = self.before.get(place)
        if here.word in {"م", "ه"} and year and year.whole and _is_year(year.whole):
            return [self._of_year(year)] if self._near(place, "") else []
        return []

    def _of_year(self, year: Quantity) -> Named:
        return Named(
            year.start, year.end, year.first, year.last, year.whole,
            hijri=year.whole in HIJRI_YEARS,
        )  # fmt: skip

    def _day(self, place: int) -> list[Named]:
        """Read a weekday, أمس or غداً."""
        here = self.words[place]
        for front, rest in bare_forms(here.word):
            if rest in _DAYS and front in {"", "و", "ل", "ب", "ف"}:
                return [Named(here.start, here.end, place, place + 1, weekday=_DAYS[rest])]
            if rest in _NEAR and front in {"", "و", "ب", "ال", "بال"}:
                return [Named(here.start, here.end, place, place + 1, near=rest)]
        return []

    def _near(self, place: int, allowed: str) -> bool:
        """Tell whether little stands between a word and the one before it."""
        if not 0 < place < len(self.words):
            return False
        gap = self.text[self.words[place - 1].end : self.words[place].start]
        return len(gap) <= 4 and "\n" not in gap and not gap.strip().strip(allowed)


def _start(word: Placed) -> int:
    return word.start


def _is_day(number: Quantity) -> bool:
    return number.whole is not None and 1 <= number.whole <= 31 and not number.unit


def _is_year(number: int) -> bool:
    return number in YEARS or number in HIJRI_YEARS
