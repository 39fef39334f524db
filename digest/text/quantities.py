"""Numbers in a text, in figures or in words, as values that can be compared.

«ثلاثة وأربعون», «43» and «٤٣» are one value; so are «3.5 ملايين» and «3,500,000», «نصف مليون» and
«500 ألف». A figure that can be read in two ways («1,234», «3.500») has both readings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from digest.text.numberwords import (
    BY_HUNDRED,
    CURRENCIES,
    ENTRIES,
    HUNDREDTH,
    TEEN,
    Kind,
)
from digest.text.placed import Placed, bare_forms, placed

PERCENT = "percent"
LONGEST_FIGURE = 40  # characters; a longer one is no number of a text
_THOUSANDS = re.compile(r"\d{1,3}(?:([.,\u066c\u066b\u060c])\d{3})(?:\1\d{3})*")
_SIGNS = re.compile(r"\s?([%\u066a])")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?![\d:])")
_MONEY_SIGNS = "$€£¥"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a text: ``text[start:end]``, its sign or «في المئة» included.

    ``readings`` are the values it may have, ``parts`` those of its pieces where a figure was
    joined with another («3 آلاف و200»). ``unit`` is "", "percent" or a currency. ``first`` and
    ``last`` are the places of its words in ``placed(text)``, the second one after the last.
    """

    readings: frozenset[Fraction]
    start: int
    end: int
    first: int
    last: int
    unit: str = ""
    ordinal: bool = False
    vague: bool = False
    figure: bool = False
    parts: tuple[frozenset[Fraction], ...] = ()

    @property
    def whole(self) -> int | None:
        """Return the value of a plain whole number, else None."""
        (value, *others) = sorted(self.readings)
        return int(value) if not others and value.denominator == 1 else None


def quantities(text: str, words: Sequence[Placed] | None = None) -> list[Quantity]:
    """Return the numbers of a text in order, without overlap. ``words`` is ``placed(text)``."""
    reader = _Reader(text, placed(text) if words is None else words)
    found: list[Quantity] = []
    place = 0
    while place < len(reader.words):
        quantity = reader.read(place)
        if quantity is None:
            place += 1
            continue
        found.append(quantity)
        place = quantity.last
    return _percent_both(text, found)


