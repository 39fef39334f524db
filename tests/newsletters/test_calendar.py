"""Slots: every zone's own clock changes, no slot twice, none lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.newsletters.calendar import check_rule, next_slots
from digest.system.errors import Refused

ZONES = ["Asia/Damascus", "Africa/Cairo", "Asia/Beirut", "Africa/Casablanca", "Asia/Gaza",
         "Asia/Riyadh", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]
# (zone, local time of a daily slot, asked from, the slots in UTC). Computed by hand from the
# announced changes of 2026.
DAILY = [
    # Syria ended its changes in 2022: +3 all year.
    ("Asia/Damascus", "06:00", "2026-03-26T12:00", ["2026-03-27T03:00", "2026-03-28T03:00"]),
    ("Asia/Damascus", "06:00", "2026-10-29T12:00", ["2026-10-30T03:00", "2026-10-31T03:00"]),
    # Egypt, 24 April: 00:00 to 01:00 does not exist; 00:30 becomes 01:00 (22:00 UTC).
    ("Africa/Cairo", "00:30", "2026-04-23T00:00", ["2026-04-23T22:00", "2026-04-24T21:30"]),
    ("Africa/Cairo", "00:00", "2026-04-23T00:00", ["2026-04-23T22:00", "2026-04-24T21:00"]),
    # Egypt, 29 October: 23:00 to 24:00 comes twice; the first time counts.
    ("Africa/Cairo", "23:30", "2026-10-29T00:00", ["2026-10-29T20:30", "2026-10-30T21:30"]),
    ("Africa/Cairo", "23:30", "2026-10-29T20:45", ["2026-10-30T21:30", "2026-10-31T21:30"]),
    # Lebanon, 29 March: midnight itself does not exist.
    ("Asia/Beirut", "00:00", "2026-03-28T00:00", ["2026-03-28T22:00", "2026-03-29T21:00"]),
    ("Asia/Beirut", "00:15", "2026-03-28T00:00", ["2026-03-28T22:00", "2026-03-29T21:15"]),
    ("Asia/Beirut", "23:30", "2026-10-24T00:00", ["2026-10-24T20:30", "2026-10-25T21:30"]),
    # Morocco is +1 but for Ramadan: 15 February back to 0, 22 March on again.
    ("Africa/Casablanca", "06:00", "2026-02-14T00:00", ["2026-02-14T05:00", "2026-02-15T06:00"]),
    ("Africa/Casablanca", "02:30", "2026-02-14T12:00", ["2026-02-15T01:30", "2026-02-16T02:30"]),
    ("Africa/Casablanca", "02:30", "2026-03-21T12:00", ["2026-03-22T02:00", "2026-03-23T01:30"]),
    # A gap of half an hour.
    ("Australia/Lord_Howe", "02:10", "2026-10-02T20:00", ["2026-10-03T15:30", "2026-10-04T15:10"]),
    ("Asia/Riyadh", "07:00", "2026-12-31T12:00", ["2027-01-01T04:00", "2027-01-02T04:00"]),
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("zone", "at", "after", "expected"), DAILY)
def test_a_daily_slot_keeps_its_local_time(
    zone: str, at: str, after: str, expected: list[str]
) -> None:
    slots = next_slots({"kind": "daily", "at": at}, zone, utc(after), 2)
    assert slots == [utc(one) for one in expected]


@pytest.mark.parametrize(("zone", "at", "after", "expected"), DAILY)
def test_cron_and_daily_agree(zone: str, at: str, after: str, expected: list[str]) -> None:
    hour, minute = at.split(":")
    rule = {"kind": "cron", "cron": f"{int(minute)} {int(hour)} * * *"}
    assert next_slots(rule, zone, utc(after), 2) == [utc(one) for one in expected]


def test_sunday_is_zero_in_cron_and_six_in_weekly() -> None:
    sundays = [utc("2026-11-29T04:00"), utc("2026-12-06T04:00")]
    after = utc("2026-11-24T02:40")
    cron = {"kind": "cron", "cron": "0 7 * * 0"}
    weekly = {"kind": "weekly", "at": "07:00", "days": [6]}
    assert next_slots(cron, "Asia/Damascus", after, 2) == sundays
    assert next_slots(weekly, "Asia/Damascus", after, 2) == sundays


def test_a_working_week_leaves_friday_and_saturday_out() -> None:
    rule = {"kind": "weekly", "at": "06:00", "days": [6, 0, 1, 2, 3]}
    slots = next_slots(rule, "Asia/Damascus", utc("2026-11-24T00:00"), 10)
    days = {slot.astimezone(ZoneInfo("Asia/Damascus")).weekday() for slot in slots}
    assert days == {6, 0, 1, 2, 3}


def test_the_slot_of_this_very_instant_is_past() -> None:
    rule = {"kind": "daily", "at": "06:00"}
    assert next_slots(rule, "UTC", utc("2026-11-24T06:00"), 1) == [utc("2026-11-25T06:00")]


def test_half_hours_inside_a_gap_become_one_slot() -> None:
    rule = {"kind": "cron", "cron": "*/30 * * * *"}
    slots = next_slots(rule, "Africa/Cairo", utc("2026-04-23T21:00"), 3)
    assert slots == [utc("2026-04-23T21:30"), utc("2026-04-23T22:00"), utc("2026-04-23T22:30")]


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    after=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
    minutes=st.integers(0, 24 * 60 - 1),
    days=st.sets(st.integers(0, 6), min_size=1),
)
def test_slots_increase_and_lie_after(
    zone: str, after: datetime, minutes: int, days: set[int]
) -> None:
    at = f"{minutes // 60:02}:{minutes % 60:02}"
    for rule in (
        {"kind": "daily", "at": at},
        {"kind": "weekly", "at": at, "days": sorted(days)},
        {"kind": "cron", "cron": f"{minutes % 60} {minutes // 60} * * *"},
    ):
        start = after.replace(tzinfo=UTC)
        slots = next_slots(rule, zone, start, 5)
        assert len(slots) == 5
        assert all(one < two for one, two in zip([start, *slots], slots, strict=False))


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    after=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
    minutes=st.integers(0, 24 * 60 - 1),
)
def test_a_daily_newsletter_comes_out_once_on_every_date(
    zone: str, after: datetime, minutes: int
) -> None:
    rule = {"kind": "daily", "at": f"{minutes // 60:02}:{minutes % 60:02}"}
    slots = next_slots(rule, zone, after.replace(tzinfo=UTC), 4)
    dates = [slot.astimezone(ZoneInfo(zone)).date() for slot in slots]
    assert dates == [dates[0] + timedelta(days=n) for n in range(4)]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({}, "kind"),
        ({"kind": "yearly"}, "kind"),
        ({"kind": "daily"}, "at"),
        ({"kind": "daily", "at": "25:00"}, "at"),
        ({"kind": "daily", "at": "06:00+03:00"}, "at"),
        ({"kind": "weekly", "at": "06:00"}, "days"),
        ({"kind": "weekly", "at": "06:00", "days": []}, "days"),
        ({"kind": "weekly", "at": "06:00", "days": None}, "days"),
        ({"kind": "weekly", "at": "06:00", "days": ["x"]}, "days"),
        ({"kind": "weekly", "at": "06:00", "days": [7]}, "days"),
        ({"kind": "cron"}, "cron"),
        ({"kind": "cron", "cron": "every day"}, "cron"),
        ({"kind": "cron", "cron": "0 0 30 2 *"}, "cron"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: dict[str, object], reason: str) -> None:
    with pytest.raises(Refused) as refused:
        check_rule(rule, "Asia/Damascus")
    assert (refused.value.code, refused.value.facts["reason"]) == ("bad_rule", reason)


@pytest.mark.parametrize("zone", ["Asia/Atlantis", "", "../etc/passwd", "Asia"])
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(Refused, match="bad_zone"):
        check_rule({"kind": "daily", "at": "06:00"}, zone)


def test_good_rules_pass() -> None:
    check_rule({"kind": "daily", "at": "06:00"}, "Asia/Damascus")
    check_rule({"kind": "weekly", "at": "06:00", "days": [0, 6]}, "Africa/Cairo")
    check_rule({"kind": "cron", "cron": "0 6 * * 0-4"}, "Asia/Beirut")
