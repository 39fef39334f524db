"""Hours in which a newsletter lets nobody's telephone ring. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def quiet_until(start: str, end: str, zone: str, now: datetime) -> datetime | None:
    """Return when the quiet hours that ``now`` lies in end; None when it lies in none.

    ``start`` and ``end`` are hours of the zone's clock ("22:00"), over midnight too; when they
    are empty or the same there are no quiet hours. An end that the clock leaps over comes with
    the leap, one that it shows twice comes at the first time.
    """
    if not start or not end or start == end:
        return None
    local = now.astimezone(ZoneInfo(zone))
    begins, ends, here = time.fromisoformat(start), time.fromisoformat(end), local.time()
    evening = here >= begins
    if not (evening and here < ends if begins < ends else evening or here < ends):
        return None
    day = local.date() + timedelta(days=1 if begins > ends and evening else 0)
    at = datetime.combine(day, ends, ZoneInfo(zone)).astimezone(UTC)
    # Within an hour that is shown twice, the first end may be over.
    return at if at > now else datetime.combine(
        day, ends.replace(fold=1), ZoneInfo(zone)
    ).astimezone(UTC)