def figure_readings(figure: str) -> frozenset[Fraction]:
    """Return the values that a folded figure may have: «1,234» is 1234 or 1.234."""
    if len(figure) > LONGEST_FIGURE:
        return frozenset({Fraction(0)})
    digits = re.sub(r"\D", "", figure)
    found = set()
    if digits == figure or _THOUSANDS.fullmatch(figure):
        found.add(Fraction(int(digits)))
    marks = re.findall(r"\D", figure)
    decimal = marks and marks[-1] in ".,\u066b" and (len(marks) == 1 or marks[-1] != marks[0])
    if decimal:
        whole, _, part = figure.rpartition(marks[-1])
        found.add(Fraction(int(re.sub(r"\D", "", whole) + part), 10 ** len(part)))
    return frozenset(found or {Fraction(int(digits))})


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a number: its value when it is in words, and the place after it."""

    readings: frozenset[Fraction]
    last: int
    figure: bool = False
    scale: Fraction = Fraction(1)


class _Reader:
    """Reads numbers at a place among the words of a text."""

    def __init__(self, text: str, words: Sequence[Placed]) -> None:
        self.text = text
        self.words = words

    def read(self, place: int) -> Quantity | None:
        """Return the number that begins at a place, or None."""
        for read in (self._clock, self._ordinal, self._counted, self._vague):
            found = read(place)
            if found is not None:
                return found
        return None

    def _clock(self, place: int) -> Quantity | None:
        """Read 16:30; the hour is also read on the twelve-hour clock."""
        here = self.words[place]
        match = _TIME.match(self.text, here.start)
        if not here.is_figure or not match or place + 1 >= len(self.words):
            return None
        hour, minute = int(match[1]), int(match[2])
        if hour > 24 or minute > 59 or self.words[place + 1].end != match.end():
            return None
        part = Fraction(minute, 60)
        readings = frozenset({hour + part, (hour % 12 or 12) + part})
        return Quantity(readings, here.start, match.end(), place, place + 2, figure=True)

    def _ordinal(self, place: int) -> Quantity | None:
        """Read «الثالثة», «الخامس عشر», «الرابع والعشرين»."""
        value = self._entry(place, Kind.ORDINAL)
        if value is None:
            return None
        last = place + 1
        after = self.words[last].word if self._adjoins(last) else ""
        tens = self._joined(last, Kind.TENS)
        if after in TEEN:
            value, last = value + 10, last + 1
        elif tens is not None:
            value, last = value + tens, last + 1
        elif self.words[place].word.endswith(("حادي", "حاديه")):
            return None
        return self._made(frozenset({value}), place, last, ordinal=True)

    def _counted(self, place: int) -> Quantity | None:
        """Read a count: pieces under a thousand with their scales, then a fraction."""
        part = self._scaled(place, joined=False)
        if part is None:
            return None
        readings, last, scale, figure = part.readings, part.last, part.scale, part.figure
        parts: tuple[frozenset[Fraction], ...] = ()
        while scale > 1:
            more = self._scaled(last, joined=True)
            if more is None or max(more.readings) >= scale or more.scale >= scale:
                break
            parts = (*(parts or (readings,)), more.readings)
            readings = frozenset(one + two for one in readings for two in more.readings)
            last, scale, figure = more.last, more.scale, figure or more.figure
        readings, last = self._and_half(readings, last, part.scale)
        made = self._made(readings, place, last, figure=figure)
        return replace(made, parts=parts) if figure else made

    def _vague(self, place: int) -> Quantity | None:
        """Read «مئات», «عشرات الآلاف»: a size."""
        value = self._entry(place, Kind.MANY)
        if value is None:
            return None
        last = place + 1
        if self._adjoins(last):
            scale = self._entry(last, Kind.SCALE, fronts=("ال",))
            if scale is not None and scale > value:
                value, last = value * scale, last + 1
        return self._made(frozenset({value}), place, last, vague=True)

    def _scaled(self, place: int, *, joined: bool) -> _Part | None:
        """Read a piece with its scale: «3.5 ملايين», «خمسة آلاف», «ألفان», «نصف مليون»."""
        fronts = ("و",) if joined else None
        if joined and not self._adjoins(place):
            return None
        twice = self._entry(place, Kind.DUAL_SCALE, fronts=fronts)
        if twice is not None:
            return _Part(frozenset({twice}), place + 1, scale=twice / 2)
        small = self._small(place, fronts)
        scale = self._entry(small.last, Kind.SCALE, fronts=("", "ال")) if small else None
        if small and scale and self._adjoins(small.last, ")" if small.figure else ""):
            more = self._entry(small.last + 1, Kind.SCALE, fronts=("",))  # ألف مليار
            last = small.last + 1
            if more and more > scale and self._adjoins(last):
                scale, last = scale * more, last + 1
            readings = frozenset(value * scale for value in small.readings)
            return _Part(readings, last, small.figure, scale)
        if small:
            return small
        alone = self._entry(place, Kind.SCALE, fronts=fronts)
        if alone is None or self._entry(place, Kind.MANY) is not None:
            return None
        more = self._entry(place + 1, Kind.SCALE, fronts=("",))
        if more and more > alone and self._adjoins(place + 1):
            return _Part(frozenset({alone * more}), place + 2, scale=more)
        return _Part(frozenset({alone}), place + 1, scale=alone)

    def _small(self, place: int, fronts: tuple[str, ...] | None) -> _Part | None:
        """Read a figure, a fraction, or a number under a thousand in words."""
        if place >= len(self.words):
            return None
        if self.words[place].is_figure:
            glued = place > 0 and self.words[place - 1].end == self.words[place].start
            if fronts and not (glued and self.words[place - 1].word == "و"):
                return None
            readings = figure_readings(self.words[place].word)
            return _Part(readings, place + 1, figure=True)
        if fronts and self.words[place].word == "و" and self._adjoins(place + 1):
            figure = self.words[place + 1]  # «و500»: the letter is a word of its own
            if figure.is_figure and self.words[place].end == figure.start:
                return _Part(figure_readings(figure.word), place + 2, figure=True)
        part = self._entry(place, Kind.PART, fronts=fronts)
        if part is not None:
            return _Part(frozenset({part}), place + 1)
        hundred = self._entry(place, Kind.HUNDRED, fronts=fronts)
        last = place + 1
        if hundred is None:
            unit = self._entry(place, Kind.UNIT, fronts=fronts)
            if unit is not None and 3 <= unit <= 9 and self._adjoins(last):
                times = self._entry(last, Kind.HUNDRED, fronts=("",))
                if times == 100:
                    hundred, last = unit * 100, last + 1
        if hundred is None:
            return self._below_hundred(place, fronts)
        rest = self._below_hundred(last, ("و",)) if self._adjoins(last) else None
        if rest is None:
            return _Part(frozenset({hundred}), last)
        return _Part(frozenset({hundred + max(rest.readings)}), rest.last)

    def _below_hundred(self, place: int, fronts: tuple[str, ...] | None) -> _Part | None:
        tens = self._entry(place, Kind.TENS, fronts=fronts)
        if tens is not None:
            return _Part(frozenset({tens}), place + 1)
        unit = self._entry(place, Kind.UNIT, fronts=fronts)
        only_inside = unit is None
        unit = self._entry(place, Kind.ONE, fronts=fronts) if unit is None else unit
        if unit is None:
            return None
        last = place + 1
        if unit < 10 and self._adjoins(last) and self.words[last].word in TEEN:
            return _Part(frozenset({unit + 10}), last + 1)
        tens = self._joined(last, Kind.TENS) if unit < 10 else None
        if tens is not None:
            return _Part(frozenset({unit + tens}), last + 1)
        return None if only_inside else _Part(frozenset({unit}), last)

    def _and_half(
        self, readings: frozenset[Fraction], last: int, scale: Fraction
    ) -> tuple[frozenset[Fraction], int]:
        """Add «ونصف», «ونصف المليون», «وربع» to a number."""
        part = self._joined(last, Kind.PART)
        if part is None or part > Fraction(1, 2):
            return readings, last
        last += 1
        again = self._entry(last, Kind.SCALE, fronts=("", "ال")) if self._adjoins(last) else None
        if again is not None:
            last, scale = last + 1, again
        return frozenset(value + part * scale for value in readings), last

    def _joined(self, place: int, kind: Kind) -> Fraction | None:
        """Return the value of a word written with «و» right after the one before."""
        return self._entry(place, kind, fronts=("و", "وال")) if self._adjoins(place) else None

    def _adjoins(self, place: int, allowed: str = "") -> bool:
        """Tell whether only spaces, or marks allowed here, stand between a word and the last."""
        if not 0 < place < len(self.words):
            return False
        gap = self.text[self.words[place - 1].end : self.words[place].start]
        return len(gap) <= 3 and "\n" not in gap and not gap.strip().strip(allowed)

    def _entry(
        self, place: int, kind: Kind, *, fronts: tuple[str, ...] | None = None
    ) -> Fraction | None:
        """Return the value of a number word of a kind; ``fronts`` are what may be glued to it."""
        if place >= len(self.words):
            return None
        for front, known, value in _meanings(self.words[place].word):
            if known is kind and (fronts is None or front in fronts):
                return value
        return None

    def _made(
        self, readings: frozenset[Fraction], first: int, last: int, *,
        ordinal: bool = False, vague: bool = False, figure: bool = False,
    ) -> Quantity:
        start, end = self.words[first].start, self.words[last - 1].end
        made = Quantity(readings, start, end, first, last, "", ordinal, vague, figure)
        sign = _SIGNS.match(self.text, end)
        if sign:
            return replace(made, unit=PERCENT, end=sign.end())
        if self.text[max(0, start - 2) : start].strip()[-1:] in {"%", "\u066a"}:
            return replace(made, unit=PERCENT)
        if self._adjoins(last) and self.words[last].word in BY_HUNDRED:
            return replace(made, unit=PERCENT, end=self.words[last].end, last=last + 1)
        if self._adjoins(last + 1) and self.words[last].word == "في":
            hundredth = self.words[last + 1]
            if hundredth.word in HUNDREDTH:
                return replace(made, unit=PERCENT, end=hundredth.end, last=last + 2)
        return replace(made, unit=self._money(start, end, last))

    def _money(self, start: int, end: int, last: int) -> str:
        around = (self.text[max(0, start - 2) : start].strip(), self.text[end : end + 2].strip())
        for sign in _MONEY_SIGNS:
            if around[0].endswith(sign) or around[1].startswith(sign):
                return CURRENCIES.get(sign, "")
        if not self._adjoins(last):
            return ""
        for front, rest in bare_forms(self.words[last].word):
            if front in {"", "ال", "ب", "ل"} and rest in CURRENCIES:
                return CURRENCIES[rest]
        return ""


@lru_cache(maxsize=50_000)
def _meanings(word: str) -> tuple[tuple[str, Kind, Fraction], ...]:
    """Return what a folded word may mean as a number, with what is glued to it."""
    return tuple(
        (front, kind, value)
        for front, rest in bare_forms(word)
        for kind, value in ENTRIES.get(rest, ())
    )


def _percent_both(text: str, found: list[Quantity]) -> list[Quantity]:
    """Give the sign of the second number of a range to the first: «من 5 إلى 7%», «5-7%»."""
    for place, (one, two) in enumerate(pairwise(found)):
        between = text[one.end : two.start].strip()
        if two.unit == PERCENT and not one.unit and between in {"إلى", "الى", "-", "–", "و", "أو"}:
            found[place] = replace(one, unit=PERCENT)
    return found
