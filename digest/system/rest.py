"""How long something that failed is left alone: longer each time, from the start after good days."""

from __future__ import annotations

SHORTEST = 60.0  # seconds
LONGEST = 3600.0


class Rest:
    """The rest of one relay, in seconds of a clock that never goes back. Pure."""

    def __init__(self) -> None:
        self._until = float("-inf")
        self._length = 0.0

    def begin(self, now: float) -> None:
        """Rest from now on, twice as long as last time unless it worked for that long since."""
        if now < self._until:
            return  # many find the same failure at once
        again = self._length and now - self._until <= self._length
        self._length = min(self._length * 2, LONGEST) if again else SHORTEST
        self._until = now + self._length

    def is_over(self, now: float) -> bool:
        """Tell whether it may be tried."""
        return now >= self._until
