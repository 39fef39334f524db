"""The default way to rate sentences: how early each stands, how much it says, how it reads alone.

On Arabic news and encyclopaedia articles no unsupervised method beats the leading sentences. A
few weights learned from people do, by a little: what was tried is in bench/summaries.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from digest.articles.reading import asks, ends, leaning
from digest.text.stopwords import stems, terms

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Vectors = NDArray[float64]

# Weights after a ridge regression on what people kept of each sentence (EASC, the 60 articles of its
# development part), in eighths; bench/summaries.py fits them again and scores by cross-validation.
POSITION = 2.0  # for standing first, by the middle of the sentence in words
CENTROID = 0.6  # for saying most of the whole
OPENING = 0.9  # for the first sentence, on top of its position
ALWAYS = 1.57
LEANING = 0.4  # taken off for an opening that points back
HANGING = 0.45  # taken off besides when the sentence before is not chosen
QUESTION = 2.2
OPEN_ENDED = 1.1  # without a mark at its end: a caption or a heading
SHORT = 0.5  # people kept these as often as others; an editor rarely wants one
SHORTEST = 6  # words of a sentence that says something
CAPTION_WORDS = 12
REDUNDANCY = 0.2  # taken off for repeating what was chosen
SHARP = 3  # power of a rating in a set: one good sentence before two middling ones
OVER = 0.5  # share of its last sentence by which a set may pass the words asked for


class Fixed:
    """Sentences with ratings that do not depend on each other."""

    def __init__(self, ratings: Sequence[float]) -> None:
        self._ratings = ratings

    def worth(self, place: int) -> float:
        """Return how much the sentence at ``place`` is worth now; larger is better."""
        return self._ratings[place]

    def took(self, place: int) -> None:
        """Hear that a sentence was chosen; here it changes nothing."""


class Mix:
    """Position and centroid; what was chosen lowers what repeats it or leans on something else.

    ``words`` holds the folded words of each text.
    """

    def __init__(
        self, texts: Sequence[str], words: Sequence[list[str]], *, title: str = ""
    ) -> None:
        self._vectors, near = weighed(words, title)
        self._leaning = leaning(texts)
        self._base = _base(texts, words, near, self._leaning)
        self._nearest = [0.0] * len(texts)  # likeness to the closest chosen sentence
        self._chosen: set[int] = set()

    def worth(self, place: int) -> float:
        """Return how much the sentence at ``place`` is worth now; larger is better."""
        hangs = self._leaning[place] and place - 1 not in self._chosen
        return self._base[place] - REDUNDANCY * self._nearest[place] - HANGING * hangs

    def took(self, place: int) -> None:
        """Hear that a sentence was chosen."""
        self._chosen.add(place)
        alike = (self._vectors @ self._vectors[place]).tolist()
        self._nearest = list(map(max, self._nearest, alike))

    def fill(self, sizes: Sequence[int], budget: int) -> list[int]:
        """Return the places of the set that says most in about ``budget`` words, in order.

        A knapsack, read from the first sentence to the last. What a sentence adds is its rating
        to the power ``SHARP`` times its ``sizes`` in words. The last sentence of a set may pass
        the budget by half of itself, and what passes adds nothing: the nearest whole sentence.
        """
        # By words used and whether the sentence before was taken: what it is worth, and the set.
        states: States = {(0, False): (0.0, ())}
        best: State = (-1.0, ())
        for place, size in enumerate(sizes):
            after = _passed_over(states)
            for (used, followed), (value, chosen) in states.items():
                hangs = self._leaning[place] and not followed
                worth = max(self._base[place] - HANGING * hangs, 0.0) ** SHARP
                room = budget - used
                state = (value + worth * min(size, room), (*chosen, place))
                if size <= room:
                    if (used + size, True) not in after or after[used + size, True][0] < state[0]:
                        after[used + size, True] = state
                elif state[0] > best[0] and (not chosen or size - room <= OVER * size):
                    best = state
            states = after
        # In a text of one-word lines nothing is worth anything: something is better than nothing.
        return list(max([*states.values(), best], key=lambda state: (state[0], state[1] != ()))[1])


State = tuple[float, tuple[int, ...]]
States = dict[tuple[int, bool], State]


def _passed_over(states: States) -> States:
    """Return the states after a sentence that was not taken."""
    after: States = {}
    for (used, _), state in states.items():
        if (used, False) not in after or after[used, False][0] < state[0]:
            after[used, False] = state
    return after


def _base(
    texts: Sequence[str], words: Sequence[list[str]], near: list[float], leaning: list[bool]
) -> list[float]:
    """Rate each sentence by itself: centroid, position and what reads badly."""
    most = max(near, default=0.0) or 1.0
    total = sum(len(spoken) for spoken in words) or 1
    before = 0
    ratings = []
    for place, (text, like) in enumerate(zip(texts, near, strict=True)):
        size = len(words[place])
        position = 1 - (before + size / 2) / total
        before += size
        rating = ALWAYS + POSITION * position + CENTROID * like / most
        if place == 0:  # what leans there has lost its predecessor and would open the summary
            rating += -POSITION if leaning[place] else OPENING
        elif leaning[place]:
            rating -= LEANING
        ratings.append(round(rating - _reads_badly(text, size, place), 9))
    return ratings


def _reads_badly(text: str, size: int, place: int) -> float:
    """Return what to take off a sentence of ``size`` words that stands badly in a summary."""
    found = SHORT if size < SHORTEST else 0.0
    if asks(text):
        found += QUESTION
    elif not ends(text):
        # Above an article such a line is a caption and would come first: it must lose the lead.
        caption = place == 0 and size < CAPTION_WORDS
        found += OPEN_ENDED + ((OPENING + POSITION / 2) if caption else 0.0)
    return found


def weighed(words: Sequence[list[str]], title: str = "") -> tuple[Vectors, list[float]]:
    """Return the TF-IDF of each sentence as a row of length 1 or 0, and its likeness to the whole.

    ``words`` are the folded words of each; rarity is counted in this text alone. The product of two
    rows is their cosine. The whole is the sum of the rows, in which the words of the title count
    more.
    """
    import numpy as np

    found = list(map(stems, words))
    every = list(chain.from_iterable(found))
    columns = {term: column for column, term in enumerate(dict.fromkeys(every))}
    n, width = len(words), len(columns)
    cells = np.fromiter(map(columns.__getitem__, every), dtype=np.intp, count=len(every))
    cells += np.repeat(np.arange(n) * width, list(map(len, found)))
    counts = np.bincount(cells, minlength=n * width).reshape(n, width)
    there = counts > 0
    vectors = np.where(there, 1 + np.log(np.maximum(counts, 1)), 0.0)
    vectors *= np.log(1 + n / there.sum(axis=0))
    lengths = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
    vectors /= np.where(lengths > 0, lengths, 1.0)
    whole = vectors.sum(axis=0)
    for term in terms(title):
        if term in columns:
            whole[columns[term]] += 1.0
    near: list[float] = (vectors @ whole).tolist()
    return vectors, near
