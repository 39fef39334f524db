"""The open stories in memory: what arrives joins one or opens one, without reading the rest again.

Average-link goes on from where it stands. The stories are clusters already; the articles that
arrive are clusters of one; the two closest clusters are joined while their mean cosine is that of
one event. When everything arrives at once this is what ``group_articles`` does, and an article
alone costs one product of its words with those of the window.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Any

from digest.articles.dedupe import _same, _shingles
from digest.articles.group import NEAR, SAME_EVENT, WINDOW
from digest.articles.vectors import GroupInput, _counted, cleaned

MANY_WORDS = 300_000  # different words from which a process had better forget and read anew


@dataclass(frozen=True, slots=True)
class _Kept:
    """An article as memory holds it: columns and weights of its words, hashes of its passages."""

    at: datetime | None
    columns: Any
    weights: Any
    passages: frozenset[int]


@dataclass(frozen=True, slots=True)
class Joined:
    """Articles that belong together now; ``homes`` are the stories that they were in before.

    ``arrived`` are those among them that had none.
    """

    ids: tuple[int, ...]
    homes: tuple[int, ...]
    arrived: tuple[int, ...]


class OpenStories:
    """The articles of a window with the stories that hold them. Not safe for two threads at once.

    Ids of articles and stories are the database's. ``sent`` stories take articles in but are never
    joined with another one, and they reach further back (``told``) than the others (``window``).
    """

    def __init__(self, *, window: timedelta = WINDOW, told: timedelta = timedelta(days=14)) -> None:
        self._window, self._told = window, told
        self._words: dict[str, int] = {}
        self._kept: dict[int, _Kept] = {}
        self._homes: dict[int, int] = {}
        self._matrix: Any = None
        self._places: dict[int, int] = {}

    def __contains__(self, article_id: int) -> bool:
        return article_id in self._kept

    @property
    def ids(self) -> frozenset[int]:
        """Return the articles it holds."""
        return frozenset(self._kept)

    @property
    def worn(self) -> bool:
        """Tell whether it has seen so many words that a new one is cheaper."""
        return len(self._words) > MANY_WORDS

    def put(self, rows: Sequence[GroupInput]) -> None:
        """Hold articles, without a story yet; one that is known is read again."""
        import numpy as np

        for row in cleaned(rows):
            counts = _counted(row)
            columns = [self._words.setdefault(term, len(self._words)) for term in counts]
            weights = [1 + math.log(times) for times in counts.values()]
            self._kept[int(row.id)] = _Kept(
                row.at, np.array(columns, dtype=np.int32), np.array(weights), _shingles(row)
            )
        if rows:
            self._matrix = None

    def drop(self, article_ids: Iterable[int]) -> None:
        """Forget articles that left the window."""
        for article_id in article_ids:
            self._kept.pop(article_id, None)
            self._homes.pop(article_id, None)
            self._matrix = None

    def settle(self, homes: Mapping[int, int | None]) -> None:
        """Note which story holds each article; None takes it out of its story."""
        for article_id, home in homes.items():
            if home is None:
                self._homes.pop(article_id, None)
            else:
                self._homes[article_id] = home

    def join(
        self, arrived: Collection[int], *, fixed: Collection[int] = (),
        sent: Collection[int] = (), apart: Iterable[tuple[int, int]] = (),
    ) -> list[Joined]:
        """Say where articles that arrived belong; only stories that win or are joined are named.

        Two ``fixed`` stories are never joined, nor are clusters that hold a pair told ``apart``;
        a story that was sent is joined with no other. Every arrived article is in exactly one
        result. The order of ``arrived`` does not matter.
        """
        waiting = sorted(arrived)
        if not waiting:
            return []
        near = self._near(waiting, frozenset(sent))
        clusters = _Clusters(
            [*waiting, *sorted(self._around(near))], self._homes, frozenset(fixed),
            frozenset(sent), apart,
        )
        for (one, other), cosine in near.items():
            clusters.link(one, other, cosine)
        self._join_copies(clusters, near, frozenset(waiting))
        clusters.agglomerate(SAME_EVENT)
        return clusters.results(frozenset(waiting))

    def likeness(self, article_ids: Collection[int]) -> float | None:
        """Return the mean cosine of all pairs of these articles; None when fewer than two are held."""
        places = [self._place(one) for one in sorted(article_ids) if one in self._kept]
        if len(places) < 2:
            return None
        inside = self._vectors()[places]
        total = inside.sum(axis=0)
        squares = float(inside.power(2).sum())
        pairs = len(places) * (len(places) - 1)
        return min(1.0, max(0.0, (float((total * total).sum()) - squares) / pairs))

    def repeats(self, article_id: int, others: Iterable[int]) -> bool:
        """Tell whether an article is a near-duplicate of one of the others."""
        passages = self._kept[article_id].passages
        return any(
            _same(passages, self._kept[one].passages) for one in others if one in self._kept
        )

    def _vectors(self) -> Any:
        """TF-IDF rows of length 1 of everything held, in the order of ids."""
        if self._matrix is None:
            import numpy as np
            from scipy.sparse import csr_array

            ids = sorted(self._kept)
            kept = [self._kept[one] for one in ids]
            sizes = np.array([len(one.columns) for one in kept])
            starts = np.concatenate(([0], np.cumsum(sizes)))
            none: list[Any] = [np.empty(0, dtype=np.int32)]
            columns = np.concatenate(none + [one.columns for one in kept])
            weights = np.concatenate([np.empty(0)] + [one.weights for one in kept])
            seen = np.bincount(columns, minlength=max(len(self._words), 1))
            weights = weights * (np.log((1 + len(ids)) / (1 + seen)) + 1)[columns]
            owners = np.repeat(np.arange(len(ids)), sizes)
            lengths = np.sqrt(np.bincount(owners, weights**2, minlength=len(ids)))
            weights = weights / np.where(lengths > 0, lengths, 1.0)[owners]
            self._matrix = csr_array(
                (weights, columns, starts), shape=(len(ids), max(len(self._words), 1))
            )
            self._places = {one: place for place, one in enumerate(ids)}
        return self._matrix

    def _place(self, article_id: int) -> int:
        self._vectors()
        return self._places[article_id]

    def _near(self, waiting: list[int], sent: frozenset[int]) -> dict[tuple[int, int], float]:
        """The pairs alike enough, smaller id first: arrived with all, and among those they touch."""
        found = self._pairs(waiting, sorted(self._kept), sent)
        touched = {self._homes[one] for pair in found for one in pair if one in self._homes}
        if len(touched) > 1:
            members = [one for one, home in self._homes.items() if home in touched]
            found |= self._pairs(sorted(members), sorted(members), sent)
        return found

    def _pairs(
        self, some: list[int], all_of: list[int], sent: frozenset[int]
    ) -> dict[tuple[int, int], float]:
        matrix = self._vectors()
        rows, columns = [self._places[one] for one in some], [self._places[one] for one in all_of]
        product = (matrix[rows] @ matrix[columns].T).tocoo()
        wanted = product.data >= NEAR
        found: dict[tuple[int, int], float] = {}
        for i, j, cosine in zip(
            product.row[wanted].tolist(), product.col[wanted].tolist(),
            product.data[wanted].tolist(), strict=True,
        ):
            one, other = sorted((some[i], all_of[j]))
            if one != other and self._within(one, other, sent):
                found[one, other] = cosine
        return found

    def _within(self, one: int, other: int, sent: frozenset[int]) -> bool:
        """Whether two articles came out close enough; an unknown time is not far from any."""
        first, second = self._kept[one].at, self._kept[other].at
        if first is None or second is None:
            return True
        told = self._homes.get(one) in sent or self._homes.get(other) in sent
        return abs(first - second) <= (self._told if told else self._window)

    def _around(self, near: Mapping[tuple[int, int], float]) -> set[int]:
        """All articles of the stories that pairs touch."""
        homes = {self._homes[one] for pair in near for one in pair if one in self._homes}
        return {one for one, home in self._homes.items() if home in homes}

    def _join_copies(
        self, clusters: _Clusters, near: Mapping[tuple[int, int], float], waiting: frozenset[int]
    ) -> None:
        """Join what is printed twice, whatever else its stories hold."""
        for one, other in sorted(near, key=lambda pair: (-near[pair], pair)):
            if one not in waiting and other not in waiting:
                continue
            if _same(self._kept[one].passages, self._kept[other].passages):
                clusters.join(one, other)


class _Clusters:
    """Stories and arrived articles, joined pair by pair; a cluster is named by its first member."""

    def __init__(
        self, members: Sequence[int], homes: Mapping[int, int], fixed: frozenset[int],
        sent: frozenset[int], apart: Iterable[tuple[int, int]],
    ) -> None:
        self._members: dict[int, list[int]] = {}
        self._homes: dict[int, set[int]] = {}
        self._of: dict[int, int] = {}
        self._links: dict[int, dict[int, float]] = {}
        self._fixed, self._sent = fixed, sent
        self._apart: dict[int, set[int]] = {}
        first: dict[int, int] = {}
        for one in dict.fromkeys(members):
            home = homes.get(one)
            name = one if home is None else first.setdefault(home, one)
            self._of[one] = name
            self._members.setdefault(name, []).append(one)
            self._homes.setdefault(name, set()).update(() if home is None else (home,))
            self._links.setdefault(name, {})
        for one, other in apart:
            if one in self._of and other in self._of:
                self._apart.setdefault(one, set()).add(other)
                self._apart.setdefault(other, set()).add(one)

    def link(self, one: int, other: int, cosine: float) -> None:
        """Add the likeness of two articles to that of their clusters."""
        first, second = self._of[one], self._of[other]
        if first != second:
            for a, b in ((first, second), (second, first)):
                self._links[a][b] = self._links[a].get(b, 0.0) + cosine

    def join(self, one: int, other: int) -> None:
        """Make one cluster of two articles' clusters, unless that may not be."""
        first, second = self._of[one], self._of[other]
        if first != second and self._may(first, second):
            self._unite(first, second)

    def agglomerate(self, least: float) -> None:
        """Join the closest clusters while their mean likeness is at least ``least``."""
        heap = [
            (-self._mean(one, other), one, other)
            for one, links in self._links.items() for other in links if one < other
        ]
        heapify(heap)
        while heap:
            likeness, one, other = heappop(heap)
            if -likeness < least:
                return
            # What was joined meanwhile has another mean: its newer entry comes or has come.
            if other not in self._links.get(one, {}) or likeness != -self._mean(one, other):
                continue
            if self._may(one, other):
                kept = self._unite(one, other)
                for near in self._links[kept]:
                    low, high = sorted((kept, near))
                    heappush(heap, (-self._mean(low, high), low, high))

    def results(self, waiting: frozenset[int]) -> list[Joined]:
        """Return the clusters that hold an arrived article or more than one story, in order."""
        found = []
        for name, members in sorted(self._members.items()):
            arrived = tuple(sorted(one for one in members if one in waiting))
            homes = tuple(sorted(self._homes[name]))
            if arrived or len(homes) > 1:
                found.append(Joined(tuple(sorted(members)), homes, arrived))
        return found

    def _mean(self, one: int, other: int) -> float:
        return self._links[one][other] / (len(self._members[one]) * len(self._members[other]))

    def _may(self, one: int, other: int) -> bool:
        first, second = self._homes[one], self._homes[other]
        if first and second and (first | second) & self._sent:
            return False
        if first & self._fixed and second & self._fixed:
            return False
        if not self._apart:
            return True
        small, large = sorted((self._members[one], self._members[other]), key=len)
        within = set(large)
        return not any(self._apart.get(member, set()) & within for member in small)

    def _unite(self, one: int, other: int) -> int:
        """Move the second cluster's members and links to the first, the smaller name kept."""
        kept, gone = sorted((one, other))
        for member in self._members[gone]:
            self._of[member] = kept
        self._members[kept] += self._members.pop(gone)
        self._homes[kept] |= self._homes.pop(gone)
        for near, total in self._links.pop(gone).items():
            del self._links[near][gone]
            if near != kept:
                self._links[kept][near] = self._links[kept].get(near, 0.0) + total
                self._links[near][kept] = self._links[kept][near]
        return kept
