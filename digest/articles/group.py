"""Stories: articles that tell one event, from what they say alone.

Average-link over the cosine of TF-IDF vectors of light stems, in a sparse graph of near pairs.
The number of stories is never given: methods that need it do badly (measured: BCubed F1 of 95 to
97 against 20 to 70 for k-means).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from digest.articles.dedupe import Clusters, duplicates
from digest.articles.labels import label_groups
from digest.articles.vectors import GroupInput, alike, cleaned, vectors

__all__ = ["Group", "GroupInput", "group_articles"]

SAME_EVENT = 0.33  # mean cosine between two sets of articles; 0.30 to 0.36 is a plateau
NEAR = 0.22  # pairs less alike than this count as not alike at all
WINDOW = timedelta(hours=72)
LARGE = 3000  # articles linked at once; the distances take LARGE² x 8 bytes
STEP = 0.08

Pair = tuple[int, int, float]  # two places in the input, the first smaller, and their cosine


@dataclass(frozen=True, slots=True)
class Group:
    """One story: its article ids in the order given, a headline, tags, the article to show."""

    ids: tuple[str, ...]
    label: str
    tags: tuple[str, ...]
    lead_id: str


def group_articles(
    rows: Sequence[GroupInput], *, pinned: Sequence[Collection[str]] = ()
) -> list[Group]:
    """Sort articles into stories; every id is in exactly one group.

    ``pinned`` are sets of ids that an editor put together: each stays whole, two of them are never
    in one group, and new articles join the one they are most like. Groups come in the order of
    their first article. The same rows give the same groups. Ids must be unique.
    """
    if not rows:
        return []
    rows = cleaned(rows)
    matrix = vectors(rows)
    numbers = _linked(matrix, rows)
    numbers = _with_duplicates(numbers, rows)
    numbers = _with_pinned(numbers, rows, pinned, matrix)
    members: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(numbers):
        members[number].append(place)
    groups = sorted(members.values(), key=lambda places: places[0])
    leads = [_lead(places, rows, matrix) for places in groups]
    labels = label_groups(rows, groups, leads)
    return [
        Group(tuple(rows[place].id for place in places), label, tags, rows[lead].id)
        for places, lead, (label, tags) in zip(groups, leads, labels, strict=True)
    ]


def _linked(matrix: Any, rows: Sequence[GroupInput]) -> list[int]:
    """Return a number per row, equal for rows of one event."""
    pairs = list(alike(matrix, rows, least=NEAR, window=WINDOW))
    numbers = list(range(len(rows)))
    for members, near in _components(pairs, NEAR):
        for place, part in zip(members, _average_link(members, near), strict=True):
            numbers[place] = part
    return numbers


def _components(
    pairs: list[Pair], least: float, most: int = LARGE
) -> list[tuple[list[int], list[Pair]]]:
    """Return the sets of rows that pairs connect, each with its pairs and at most ``most`` rows.

    A larger set is taken apart by asking for more likeness: it spans many events.
    """
    clusters = Clusters(1 + max((pair[1] for pair in pairs), default=0))
    for i, j, _ in pairs:
        clusters.join(i, j)
    near: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        near[clusters.root(pair[0])].append(pair)
    found = []
    for inside in near.values():
        members = sorted({place for i, j, _ in inside for place in (i, j)})
        if len(members) > most and least < 1:
            stricter = [pair for pair in inside if pair[2] >= least + STEP]
            found += _components(stricter, least + STEP, most)
        else:
            found.append((members, inside))
    return found


def _average_link(members: list[int], near: list[Pair]) -> list[int]:
    """Cut a connected set where the mean cosine falls below ``SAME_EVENT``.

    Returns for each member the first member of its part.
    """
    if len(members) == 2:
        return [members[0], members[0] if near[0][2] >= SAME_EVENT else members[1]]
    import numpy as np
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    at = {place: number for number, place in enumerate(members)}
    distances = np.ones((len(members), len(members)))
    np.fill_diagonal(distances, 0.0)
    for i, j, likeness in near:
        distances[at[i], at[j]] = distances[at[j], at[i]] = 1 - min(likeness, 1.0)
    tree = linkage(squareform(distances, checks=False), method="average")
    first: dict[int, int] = {}
    cut = fcluster(tree, 1 - SAME_EVENT, criterion="distance").tolist()
    return [first.setdefault(part, place) for part, place in zip(cut, members, strict=True)]


def _with_duplicates(numbers: list[int], rows: Sequence[GroupInput]) -> list[int]:
    """Join what is printed twice, however the groups fell."""
    clusters = Clusters(len(rows))
    copies: dict[int, int] = {}
    copied = duplicates(rows)
    for place, row in enumerate(rows):
        clusters.join(place, numbers[place])
        clusters.join(place, copies.setdefault(copied[row.id], place))
    return [clusters.root(place) for place in range(len(rows))]


def _with_pinned(
    numbers: list[int], rows: Sequence[GroupInput], pinned: Sequence[Collection[str]], matrix: Any
) -> list[int]:
    """Give each pinned set a number of its own, and what was grouped with it the nearest set's."""
    places = {row.id: place for place, row in enumerate(rows)}
    owner: dict[int, int] = {}
    for number, ids in enumerate(pinned):
        for name in ids:
            if name in places:
                owner.setdefault(places[name], number)
    kept: dict[int, list[int]] = defaultdict(list)  # pinned rows by the group they fell into
    for place in sorted(owner):
        kept[numbers[place]].append(place)
    result = list(numbers)
    for place, number in enumerate(numbers):
        if place in owner:
            result[place] = len(rows) + owner[place]
        elif number in kept:
            result[place] = len(rows) + _nearest(place, kept[number], owner, matrix)
    return result


def _nearest(place: int, others: list[int], owner: dict[int, int], matrix: Any) -> int:
    """Return the pinned set whose rows are on the mean most like the row at ``place``."""
    cosines = (matrix[others] @ matrix[[place]].T).toarray().ravel().tolist()
    found: dict[int, list[float]] = defaultdict(list)
    for other, cosine in zip(others, cosines, strict=True):
        found[owner[other]].append(cosine)
    return max(sorted(found), key=lambda number: sum(found[number]) / len(found[number]))


def _lead(places: list[int], rows: Sequence[GroupInput], matrix: Any) -> int:
    """Return the article most like the rest; among equals the earliest, then the longest."""
    if len(places) == 1:
        return places[0]
    inside = matrix[places]
    central = (inside @ inside.sum(axis=0)).tolist()
    never = datetime.max.replace(tzinfo=UTC)

    def standing(number: int) -> tuple[bool, float, float, int]:
        row = rows[places[number]]
        at = (row.at or never).timestamp()
        return bool(row.text.strip()), round(central[number], 3), -at, len(row.text)

    return places[max(range(len(places)), key=standing)]
