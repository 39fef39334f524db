"""Numbers and dates of a summary against those of its sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from digest.articles.evidence import Evidence, counted_noun
from digest.text.datewords import Named
from digest.text.placed import Placed, word_set
from digest.text.quantities import PERCENT, Quantity
from digest.text.skeleton import roots
from digest.text.stopwords import STOP_WORDS

_TWO = Fraction(2)
_ROUND = 10_000  # from here on a number may be given in round figures without a word
_ABOUT = word_set("نحو حوالي قرابة زهاء أكثر يزيد تجاوز تجاوزت يفوق فاق أقل ناهز يناهز بنحو تقريبا")
_DUAL = ("تان", "تين", "ان", "ين")
_SHORTEST_DUAL = 5  # letters
_MANY_TIMES = 1000  # «مئات» may be said of 100 to 99,999, «آلاف» of 1,000 to 999,999


def lacks_number(number: Quantity, words: Sequence[Placed], evidence: Evidence) -> bool:
    """Tell whether no source holds a number of a summary, in figures, in words or as a dual."""
    if number.vague:
        return not _bears_size(number, evidence)
    if number.readings == {Fraction(1)} and not number.figure and not number.unit:
        return False  # «واحد» and «الأول» are articles and superlatives as well
    if any(_bears(value, number, evidence) for value in number.readings):
        return False
    if _rounds(number, words, evidence):
        return False
    if number.parts and all(
        any(_bears(value, number, evidence) for value in part) for part in number.parts
    ):
        return False
    if number.whole is not None and number.whole in evidence.years:
        return False
    return not (_TWO in number.readings and _bears_dual(counted_noun(words, number), evidence))


def lacks_date(named: Named, among: Sequence[Named], evidence: Evidence) -> bool:
    """Tell whether no source names a date as far as a summary names it.

    ``among`` are the dates of the same sentence: a slashed date that can be read in two ways is
    borne out if one of them is.
    """
    readings = [one for one in among if (one.start, one.end) == (named.start, named.end)]
    return not any(_bears_date(one, evidence) for one in readings)


def wrong_duals(words: Sequence[Placed], evidence: Evidence) -> Iterator[int]:
    """Yield the places of duals whose noun the sources count otherwise: «شخصان» for «3 أشخاص»."""
    for place, one in enumerate(words):
        if not _is_dual(one.word) or _bears_dual(roots(one.word), evidence):
            continue
        stem = roots(_singular(one.word))
        counts = {
            number.whole for number, noun in evidence.counted
            if not number.ordinal and not number.unit and noun & stem and _has_three(noun & stem)
        }
        if counts and 2 not in counts and max(filter(None, counts), default=0) > 2:
            yield place


def _bears(value: Fraction, number: Quantity, evidence: Evidence) -> bool:
    if any(_same_unit(number, other) for other in evidence.numbers.get(value, ())):
        return True
    if number.unit == PERCENT:  # 50% and «نصف»
        return any(not one.figure for one in evidence.numbers.get(value / 100, ()))
    if not number.figure and value < 1:
        return any(one.unit == PERCENT for one in evidence.numbers.get(value * 100, ()))
    return False


def _same_unit(number: Quantity, other: Quantity) -> bool:
    """A count is no percentage and no place in an order; money of one currency is none of another."""
    if number.unit == PERCENT and other.unit != PERCENT:
        return False
    if number.unit and other.unit and number.unit != other.unit:
        return False
    return number.ordinal == other.ordinal or number.figure or other.figure


def _rounds(number: Quantity, words: Sequence[Placed], evidence: Evidence) -> bool:
    """Tell whether a number is one of the sources' in round figures: «أكثر من 3000», «13 مليونا»."""
    value = min(number.readings)
    before = {one.word for one in words[max(0, number.first - 2) : number.first]}
    about = Fraction(1, 10) if before & _ABOUT else Fraction(0)
    if not about and value < _ROUND:
        return False
    margin = max(about * value, _last_place(value) if value >= _ROUND else Fraction(0))
    return any(
        abs(other - value) < margin
        for other, found in evidence.numbers.items()
        if any(_same_unit(number, one) for one in found)
    )


def _last_place(value: Fraction) -> Fraction:
    """Return what the last digit that is not zero stands for, at most a tenth of the value."""
    place = Fraction(1)
    while value % (place * 10) == 0 and place * 100 <= value:
        place *= 10
    return place


def _bears_size(number: Quantity, evidence: Evidence) -> bool:
    (size,) = number.readings
    if any(size in one.readings for one in evidence.vague):
        return True
    most = size * _MANY_TIMES if size > 10 else 200
    return any(
        size <= min(one.readings) < most for one, _ in evidence.counted if not one.ordinal
    )


def _bears_dual(noun: frozenset[str], evidence: Evidence) -> bool:
    """Tell whether a source has a word in the dual that may be the one counted."""
    for word in evidence.words:
        if _is_dual(word) and (not noun or noun & roots(_singular(word))):
            return True
    return any(2 in {number.whole} and noun & other for number, other in evidence.counted)


def _bears_date(named: Named, evidence: Evidence) -> bool:
    if named.near:
        return any(one.near == named.near for one in evidence.dates)
    if named.weekday is not None:
        return any(
            one.weekday == named.weekday or (one.exact and one.exact.weekday() == named.weekday)
            for one in evidence.dates
        )
    exact = named.exact
    if exact is not None and any(one.exact == exact for one in evidence.dates):
        return True
    if named.year and named.year not in evidence.years:
        return False
    if named.month is None:
        return True
    return any(
        (one.month, one.hijri) == (named.month, named.hijri) and named.day in {None, one.day}
        for one in evidence.dates
    )


def _is_dual(word: str) -> bool:
    return len(word) >= _SHORTEST_DUAL and word.endswith(("ان", "ين")) and word not in STOP_WORDS


def _singular(word: str) -> str:
    for end in _DUAL:
        if word.endswith(end):
            return word[: -len(end)]
    return word


def _has_three(shared: frozenset[str]) -> bool:
    return any(len(root) > 2 for root in shared)
