"""How a send goes: counts, rate, estimated end, domains."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from digest.delivery import flow
from digest.delivery.flow import DomainRow
from digest.delivery.models import Delivery, DeliveryState
from digest.delivery.queries import failures
from digest.issues import states
from digest.system.build import System
from digest.system.errors import NotFound
from tests import make
from tests.conftest import SettableClock

Q, D, S, F, U = (
    DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.SENT, DeliveryState.FAILED,
    DeliveryState.UNCERTAIN,
)


def send(system: System, *mails: tuple[str, DeliveryState, int], state: str = "sending") -> int:
    """An issue frozen ten minutes ago; mails are domain, state and seconds since the mark."""
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, state=state,
                              frozen_at=now - timedelta(minutes=10))
        for n, (domain, mark, ago) in enumerate(mails):
            who = make.subscriber(db, now=now, address=f"reader{n}@{domain}")
            db.add(Delivery(
                issue_id=issue_id, subscriber_id=who, variant="latn", state=mark.value, attempts=1,
                at=now - timedelta(seconds=ago), reply="",
                next_at=now + timedelta(minutes=n) if mark == D else None,
            ))
    return issue_id


def test_the_rate_is_that_of_the_last_minute_and_tells_the_end(system: System) -> None:
    mails = [("a.example", S, 5)] * 6 + [("a.example", S, 300)] * 4 + [("a.example", Q, 600)] * 3
    found = flow.watch(system, send(system, *mails))
    assert found.rate == pytest.approx(0.1)
    assert found.ends_at == system.clock.now() + timedelta(seconds=30)
    assert (found.sent, found.total, found.lost, found.over) == (10, 13, 0, False)


def test_deferred_mails_come_later_and_have_a_time_of_their_own(system: System) -> None:
    found = flow.watch(system, send(system, ("a.example", S, 5), ("a.example", D, 5),
                                    ("a.example", D, 5)))
    assert found.ends_at is None
    assert found.next_try == system.clock.now() + timedelta(minutes=1)


def test_domains_are_told_apart_the_largest_first(system: System) -> None:
    issue_id = send(
        system, ("small.example", F, 5), ("big.example", S, 5), ("big.example", D, 5),
        ("BIG.example", Q, 5), ("big.example", U, 5),
    )
    assert flow.watch(system, issue_id).domains == (
        DomainRow("big.example", sent=1, waiting=2, deferred=1, lost=1),
        DomainRow("small.example", sent=0, waiting=0, deferred=0, lost=1),
    )


def test_a_send_that_rests_has_no_rate(system: System) -> None:
    found = flow.watch(system, send(system, ("a.example", S, 5), ("a.example", Q, 5),
                                    state="paused"))
    assert (found.rate, found.ends_at, found.over) == (0.0, None, True)


def test_an_issue_without_mails_is_empty(system: System) -> None:
    found = flow.watch(system, send(system, state="draft"))
    assert (found.total, found.domains) == (0, ())
    with pytest.raises(NotFound, match="no_such_issue"):
        flow.watch(system, 99)


def test_a_count_that_took_long_is_kept_for_a_while(system: System) -> None:
    issue_id = send(system, ("a.example", S, 5), ("a.example", Q, 5))
    flow.watch(system, issue_id)
    kept = system.memory["flow"][issue_id]
    system.memory["flow"][issue_id] = replace(kept, cost=1.0)
    with system.db.write() as db:
        states.get(db, issue_id).state = "paused"
    system.clock.forward(seconds=9)
    assert not flow.watch(system, issue_id).over
    system.clock.forward(seconds=2)
    assert flow.watch(system, issue_id).over


def test_what_is_kept_of_a_send_is_told_without_counting(
    system: System, clock: SettableClock
) -> None:
    issue_id = send(system, ("a.example", S, 5), ("a.example", Q, 5), ("b.example", D, 5))
    flow.keep(system, issue_id)
    before = flow.watch(system, issue_id)
    assert flow.told(system, issue_id) == before
    clock.forward(seconds=30)
    with system.db.write() as db:
        states.get(db, issue_id).state = "paused"
        db.query(Delivery).update({"state": S.value})
    told = flow.told(system, issue_id)
    assert (told.at, told.counts, told.domains) == (before.at, before.counts, before.domains)
    assert (told.state, told.rate, told.ends_at) == ("paused", 0.0, None)
    flow.keep(system, issue_id)
    assert flow.told(system, issue_id).sent == 3


def test_mails_that_did_not_arrive_are_found_by_their_index(system: System) -> None:
    """Also where they are a few of a million: SQLite takes a partial index only by its words."""
    issue_id = send(system, ("a.example", S, 5), ("a.example", F, 5), ("a.example", U, 5))
    asked: list[str] = []
    with system.db.read() as db:
        event.listen(db.connection().engine, "before_cursor_execute",
                     lambda _c, _u, statement, *_: asked.append(statement))
        assert [row.state for row in failures(db, issue_id)] == ["uncertain", "failed"]
        if db.get_bind().dialect.name == "sqlite":
            plan = db.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {asked[0]}", (issue_id, 1, 1, 200, 0)
            )
            assert "ix_delivery_lost" in str(plan.all())
