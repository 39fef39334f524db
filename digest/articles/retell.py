"""One story out of all articles that tell it: the event once, then what only some of them have.

Every word and pair of words that the articles use is worth as much as the sources that say it and
the places where they say it: what stands in many leads most, what one paper adds in its ninth
sentence little (concept coverage: Gillick and Favre, 2009, with the position of news for the
frequency alone). A sentence is worth what it adds to those already chosen, so that nothing is
said twice. Figures on real stories: ``python -m bench.retell``.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from digest.articles.quotable import quotable
from digest.articles.reading import asks, ends, leans
from digest.articles.scoring import weighed
from digest.articles.summarise import shown
from digest.text.fold import fold
from digest.text.split import Sentence
from digest.text.split import words as folded_words
from digest.text.stopwords import stems

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

WORDS = 90  # when the caller names neither sentences nor words
ARTICLES = 12  # of a story; what else there is says the same
METHOD = "retell"  # how a stored version was made
LOOKED_AT = 24  # sentences of an article
FADING = 0.8  # what a sentence is worth to its article, against the one before it
LENGTH = 0.5  # power of a sentence's words that its gain is divided by
PAIR = 1.0  # what a pair of words is worth, against a single one
ALIKE = 0.3  # cosine from which two sentences say the same
TOLD = 0.5  # share of a sentence's content words from which it was told before
# The same for another paper's lead, which tells the event once more, and for a sentence whose
# figures were all told: 136.12 points and 136 points.
AGAIN = 0.3
SHORTEST = 6  # words of a sentence that says something
LONGEST = 60  # words; a longer opening is taken only where there is no other
LEAST = 0.2  # gain per word, against the opening's, below which there is nothing more to say

_FIGURE = re.compile(r"\d+")
# Openings that hang on a sentence of the same article, beyond those that lean in any text.
# Matched on the folded text.
_HANGS = re.compile(
    r"^\W*(?:ف(?:هو|هي|هم|هذا|هذه|ان|انه|انها|قد|يما)|في حين|حيث|من جهه اخري|من ناحيه اخري|ومن (?:جهه|ناحيه) اخري"
    r"|و?(?:مشيرا|مبينا|موضحا|موكدا|لافتا|مضيفا|معربا|مشددا|داعيا|معتبرا|منوها|متابعا|قائلا|سائلا)(?:ه)?"
    r"|و?(?:هذا|هذه|ذلك|تلك|هولاء|اولئك)|وعن (?:ذلك|هذا)|و?بعد ذلك|و?قبل ذلك|و?عند(?:ها|ئذ)|ثم|اما|وقد|و?لا(?:سيما| سيما)"
    r"|و?(?:اضاف|تابع|استطرد|اردف|استدرك|زاد)(?:ت|وا)?|و?قال(?:ت)? (?:معاليه|سعادته|سموه|انه|انها|ان)|و?علي الرغم من ذلك)\b"
)
# A feature's opening, which comes to the event later. Matched on the folded text.
_SLOW = re.compile(r"^\W*(?:لم (?:يكن|تكن|يعد|تعد)|قبل ان|عندما|حينما|ربما|منذ متي|تخيل)\b")
Unit = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """An article of a story; ``weight`` is its source's, 1 for an ordinary one."""

    article_id: int
    source: str
    title: str
    text: str
    at: datetime
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence of a story's summary: ``sentence`` is exactly what its article's text has there."""

    article_id: int
    source: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class StoryText:
    """A story's summary; ``text`` is the form to show, its parts in the same order."""

    text: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence with what there is to know of it; ``place`` counts in its own article."""

    article: Told
    place: int
    sentence: Sentence
    size: int
    stems: frozenset[str]
    figures: frozenset[str]
    units: frozenset[Unit]
    vector: NDArray[float64] = field(compare=False)


def retell(
    articles: Sequence[Told], *, sentences: int | None = None, words: int | None = None
) -> StoryText:
    """Tell a story of up to ``ARTICLES`` articles in whole sentences of their own.

    At most ``sentences`` of them and ``words`` words together; the opening is taken even when it
    is longer. It opens with the best lead. The sentences of an article stand together in their
    order. The same articles in any order give the same text; without a word in any it is empty.
    """
    if sentences is None and words is None:
        words = WORDS
    said = _read(_some(articles))
    worths = _worths(said)
    chosen = _choose(said, worths, sentences, words)
    ordered = _in_order(chosen)
    return StoryText(
        text=shown(one.sentence for one in ordered),
        parts=tuple(
            Part(one.article.article_id, one.article.source, one.sentence) for one in ordered
        ),
    )


def _some(articles: Sequence[Told]) -> list[Told]:
    """The articles to read, the earliest first; of too many, one of each source before others.

    The weighty source first, and of a source the newest.
    """
    ranked = sorted(articles, key=lambda one: (one.weight, one.at, -one.article_id), reverse=True)
    firsts = {one.source: one for one in reversed(ranked)}
    kept = [*(one for one in ranked if firsts[one.source] is one),
            *(one for one in ranked if firsts[one.source] is not one)][:ARTICLES]
    return sorted(kept, key=lambda one: (one.at, one.article_id))


def _read(articles: Sequence[Told]) -> list[_Said]:
    """Read the first sentences of each article."""
    found = [
        (article, place, sentence, folded_words(sentence.text))
        for article in articles
        for place, sentence in enumerate(quotable(article.text, title=article.title)[:LOOKED_AT])
    ]
    vectors, _ = weighed([spoken for _, _, _, spoken in found])
    said = []
    for (article, place, sentence, spoken), vector in zip(found, vectors, strict=True):
        if not spoken:
            continue
        content = stems(spoken)
        units = frozenset[Unit]([*content, *pairwise(spoken)])
        said.append(
            _Said(
                article, place, sentence, len(spoken), frozenset(content),
                frozenset(_FIGURE.findall(" ".join(spoken))), units, vector,
            )
        )
    return said


def _worths(said: Sequence[_Said]) -> dict[Unit, float]:
    """Return what each word and pair is worth: the best place in each source that has it, summed."""
    best: defaultdict[Unit, dict[str, float]] = defaultdict(dict)
    for one in said:
        worth = one.article.weight * FADING**one.place
        for unit in one.units:
            of_source = best[unit]
            of_source[one.article.source] = max(of_source.get(one.article.source, 0.0), worth)
    return {
        unit: sum(sorted(of_source.values())) * (PAIR if isinstance(unit, tuple) else 1.0)
        for unit, of_source in best.items()
    }


def _choose(
    said: list[_Said], worths: dict[Unit, float], most: int | None, budget: int | None
) -> list[_Said]:
    """Take the opening, then what adds most for its length until nothing new fits."""
    opening = _opening(said, worths)
    if opening is None:
        return []
    chosen = [opening]
    told = set(opening.units)
    room = budget - opening.size if budget is not None else None
    least = LEAST * sum(worths[unit] for unit in opening.units) / opening.size
    while most is None or len(chosen) < most:
        fitting = [
            one for one in said
            if (room is None or one.size <= room) and _may_follow(one, chosen)
        ]
        best = max(fitting, key=lambda one: _gain(one, told, worths), default=None)
        if best is None or _gain(best, told, worths) * best.size ** (LENGTH - 1) < least:
            break
        chosen.append(best)
        told |= best.units
        room = room - best.size if room is not None else None
    return chosen


def _opening(said: Sequence[_Said], worths: dict[Unit, float]) -> _Said | None:
    """The lead that says most of what the leads say; a weighty source's before others."""
    leads = [one for one in said if one.place == 0 and _reads_well(one.sentence.text, one.size)]
    fit = [one for one in leads if _opens(one.sentence.text) and one.size <= LONGEST]
    others = [one for one in said if _reads_well(one.sentence.text, one.size)]
    for some in (fit, leads, others, said):
        if some:
            return max(some, key=lambda one: one.article.weight * _gain(one, set(), worths))
    return None


