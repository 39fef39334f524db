"""Numbers and dates of a summary against those of its sources."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction

from digest.articles.fidelity.evidence import Evidence, counted_noun, is_dual, singular
from digest.text.datewords import Named
from digest.text.placed import Placed, word_set
from digest.text.quantities import PERCENT, Quantity
from digest.text.skeleton import roots

_TWO = Fraction(2)
_ROUND = 10_000  # from here on a number may be given in round figures without a word
_ABOUT = word_set("نحو حوالي قرابة زهاء أكثر يزيد تجاوز تجاوزت يفوق فاق أقل ناهز يناهز بنحو تقريبا")
LOOKED_AT = 50  # numbers near a round one
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


def lacking_dates(dates: Sequence[Named], evidence: Evidence) -> list[Named]:
    """Return the dates of a sentence that no source names as far as it does.

    A slashed date that can be read in two ways is borne out if one of them is.
    """
    borne = {(one.start, one.end) for one in dates if _bears_date(one, evidence)}
    return [one for one in dates if (one.start, one.end) not in borne]


def wrong_duals(words: Sequence[Placed], evidence: Evidence) -> Iterator[int]:
    """Yield the places of duals whose noun the sources count otherwise: «شخصان» for «3 أشخاص»."""
    for place, one in enumerate(words):
        if not is_dual(one.word):
            continue
        stem = roots(singular(one.word))
        if not stem.isdisjoint(evidence.dual_roots):
            continue
        counts = {n for root in stem if len(root) > 2 for n in evidence.counts.get(root, ())}
        if counts and 2 not in counts and max(counts) > 2:
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
    first = bisect_right(evidence.values, value - margin)
    near = evidence.values[first : bisect_left(evidence.values, value + margin)]
    return any(
        _same_unit(number, one) for other in near[:LOOKED_AT] for one in evidence.numbers[other]
    )


def _last_place(value: Fraction) -> Fraction:
    """Return what the last digit that is not zero stands for, at most a tenth of the value."""
    place = Fraction(1)
    while value % (place * 10) == 0 and place * 100 <= value:
        place *= 10
    return place


def _bears_size(number: Quantity, evidence: Evidence) -> bool:
    (size,) = number.readings
    if size in evidence.vague:
        return True
    at = bisect_left(evidence.sizes, size)
    most = size * _MANY_TIMES if size > 10 else 200
    return at < len(evidence.sizes) and evidence.sizes[at] < most


def _bears_dual(noun: frozenset[str], evidence: Evidence) -> bool:
    """Tell whether a source has a word in the dual that may be the one counted."""
    return bool(evidence.dual_roots) if not noun else not noun.isdisjoint(evidence.dual_roots)


def _bears_date(named: Named, evidence: Evidence) -> bool:
    if named.near:
        return named.near in evidence.near
    if named.weekday is not None:
        return named.weekday in evidence.weekdays
    if named.exact in evidence.exact:
        return True
    if named.year and named.year not in evidence.years:
        return False
    if named.month is None:
        return True
    days = evidence.days.get((named.month, named.hijri))
    return days is not None and (named.day is None or named.day in days)
