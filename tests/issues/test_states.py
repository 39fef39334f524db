"""The life of an issue: allowed moves only, and only one of two callers wins."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from digest.issues import states
from digest.issues.models import IssueState
from digest.staff.models import AuditEntry
from digest.system.build import System
from digest.system.errors import Conflict, NotFound, Refused
from digest.system.queue import Job
from tests import make
from tests.conftest import SettableClock


def an_issue(system: System, clock: SettableClock, **values: object) -> int:
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=clock.now())
        return make.issue(db, now=clock.now(), newsletter_id=newsletter_id, **values)


def state_of(system: System, issue_id: int) -> str:
    with system.db.read() as db:
        return states.get(db, issue_id).state


def test_every_state_has_its_moves_and_the_last_ones_have_none() -> None:
    assert set(states.MOVES) == set(IssueState)
    ends = {state for state, targets in states.MOVES.items() if not targets}
    assert ends == {IssueState.CANCELLED, IssueState.SKIPPED}


def test_a_move_that_is_not_in_the_table_is_a_bug(system: System, clock: SettableClock) -> None:
    issue_id = an_issue(system, clock)
    with system.db.write() as db, pytest.raises(ValueError, match="may not become"):
        states.change(db, issue_id, IssueState.DRAFT, IssueState.SENT)


def test_only_the_first_of_two_movers_wins(system: System, clock: SettableClock) -> None:
    issue_id = an_issue(system, clock, state="scheduled")
    with system.db.write() as db:
        assert states.change(db, issue_id, IssueState.SCHEDULED, IssueState.FROZEN)
        assert not states.change(db, issue_id, IssueState.SCHEDULED, IssueState.FROZEN)


def test_a_draft_is_scheduled_rescheduled_and_taken_back(
    system: System, clock: SettableClock
) -> None:
    issue_id, now = an_issue(system, clock), clock.now()
    with system.db.write() as db:
        states.schedule(db, issue_id, now + timedelta(hours=1), by=None, now=now)
        states.schedule(db, issue_id, now + timedelta(hours=2), by=None, now=now)
        assert states.get(db, issue_id).send_at == now + timedelta(hours=2)
        states.unschedule(db, issue_id, by=None, now=now)
        issue = states.get(db, issue_id)
        assert (issue.state, issue.send_at) == ("draft", None)
        acts = list(db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert acts == ["issue.schedule", "issue.schedule", "issue.unschedule"]


@pytest.mark.parametrize(
    ("values", "minutes", "code"),
    [
        ({}, -1, "in_the_past"),
        ({"subject": "  "}, 1, "no_subject"),
        ({"state": "sent"}, 1, "issue_closed"),
        ({"state": "cancelled", "number": None}, 1, "issue_closed"),
    ],
)
def test_scheduling_is_refused(
    system: System, clock: SettableClock, values: dict[str, object], minutes: int, code: str
) -> None:
    issue_id, now = an_issue(system, clock, **values), clock.now()
    with system.db.write() as db, pytest.raises(Refused) as refused:
        states.schedule(db, issue_id, now + timedelta(minutes=minutes), by=None, now=now)
    assert refused.value.code == code


def test_a_frozen_issue_can_no_longer_be_taken_back(system: System, clock: SettableClock) -> None:
    issue_id = an_issue(system, clock, state="frozen")
    with system.db.write() as db, pytest.raises(Refused, match="too_late"):
        states.unschedule(db, issue_id, by=None, now=clock.now())


def test_a_cancelled_draft_gives_its_number_back(system: System, clock: SettableClock) -> None:
    issue_id = an_issue(system, clock, number=9)
    with system.db.write() as db:
        states.cancel(db, issue_id, by=None, now=clock.now())
        issue = states.get(db, issue_id)
        assert (issue.state, issue.number) == ("cancelled", None)


def test_an_issue_cancelled_while_sending_keeps_its_number(
    system: System, clock: SettableClock
) -> None:
    issue_id = an_issue(system, clock, number=9, state="sending")
    with system.db.write() as db:
        states.cancel(db, issue_id, by=None, now=clock.now())
        assert states.get(db, issue_id).number == 9


def test_what_was_sent_cannot_be_cancelled(system: System, clock: SettableClock) -> None:
    issue_id = an_issue(system, clock, state="sent")
    with system.db.write() as db, pytest.raises(Refused, match="issue_closed"):
        states.cancel(db, issue_id, by=None, now=clock.now())


def test_sending_pauses_and_goes_on(system: System, clock: SettableClock) -> None:
    issue_id, now = an_issue(system, clock, state="sending"), clock.now()
    with system.db.write() as db:
        states.pause(db, issue_id, by=None, now=now, reason="burst")
        with pytest.raises(Refused, match="not_sending"):
            states.pause(db, issue_id, by=None, now=now)
        assert states.get(db, issue_id).reason == "burst"
        states.resume(db, issue_id, by=None, now=now)
        with pytest.raises(Refused, match="not_paused"):
            states.resume(db, issue_id, by=None, now=now)
        assert states.get(db, issue_id).reason == ""


def test_a_failed_issue_tells_the_editor_and_can_be_mended(
    system: System, clock: SettableClock
) -> None:
    issue_id, now = an_issue(system, clock, state="scheduled", send_at=clock.now()), clock.now()
    with system.db.write() as db:
        assert states.fail(db, issue_id, "no_recipients", now=now)
        assert not states.fail(db, issue_id, "no_recipients", now=now)
        jobs = list(db.execute(select(Job.kind, Job.args)))
        assert jobs == [("tell_editor", {"issue_id": issue_id})]
        states.reopen(db, issue_id, by=None, now=now)
        issue = states.get(db, issue_id)
        assert (issue.state, issue.send_at) == ("draft", None)
        with pytest.raises(Refused, match="not_failed"):
            states.reopen(db, issue_id, by=None, now=now)


def test_due_issues_are_queued_once(system: System, clock: SettableClock) -> None:
    now = clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        for number, minutes in ((1, 0), (2, -5), (3, 5)):
            make.issue(db, now=now, newsletter_id=newsletter_id, number=number, state="scheduled",
                       send_at=now + timedelta(minutes=minutes))
        numbers = [states.get(db, one).number for one in states.due_for_launch(db, now)]
        assert numbers == [2, 1]
        assert (states.enqueue_due(db, now), states.enqueue_due(db, now)) == (2, 0)


def test_an_editor_works_on_the_version_that_was_seen(system: System, clock: SettableClock) -> None:
    issue_id = an_issue(system, clock, state="scheduled")
    with system.db.write() as db:
        assert states.editable(db, issue_id, 1).id == issue_id
        with pytest.raises(Conflict) as stale:
            states.editable(db, issue_id, 2)
        assert (stale.value.code, stale.value.facts) == ("stale_issue", {"version": 1})


def test_a_closed_or_missing_issue_is_not_edited(system: System, clock: SettableClock) -> None:
    issue_id = an_issue(system, clock, state="frozen")
    with system.db.write() as db:
        with pytest.raises(Refused, match="issue_closed"):
            states.editable(db, issue_id, 1)
        with pytest.raises(NotFound, match="no_such_issue"):
            states.get(db, issue_id + 1)
    assert state_of(system, issue_id) == "frozen"
