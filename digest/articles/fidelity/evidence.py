"""What sources say, prepared for asking whether something stands in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from digest.articles.fidelity.negations import Denial, denials
from digest.text.datewords import HIJRI_YEARS, YEARS, Named, named_dates
from digest.text.placed import Placed, bare_forms, placed
from digest.text.quantities import Quantity, quantities
from digest.text.skeleton import roots, sounding
from digest.text.split import sentences
from digest.text.stem import light10
from digest.text.stopwords import STOP_WORDS

LONGEST = 300  # words of a sentence that are looked at for what it denies
_SHORTEST_DUAL = 5  # letters
_SHORTEST = 3  # letters by which a word is recognised without what is glued to it


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of a source: its words, their stems and what it denies."""

    words: tuple[Placed, ...]
    stems: frozenset[str]
    denials: tuple[Denial, ...]


@dataclass(slots=True)
class Evidence:
    """Everything that the sources name. Built by ``gather`` and not changed afterwards."""

    numbers: dict[Fraction, list[Quantity]] = field(default_factory=lambda: defaultdict(list))
    values: list[Fraction] = field(default_factory=list)  # those of ``numbers``, in order
    sizes: list[Fraction] = field(default_factory=list)  # what is counted, in order
    vague: set[Fraction] = field(default_factory=set)
    counts: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))  # by noun's root
    dual_roots: set[str] = field(default_factory=set)
    days: dict[tuple[int, bool], set[int]] = field(default_factory=lambda: defaultdict(set))
    exact: set[date] = field(default_factory=set)
    weekdays: set[int] = field(default_factory=set)
    near: set[str] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)
    sounds: set[str] = field(default_factory=set)
    roots: set[str] = field(default_factory=set)
    between: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    told: list[Told] = field(default_factory=list)
    where: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def nearest(self, stems: frozenset[str], most: int = 4) -> list[tuple[float, Told]]:
        """Return the source sentences that share most of ``stems``, with the share, best first."""
        if not stems:
            return []
        shared: Counter[int] = Counter()
        for stem in stems:
            shared.update(self.where.get(stem, ()))
        best = sorted(shared.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
        return [(count / len(stems), self.told[place]) for place, count in best]


def gather(texts: Iterable[str]) -> Evidence:
    """Read the sources once."""
    evidence = Evidence()
    for text in texts:
        words = placed(text)
        numbers = quantities(text, words)
        dates = named_dates(text, words, numbers)
        _date(evidence, dates)
        _count(evidence, words, numbers, {at for one in dates for at in range(one.first, one.last)})
        _spell(evidence, words)
        _tell(evidence, text)
    evidence.values, evidence.sizes = sorted(evidence.numbers), sorted(evidence.sizes)
    return evidence


def stems_of(words: Sequence[Placed]) -> frozenset[str]:
    """Return the light stems of words, without stop words."""
    return frozenset(
        light10(one.word) for one in words if len(one.word) > 1 and one.word not in STOP_WORDS
    )


def counted_noun(words: Sequence[Placed], number: Quantity) -> frozenset[str]:
    """Return the roots of the word a number counts: the next one, or for «اثنان» the one before."""
    places = [number.last, number.first - 1]
    for place in places:
        if 0 <= place < len(words) and words[place].word not in STOP_WORDS:
            return roots(words[place].word)
    return frozenset()


def is_dual(word: str) -> bool:
    """Tell whether a folded word may be a dual: شخصان, سيارتين (and مهندسين, which is none)."""
    return len(word) >= _SHORTEST_DUAL and word.endswith(("ان", "ين")) and word not in STOP_WORDS


def singular(word: str) -> str:
    """Return a word without the ending of the dual."""
    return word.removesuffix("ان").removesuffix("ين").removesuffix("ت")


def _date(evidence: Evidence, dates: Iterable[Named]) -> None:
    for one in dates:
        if one.year:
            evidence.years.add(one.year)
        if one.month:
            evidence.days[one.month, one.hijri].add(one.day or 0)
        if one.exact:
            evidence.exact.add(one.exact)
            evidence.weekdays.add(one.exact.weekday())
        if one.weekday is not None:
            evidence.weekdays.add(one.weekday)
        if one.near:
            evidence.near.add(one.near)


def _count(
    evidence: Evidence, words: Sequence[Placed], numbers: Sequence[Quantity], dated: set[int]
) -> None:
    """Note the numbers; those at the places ``dated`` are parts of dates and count nothing."""
    for number in numbers:
        if number.vague:
            evidence.vague |= number.readings
            continue
        for value in number.readings.union(*number.parts):
            evidence.numbers[value].append(number)
        if number.whole is not None:
            if number.whole in YEARS or number.whole in HIJRI_YEARS:
                evidence.years.add(number.whole)
            if number.first not in dated and not number.ordinal:
                evidence.sizes.append(Fraction(number.whole))
                for root in () if number.unit else counted_noun(words, number):
                    evidence.counts[root].add(number.whole)


def _spell(evidence: Evidence, words: Sequence[Placed]) -> None:
    for one, two, three in zip(words, words[1:], words[2:], strict=False):
        evidence.between[one.word, three.word].add(two.word)
    for word in {one.word for one in words}:
        if is_dual(word):
            evidence.dual_roots |= roots(singular(word))
        evidence.roots |= {root for root in roots(word) if len(root) > 2}
        for _, rest in bare_forms(word):
            if rest == word or len(rest) >= _SHORTEST:
                evidence.forms.add(rest)
                sound = sounding(rest)
                if len(sound) >= _SHORTEST:
                    evidence.sounds.add(sound)


def _tell(evidence: Evidence, text: str) -> None:
    for sentence in sentences(text):
        words = tuple(placed(sentence.text)[:LONGEST])
        stems = stems_of(words)
        for stem in stems:
            evidence.where[stem].append(len(evidence.told))
        evidence.told.append(Told(words, stems, tuple(denials(words))))
