"""Near-duplicates: one report printed by several papers, with small changes.

MinHash over pairs of neighbouring words finds candidates, then the share of the shorter text that
the longer one holds decides. Folding comes first: hamza, ta marbuta, harakat and digits are what
papers change (a MinHash of the raw text found a fifth of such pairs, measured).
"""

from __future__ import annotations

import random
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from digest.articles.link import Clusters
from digest.articles.vectors import GroupInput, cleaned
from digest.text.split import words

if TYPE_CHECKING:
    import numpy

HASHES = 129  # 43 bands of 3: pairs that share three tenths of their pairs of words meet
ROWS = 3
CONTAINED = 0.6  # share of the shorter text found in the longer
ALIKE = 0.8  # the same of both, asked of texts too short to judge by containment
FEW = 12  # pairs of words
PART = 0.2  # a text shorter than this share of the other is a passage quoted in it
READ = 1200  # words of a text; enough to know it by


def near_duplicates(rows: Sequence[GroupInput]) -> dict[str, int]:
    """Return a cluster number for every id: equal for near-duplicates, in order of appearance.

    Texts are compared without their calls to subscribe and datelines; where there is no text the
    titles are. Deterministic; the order of rows changes only the numbers.
    """
    return duplicates(cleaned(rows))


def duplicates(rows: Sequence[GroupInput]) -> dict[str, int]:
    """Do what ``near_duplicates`` does with articles that are cleaned already."""
    shingles = [_shingles(row) for row in rows]
    clusters = Clusters(len(rows))
    for one, other in sorted(_candidates(shingles)):
        if clusters.root(one) != clusters.root(other) and _same(shingles[one], shingles[other]):
            clusters.join(one, other)
    numbers = clusters.numbers()
    return {row.id: number for row, number in zip(rows, numbers, strict=True)}


def _shingles(row: GroupInput) -> frozenset[int]:
    """Return hashes of the pairs of neighbouring words; of the single word where there is one."""
    found = words(row.text)[:READ] or words(row.title)
    pairs = pairwise(found) if len(found) > 1 else ((word, "") for word in found)
    return frozenset(zlib.crc32(f"{first} {second}".encode()) for first, second in pairs)


def _same(one: frozenset[int], other: frozenset[int]) -> bool:
    shared = len(one & other)
    small, large = sorted((len(one), len(other)))
    if small < FEW:
        return shared >= ALIKE * large
    return shared >= CONTAINED * small and small >= PART * large


def _candidates(shingles: Sequence[frozenset[int]]) -> set[tuple[int, int]]:
    """Return the pairs of places that agree in a band of their signatures."""
    filled = [place for place, found in enumerate(shingles) if found]
    if len(filled) < 2:
        return set()
    signatures = _signatures([shingles[place] for place in filled])
    pairs: set[tuple[int, int]] = set()
    for band in range(0, HASHES, ROWS):
        buckets: dict[bytes, list[int]] = defaultdict(list)
        for place, signature in zip(filled, signatures, strict=True):
            buckets[signature[band : band + ROWS].tobytes()].append(place)
        for members in buckets.values():
            pairs.update(_pairs(members))
    return pairs


def _pairs(members: list[int]) -> Iterator[tuple[int, int]]:
    """Pair each member with the next few: a chain joins a large bucket as well as all pairs do."""
    for at, one in enumerate(members):
        yield from ((one, other) for other in members[at + 1 : at + 6])


def _signatures(shingles: Iterable[frozenset[int]]) -> list[numpy.ndarray]:
    """Return the MinHash signature of each set (multiply-shift hashing, Dietzfelbinger 1997)."""
    import numpy as np

    source = random.Random(20260101)
    factors = np.array([source.getrandbits(64) | 1 for _ in range(HASHES)], dtype=np.uint64)
    offsets = np.array([source.getrandbits(64) for _ in range(HASHES)], dtype=np.uint64)
    signatures = []
    for found in shingles:
        keys = np.fromiter(found, dtype=np.uint64, count=len(found))
        hashed = keys[:, None] * factors + offsets
        signatures.append((hashed >> np.uint64(32)).min(axis=0).astype(np.uint32))
    return signatures
