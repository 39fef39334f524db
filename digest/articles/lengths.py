"""The lengths that editors ask for, as one parameter: «أقصر», the same, «أطول»."""

from __future__ import annotations

from enum import StrEnum

USUAL = 3  # sentences
MOST = 12


class Length(StrEnum):
    """How long a summary should be, against what is there or what is usual."""

    SHORT = "short"
    NORMAL = "normal"
    LONG = "long"


_STEPS = {Length.SHORT: -1, Length.NORMAL: 0, Length.LONG: 1}


def sentences(length: Length, present: int = USUAL) -> int:
    """Return how many sentences a summary may have, 1 to ``MOST``.

    ``present`` is how many it has now (0 when there is none yet); asking again goes on from there.
    """
    return max(1, min((present or USUAL) + _STEPS[length], MOST))
