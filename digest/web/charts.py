"""Charts as numbers: where each bar and word stands. Templates only write them down as SVG.

Time runs as the page is read: from the right on an Arabic page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 480, 220
EDGE, BELOW, ABOVE = 52, 34, 12  # room for the numbers of the axis, the words below, and the top
LABELS = 6  # words that fit below a chart
STEPS = (1, 2, 5)
GAP = 0.25  # of a group's room that stays empty


@dataclass(frozen=True, slots=True)
class Group:
    """What stands at one place of the axis: its word, what it says in full, a value per series."""

    label: str
    words: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with the number of its series."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True, slots=True)
class Place:
    """A group's bars, and the words that tell of them."""

    words: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A word, in the middle of its place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the chart with its number at the axis."""

    y: float
    word: Word


@dataclass(frozen=True, slots=True)
class Chart:
    """All that is drawn."""

    width: int
    height: int
    start: float
    end: float
    places: tuple[Place, ...]
    words: tuple[Word, ...]
    ticks: tuple[Tick, ...]


def bars(
    groups: Sequence[Group], *, rtl: bool, written: Callable[[float], str], top: int = 0
) -> Chart:
    """Lay out bars beside each other; ``top`` is the least that the axis reaches."""
    highest = max([top, *(value for one in groups for value in one.values)])
    step = axis_step(highest)
    reach = step * max(1, -(-highest // step))
    room = HEIGHT - ABOVE - BELOW
    inner = WIDTH - EDGE - 8
    start, end = (8.0, float(WIDTH - EDGE)) if rtl else (float(EDGE), float(WIDTH - 8))
    share = inner / max(1, len(groups))
    every = -(-len(groups) // LABELS) or 1

    def at(offset: float, width: float) -> float:
        return round(end - offset - width if rtl else start + offset, 1)

    places, words = [], []
    for n, group in enumerate(groups):
        width = share * (1 - GAP) / max(1, len(group.values))
        places.append(Place(group.words, tuple(
            _bar(at(n * share + share * GAP / 2 + part * width, width), width, value, part,
                 room=room, reach=reach)
            for part, value in enumerate(group.values)
        )))
        if (len(groups) - 1 - n) % every == 0:
            words.append(Word(at(n * share, share) + round(share / 2, 1), HEIGHT - 12, group.label))
    axis = (end + WIDTH) / 2 if rtl else EDGE / 2
    ticks = tuple(
        _tick(value, axis, written, room=room, reach=reach)
        for value in range(0, reach + 1, step)
    )
    return Chart(WIDTH, HEIGHT, start, end, tuple(places), tuple(words), ticks)


def axis_step(highest: int) -> int:
    """Return a round step that reaches ``highest`` in at most four."""
    power = 1
    while True:
        for one in STEPS:
            if one * power * 4 >= highest:
                return one * power
        power *= 10


def _bar(x: float, width: float, value: int, series: int, *, room: int, reach: int) -> Bar:
    height = round(room * value / reach, 1)
    return Bar(x, round(ABOVE + room - height, 1), round(width, 1), height, series)


def _tick(
    value: int, axis: float, written: Callable[[float], str], *, room: int, reach: int
) -> Tick:
    y = round(ABOVE + room - room * value / reach, 1)
    return Tick(y, Word(axis, y + 4, written(value)))
