"""Stories: articles that tell one event, from what they say alone.

Average-link over the cosine of TF-IDF vectors of light stems, in a sparse graph of near pairs.
The number of stories is never given: methods that need it do badly (measured: BCubed F1 of 95 to
97 against 20 to 70 for k-means).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

from digest.articles.dedupe import duplicates
from digest.articles.labels import label_groups
from digest.articles.link import cut
from digest.articles.space import alike, space
from digest.articles.vectors import GroupInput, cleaned, profile

__all__ = ["Group", "GroupInput", "group_articles"]

SAME_EVENT = 0.35  # mean likeness between two sets of articles; 0.33 to 0.37 is a plateau
WINDOW = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Group:
    """One story: its article ids in the order given, a headline, tags, the article to show.

    ``likeness`` is the mean cosine over the pairs of its articles, from 0 to 1; a single article
    is 1.0 like itself.
    """

    ids: tuple[str, ...]
    label: str
    tags: tuple[str, ...]
    lead_id: str
    likeness: float


def group_articles(
    rows: Sequence[GroupInput],
    *,
    pinned: Sequence[Collection[str]] = (),
    apart: Iterable[tuple[str, str]] = (),
) -> list[Group]:
    """Sort articles into stories; every id is in exactly one group.

    ``pinned`` are sets of ids that an editor put together: each stays whole, two of them are never
    in one group, and new articles join the one they are most like. ``apart`` are pairs of ids that
    are never in one group; where the two contradict each other, ``pinned`` wins. Ids that are not
    among the rows are passed over. Groups come in the order of their first article. The same rows
    give the same groups. Ids must be unique.
    """
    if not rows:
        return []
    rows = cleaned(rows)
    found = space(profile(row) for row in rows)
    numbers = cut(
        len(rows),
        alike(found, rows, window=WINDOW),
        least=SAME_EVENT,
        same=repeated(duplicates(rows)),
        **constraints([row.id for row in rows], pinned, apart),
    )
    members: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(numbers):
        members[number].append(place)
    return described(rows, list(members.values()), found.vectors)


def described(
    rows: Sequence[GroupInput], groups: Sequence[Sequence[int]], matrix: Any
) -> list[Group]:
    """Name groups of places in cleaned rows and choose the article of each to show."""
    likenesses = [_likeness(places, matrix) for places in groups]
    leads = [_lead(places, rows, matrix) for places in groups]
    labels = label_groups(rows, groups, leads)
    return [
        Group(tuple(rows[place].id for place in places), label, tags, rows[lead].id, likeness)
        for places, lead, (label, tags), likeness in zip(
            groups, leads, labels, likenesses, strict=True
        )
    ]


class Constraints(TypedDict):
    """What editors decided, as ``cut`` takes it."""

    whole: list[list[int]]
    apart: list[tuple[int, int]]


def constraints(
    ids: Sequence[str], pinned: Iterable[Collection[str]], apart: Iterable[tuple[str, str]]
) -> Constraints:
    """Return sets and pairs of ids as places in ``ids``; what is not among them is left out."""
    at = {name: place for place, name in enumerate(ids)}
    return Constraints(
        whole=[[at[name] for name in names if name in at] for names in pinned],
        apart=[(at[one], at[other]) for one, other in apart if one in at and other in at],
    )


def repeated(copies: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of places that have one number, each with the first of them."""
    first: dict[int, int] = {}
    for place, number in enumerate(copies.values()):
        if first.setdefault(number, place) != place:
            yield first[number], place


def _likeness(places: Sequence[int], matrix: Any) -> float:
    """Return the mean cosine over pairs: of vectors of length 1 it follows from their sum."""
    n = len(places)
    if n == 1:
        return 1.0
    inside = matrix[places]
    total = inside.sum(axis=0)
    within = float(total @ total) - float((inside.data**2).sum())
    return round(min(max(within / (n * (n - 1)), 0.0), 1.0), 4)


def _lead(places: Sequence[int], rows: Sequence[GroupInput], matrix: Any) -> int:
    """Return the article to show: central, from a weighty source, full, early."""
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