def _gain(one: _Said, told: set[Unit], worths: dict[Unit, float]) -> float:
    """What a sentence adds, for its length; rounded, so that sums in any order are one."""
    added = sum(sorted(worths[unit] for unit in one.units - told))
    return round(added / math.pow(one.size, LENGTH), 6)


def _reads_well(text: str, size: int) -> bool:
    return size >= SHORTEST and ends(text) and not asks(text)


def _may_follow(one: _Said, chosen: Sequence[_Said]) -> bool:
    """Whether a sentence reads well after those chosen and says something that none of them did."""
    if one in chosen or not _reads_well(one.sentence.text, one.size):
        return False
    before = (one.article.article_id, one.place - 1)
    follows = any((other.article.article_id, other.place) == before for other in chosen)
    if not follows and _hangs(one.sentence.text):
        return False
    if any(one.vector @ other.vector >= ALIKE for other in chosen):
        return False
    told = frozenset[str]().union(*(other.stems for other in chosen))
    figures = frozenset[str]().union(*(other.figures for other in chosen))
    if one.place == 0 and one.figures & figures:
        return False
    again = one.place == 0 or (one.figures and one.figures <= figures)
    most = AGAIN if again else TOLD
    return len(one.stems & told) < most * len(one.stems)


def _opens(text: str) -> bool:
    """Whether a lead tells the event itself, and at once."""
    return not _hangs(text) and _SLOW.match(fold(text[:60])) is None


def _hangs(text: str) -> bool:
    """Whether a sentence needs the one before it in its article."""
    return leans(text) or _HANGS.match(fold(text[:60])) is not None


def _in_order(chosen: Sequence[_Said]) -> list[_Said]:
    """Put the sentences of an article together, articles in the order they were called on."""
    articles = list(dict.fromkeys(one.article.article_id for one in chosen))
    return sorted(
        chosen, key=lambda one: (articles.index(one.article.article_id), one.place)
    )
