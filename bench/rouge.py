"""ROUGE for Arabic: the usual packages drop every letter that is not Latin and give 0."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from statistics import fmean

from digest.text.split import words


def f1(said: Sequence[str], wanted: Sequence[str], size: int) -> float:
    """Return the F1 of clipped n-grams of ``size`` words, 0 to 1 (Lin, "ROUGE", 2004)."""
    ours, theirs = _grams(said, size), _grams(wanted, size)
    shared = sum((ours & theirs).values())
    return 2 * shared / (ours.total() + theirs.total()) if shared else 0.0


def against_all(said: Sequence[str], references: Sequence[Sequence[str]]) -> tuple[float, float]:
    """Return ROUGE-1 and ROUGE-2, each the mean over the references."""
    return (
        fmean(f1(said, one, 1) for one in references),
        fmean(f1(said, one, 2) for one in references),
    )


def recall(said: Sequence[str], wanted: Sequence[str], size: int) -> float:
    """Return the share of the wanted n-grams that were said."""
    theirs = _grams(wanted, size)
    return (_grams(said, size) & theirs).total() / theirs.total() if theirs else 0.0


def chance(differences: Sequence[float], rounds: int = 2000) -> float:
    """Return the one-sided p of a mean difference above 0: a paired bootstrap over articles."""
    source = random.Random(7)
    count = len(differences)
    below = sum(fmean(source.choices(differences, k=count)) <= 0 for _ in range(rounds))
    return below / rounds


def tokens(text: str) -> list[str]:
    """Return folded words: no stems, no stop words, digits of every script as ASCII."""
    return words(text)


def _grams(found: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(found[at : at + size]) for at in range(len(found) - size + 1))
