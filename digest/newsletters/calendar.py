"""When a newsletter is due: pure, zone-aware, and right in hours that do not exist.

APScheduler's cron is not our calendar: measured with 3.11.3, ``from_crontab("0 7 * * 0")`` fires
on Monday and a daily 00:30 in Cairo skips 24 April 2026, when that local hour does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from digest.system.errors import Refused

KINDS = ("daily", "weekly", "cron")


def check_rule(rule: Mapping[str, Any], zone: str) -> None:
    """Raise Refused("bad_rule" | "bad_zone") when a rule or zone can't be understood.

    Rules: ``{"kind": "daily", "at": "06:00"}``, ``{"kind": "weekly", "at": "06:00", "days": [6]}``
    (Monday is 0, as in ``date.weekday``), ``{"kind": "cron", "cron": "0 6 * * 0"}`` (Sunday is 0).
    """
    _zone(zone)
    if rule.get("kind") not in KINDS:
        raise Refused("bad_rule", reason="kind")
    next(_local_times(rule, datetime(2026, 1, 1)), None)  # noqa: DTZ001  (a wall clock has no zone)


def next_slots(rule: Mapping[str, Any], zone: str, after: datetime, n: int) -> list[datetime]:
    """Return the first ``n`` slots later than ``after``, in UTC and in order.

    A local time that does not exist (spring gap) becomes the first instant after the gap; one
    that exists twice (autumn) counts once, the first time.
    """
    place = _zone(zone)
    # Start a day early: an instant's local time may lie on either side of a clock change.
    start = after.astimezone(place).replace(tzinfo=None) - timedelta(days=1)
    slots: list[datetime] = []
    for local in _local_times(rule, start):
        slot = _instant(local, place)
        if slot > after and slot not in slots:
            slots.append(slot)
        if len(slots) == n:
            break
    return slots


def _instant(local: datetime, place: ZoneInfo) -> datetime:
    """The UTC instant of a wall-clock time: the first of two, or the end of the gap."""
    aware = local.replace(tzinfo=place, fold=0)
    instant = aware.astimezone(UTC)
    if instant.astimezone(place).replace(tzinfo=None) == local:
        return instant
    before, after = aware.utcoffset(), local.replace(tzinfo=place, fold=1).utcoffset()
    gap = abs((after or timedelta()) - (before or timedelta()))
    # In a gap PEP 495 reads fold=0 with the old offset: step back to the last instant that exists.
    edge = instant - gap
    while edge.astimezone(place).utcoffset() == (edge - timedelta(minutes=1)).astimezone(
        place
    ).utcoffset():
        edge += timedelta(minutes=1)
    return edge


def _local_times(rule: Mapping[str, Any], start: datetime) -> Iterator[datetime]:
    """Wall-clock times of a rule from ``start`` on, without any zone."""
    if rule["kind"] == "cron":
        try:
            yield from CronSim(str(rule.get("cron", "")), start)
        except CronSimError as error:
            raise Refused("bad_rule", reason="cron") from error
        return
    at = _time(rule)
    days = _days(rule)
    day = start.date()
    while True:
        moment = datetime.combine(day, at)
        if moment > start and day.weekday() in days:
            yield moment
        day += timedelta(days=1)


def _days(rule: Mapping[str, Any]) -> frozenset[int]:
    if rule["kind"] == "daily":
        return frozenset(range(7))
    try:
        days = frozenset(int(day) for day in rule.get("days") or ())
    except (TypeError, ValueError) as error:
        raise Refused("bad_rule", reason="days") from error
    if not days or not days <= frozenset(range(7)):
        raise Refused("bad_rule", reason="days")
    return days


def _time(rule: Mapping[str, Any]) -> time:
    try:
        at = time.fromisoformat(str(rule.get("at", "")))
    except ValueError as error:
        raise Refused("bad_rule", reason="at") from error
    if at.tzinfo is not None:  # the zone is the newsletter's, never the rule's
        raise Refused("bad_rule", reason="at")
    return at


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused("bad_zone", zone=name) from error
