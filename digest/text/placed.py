"""Words and figures of a text in the form for comparison, each with its place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from digest.text.fold import fold

# Harakat, Koranic marks and accents; joiners and direction marks: all may stand inside a word.
_MARKS = (
    "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\u08d3-\u08ff\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
)
# 1,234,567.5 with any of the separators in use; a comma of Arabic only between thousands.
_FIGURE = r"\d+(?:[.,\u066c\u066b\u060c]\d{3}(?!\d))+(?:[.\u066b]\d+)?|\d+(?:[.,\u066b]\d+)?"
_PIECE = re.compile(rf"{_FIGURE}|[^\W\d_](?:[^\W\d_]|[{_MARKS}])*")
# The conjunctions and prepositions that Arabic writes against the next word, the longest first.
PROCLITICS = (
    "وبال", "فبال", "وال", "فال", "بال", "كال", "ولل", "فلل", "لل", "ال",
    "وب", "ول", "وك", "فب", "فل", "و", "ف", "ب", "ل", "ك", "س",
)  # fmt: skip
_SHORTEST = 2  # letters that stay when a proclitic is taken off


@dataclass(frozen=True, slots=True)
class Placed:
    """A word or figure: ``word`` is folded, ``text[start:end]`` is how the writer wrote it."""

    word: str
    start: int
    end: int

    @property
    def is_figure(self) -> bool:
        """Tell whether it is written in digits."""
        return self.word[0].isdecimal()


def placed(text: str) -> list[Placed]:
    """Return the words and figures in order; ``24ساعة`` is a figure and a word."""
    found = []
    for piece in _PIECE.finditer(text):
        word = fold(piece.group())
        if word:
            found.append(Placed(word, piece.start(), piece.end()))
    return found


def word_set(words: str) -> frozenset[str]:
    """Return the words of a line, folded: how lists of words are written in code."""
    return frozenset(map(fold, words.split()))


@lru_cache(maxsize=50_000)
def bare_forms(word: str) -> tuple[tuple[str, str], ...]:
    """Return the ways to read a folded word: what may be written against it, and the rest.

    The whole word comes first: وزير is no «و» and «زير», but who looks for names or numbers in a
    list finds out by itself which reading it knows.
    """
    return (
        ("", word),
        *(
            (front, word[len(front) :])
            for front in PROCLITICS
            if word.startswith(front) and len(word) - len(front) >= _SHORTEST
        ),
    )
