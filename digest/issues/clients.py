"""What mail programs make of the HTML and CSS that a mail uses, from published tests.

``clients.json`` names its source, its licence and its date; it holds the features that mails of
newsletters use, and the programs that readers of Arabic mail have.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("clients.json")


@dataclass(frozen=True, slots=True)
class Feature:
    """A piece of HTML or CSS, the programs that ignore it, and those that take a part of it."""

    name: str
    pattern: re.Pattern[str]
    url: str
    without: tuple[str, ...]
    partly: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Support:
    """What a mail uses: features that some program lacks, and how many all programs take."""

    lacking: tuple[Feature, ...]
    everywhere: int
    source: str
    date: str


def support(html: str) -> Support:
    """Return how well programs support what stands in a mail; those that most lack come first."""
    source, date, features = _data()
    used = [one for one in features if one.pattern.search(html)]
    lacking = sorted(
        (one for one in used if one.without or one.partly),
        key=lambda one: (-len(one.without), -len(one.partly), one.name),
    )
    return Support(tuple(lacking), len(used) - len(lacking), source, date)


@cache
def _data() -> tuple[str, str, tuple[Feature, ...]]:
    found = json.loads(DATA.read_text("utf-8"))
    features = tuple(
        Feature(
            one["name"], re.compile(one["pattern"]), one["url"], tuple(one["without"]),
            tuple(one["partly"]),
        )
        for one in found["features"]
    )
    return found["source"], found["date"], features
