"""Sorting: which of a newsroom's topics an article belongs to, and how sure that is.

Hint words sort from the first day. Corrections add to them: regularised least squares
classification (Rifkin, Yeo and Poggio 2003) on light stems learns, for each topic, what the hints
left wrong. It was chosen because it has one solution whatever the order of the lessons, and
because its leave-one-out outputs are known in closed form (Rifkin and Lippert 2007): so every
lesson also tells, at no cost, how far a lead over the second topic can be trusted. What was tried
beside it stands in bench/topics.md.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from digest.articles.calibrate import UNTAUGHT, Trust
from digest.articles.hints import DEFAULTS, split_hints
from digest.text.split import words
from digest.text.stem import light10, light10_each
from digest.text.stopwords import stems

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

    Array = NDArray[float32]

OPENING = 2000  # characters of a text that are read
TITLE, TAGS = 3, 3  # what a word in the title or among the tags counts; 1 in the text
LONGEST = 3  # words of a hint that are compared; longer hints count by their first three
SURE = 0.7  # below it an article stays unsorted
DOUBT = 4.0  # hints' worth of doubt in every rating: few hints lead by less than many
STIFF = 0.4  # the ridge: how much a lesson must insist; 0.2 to 1.0 were alike (bench/topics.md)
WORLD = 0.4  # weight of the ratings by the default hints among what is learned from
MOST = 2000  # lessons learned from, the newest; more cost time and change little
_BLOCK = 4096  # terms multiplied at once, which bounds the memory to 32 MB

Terms = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TopicHint:
    """A topic as sorting sees it: ``hints`` are words and phrases that speak for it."""

    id: int
    name: str
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What an editor said of an article: its terms and its topic, None when none fits it."""

    terms: Terms
    topic_id: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """``topic_id`` is None when unsure; ``best`` is the first guess all the same; sure 0 to 1."""

    topic_id: int | None
    sure: float
    best: int | None = None


@dataclass(frozen=True, slots=True)
class Sorter:
    """The topics of a newsroom with all it was taught. Made by ``teach``; never changes."""

    topics: tuple[TopicHint, ...]
    trust: Trust = UNTAUGHT
    hinted_right: float = 0.0  # the share of the lessons that the hints sort right, 0 to 1
    learned_right: float = 0.0  # the share that the other lessons sort right
    places: Mapping[str, int] = field(default_factory=dict)  # the row of ``weights`` of a term
    weights: Array | None = None  # terms and default ratings down, topics across


def sort_article(title: str, text: str, tags: Sequence[str], sorter: Sorter) -> Verdict:
    """Return the topic of an article, or none when the sorter is not sure enough.

    A topic whose name is among the tags wins at once: a source or an editor said so. Among equals
    the first of the topics.
    """
    named = {tuple(words(tag)) for tag in tags}
    for topic in sorter.topics:
        if tuple(words(topic.name)) in named:
            return Verdict(topic.id, 1.0, topic.id)
    return verdict(terms_of(title, text, tags, sorter.topics), sorter)


def verdict(terms: Terms, sorter: Sorter) -> Verdict:
    """Return the topic that speaks loudest in the terms, if it leads the second by enough."""
    outputs = _outputs(terms, sorter)
    if not outputs or not any(outputs):
        return Verdict(None, 0.0)
    best, lead = leading(outputs)
    sure = sorter.trust.of(lead)
    topic_id = sorter.topics[best].id
    return Verdict(topic_id if sure >= SURE else None, sure, topic_id)


def leading(outputs: Sequence[float]) -> tuple[int, float]:
    """Return the place of the highest output and its lead over the second, or over nothing."""
    ranked = sorted(range(len(outputs)), key=lambda place: (-outputs[place], place))
    second = outputs[ranked[1]] if len(ranked) > 1 else 0.0
    return ranked[0], outputs[ranked[0]] - second


def terms_of(
    title: str, text: str, tags: Sequence[str], topics: Sequence[TopicHint]
) -> dict[str, int]:
    """Return what sorting reads of an article: its light stems, and the hint phrases in it.

    Counts, in which title and tags weigh more; the text cannot be made again from them.
    """
    known, openings = _known(tuple(topic.hints for topic in topics))
    counts: Counter[str] = Counter()
    for part, weight in ((title, TITLE), ("\n".join(tags), TAGS), (text[:OPENING], 1)):
        found = words(part)
        own = stems(found)
        every = light10_each(found)
        for start in [place for place, stem in enumerate(every) if stem in openings]:
            several = range(start + 2, min(start + LONGEST, len(every)) + 1)
            phrases = (" ".join(every[start:end]) for end in several)
            own += [phrase for phrase in phrases if phrase in known]
        counts.update(own * weight)
    return dict(counts)


def teach(topics: Sequence[TopicHint], lessons: Sequence[Lesson]) -> Sorter:
    """Return the sorter of these topics after these lessons; without lessons the hints decide.

    Lessons are given oldest first, and of topics that exist. The same lessons give the same
    sorter. Takes about 0.2 s for 300 lessons and 2 s for 2,000 (measured).
    """
    topics = tuple(topics)
    lessons = lessons[-MOST:]
    if not lessons or not topics:
        return Sorter(topics)
    import numpy as np

    column = {topic.id: place for place, topic in enumerate(topics)}
    said = [column.get(lesson.topic_id or 0) for lesson in lessons]
    wanted = np.zeros((len(lessons), len(topics)), dtype=np.float32)
    for row, place in enumerate(said):
        if place is not None:
            wanted[row, place] = 1
    hinted = np.array([_hinted(lesson.terms, topics) for lesson in lessons], dtype=np.float32)
    places = _places(lesson.terms for lesson in lessons)
    weights, surprise = _regress([_vector(lesson.terms, places) for lesson in lessons],
                                 len(places), wanted - hinted)
    # The outputs for each lesson after all others: what is wanted, less what surprised them.
    untold = [leading(row) for row in (wanted - surprise).tolist()]
    right = [best == place for (best, _), place in zip(untold, said, strict=True)]
    by_hints = [leading(row)[0] == place for row, place in zip(hinted.tolist(), said, strict=True)]
    return Sorter(
        topics, Trust.learned([lead for _, lead in untold], right),
        sum(by_hints) / len(lessons), sum(right) / len(lessons), places, weights,
    )  # fmt: skip


