"""Summaries in whole sentences of the writer's own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digest.articles.methods import Method, ratings
from digest.articles.quotable import close_quotes, quotable
from digest.articles.scoring import OVER, Fixed, Mix
from digest.text.fold import display
from digest.text.split import Sentence, words_each

__all__ = ["Method", "SummaryText", "summarise"]

SENTENCES = 3  # when the caller names neither sentences nor words
BRIEF = 45  # words; so little room is for the best sentence and, if it is short, what follows
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
    """Choose whole sentences: at most ``sentences`` of them, about ``words`` words together.

    ``words`` is a length to come near to: the last sentence may pass it by half of itself, never
    in a brief of up to ``BRIEF`` words. The best sentence is taken however long it is. Calls to
    subscribe, datelines and bylines are never chosen. A text with any word gives at least one
    sentence; one without gives an empty summary. The same input gives the same summary.
    """
    found, spoken = _distinct(quotable(text, title=title))
    if sentences is None and words is None:
        sentences = SENTENCES
    if method is Method.LEAD:
        chosen = _leading(spoken, sentences, words)
    else:
        chosen = _choose(_scores(found, spoken, method, title), spoken, sentences, words)
    picked = tuple(found[place] for place in chosen)
    return SummaryText(shown(picked), picked)


def shown(chosen: Iterable[Sentence]) -> str:
    """Return sentences as one text to read: hashtags opened, marks and spaces as readers expect."""
    return " ".join(close_quotes(display(one.text)) for one in chosen)


def _distinct(found: Sequence[Sentence]) -> tuple[list[Sentence], list[list[str]]]:
    """Return the first ``LOOKED_AT`` sentences that do not repeat an earlier one, and their words."""
    first: dict[tuple[str, ...], Sentence] = {}
    for sentence, spoken in zip(found, words_each([one.text for one in found]), strict=True):
        first.setdefault(tuple(spoken), sentence)
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
    sizes = [len(words) for words in spoken]
    if isinstance(scores, Mix) and sizes and most is None and budget is not None:
        if budget <= BRIEF:
            return _brief(scores, sizes, budget)
        if budget <= ROOMY:
            return scores.fill(sizes, budget)
    left = list(range(len(sizes)))
    chosen: list[int] = []
    room = math.inf if budget is None else budget
    while left and (not chosen or room > 0) and (most is None or len(chosen) < max(most, 1)):
        best = max(left, key=lambda place: (scores.worth(place), -place))
        left.remove(best)
        if not chosen or sizes[best] - room <= _over(sizes[best], budget):
            chosen.append(best)
            scores.took(best)
            room -= sizes[best]
    return sorted(chosen)


def _over(size: int, budget: int | None) -> float:
    """Return by how many of its ``size`` words the last sentence may pass the budget."""
    return OVER * size if budget is not None and budget > BRIEF else 0.0


def _brief(scores: Mix, sizes: list[int], budget: int) -> list[int]:
    """Take the best sentence, and those after it while half of the room is unused.

    On headlines each further sentence costs more than it says (measured), and a filler from
    further down reads worse than room left over.
    """
    best = max(range(len(sizes)), key=lambda place: (scores.worth(place), -place))
    end, used = best + 1, sizes[best]
    while end < len(sizes) and used < budget / 2 and used + sizes[end] <= budget:
        used += sizes[end]
        end += 1
    return list(range(best, end))


def _leading(spoken: list[list[str]], most: int | None, budget: int | None) -> list[int]:
    """Take sentences from the start up to the nearest end to ``budget``; one in any case."""
    count, used = 0, 0
    for size in (len(words) for words in spoken):
        room = math.inf if budget is None else budget - used
        full = most is not None and count >= max(most, 1)
        if count and (full or room <= 0 or size - room > _over(size, budget)):
            break
        count, used = count + 1, used + size
    return list(range(count))
