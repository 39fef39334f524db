"""Numbers with their nouns: whole phrases, one for each way a language counts.

Arabic has six (CLDR): none, one, two, 3-10, 11-99 and the rest, and its words change with the
sentence around them, so every phrase is written out. English has two, and a phrase for none.
"""

from __future__ import annotations

from digest.text.numbers import number
from digest.text.phrases import ARABIC, ENGLISH

_FEW, _MANY, _OTHER = 3, 4, 5  # after zero, one and two


def count(noun: str, n: float, *, lang: str, numerals: str) -> str:
    """Return ``n`` with its noun, as in "11 خبراً" or "11 stories".

    ``noun`` is a row of ``digest.text.phrases``; raises KeyError for another. English keeps its
    own digits whatever ``numerals`` says.
    """
    if lang == "ar":
        return ARABIC[noun][category(n)].format(n=number(n, numerals=numerals))
    none, one, other = ENGLISH[noun]
    phrase = none if n == 0 else one if n == 1 else other
    return phrase.format(n=number(n))


def category(n: float) -> int:
    """Return the place of the Arabic phrase for ``n``: CLDR's zero, one, two, few, many, other."""
    if n in {0, 1, 2}:
        return int(n)
    rest = abs(n) % 100
    if rest % 1:
        return _OTHER
    if 3 <= rest <= 10:
        return _FEW
    return _MANY if rest >= 11 else _OTHER
