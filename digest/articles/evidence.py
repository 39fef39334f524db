"""What sources say, prepared for asking whether something stands in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from digest.articles.negations import Denial, denials
from digest.text.datewords import HIJRI_YEARS, YEARS, Named, named_dates
from digest.text.placed import Placed, bare_forms, placed
from digest.text.quantities import Quantity, quantities
from digest.text.skeleton import roots, sounding
from digest.text.split import sentences
from digest.text.stem import light10
from digest.text.stopwords import STOP_WORDS

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
    counted: list[tuple[Quantity, frozenset[str]]] = field(default_factory=list)
    vague: list[Quantity] = field(default_factory=list)
    dates: list[Named] = field(default_factory=list)
    years: set[int] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
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
        evidence.dates += dates
        _count(evidence, words, numbers, {at for one in dates for at in range(one.first, one.last)})
        _spell(evidence, words)
        _tell(evidence, text)
    evidence.years |= {one.year for one in evidence.dates if one.year}
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


def _count(
    evidence: Evidence, words: Sequence[Placed], numbers: Sequence[Quantity], dated: set[int]
) -> None:
    """Note the numbers; those at the places ``dated`` are parts of dates and count nothing."""
    for number in numbers:
        if number.vague:
            evidence.vague.append(number)
            continue
        for value in number.readings.union(*number.parts):
            evidence.numbers[value].append(number)
        if number.whole is not None:
            if number.whole in YEARS or number.whole in HIJRI_YEARS:
                evidence.years.add(number.whole)
            if number.first not in dated:
                evidence.counted.append((number, counted_noun(words, number)))


def _spell(evidence: Evidence, words: Sequence[Placed]) -> None:
    for one, two, three in zip(words, words[1:], words[2:], strict=False):
        evidence.between[one.word, three.word].add(two.word)
    for word in {one.word for one in words}:
        evidence.words.add(word)
        evidence.roots |= {root for root in roots(word) if len(root) > 2}
        for _, rest in bare_forms(word):
            if rest == word or len(rest) >= _SHORTEST:
                evidence.forms.add(rest)
                sound = sounding(rest)
                if len(sound) >= _SHORTEST:
                    evidence.sounds.add(sound)


def _tell(evidence: Evidence, text: str) -> None:
    for sentence in sentences(text):
        words = tuple(placed(sentence.text))
        stems = stems_of(words)
        for stem in stems:
            evidence.where[stem].append(len(evidence.told))
        evidence.told.append(Told(words, stems, tuple(denials(words))))
