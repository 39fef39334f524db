"""Subject lines and preheaders proposed from an issue's headlines, for an editor to choose from.

Three ways that newsletters write them: the first story alone; two together, or the second alone
where there is no room for two; the first and how many others there are. Whole words of the
headlines, nothing that shouts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digest.issues.checks import PREHEADER_AT, SUBJECT_AT
from digest.issues.headlines import clean_headline, cut_headline, shorten
from digest.issues.models import Role
from digest.text import plural
from digest.text.fold import fold

FIRST_OF_TWO = 32  # characters for the first of two headlines, when both are long
LEAST = 14  # characters of a headline beside another
APART = "؛ "


@dataclass(frozen=True, slots=True)
class Proposal:
    """A subject line of at most ``SUBJECT_AT`` characters and the preheader that goes with it."""

    subject: str
    preheader: str


def by_weight(stories: Iterable[tuple[str, str]]) -> list[str]:
    """Return the headlines of stories, (role, headline) in reading order: leads first, briefs last."""
    order = list(Role)
    return [title for _, title in sorted(stories, key=lambda one: order.index(Role(one[0])))]


def propose(titles: Sequence[str], *, numerals: str = "latn") -> tuple[Proposal, ...]:
    """Return up to three proposals, the best first; none without a headline.

    ``titles`` are the headlines in the order of their weight; ``numerals`` writes the count.
    """
    titles = [title for title in titles if clean_headline(title)]
    if not titles:
        return ()
    ways = (_first(titles), _two(titles), _counted(titles, numerals))
    proposals: dict[str, Proposal] = {}
    for subject, used in ways:
        if subject:
            rest = [title for place, title in enumerate(titles) if place not in used]
            counted = len(used) == 1 and subject == ways[2][0]
            preheader = _preheader(rest, "" if counted else numerals)
            proposals.setdefault(subject, Proposal(subject, preheader))
    return tuple(proposals.values())


def _first(titles: Sequence[str]) -> tuple[str, frozenset[int]]:
    return shorten(titles[0], SUBJECT_AT), frozenset({0})


def _two(titles: Sequence[str]) -> tuple[str, frozenset[int]]:
    """The first story with the first other one that has room beside it."""
    for first in _cuts(titles[0]):
        for place, title in enumerate(titles[1:], start=1):
            room = SUBJECT_AT - len(first) - len(APART)
            second = cut_headline(title, room) if room >= LEAST else ""
            if second and fold(second) != fold(first):
                return f"{first}{APART}{second}", frozenset({0, place})
    return (shorten(titles[1], SUBJECT_AT), frozenset({1})) if titles[1:] else ("", frozenset())


def _cuts(title: str) -> list[str]:
    """The first headline as long as leaves room for another, then shorter."""
    found = (cut_headline(title, limit) for limit in (SUBJECT_AT - LEAST - 2, FIRST_OF_TWO))
    return list(dict.fromkeys(one for one in found if one))


def _counted(titles: Sequence[str], numerals: str) -> tuple[str, frozenset[int]]:
    """The first story and how many others there are."""
    if len(titles) < 2:
        return "", frozenset()
    others = f" و{plural.count('other_story', len(titles) - 1, lang='ar', numerals=numerals)}"
    return shorten(titles[0], SUBJECT_AT - len(others) - 1) + "،" + others, frozenset({0})


def _preheader(titles: Sequence[str], numerals: str) -> str:
    """The next headlines as long as they fit, then how many more there are.

    Without ``numerals`` nothing is counted.
    """
    parts: list[str] = []
    for title in titles:
        room = PREHEADER_AT - len(APART.join([*parts, ""]))
        part = (cut_headline if parts else shorten)(title, room) if room >= LEAST else ""
        if not part:
            break
        parts.append(part)
    line = APART.join(parts)
    left = len(titles) - len(parts)
    if left and numerals:
        more = f"، و{plural.count('other_story', left, lang='ar', numerals=numerals)}"
        return line + more if len(line) + len(more) <= PREHEADER_AT else line
    return line
