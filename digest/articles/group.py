"""Stories: articles that tell one event, from what they say alone.

Average-link over the cosine of TF-IDF vectors of light stems, in a sparse graph of near pairs.
The number of stories is never given: methods that need it do badly (measured: BCubed F1 of 95 to
97 against 20 to 70 for k-means).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypedDict

from digest.articles.dedupe import repeated, shingles
from digest.articles.keyphrases import Vocabulary
from digest.articles.labels import label_of, tags_of
from digest.articles.link import cut
from digest.articles.space import alike, space
from digest.articles.vectors import GroupInput, Profile, cleaned, profile, tokens

if TYPE_CHECKING:
    import numpy

__all__ = ["Group", "GroupInput", "group_articles"]

SAME_EVENT = 0.35  # mean likeness between two sets of articles; 0.33 to 0.37 is a plateau
WINDOW = timedelta(hours=72)
FULL_LENGTH = 2400  # characters; a longer article is no better to show


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
    return group_cleaned(list(cleaned(rows)), pinned=pinned, apart=apart)


def group_cleaned(
    rows: Sequence[GroupInput],
    *,
    pinned: Sequence[Collection[str]] = (),
    apart: Iterable[tuple[str, str]] = (),
) -> list[Group]:
    """Sort articles that were ``cleaned`` into stories; the rest is as in ``group_articles``."""
    if not rows:
        return []
    reading = _Reading()
    found = space(reading.profiles(rows))
    numbers = cut(
        len(rows),
        alike(found, rows, window=WINDOW),
        least=SAME_EVENT,
        same=repeated(reading.prints),
        **constraints([row.id for row in rows], pinned, apart),
    )
    members: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(numbers):
        members[number].append(place)
    return [
        described([rows[place] for place in places], found.vectors[places], reading.vocabulary)
        if len(places) > 1 else alone(rows[places[0]], reading.vocabulary)
        for places in members.values()
    ]


def alone(row: GroupInput, vocabulary: Vocabulary) -> Group:
    """Name a story of one cleaned article."""
    return Group((row.id,), label_of(row), tags_of([row], vocabulary), row.id, 1.0)


def described(rows: Sequence[GroupInput], vectors: Any, vocabulary: Vocabulary) -> Group:
    """Name a story of several cleaned articles and choose its lead; ``vectors`` are their rows."""
    central = _central(vectors)
    lead = _lead(rows, central)
    return Group(
        ids=tuple(row.id for row in rows),
        label=label_of(lead),
        tags=tags_of(rows, vocabulary),
        lead_id=lead.id,
        likeness=_likeness(vectors, sum(central)),
    )


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


class _Reading:
    """What is kept of articles while they are read, each once."""

    def __init__(self) -> None:
        self.prints: list[numpy.ndarray] = []
        self.vocabulary = Vocabulary()

    def profiles(self, rows: Iterable[GroupInput]) -> Iterator[Profile]:
        """Yield the profiles of cleaned articles."""
        for row in rows:
            found = tokens(row)
            self.prints.append(shingles(found))
            self.vocabulary.add(found)
            yield profile(found)


def _central(vectors: Any) -> list[float]:
    """Return the cosine of each row with every row, itself included, added up."""
    import numpy as np

    _, column = np.unique(vectors.indices, return_inverse=True)
    sums = np.bincount(column, weights=vectors.data)
    owner = np.repeat(np.arange(vectors.shape[0]), np.diff(vectors.indptr))
    found: list[float] = np.bincount(
        owner, weights=vectors.data * sums[column], minlength=vectors.shape[0]
    ).tolist()
    return found


def _likeness(vectors: Any, total: float) -> float:
    """Return the mean cosine over pairs, given the sum over all pairs and each with itself."""
    n = vectors.shape[0]
    within = total - float((vectors.data**2).sum())
    return float(round(min(max(within / (n * (n - 1)), 0.0), 1.0), 4))


def _lead(rows: Sequence[GroupInput], central: Sequence[float]) -> GroupInput:
    """Return the article to show: readable, central, from a weighty source, full, fresh.

    ``central`` is the likeness of each to all. The best of each measure has 1: centrality counts
    twice, as the headline must be that of the event and not of a side of it.
    """
    times = [row.at.timestamp() for row in rows if row.at]
    newest, top = max(times, default=0.0), max(central) or 1.0

    def standing(place: int) -> tuple[bool, float, float, int]:
        row = rows[place]
        length = min(len(row.text), FULL_LENGTH) / FULL_LENGTH
        age = (newest - row.at.timestamp()) / WINDOW.total_seconds() if row.at else 1.0
        worth = 2 * central[place] / top + row.weight + length / 2 + max(1 - age, 0.0) / 2
        return bool(row.text.strip()), round(worth, 3), -age, -place

    return rows[max(range(len(rows)), key=standing)]
