"""Numbers counted in the background are those that counting at once gives."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from digest.audience import forms, lists, queries
from digest.audience.models import Subscriber
from digest.delivery import flow
from digest.feedback import counting, numbers, reactions, touches
from digest.jobs import PULSES, drain
from digest.system import tally
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock
from tests.feedback.touched import Sent, send_to


@pytest.fixture
def sent(system: System, clock: SettableClock) -> Sent:
    made = send_to(system, clock, readers=3)
    with system.db.write() as db:
        touches.record(db, [made.touch(0, n=1)])
    return made


def test_few_readers_are_never_counted_ahead(system: System, sent: Sent) -> None:
    with system.db.write() as db:
        assert PULSES["count"].rule(db, system.clock.now()) == 0


def test_many_readers_are_counted_by_a_job(system: System, sent: Sent) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        make.subscriber(db, now=now, address="last@example.net", id=counting.LARGE)
        assert PULSES["count"].rule(db, now) == 1
    assert drain(system, {counting.KIND}) == 1
    with system.db.read() as db:
        assert tally.kept(db, queries.KEPT) is not None


def test_what_is_kept_is_what_counting_gives(system: System, sent: Sent) -> None:
    now = system.clock.now()

    def told() -> list[object]:
        with system.db.read() as db:
            newsletter_id = lists.list_lists(db)[0].id
            return [
                lists.list_lists(db), lists.get_list(db, 1), queries.count_by_status(db),
                lists.count_recipients(db, newsletter_id, now),
                queries.subscribers(db).total, queries.subscribers(db, list_id=1).total,
                numbers.of_issues(db, [sent.issue_id], now=now),
                reactions.reactions(db, sent.issue_id), forms.list_forms(db),
                flow.told(system, sent.issue_id),
            ]

    before = told()
    counting.count_again(system)
    assert told() == before


def test_what_is_kept_stays_until_it_is_counted_again(
    system: System, clock: SettableClock, sent: Sent
) -> None:
    counting.count_again(system)
    with system.db.write() as db:
        touches.record(db, [sent.touch(1, n=1)])
        db.query(Subscriber).filter(Subscriber.id == sent.readers[0]).update({"state": "bounced"})
    at = clock.now()

    def told() -> tuple[int, int]:
        with system.db.read() as db:
            found = numbers.of_issues(db, [sent.issue_id], now=at)[sent.issue_id].clicks
            assert found is not None
            return found.human, queries.count_by_status(db)["bounced"]

    assert told() == (1, 0)
    counting.count_again(system)
    assert told() == (2, 1)


def test_what_takes_long_to_count_is_counted_less_often(
    system: System, clock: SettableClock, sent: Sent
) -> None:
    counting.count_again(system)
    system.memory["count"][numbers.name(sent.issue_id)] = 3.0
    with system.db.write() as db:
        touches.record(db, [sent.touch(1, n=1)])

    def people() -> int:
        counting.count_again(system)
        with system.db.read() as db:
            found = reactions.reactions(db, sent.issue_id)
            assert found is not None and found.clicks is not None
            return found.clicks.human

    clock.forward(seconds=3 * counting.THRIFT - 1)
    assert people() == 1
    clock.forward(seconds=1)
    assert people() == 2


def test_old_issues_are_counted_once(system: System, clock: SettableClock, sent: Sent) -> None:
    """Those of before anything was kept, which are no longer among the latest."""
    now = clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now, slug="other")
        for n in range(1, counting.ISSUES + 1):
            make.issue(db, now=now, newsletter_id=newsletter_id, state="sent", number=n,
                       send_at=now + timedelta(days=n))

    def counted_at() -> datetime:
        counting.count_again(system)
        with system.db.read() as db:
            found = tally.kept(db, numbers.name(sent.issue_id))
            assert found is not None
            return found.at

    assert counted_at() == now
    clock.forward(days=2)
    assert counted_at() == now


def test_a_large_send_is_counted_while_it_runs(
    system: System, clock: SettableClock, sent: Sent
) -> None:
    now = clock.now()
    with system.db.write() as db:
        issue_id = make.issue(db, now=now, newsletter_id=make.newsletter(db, now=now, slug="big"),
                              state="sending", number=9)
        assert PULSES["count_sends"].rule(db, now) == 0
        make.subscriber(db, now=now, address="last@example.net", id=counting.LARGE)
        assert PULSES["count_sends"].rule(db, now) == 1
    assert drain(system, {counting.SENDS}) == 1
    with system.db.read() as db:
        assert tally.kept(db, flow.name(issue_id)) is not None
        assert tally.kept(db, flow.name(sent.issue_id)) is None
