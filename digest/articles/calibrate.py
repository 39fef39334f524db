"""How far a lead can be trusted: from the distance between two outputs to a chance of being right.

Platt, "Probabilistic Outputs for Support Vector Machines" (1999): a logistic curve over the lead.
Here it is held near a curve measured without any lesson, so that a few lessons cannot make the
machine cocksure or mute.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HELD = 10.0  # lessons' worth of the untaught curve
_ROUNDS = 25  # of Newton's method; it settles within ten


@dataclass(frozen=True, slots=True)
class Trust:
    """The chance that a topic leading by ``lead`` is the right one: σ(slope · lead + level)."""

    slope: float
    level: float

    def of(self, lead: float) -> float:
        """Return the chance, 0 to 1; it never falls when the lead grows."""
        return _chance(self.slope * lead + self.level)

    @classmethod
    def learned(cls, leads: Sequence[float], right: Sequence[bool]) -> Trust:
        """Fit the curve to leads of which it is known whether the leader was right."""
        slope, level = UNTAUGHT.slope, UNTAUGHT.level
        for _ in range(_ROUNDS):
            # The held curve pulls like a parabola around its slope and level.
            toward = [HELD * (slope / UNTAUGHT.slope - 1) / UNTAUGHT.slope,
                      HELD * (level - UNTAUGHT.level)]  # fmt: skip
            bend = [HELD / UNTAUGHT.slope**2, 0.0, HELD]
            for lead, was in zip(leads, right, strict=True):
                chance = _chance(slope * lead + level)
                off, width = chance - was, chance * (1 - chance)
                toward[0] += off * lead
                toward[1] += off
                bend[0] += width * lead * lead
                bend[1] += width * lead
                bend[2] += width
            whole = bend[0] * bend[2] - bend[1] ** 2
            slope -= (bend[2] * toward[0] - bend[1] * toward[1]) / whole
            level -= (bend[0] * toward[1] - bend[1] * toward[0]) / whole
        return cls(max(slope, 0.0), level)


# Measured on the 648 development articles of ANT sorted by the hints alone (two numbers).
UNTAUGHT = Trust(6.0, 0.1)


def _chance(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))
