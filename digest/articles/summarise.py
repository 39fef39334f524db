"""Summaries in whole sentences of the writer's own."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeGuard

from digest.articles.boilerplate import reading_sentences
from digest.articles.methods import Method, ratings
from digest.articles.scoring import Fixed, Mix
from digest.text.fold import display
from digest.text.split import Sentence
from digest.text.split import words as folded_words

__all__ = ["Method", "SummaryText", "summarise"]

SENTENCES = 3  # when the caller names neither sentences nor words
BRIEF = 60  # words; so little room is for the lead and what follows it
ROOMY = 600  # words; from here on the exact choice takes seconds and gains nothing
LOOKED_AT = 300  # sentences; what comes later in a very long text is never in a summary


@dataclass(frozen=True, slots=True)
class SummaryText:
    """The chosen sentences in their own order.

    Each has its offsets in the given text and is exactly what stands there; ``text`` is the form
    to show: hashtags opened, quotation marks and spaces as readers expect them.
    """

    text: str
    sentences: tuple[Sentence, ...]


def summarise(
    text: str,
    *,
    title: str = "",
    sentences: int | None = None,
    words: int | None = None,
    method: Method = Method.MIX,
) -> SummaryText:
    """Choose whole sentences: at most ``sentences`` of them, at most ``words`` words together.

    The best sentence is taken even when it alone is longer than ``words``. Calls to subscribe,
    datelines and bylines are never chosen. A text with any word gives at least one sentence; one
    without gives an empty summary. The same input gives the same summary.
    """
    found, spoken = _distinct(reading_sentences(text, title=title))
    if sentences is None and words is None:
        sentences = SENTENCES
    if method is Method.LEAD:
        chosen = _leading(spoken, sentences, words)
    else:
        chosen = _choose(_scores(found, spoken, method, title), spoken, sentences, words)
    picked = tuple(found[place] for place in chosen)
    return SummaryText(text=" ".join(display(one.text) for one in picked), sentences=picked)


def _distinct(found: Iterable[Sentence]) -> tuple[list[Sentence], list[list[str]]]:
    """Return the first ``LOOKED_AT`` sentences that do not repeat an earlier one, and their words."""
    first: dict[tuple[str, ...], Sentence] = {}
    for sentence in found:
        first.setdefault(tuple(folded_words(sentence.text)), sentence)
        if len(first) == LOOKED_AT:
            break
    return list(first.values()), [list(spoken) for spoken in first]


def _scores(
    found: list[Sentence], spoken: list[list[str]], method: Method, title: str
) -> Fixed | Mix:
    texts = [sentence.text for sentence in found]
    if method is Method.MIX:
        return Mix(texts, spoken, title=title)
    return Fixed(ratings(method, texts, title=title))


def _choose(
    scores: Fixed | Mix, spoken: list[list[str]], most: int | None, budget: int | None
) -> list[int]:
    """Take the best sentence that still fits until none does; equals go to the earlier one."""
    if isinstance(scores, Mix) and spoken and most is None and _is_exact(budget):
        return scores.fill([len(words) for words in spoken], budget)
    left = list(range(len(spoken)))
    chosen: list[int] = []
    room = math.inf if budget is None else budget
    while left and (most is None or len(chosen) < max(most, 1)):
        best = max(left, key=lambda place: (scores.worth(place), -place))
        if chosen and len(spoken[best]) > room:
            if budget is not None and budget <= BRIEF:
                break  # a filler from further down reads worse than room left over
            left.remove(best)
            continue
        chosen.append(best)
        left.remove(best)
        scores.took(best)
        room -= len(spoken[best])
    return sorted(chosen)


def _is_exact(budget: int | None) -> TypeGuard[int]:
    """Whether to look for the best set: not in a brief, where order reads best, nor in a book."""
    return budget is not None and BRIEF < budget <= ROOMY


def _leading(spoken: list[list[str]], most: int | None, budget: int | None) -> list[int]:
    """Take sentences from the start up to the first that does not fit; one in any case."""
    sizes = list(accumulate(len(words) for words in spoken))
    fitting = len(sizes) if budget is None else bisect_right(sizes, budget)
    return list(range(min(max(fitting, 1), len(sizes) if most is None else max(most, 1), len(sizes))))