def _regress(
    rows: Sequence[Mapping[int, float]], width: int, missing: Array
) -> tuple[Array, Array]:
    """Return the ridge regression of what is missing on the rows, and its leave-one-out errors.

    Weights are ``width`` by topics, errors rows by topics. Solved in the dual: the rows are few,
    their terms many.
    """
    import numpy as np

    blocks = [(start, min(start + _BLOCK, width)) for start in range(0, width, _BLOCK)]
    likeness = STIFF * np.eye(len(rows), dtype=np.float32)
    for ends in blocks:
        block = _dense(rows, *ends)
        likeness += block @ block.T
    inverse = np.linalg.inv(likeness)
    dual = inverse @ missing
    weights = np.concatenate([_dense(rows, *ends).T @ dual for ends in blocks])
    return weights, dual / np.diag(inverse)[:, None]


def _outputs(terms: Terms, sorter: Sorter) -> list[float]:
    """What speaks for each topic: its share of the hints, and what was learned."""
    outputs = _hinted(terms, sorter.topics)
    vector = _vector(terms, sorter.places) if sorter.weights is not None else {}
    if sorter.weights is None or not vector:
        return outputs
    learned = sum(value * sorter.weights[place] for place, value in vector.items())
    return [hinted + float(more) for hinted, more in zip(outputs, learned, strict=True)]


def _hinted(terms: Terms, topics: Sequence[TopicHint]) -> list[float]:
    ratings = _ratings(tuple(topic.hints for topic in topics), terms)
    whole = sum(ratings) + DOUBT
    return [rating / whole for rating in ratings]


def _ratings(hints: tuple[tuple[str, ...], ...], terms: Terms) -> list[float]:
    """Add up the hints of each topic that are found.

    One that is repeated adds less each time, a phrase adds more.
    """
    owners = _owners(hints)
    found: list[list[float]] = [[] for _ in hints]
    for key in [key for key in terms if key in owners]:
        worth = (1 + math.log2(terms[key])) * (1 + 0.5 * key.count(" "))
        for place in owners[key]:
            found[place].append(worth)
    return list(map(math.fsum, found))


def _places(known: Iterable[Terms]) -> dict[str, int]:
    """A row for each rating by the default hints, then one for each word that a lesson holds.

    Phrases stay with the hints: learning from pairs of words made no difference (measured).
    """
    names = [slug for _, slug, _ in DEFAULTS]
    stems = sorted({term for terms in known for term in terms if " " not in term})
    return {name: place for place, name in enumerate(chain((f" {one}" for one in names), stems))}


def _vector(terms: Terms, places: Mapping[str, int]) -> dict[int, float]:
    """The known words of an article as a vector of length 1, beside one of its default ratings."""
    found = {places[term]: math.sqrt(times) for term, times in terms.items() if term in places}
    vector = _scaled(found, 1.0)
    slugs, hints = zip(*_default_hints(), strict=True)
    rated = zip(slugs, _ratings(hints, terms), strict=True)
    ratings = {places[f" {slug}"]: rating for slug, rating in rated}
    return vector | _scaled(ratings, math.sqrt(WORLD))


def _scaled(vector: dict[int, float], length: float) -> dict[int, float]:
    norm = math.sqrt(sum(value * value for value in vector.values()))
    return {place: value * length / norm for place, value in vector.items()} if norm else {}


def _dense(rows: Sequence[Mapping[int, float]], start: int, end: int) -> Array:
    """The columns from ``start`` to ``end`` of the rows, as an array."""
    import numpy as np

    block = np.zeros((len(rows), end - start), dtype=np.float32)
    for number, row in enumerate(rows):
        for place, value in row.items():
            if start <= place < end:
                block[number, place - start] = value
    return block


@lru_cache(maxsize=1)
def _default_hints() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((slug, tuple(split_hints(hints))) for _, slug, hints in DEFAULTS)


@lru_cache(maxsize=64)
def _known(hints: tuple[tuple[str, ...], ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The phrases among the hints of the topics and of the defaults, and their first words."""
    everywhere = chain(hints, (default for _, default in _default_hints()))
    phrases = frozenset(
        key for one in everywhere for key in _keys(one) if " " in key
    )
    return phrases, frozenset(phrase.partition(" ")[0] for phrase in phrases)


@lru_cache(maxsize=64)
def _owners(hints: tuple[tuple[str, ...], ...]) -> dict[str, list[int]]:
    """The places of the topics that a hint speaks for."""
    owners: dict[str, list[int]] = {}
    for place, one in enumerate(hints):
        for key in _keys(one):
            owners.setdefault(key, []).append(place)
    return owners


@lru_cache(maxsize=256)
def _keys(hints: tuple[str, ...]) -> frozenset[str]:
    keys = (" ".join([light10(word) for word in words(hint)][:LONGEST]) for hint in hints)
    return frozenset(key for key in keys if key)
