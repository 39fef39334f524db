"""Articles as weighted words, and which of them are alike."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from digest.articles.boilerplate import strip_boilerplate
from digest.text.stopwords import terms

OPENING = 1200  # characters of the text; an event is told in its first paragraphs
LONGEST = 12_000  # characters of a text that are read at all
TITLE = 4  # times that a title counts
# Foreign names are spelled by ear: موراليز and موراليس, غوغل and جوجل and كوكل.
_AS_HEARD = str.maketrans("زجغ", "سكك")
BLOCK = 512  # rows multiplied at a time, which bounds the memory


@dataclass(frozen=True, slots=True)
class GroupInput:
    """An article as grouping sees it.

    ``at`` is aware or None; ``source`` may be empty; ``weight`` is the standing of the source
    (1 for an ordinary one), which has a say in the choice of the article to show.
    """

    id: str
    title: str
    text: str
    at: datetime | None = None
    source: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Rarity:
    """How many of ``n`` articles hold each term: what a term is worth (smoothed IDF)."""

    n: int
    seen: Mapping[str, int]

    @classmethod
    def of(cls, counts: Iterable[Counter[str]]) -> Rarity:
        """Count the articles of each term."""
        seen: Counter[str] = Counter()
        n = 0
        for count in counts:
            seen.update(count.keys())
            n += 1
        return cls(n, seen)

    def weighed(self, count: Mapping[str, int]) -> dict[str, float]:
        """Return counted terms as a vector of length 1; without a term it is empty."""
        seen, top = self.seen, 1 + self.n
        found = {
            term: (1 + math.log(times)) * (math.log(top / (1 + seen.get(term, 0))) + 1)
            for term, times in count.items()
        }
        length = math.sqrt(sum(weight * weight for weight in found.values()))
        return {term: weight / length for term, weight in found.items()}


def cleaned(rows: Sequence[GroupInput]) -> list[GroupInput]:
    """Return the articles without calls to subscribe, datelines and bylines in their texts."""
    return [
        replace(row, text=strip_boilerplate(row.text[:LONGEST], title=row.title)) for row in rows
    ]


def counted(row: GroupInput) -> Counter[str]:
    """Return what a cleaned article is about: light stems and how often, the title's several times."""
    found = terms(row.title) * TITLE + terms(row.text[:OPENING])
    return Counter(" ".join(found).translate(_AS_HEARD).split())


def cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return the cosine of two vectors of length 1: 0 for nothing shared, 1 for the same."""
    small, large = sorted((one, other), key=len)
    return sum(weight * large[term] for term, weight in small.items() if term in large)


def vectors(rows: Sequence[GroupInput]) -> Any:
    """Return cleaned articles as rows of a sparse matrix (scipy CSR): TF-IDF of light stems.

    Rows have length 1. A row without a word is all zero.
    """
    counts = [counted(row) for row in rows]
    return matrix_of(counts, Rarity.of(counts))


def matrix_of(counts: Sequence[Counter[str]], rarity: Rarity) -> Any:
    """Return counted articles as rows of a sparse matrix (scipy CSR), each of length 1 or 0."""
    import numpy as np
    from scipy.sparse import csr_array

    columns: dict[str, int] = {}
    starts, places, weights = [0], list[int](), list[float]()
    for count in counts:
        found = rarity.weighed(count)
        places += [columns.setdefault(term, len(columns)) for term in found]
        weights += found.values()
        starts.append(len(places))
    return csr_array(
        (np.array(weights), np.array(places, dtype=np.int32), np.array(starts, dtype=np.int64)),
        shape=(len(counts), max(len(columns), 1)),
    )


def alike(
    matrix: Any, rows: Sequence[GroupInput], *, least: float, window: timedelta
) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs (i < j) whose cosine is at least ``least`` and that lie within ``window``."""
    import numpy as np

    hours = np.array([row.at.timestamp() if row.at else math.nan for row in rows])
    columns = matrix.T.tocsr()
    for start in range(0, len(rows), BLOCK):
        found = (matrix[start : start + BLOCK] @ columns).tocoo()
        i, j = found.row + start, found.col
        # A comparison with an unknown time is False: such pairs are not far apart.
        kept = (found.data >= least) & (i < j)
        kept &= ~(np.abs(hours[i] - hours[j]) > window.total_seconds())
        yield from zip(i[kept].tolist(), j[kept].tolist(), found.data[kept].tolist(), strict=True)
