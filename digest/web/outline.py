"""The outline of a mail: its stories as blocks in their order, each with who followed its link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digest.feedback.numbers import StoryClicks
from digest.feedback.reactions import Reach

WIDTH = 420
HEADER, HEADING, FOOTER = 44, 34, 36
HEIGHTS = {"lead": 96, "second": 66, "brief": 42}
INSIDE = 16  # room at both edges
NUMBERS = 120  # room of the three numbers, at the end of a line
LETTERS = 30  # of a title that fit into a block


@dataclass(frozen=True, slots=True)
class Block:
    """A story: its top and height, and how wide its people's share of the most clicked one is."""

    y: int
    height: int
    role: str
    title: str
    short: str
    heat: float
    reach: Reach


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section."""

    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Outline:
    """The mail's picture, from its head to its foot."""

    width: int
    height: int
    blocks: tuple[Block, ...]
    headings: tuple[Heading, ...]


def outline(stories: Sequence[StoryClicks]) -> Outline:
    """Lay out a mail's stories, in order."""
    most = max([1, *(one.reach.human for one in stories)])
    y, section = HEADER, None
    blocks: list[Block] = []
    headings: list[Heading] = []
    for one in stories:
        if one.section != section:
            section = one.section
            headings.append(Heading(y, section))
            y += HEADING
        height = HEIGHTS[one.role]
        heat = round((WIDTH - 2 * INSIDE) * one.reach.human / most, 1)
        blocks.append(Block(y, height, one.role, one.title, shortened(one.title), heat, one.reach))
        y += height + 8
    return Outline(WIDTH, y + FOOTER, tuple(blocks), tuple(headings))


def shortened(title: str) -> str:
    """Return the whole words of a title that fit, with an ellipsis after them."""
    if len(title) <= LETTERS:
        return title
    words = title[:LETTERS].rsplit(" ", 1)
    return f"{words[0]}…"
