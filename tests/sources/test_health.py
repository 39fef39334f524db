"""When a source is asked again, and how it is said to be doing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from digest.sources.health import (
    AT_MOST,
    LONGEST,
    SHORTEST,
    backoff,
    health_of,
    interval,
    next_check,
    record_attempt,
)
from digest.sources.models import FetchAttempt, Source
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock

NOW = datetime(2026, 11, 24, 2, 40, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("per_day", "expected"),
    [(0, LONGEST), (0.1, LONGEST), (2, LONGEST), (12, HOUR), (24, HOUR / 2), (72, SHORTEST),
     (10_000, SHORTEST)],
)
def test_a_source_is_asked_at_its_own_pace(per_day: float, expected: timedelta) -> None:
    assert interval(per_day) == expected


def test_failures_double_the_wait_up_to_a_day() -> None:
    minutes = [backoff(n).total_seconds() / 60 for n in (1, 2, 3, 4, 8, 9, 50)]
    assert minutes == [10, 20, 40, 80, 1280, 1440, 1440]


@given(st.integers(1, 10_000), st.integers(0, 40), st.integers(0, 10**7) | st.none())
def test_the_next_check_is_within_a_day_and_always_the_same(
    source_id: int, failures: int, retry_after: int | None
) -> None:
    def ask() -> datetime:
        return next_check(
            NOW, source_id=source_id, failures=failures, wait=HOUR, retry_after=retry_after
        )

    assert NOW < ask() <= NOW + AT_MOST
    assert ask() == ask()
    if retry_after:
        assert ask() >= NOW + min(timedelta(seconds=retry_after), AT_MOST)


def test_sources_do_not_all_come_at_once() -> None:
    moments = {next_check(NOW, source_id=n, failures=0, wait=HOUR) for n in range(50)}
    assert len(moments) == 50
    assert max(moments) - min(moments) <= HOUR / 10


@pytest.mark.parametrize(
    ("facts", "health"),
    [
        ({"state": "paused"}, "paused"),
        ({"state": "dead", "failures": 9}, "dead"),
        ({"last_ok_at": None}, "new"),
        ({"last_ok_at": None, "failures": 1}, "broken"),
        ({"failures": 3}, "broken"),
        ({"failures": 1}, "slow"),
        ({}, "active"),
        ({"last_item_at": NOW - timedelta(days=4)}, "slow"),
        ({"last_item_at": NOW - timedelta(days=8)}, "stopped"),
        ({"last_item_at": NOW - timedelta(days=80), "kind": "page"}, "active"),
        ({"kind": "text", "last_ok_at": None}, "active"),
    ],
)
def test_health_follows_from_the_facts(facts: dict[str, object], health: str) -> None:
    sane: dict[str, object] = {
        "state": "active", "kind": "feed", "failures": 0, "last_ok_at": NOW - HOUR,
        "last_item_at": NOW - HOUR,
    }
    assert health_of(**{**sane, **facts}, now=NOW) == health  # type: ignore[arg-type]


def attempt(system: System, source_id: int, outcome: str, **facts: object) -> Source:
    with system.db.write() as db:
        row = db.get_one(Source, source_id)
        facts = {"per_day": 24.0, "now": system.clock.now(), **facts}
        record_attempt(db, row, outcome, **facts)  # type: ignore[arg-type]
        db.flush()
        db.refresh(row)
        db.expunge(row)
        return row


def test_success_forgets_failures(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        source_id = make.source(db, now=clock.now(), failures=5)
    row = attempt(system, source_id, "ok", newest=clock.now() - HOUR, added=2)
    assert (row.failures, row.last_ok_at, row.last_item_at) == (0, clock.now(), clock.now() - HOUR)
    assert row.next_at is not None
    assert clock.now() + 0.9 * HOUR / 2 <= row.next_at <= clock.now() + HOUR / 2


def test_nothing_new_is_success_and_keeps_the_pace(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        source_id = make.source(db, now=clock.now(), last_item_at=clock.now() - HOUR)
    row = attempt(system, source_id, "not_modified")
    assert (row.failures, row.last_ok_at) == (0, clock.now())
    assert row.last_item_at == clock.now() - HOUR
    assert row.next_at is not None
    assert row.next_at <= clock.now() + HOUR / 2


def test_gone_is_the_end(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        source_id = make.source(db, now=clock.now())
    row = attempt(system, source_id, "gone", status=410)
    assert (row.state, row.next_at) == ("dead", None)


def test_a_server_that_asks_for_time_gets_it_up_to_a_day(
    system: System, clock: SettableClock
) -> None:
    with system.db.write() as db:
        source_id = make.source(db, now=clock.now())
    assert attempt(system, source_id, "busy", retry_after=7200).next_at == clock.now() + 2 * HOUR
    assert attempt(system, source_id, "busy", retry_after=10**6).next_at == clock.now() + AT_MOST


def test_old_attempts_are_forgotten(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        source_id = make.source(db, now=clock.now())
    attempt(system, source_id, "ok")
    clock.forward(days=8)
    attempt(system, source_id, "timeout")
    with system.db.read() as db:
        assert db.scalars(select(FetchAttempt.outcome)).all() == ["timeout"]
