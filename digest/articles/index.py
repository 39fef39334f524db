"""The open window of stories in memory: an article that arrives finds its story in milliseconds.

Sets that average-link joins are connected by pairs at least as alike as the cut itself, so only
the component that an article touches has to be cut again, and the result is that of grouping the
whole window at once, up to the rarity of words, which is counted anew only now and then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, KeysView, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.articles.dedupe import Copies, shingles
from digest.articles.group import SAME_EVENT, WINDOW, Group, alone, constraints, described
from digest.articles.keyphrases import OPENING, Vocabulary
from digest.articles.link import cut
from digest.articles.space import alike, space
from digest.articles.vectors import (
    ACQUAINTED,
    GroupInput,
    Profile,
    Rarity,
    Tokens,
    Weighed,
    blended,
    cleaned,
    cosine,
    profile,
    tokens,
)

STALE = 0.2  # share of the articles held that may arrive before rarities are counted anew
BULK = 64  # so many articles at once are cheaper by one multiplication of matrices


@dataclass(slots=True)
class _Held:
    """An article that the index holds: its cleaned text, terms, and those it is near to."""

    row: GroupInput
    opening: Tokens
    profile: Profile
    weighed: Weighed
    near: dict[str, float]


class StoryIndex:
    """The articles of a moving window, which of them are alike, and the stories they make.

    Pure and in memory: no clock, no lock, no thread safety. It holds no stories: who is with whom
    follows from the articles and from what is pinned and told apart at each call.
    """

    def __init__(self, *, window: timedelta = WINDOW) -> None:
        self._window = window
        self._held: dict[str, _Held] = {}
        self._postings: defaultdict[str, dict[str, float]] = defaultdict(dict)
        self._rarity = Rarity(0, {})
        self._since = 0  # articles that came after the rarities were counted
        self._copies = Copies()
        self._vocabulary = Vocabulary()
        self._known: dict[str, Group] = {}  # the story of an article as it was named last

    def __len__(self) -> int:
        return len(self._held)

    @property
    def ids(self) -> KeysView[str]:
        """The ids held, in the order they came."""
        return self._held.keys()

    def place(
        self,
        rows: Sequence[GroupInput],
        *,
        pinned: Iterable[Collection[str]] = (),
        apart: Iterable[tuple[str, str]] = (),
    ) -> list[Group]:
        """Take articles in and return the stories that this makes or may change.

        These are all stories of the components that the articles touch, as ``group_articles``
        would give them. An id that is held already is replaced. ``pinned`` and ``apart`` are those
        of ``group_articles``: the present ones must come with each call.
        """
        self.fill(rows)
        return self.recut([row.id for row in rows], pinned=pinned, apart=apart)

    def fill(self, rows: Sequence[GroupInput]) -> None:
        """Take articles in, without making stories: the first filling of a window."""
        fresh = {row.id: row for row in rows}
        self.drop(fresh)
        for row in cleaned(fresh.values()):
            read = tokens(row)
            found, opening = profile(read), Tokens(read.title, read.text[:OPENING])
            self._held[row.id] = _Held(row, opening, found, self._rarity.weighed(found), {})
            self._copies.add(row.id, shingles(read))
            self._vocabulary.add(opening)
        self._since += len(fresh)
        if len(fresh) >= BULK or self._since > STALE * len(self._held):
            self._count_anew()
        else:
            for name in fresh:
                self._weave(name)

    def recut(
        self,
        ids: Iterable[str],
        *,
        pinned: Iterable[Collection[str]] = (),
        apart: Iterable[tuple[str, str]] = (),
    ) -> list[Group]:
        """Return the stories of the components of some articles, after an editor's act for one."""
        together = [held for names in pinned if (held := [n for n in names if n in self._held])]
        members = self._component(ids, together)
        at = {name: place for place, name in enumerate(members)}
        pairs = [
            (at[one], at[other], likeness)
            for one in members
            for other, likeness in self._held[one].near.items()
            if other in at and at[one] < at[other]
        ]
        same = [
            (at[one], at[other])
            for one in members
            for other in self._copies.of(one)
            if other in at and at[one] < at[other]
        ]
        fixed = constraints(members, together, apart)
        numbers = cut(len(members), pairs, least=SAME_EVENT, same=same, **fixed)
        groups: dict[int, list[int]] = defaultdict(list)
        for place, number in enumerate(numbers):
            groups[number].append(place)
        return [self._described([members[place] for place in own]) for own in groups.values()]

    def drop(self, ids: Iterable[str]) -> None:
        """Let articles go; an id that is not held is passed over."""
        for name in ids:
            held = self._held.pop(name, None)
            if held is None:
                continue
            self._forget(name)
            self._vocabulary.drop(held.opening)
            for other in held.near:
                self._held[other].near.pop(name, None)
            for term in held.weighed.vector:
                self._postings[term].pop(name, None)
            self._copies.drop(name)

    def drop_before(self, at: datetime) -> list[str]:
        """Let the articles older than ``at`` go and return their ids; undated ones stay."""
        old = [name for name, held in self._held.items() if held.row.at and held.row.at < at]
        self.drop(old)
        return old

    def near(self, row: GroupInput, *, least: float = SAME_EVENT) -> list[tuple[str, float]]:
        """Return the articles alike to one that need not be held, the most alike first."""
        own = next(cleaned([row]))
        found = self._neighbours(own, self._rarity.weighed(profile(tokens(own))))
        return sorted(
            ((name, likeness) for name, likeness in found.items() if likeness >= least),
            key=lambda one: (-round(one[1], 9), one[0]),
        )

    def likeness(self, ids: Iterable[str]) -> float:
        """Return the mean cosine over the pairs of articles held; 1.0 for a single one."""
        found = [self._held[name].weighed.vector for name in ids if name in self._held]
        pairs = [cosine(one, other) for at, one in enumerate(found) for other in found[:at]]
        return round(min(sum(pairs) / len(pairs), 1.0), 4) if pairs else 1.0

    def same(self, name: str, others: Iterable[str]) -> bool:
        """Tell whether an article held is a near-duplicate of one of the others."""
        return not self._copies.of(name).isdisjoint(others)

    def _component(self, ids: Iterable[str], together: Sequence[Collection[str]]) -> list[str]:
        """Return what can be in one story with the ids, in the order in which it came."""
        sets: dict[str, Collection[str]] = {}
        for names in together:
            for name in names:
                sets.setdefault(name, names)
        waiting = [name for name in ids if name in self._held]
        found = set(waiting)
        while waiting:
            one = waiting.pop()
            near = self._held[one].near
            linked = {other for other, likeness in near.items() if likeness >= SAME_EVENT}
            linked.update(self._copies.of(one), sets.get(one, ()))
            waiting += linked - found
            found |= linked
        return [name for name in self._held if name in found]

    def _described(self, names: list[str]) -> Group:
        """Name a story; one that was named before and has not changed is not named again."""
        known = self._known.get(names[0])
        if known is None or known.ids != tuple(names):
            held = [self._held[name] for name in names]
            rows = [one.row for one in held]
            if len(rows) == 1:
                known = alone(rows[0], self._vocabulary)
            else:
                vectors = space((one.profile for one in held), self._rarity).vectors
                known = described(rows, vectors, self._vocabulary)
            self._known.update(dict.fromkeys(names, known))
        return known

    def _forget(self, name: str) -> None:
        """Forget how the story of an article was named."""
        known = self._known.pop(name, None)
        for other in known.ids if known else ():
            self._known.pop(other, None)

    def _weave(self, name: str) -> None:
        """Make an article known to those it is near to."""
        held = self._held[name]
        held.near = self._neighbours(held.row, held.weighed)
        for other, likeness in held.near.items():
            self._held[other].near[name] = likeness
        for term, weight in held.weighed.vector.items():
            self._postings[term][name] = weight

    def _neighbours(self, row: GroupInput, weighed: Weighed) -> dict[str, float]:
        sums: defaultdict[str, float] = defaultdict(float)
        for term, weight in weighed.vector.items():
            for other, own in self._postings.get(term, {}).items():
                sums[other] += weight * own
        found = {
            other: blended(shared, weighed, self._held[other].weighed)
            for other, shared in sums.items()
            if shared >= ACQUAINTED and other != row.id and self._meets(row, self._held[other].row)
        }
        return {other: likeness for other, likeness in found.items() if likeness}

    def _meets(self, one: GroupInput, other: GroupInput) -> bool:
        return not (one.at and other.at and abs(one.at - other.at) > self._window)

    def _count_anew(self) -> None:
        """Count how rare each term is among the articles held, and all that follows from it."""
        self._since = 0
        self._known.clear()
        names, held = list(self._held), list(self._held.values())
        self._rarity = Rarity.of(one.profile for one in held)
        self._postings.clear()
        for name, one in self._held.items():
            one.weighed, one.near = self._rarity.weighed(one.profile), {}
            for term, weight in one.weighed.vector.items():
                self._postings[term][name] = weight
        found = space((one.profile for one in held), self._rarity)
        for i, j, likeness in alike(found, [one.row for one in held], window=self._window):
            held[i].near[names[j]] = held[j].near[names[i]] = likeness
