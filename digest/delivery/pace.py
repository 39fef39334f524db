"""How many connections to a relay are worth it: more, as long as more mails a second go out.

A relay may be slower with fifty than with ten (Postfix 3.7, measured). Pure.
"""

from __future__ import annotations

FIRST = 10  # connections to begin with
MORE = 5  # connections tried at a time
WINDOW = 2.0  # seconds that a rate is measured for
GAIN = 1.05  # times the rate before, from which more connections were worth it
EACH = 8  # mails that wait for a connection before another one is opened


class Pace:
    """Counts the mails of one chunk; ``most`` connections are never passed."""

    def __init__(self, most: int, now: float) -> None:
        self._most = most
        self._limit = min(FIRST, most)
        self._since = now
        self._count = 0
        self._best = 0.0

    def lines(self, waiting: int) -> int:
        """Return how many connections should be open while so many mails wait."""
        return min(self._limit, 1 + waiting // EACH)

    def sent(self, now: float) -> None:
        """Hear that a mail was accepted."""
        self._count += 1
        if now - self._since < WINDOW:
            return
        rate = self._count / (now - self._since)
        if rate > GAIN * self._best:
            self._best = rate
            self._limit = min(self._limit + MORE, self._most)
        self._count, self._since = 0, now

    def enough(self, open_now: int) -> None:
        """Hear that the relay takes no more connections than are open."""
        self._limit = self._most = max(open_now, 1)
