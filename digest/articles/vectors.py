"""Articles as weighted words, and which of them are alike."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
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
    """An article as grouping sees it. ``at`` is aware or None; ``source`` may be empty."""

    id: str
    title: str
    text: str
    at: datetime | None = None
    source: str = ""


def cleaned(rows: Sequence[GroupInput]) -> list[GroupInput]:
    """Return the articles without calls to subscribe, datelines and bylines in their texts."""
    return [
        replace(row, text=strip_boilerplate(row.text[:LONGEST], title=row.title)) for row in rows
    ]


def vectors(rows: Sequence[GroupInput]) -> Any:
    """Return cleaned articles as rows of a sparse matrix (scipy CSR): TF-IDF of light stems.

    Rows have length 1. A row without a word is all zero.
    """
    import numpy as np
    from scipy.sparse import csr_array

    counts = [_counted(row) for row in rows]
    columns: dict[str, int] = {}
    for count in counts:
        for term in count:
            columns.setdefault(term, len(columns))
    n = len(rows)
    seen = Counter(term for count in counts for term in count)
    rarity = {term: math.log((1 + n) / (1 + seen[term])) + 1 for term in columns}
    starts, places, weights = [0], list[int](), list[float]()
    for count in counts:
        found = {term: (1 + math.log(times)) * rarity[term] for term, times in count.items()}
        length = math.sqrt(sum(weight * weight for weight in found.values())) or 1.0
        places += [columns[term] for term in found]
        weights += [weight / length for weight in found.values()]
        starts.append(len(places))
    return csr_array(
        (np.array(weights), np.array(places, dtype=np.int32), np.array(starts, dtype=np.int64)),
        shape=(n, max(len(columns), 1)),
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


def _counted(row: GroupInput) -> Counter[str]:
    found = terms(row.title) * TITLE + terms(row.text[:OPENING])
    return Counter(" ".join(found).translate(_AS_HEARD).split())
