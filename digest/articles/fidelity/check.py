"""Does a rewritten summary say what its sources say? Numbers, names, dates and negations.

A sentence that stands word for word in a source is beyond doubt. In every other one, what the
sources do not hold is returned with its place, for an editor to look at. It is a check for
doubts, not a proof of truth: a number that was moved to another noun is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from digest.articles.fidelity.denied import wrongly_affirmed, wrongly_denied
from digest.articles.fidelity.evidence import LONGEST as LONGEST_SENTENCE
from digest.articles.fidelity.evidence import Evidence, gather
from digest.articles.fidelity.measured import lacking_dates, lacks_number, wrong_duals
from digest.articles.fidelity.negations import denies
from digest.articles.fidelity.strangers import strangers
from digest.text.clean import strip_controls
from digest.text.datewords import named_dates
from digest.text.fold import fold
from digest.text.placed import Placed, placed
from digest.text.quantities import quantities
from digest.text.split import sentences

LONGEST = 20_000  # characters of a summary that are looked at
LONGEST_SOURCE = 100_000  # characters of a source that are looked at, verbatim sentences aside
_NOT_LETTERS = re.compile(r"[\W_]+")


class DoubtKind(StrEnum):
    """What is doubtful."""

    NUMBER = "number"
    NAME = "name"
    DATE = "date"
    NEGATION = "negation"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A stretch of a summary that its sources do not bear out: ``summary[start:end] == text``.

    A negation is marked where it was added; where it was dropped, the word it belonged to.
    """

    kind: DoubtKind
    text: str
    start: int
    end: int


def unsupported(
    summary: str, source: str | Sequence[str], *, title: str = ""
) -> tuple[Doubt, ...]:
    """Return the numbers, names, dates and negations of a summary that its sources lack.

    ``source`` is one text or several; ``title`` counts as part of them. In order of place and
    without overlap; empty for a summary that is made of the sources' own sentences.
    """
    sources = [source] if isinstance(source, str) else list(source)
    # Summaries are shown without control characters; so their sources are read.
    texts = [strip_controls(text) for text in (title, *sources) if text.strip()]
    doubtful = _not_verbatim(summary[:LONGEST], texts)
    if not doubtful:
        return ()
    evidence = gather(text[:LONGEST_SOURCE] for text in texts)
    found = [
        Doubt(kind, summary[start:end], start, end)
        for first, last in doubtful
        for kind, start, end in _of_sentence(summary[first:last], first, evidence)
    ]
    return _apart(found)


def _not_verbatim(summary: str, texts: Sequence[str]) -> list[tuple[int, int]]:
    """Return where the sentences stand that are not found word for word in a source."""
    whole = [f" {_bare(text)} " for text in texts]
    return [
        (one.start, one.end)
        for one in sentences(summary)
        if not any(_stands_in(f" {_bare(one.text)} ", text) for text in whole)
    ]


def _stands_in(sentence: str, text: str) -> bool:
    """Tell whether a text holds a sentence, and not only what is left of it after a «لم»."""
    at = text.find(sentence)
    while at >= 0:
        if not denies(text[:at].rpartition(" ")[2]):
            return True
        at = text.find(sentence, at + 1)
    return False


def _bare(text: str) -> str:
    return _NOT_LETTERS.sub(" ", fold(text)).strip()


def _of_sentence(
    text: str, offset: int, evidence: Evidence
) -> Iterator[tuple[DoubtKind, int, int]]:
    words = placed(text)
    numbers = quantities(text, words)
    dates = named_dates(text, words, numbers)
    taken: set[int] = set()
    for named in dates:
        taken |= set(range(named.first, named.last))
    for named in lacking_dates(dates, evidence):
        yield DoubtKind.DATE, offset + named.start, offset + named.end
    for number in numbers:
        if number.first in taken:
            continue
        taken |= set(range(number.first, number.last))
        if lacks_number(number, words, evidence):
            yield DoubtKind.NUMBER, offset + number.start, offset + number.end
    spoken = words[:LONGEST_SENTENCE]
    spans = [
        *((DoubtKind.NUMBER, place, place + 1) for place in wrong_duals(words, evidence)),
        *((DoubtKind.NAME, *span) for span in strangers(text, words, evidence, taken)),
        *((DoubtKind.NEGATION, *span) for span in wrongly_denied(spoken, evidence)),
        *((DoubtKind.NEGATION, *span) for span in wrongly_affirmed(spoken, evidence)),
    ]
    yield from _placed_spans(spans, words, offset)


def _placed_spans(
    spans: Sequence[tuple[DoubtKind, int, int]], words: Sequence[Placed], offset: int
) -> Iterator[tuple[DoubtKind, int, int]]:
    for kind, first, last in spans:
        yield kind, offset + words[first].start, offset + words[last - 1].end


def _apart(found: list[Doubt]) -> tuple[Doubt, ...]:
    """Order doubts and leave out those that overlap an earlier one."""
    kept: list[Doubt] = []
    for doubt in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or doubt.start >= kept[-1].end:
            kept.append(doubt)
    return tuple(kept)
