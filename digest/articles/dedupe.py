"""Near-duplicates: one report printed by several papers, with small changes.

MinHash over pairs of neighbouring words finds candidates, then the share of the shorter text that
the longer one holds decides. Folding comes first: hamza, ta marbuta, harakat and digits are what
papers change (a MinHash of the raw text found a fifth of such pairs, measured).
"""

from __future__ import annotations

import random
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
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


class Copies:
    """Articles that come and go, and which of them are near-duplicates of which."""

    def __init__(self) -> None:
        self._shingles: dict[str, frozenset[int]] = {}
        self._bands: dict[str, list[tuple[int, bytes]]] = {}
        self._buckets: defaultdict[tuple[int, bytes], set[str]] = defaultdict(set)
        self._copies: dict[str, set[str]] = {}

    def add(self, row: GroupInput) -> None:
        """Take a cleaned article in."""
        own = self._shingles[row.id] = _shingles(row)
        bands = self._bands[row.id] = list(enumerate(_bands(own))) if own else []
        met = {other for band in bands for other in self._buckets[band]}
        copies = self._copies[row.id] = {
            other for other in met if _same(own, self._shingles[other])
        }
        for other in copies:
            self._copies[other].add(row.id)
        for band in bands:
            self._buckets[band].add(row.id)

    def of(self, name: str) -> Set[str]:
        """Return the near-duplicates of an article taken in before."""
        return self._copies[name]

    def drop(self, name: str) -> None:
        """Let an article go."""
        del self._shingles[name]
        for other in self._copies.pop(name):
            self._copies[other].discard(name)
        for band in self._bands.pop(name):
            self._buckets[band].discard(name)
            if not self._buckets[band]:
                del self._buckets[band]


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


def _bands(shingles: frozenset[int]) -> list[bytes]:
    """Return the bands of the signature of one set that is not empty."""
    signature = _signatures([shingles])[0].tobytes()
    size = 4 * ROWS
    return [signature[at : at + size] for at in range(0, len(signature), size)]


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
