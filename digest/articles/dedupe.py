"""Near-duplicates: one report printed by several papers, with small changes.

MinHash over pairs of neighbouring words finds candidates, then the share of the shorter text that
the longer one holds decides. Folding comes first: hamza, ta marbuta, harakat and digits are what
papers change (a MinHash of the raw text found a fifth of such pairs, measured).
"""

from __future__ import annotations

import random
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from functools import cache
from typing import TYPE_CHECKING

from digest.articles.link import Clusters
from digest.articles.vectors import GroupInput, Tokens, cleaned, tokens
from digest.text.remembered import Remembered

if TYPE_CHECKING:
    import numpy

HASHES = 129  # 43 bands of 3: pairs that share three tenths of their pairs of words meet
ROWS = 3
CONTAINED = 0.6  # share of the shorter text found in the longer
ALIKE = 0.8  # the same of both, asked of texts too short to judge by containment
FEW = 12  # pairs of words
PART = 0.2  # a text shorter than this share of the other is a passage quoted in it
NEXT = 5  # members of a bucket that each is compared with; a chain joins as well as all pairs do
_TIMES = 0x9E3779B97F4A7C15  # odd: multiply-shift hashing of a pair of words


def near_duplicates(rows: Sequence[GroupInput]) -> dict[str, int]:
    """Return a cluster number for every id: equal for near-duplicates, in order of appearance.

    Texts are compared without their calls to subscribe and datelines; where there is no text the
    titles are. Deterministic; the order of rows changes only the numbers.
    """
    clusters = Clusters(len(rows))
    for one, other in repeated([shingles(tokens(row)) for row in cleaned(rows)]):
        clusters.join(one, other)
    return {row.id: number for row, number in zip(rows, clusters.numbers(), strict=True)}


def repeated(prints: Sequence[numpy.ndarray]) -> Iterator[tuple[int, int]]:
    """Yield pairs of places that are near-duplicates, enough of them to connect each cluster.

    ``prints`` are the ``shingles`` of articles.
    """
    clusters = Clusters(len(prints))
    for one, other in sorted(_candidates(prints)):
        if clusters.root(one) != clusters.root(other) and _same(prints[one], prints[other]):
            clusters.join(one, other)
            yield one, other


def shingles(found: Tokens) -> numpy.ndarray:
    """Return hashes of the pairs of neighbouring words, in order, each once (uint32).

    Of a single word there is one; where there is no text the title is read.
    """
    import numpy as np

    read = found.text or found.title
    hashed = np.fromiter(map(_HASHES.__getitem__, read), dtype=np.uint64, count=len(read))
    following = hashed[1:] if len(read) > 1 else np.zeros(len(read), dtype=np.uint64)
    pairs = (hashed[: len(following)] * np.uint64(_TIMES) + following) * np.uint64(_TIMES)
    return np.unique((pairs >> np.uint64(32)).astype(np.uint32))


class Copies:
    """Articles that come and go, and which of them are near-duplicates of which."""

    def __init__(self) -> None:
        self._prints: dict[str, numpy.ndarray] = {}
        self._bands: dict[str, list[tuple[int, bytes]]] = {}
        self._buckets: defaultdict[tuple[int, bytes], set[str]] = defaultdict(set)
        self._copies: dict[str, set[str]] = {}

    def add(self, name: str, own: numpy.ndarray) -> None:
        """Take an article in, known by its ``shingles``."""
        bands = list(enumerate(_bands(own))) if len(own) else []
        met = {other for band in bands for other in self._buckets[band]}
        copies = {other for other in met if _same(own, self._prints[other])}
        self._prints[name], self._bands[name], self._copies[name] = own, bands, copies
        for other in copies:
            self._copies[other].add(name)
        for band in bands:
            self._buckets[band].add(name)

    def of(self, name: str) -> Set[str]:
        """Return the near-duplicates of an article taken in before."""
        return self._copies[name]

    def drop(self, name: str) -> None:
        """Let an article go."""
        del self._prints[name]
        for other in self._copies.pop(name):
            self._copies[other].discard(name)
        for band in self._bands.pop(name):
            self._buckets[band].discard(name)
            if not self._buckets[band]:
                del self._buckets[band]


def _hashed(word: str) -> int:
    return zlib.crc32(word.encode())


_HASHES = Remembered(_hashed)


def _same(one: numpy.ndarray, other: numpy.ndarray) -> bool:
    import numpy as np

    small, large = sorted((len(one), len(other)))
    if small >= FEW and small < PART * large:
        return False
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared >= ALIKE * large if small < FEW else shared >= CONTAINED * small


def _candidates(prints: Sequence[numpy.ndarray]) -> set[tuple[int, int]]:
    """Return the pairs of places that agree in a band of their signatures."""
    import numpy as np

    filled = [place for place, found in enumerate(prints) if len(found)]
    if len(filled) < 2:
        return set()
    signatures = np.array([_signature(prints[place]) for place in filled])
    pairs: set[tuple[int, int]] = set()
    for band in range(0, HASHES, ROWS):
        _, bucket = np.unique(_folded(signatures[:, band : band + ROWS]), return_inverse=True)
        order = np.argsort(bucket, kind="stable")
        for step in range(1, NEXT + 1):
            met = np.flatnonzero(bucket[order[:-step]] == bucket[order[step:]])
            pairs.update(
                (filled[one], filled[other])
                for one, other in zip(
                    order[met].tolist(), order[met + step].tolist(), strict=True
                )
            )
    return pairs


def _folded(band: numpy.ndarray) -> numpy.ndarray:
    """Return one number for the hashes of a band; different bands meet by chance in 2^-64."""
    import numpy as np

    number = np.zeros(len(band), dtype=np.uint64)
    for column in band.T:
        number = (number + column) * np.uint64(_TIMES)
        number ^= number >> np.uint64(29)
    return number


def _bands(own: numpy.ndarray) -> list[bytes]:
    """Return the bands of the signature of one set that is not empty."""
    signature = _signature(own).tobytes()
    size = 4 * ROWS
    return [signature[at : at + size] for at in range(0, len(signature), size)]


def _signature(own: numpy.ndarray) -> numpy.ndarray:
    """Return the MinHash signature of a set (multiply-shift hashing, Dietzfelbinger 1997)."""
    import numpy as np

    factors, offsets = _drawn()
    least: numpy.ndarray = (own.astype(np.uint64)[:, None] * factors + offsets).min(axis=0)
    return (least >> np.uint64(32)).astype(np.uint32)


@cache
def _drawn() -> tuple[numpy.ndarray, numpy.ndarray]:
    """Return the factors and offsets of the hash functions, the same ones in every process."""
    import numpy as np

    source = random.Random(20260101)
    factors = np.array([source.getrandbits(64) | 1 for _ in range(HASHES)], dtype=np.uint64)
    offsets = np.array([source.getrandbits(64) for _ in range(HASHES)], dtype=np.uint64)
    return factors, offsets
