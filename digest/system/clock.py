"""The only door to the time of day."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """What commands need of time: the present, a stopwatch and a way to wait."""

    def now(self) -> datetime:
        """Return the present as an aware UTC datetime."""
        ...

    def ticks(self) -> float:
        """Return monotonic seconds, for measuring how long something took."""
        ...

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until ``event`` is set or ``seconds`` have passed; True when it was set."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present as an aware UTC datetime."""
        return datetime.now(UTC)  # noqa: TID251  (the door itself)

    def ticks(self) -> float:
        """Return monotonic seconds."""
        return time.monotonic()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until ``event`` is set or ``seconds`` have passed; True when it was set."""
        return event.wait(seconds)


def local_zone() -> tzinfo:
    """Return the zone in which this machine's programs write their logs."""
    path = Path("/etc/localtime")
    if not path.exists():
        return UTC
    with path.open("rb") as file:
        return ZoneInfo.from_file(file)
