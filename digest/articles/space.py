"""Many articles at once as sparse matrices, and the pairs of them that are alike."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from digest.articles.link import Pair
from digest.articles.vectors import (
    ACQUAINTED,
    DIGITS,
    NEAR,
    TOLD,
    GroupInput,
    Profile,
    Rarity,
)

if TYPE_CHECKING:
    import numpy

BLOCK = 512  # rows multiplied at a time, which bounds the memory
PAIRS = 4096  # pairs compared at a time, likewise


@dataclass(frozen=True, slots=True)
class Space:
    """Articles as rows of three sparse matrices (scipy CSR) with a column for each term.

    ``vectors`` are TF-IDF of length 1 or 0, ``leads`` the worth of the lead's terms, which adds up
    to 1, ``wholes`` 1 for each term of the text: ``Weighed`` for many.
    """

    vectors: Any
    leads: Any
    wholes: Any


class _Rows:
    """The rows of a sparse matrix while they are being written; without values they are ones."""

    def __init__(self) -> None:
        self._starts, self._columns, self._values = array("i", [0]), array("i"), array("f")

    def add(self, columns: list[int], values: Iterable[float] = ()) -> None:
        """Write one row."""
        self._columns.extend(columns)
        self._values.extend(values)
        self._starts.append(len(self._columns))

    def matrix(self, width: int) -> Any:
        """Return what was written."""
        import numpy as np
        from scipy.sparse import csr_array

        columns = np.array(self._columns, dtype=np.int32)
        values = np.array(self._values or [1.0] * len(columns), dtype=np.float32)
        found = csr_array(
            (values, columns, np.array(self._starts, dtype=np.int32)),
            shape=(len(self._starts) - 1, max(width, 1)),
        )
        found.sort_indices()
        return found


def space(profiles: Iterable[Profile], rarity: Rarity | None = None) -> Space:
    """Return articles as matrices; how rare terms are is counted among them unless it is given.

    The profiles are read once and not kept: a hundred thousand need no more memory than their
    matrices.
    """
    import numpy as np
    from scipy.sparse import diags_array

    columns: dict[str, int] = {}
    counts, leads, wholes = _Rows(), _Rows(), _Rows()
    for one in profiles:
        number = {term: columns.setdefault(term, len(columns)) for term in one.whole}
        wholes.add(list(number.values()))
        leads.add([number[term] for term in one.lead])
        counts.add(
            [number[term] for term in one.counts],
            [1 + math.log(times) for times in one.counts.values()],
        )
    vectors = counts.matrix(len(columns))
    if rarity is None:
        seen = np.bincount(vectors.indices, minlength=len(columns)).tolist()
        rarity = Rarity(vectors.shape[0], dict(zip(columns, seen, strict=True)))
    worth = np.array([rarity.worth(term) for term in columns] or [1.0], dtype=np.float32)
    weighed = vectors @ diags_array(worth)
    told = leads.matrix(len(columns)) @ diags_array(worth)
    lengths = np.sqrt((weighed * weighed).sum(axis=1))
    return Space(
        vectors=_divided(weighed, lengths),
        leads=_divided(told, told.sum(axis=1)),
        wholes=wholes.matrix(len(columns)),
    )


def alike(
    all_of: Space, rows: Sequence[GroupInput], *, window: timedelta
) -> Iterator[Pair]:
    """Yield the pairs (i < j) within ``window`` that are alike, as ``vectors.likeness`` has it.

    Articles are multiplied with those of their window only; one without a time with all.
    """
    import numpy as np

    times = np.array([row.at.timestamp() if row.at else math.nan for row in rows])
    order = np.argsort(times, kind="stable")  # those without a time are last
    dated = int(np.isfinite(times).sum())
    sorted_times, vectors = times[order], all_of.vectors[order]
    for start in range(0, len(rows), BLOCK):
        stop = min(start + BLOCK, len(rows))
        ahead = len(rows)
        if stop <= dated:
            latest = sorted_times[stop - 1] + window.total_seconds()
            ahead = int(np.searchsorted(sorted_times[:dated], latest, side="right"))
        spans = [(start, ahead)] if ahead > dated or dated == len(rows) else [
            (start, ahead), (dated, len(rows))
        ]
        for first, end in spans:
            found = (vectors[start:stop] @ vectors[first:end].T).tocoo()
            kept = found.data >= ACQUAINTED
            i, j, cosines = found.row[kept] + start, found.col[kept] + first, found.data[kept]
            # A comparison with an unknown time is False: such pairs are not far apart.
            near = (i < j) & ~(sorted_times[j] - sorted_times[i] > window.total_seconds())
            yield from _blended(all_of, order[i[near]], order[j[near]], cosines[near])


def _blended(
    all_of: Space, ones: numpy.ndarray, others: numpy.ndarray, cosines: numpy.ndarray
) -> Iterator[Pair]:
    """Yield pairs whose cosine is known with their likeness, those that are near."""
    import numpy as np

    for start in range(0, len(ones), PAIRS):
        some = slice(start, start + PAIRS)
        i, j = np.minimum(ones[some], others[some]), np.maximum(ones[some], others[some])
        told = np.maximum(
            all_of.leads[i].multiply(all_of.wholes[j]).sum(axis=1),
            all_of.leads[j].multiply(all_of.wholes[i]).sum(axis=1),
        )
        found = np.round((1 - TOLD) * cosines[some].astype(float) + TOLD * told, DIGITS)
        near = found >= NEAR
        yield from zip(i[near].tolist(), j[near].tolist(), found[near].tolist(), strict=True)


def _divided(matrix: Any, by: Any) -> Any:
    """Divide each row by its number; a row of zeros stays one."""
    import numpy as np
    from scipy.sparse import diags_array

    return (diags_array(1 / np.where(by > 0, by, 1).astype(np.float32)) @ matrix).tocsr()
