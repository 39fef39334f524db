"""Average-link over a sparse graph of likeness, with what must and what must not be together."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

Pair = tuple[int, int, float]  # two places, the first smaller, and their likeness


class Clusters:
    """Disjoint sets of the numbers 0 … n-1."""

    def __init__(self, n: int) -> None:
        self._parents = list(range(n))

    def root(self, place: int) -> int:
        """Return the smallest number in the set of ``place``."""
        while self._parents[place] != place:
            self._parents[place] = self._parents[self._parents[place]]
            place = self._parents[place]
        return place

    def join(self, one: int, other: int) -> None:
        """Make one set of two."""
        low, high = sorted((self.root(one), self.root(other)))
        self._parents[high] = low

    def numbers(self) -> list[int]:
        """Return the set of each place, numbered from 0 in order of appearance."""
        seen: dict[int, int] = {}
        return [seen.setdefault(self.root(i), len(seen)) for i in range(len(self._parents))]


def cut(
    n: int,
    pairs: Iterable[Pair],
    *,
    least: float,
    whole: Sequence[Collection[int]] = (),
    same: Iterable[tuple[int, int]] = (),
    apart: Iterable[tuple[int, int]] = (),
) -> list[int]:
    """Return for each of the places 0 … n-1 the smallest place of its set.

    The two sets with the highest mean likeness are joined as long as it is at least ``least``; a
    pair that is not in ``pairs`` counts as 0. The mean over all pairs of two sets never rises by
    joining (UPGMA), so the result is that of the full tree cut at ``least``, for the cost of the
    pairs given and not of n².

    ``whole`` are sets that stay whole, no two of them in one (a place in two counts for the
    first). ``same`` are pairs to join whatever their likeness, ``apart`` pairs never in one set.
    Sets that must be whole win over ``apart``, ``apart`` wins over ``same``.
    """
    linking = _Linking(n)
    linking.fix(whole, apart)
    for one, other in same:
        linking.join_if_allowed(one, other)
    linking.grow(pairs, least)
    return [linking.sets.root(place) for place in range(n)]


class _Linking:
    """Sets that grow: their sizes, their likeness summed over pairs, and what they must not meet.

    A set is named by its smallest place.
    """

    def __init__(self, n: int) -> None:
        self.sets = Clusters(n)
        self._size = [1] * n
        self._sums: dict[int, dict[int, float]] = defaultdict(dict)
        self._barred: dict[int, set[int]] = defaultdict(set)

    def fix(
        self, whole: Sequence[Collection[int]], apart: Iterable[tuple[int, int]]
    ) -> None:
        """Make the sets that stay whole, and know what never meets."""
        owned: set[int] = set()
        firsts = []
        for members in whole:
            own = sorted(set(members) - owned)
            owned.update(own)
            for place in own[1:]:
                self._join(own[0], place)
            firsts += own[:1]
        for number, one in enumerate(firsts):
            for other in firsts[:number]:
                self._bar(one, other)
        for one, other in apart:
            self._bar(one, other)

    def join_if_allowed(self, one: int, other: int) -> None:
        """Join the sets of two places unless they must not meet."""
        first, second = self.sets.root(one), self.sets.root(other)
        if first != second and second not in self._barred.get(first, ()):
            self._join(first, second)

    def grow(self, pairs: Iterable[Pair], least: float) -> None:
        """Join the most alike sets until no two are alike enough."""
        for one, other, likeness in pairs:
            first, second = self.sets.root(one), self.sets.root(other)
            if first != second:
                total = self._sums[first].get(second, 0.0) + likeness
                self._sums[first][second] = self._sums[second][first] = total
        waiting = [
            entry for one, found in self._sums.items() for other in found
            if one < other and (entry := self._entry(one, other))[0] <= -least
        ]
        heapq.heapify(waiting)
        while waiting:
            entry = heapq.heappop(waiting)
            _, one, other = entry
            if other not in self._sums.get(one, ()) or entry != self._entry(one, other):
                continue  # one of them has grown since
            if other in self._barred.get(one, ()):
                continue
            self._join(one, other)
            for third in self._sums[one]:
                entry = self._entry(*sorted((one, third)))
                if entry[0] <= -least:
                    heapq.heappush(waiting, entry)

    def _entry(self, one: int, other: int) -> tuple[float, int, int]:
        mean = self._sums[one][other] / (self._size[one] * self._size[other])
        return -round(mean, 9), one, other

    def _bar(self, one: int, other: int) -> None:
        first, second = self.sets.root(one), self.sets.root(other)
        if first != second:
            self._barred[first].add(second)
            self._barred[second].add(first)

    def _join(self, one: int, other: int) -> None:
        one, other = sorted((self.sets.root(one), self.sets.root(other)))
        if one == other:
            return
        self.sets.join(one, other)
        self._size[one] += self._size[other]
        for third, total in self._sums.pop(other, {}).items():
            self._sums[third].pop(other)
            if third != one:
                total += self._sums[one].get(third, 0.0)
                self._sums[one][third] = self._sums[third][one] = total
        for third in self._barred.pop(other, set()):
            self._barred[third].discard(other)
            self._bar(one, third)
