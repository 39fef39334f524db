"""Answering for a draft: who is asked, approving, stopping, silence, and two people for a send."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from digest.issues import approval, board, states
from digest.issues.models import Issue, IssueState, Item
from digest.newsletters.models import Newsletter
from digest.staff.accounts import set_active
from digest.staff.models import AuditEntry
from digest.system.build import System
from digest.system.errors import Conflict, Refused
from digest.system.queue import Job
from tests import make
from tests.conftest import SettableClock

OWNER = "Salma@example.org"


def draft(system: System, *, items: int = 3, slot: timedelta = timedelta(minutes=20),
          subject: str = "محادثات الفرات تنتهي بلا اتفاق", **newsletter: object) -> int:
    """A draft whose hour comes in twenty minutes, of a newsletter that Salma edits."""
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now, **{"editor_address": OWNER, **newsletter})
        return make.issue(db, now=now, newsletter_id=newsletter_id, items=items, subject=subject,
                          slot_at=now + slot)


def person(system: System, name: str = "salma", role: str = "publisher") -> int:
    with system.db.write() as db:
        return make.user(db, now=system.clock.now(), email=f"{name}@example.org", role=role)


def seen(system: System, issue_id: int) -> Issue:
    with system.db.read() as db:
        issue = states.get(db, issue_id)
        db.expunge(issue)
        return issue


def asked(system: System) -> list[int]:
    with system.db.read() as db:
        jobs = db.scalars(select(Job).where(Job.kind == approval.KIND).order_by(Job.id))
        return [job.args["user_id"] for job in jobs]


def acts(system: System) -> list[tuple[str, int | None]]:
    with system.db.read() as db:
        rows = db.execute(select(AuditEntry.action, AuditEntry.user_id).order_by(AuditEntry.id))
        return [(action, user_id) for action, user_id in rows]


def edit(system: System, issue_id: int, by: int) -> None:
    with system.db.write() as db:
        issue = states.get(db, issue_id)
        board.edit_issue(
            db, issue_id, subject=f"عنوان آخر من {by}", preheader="", note="", note_by="",
            based_on=issue.version, by=by, now=system.clock.now(),
        )


def silence(system: System) -> int:
    with system.db.write() as db:
        return approval.answer_silence(db, system.clock.now())


def approve(system: System, issue_id: int, by: int, version: int = 1) -> datetime:
    with system.db.write() as db:
        return approval.approve(db, issue_id, version, by=by, now=system.clock.now())


def ask(system: System, issue_id: int, by: int | None = None) -> int:
    with system.db.write() as db:
        return approval.ask(db, issue_id, now=system.clock.now(), by=by)


def test_the_editor_of_the_newsletter_is_asked_whatever_the_case_of_the_address(
    system: System,
) -> None:
    salma, _omar = person(system), person(system, "omar")
    issue_id = draft(system)
    assert ask(system, issue_id) == 1
    assert asked(system) == [salma]


@pytest.mark.parametrize("role", ["author", "editor", "audience"])
def test_whoever_may_not_send_is_not_asked(system: System, role: str) -> None:
    person(system, role=role)
    assert ask(system, draft(system)) == 0
    assert asked(system) == []


def test_with_two_people_all_who_may_send_are_asked_but_the_last_editor(system: System) -> None:
    salma, omar = person(system), person(system, "omar")
    admin, _viewer = person(system, "hala", "admin"), person(system, "rami", "author")
    gone = person(system, "old")
    with system.db.write() as db:
        set_active(db, gone, False)
    issue_id = draft(system, four_eyes=True)
    edit(system, issue_id, omar)
    assert ask(system, issue_id, by=omar) == 2
    assert asked(system) == [salma, admin]
    assert acts(system)[-1] == ("issue.ask", omar)


def test_asking_when_there_is_nobody_says_so(system: System) -> None:
    salma = person(system)
    issue_id = draft(system, four_eyes=True)
    edit(system, issue_id, salma)
    with pytest.raises(Refused, match="nobody_to_ask"):
        ask(system, issue_id, by=salma)


def test_approving_fixes_the_hour_and_twice_is_once(system: System, clock: SettableClock) -> None:
    salma, issue_id = person(system), draft(system)
    hour = clock.now() + timedelta(minutes=20)
    assert approve(system, issue_id, salma) == hour
    clock.forward(seconds=30)
    assert approve(system, issue_id, salma) == hour
    issue = seen(system, issue_id)
    assert (issue.state, issue.send_at, issue.scheduled_by) == (IssueState.SCHEDULED, hour, salma)
    assert acts(system) == [("issue.approve", salma), ("issue.schedule", salma)]


def test_approving_after_the_hour_leaves_a_minute_to_cancel(
    system: System, clock: SettableClock
) -> None:
    salma, issue_id = person(system), draft(system, slot=timedelta(minutes=-5))
    assert approve(system, issue_id, salma) == clock.now() + timedelta(seconds=60)


def test_only_the_version_that_was_seen_can_be_approved(system: System) -> None:
    salma, issue_id = person(system), draft(system)
    edit(system, issue_id, salma)
    with pytest.raises(Conflict, match="stale_issue"):
        approve(system, issue_id, salma)
    assert seen(system, issue_id).state == IssueState.DRAFT


@pytest.mark.parametrize("policy", ["send", "lead"])
def test_a_stopped_draft_is_never_sent_by_silence(
    system: System, clock: SettableClock, policy: str
) -> None:
    salma, issue_id = person(system), draft(system, unanswered=policy)
    with system.db.write() as db:
        approval.stop(db, issue_id, by=salma, now=clock.now())
        approval.stop(db, issue_id, by=salma, now=clock.now())
    clock.forward(minutes=21)
    assert silence(system) == 0
    assert seen(system, issue_id).state == IssueState.DRAFT
    assert acts(system) == [("issue.stop", salma)]


def test_stopping_a_scheduled_issue_takes_its_time_back_for_good(
    system: System, clock: SettableClock
) -> None:
    salma, issue_id = person(system), draft(system, unanswered="send")
    approve(system, issue_id, salma)
    with system.db.write() as db:
        approval.stop(db, issue_id, by=salma, now=clock.now())
    clock.forward(minutes=25)
    assert silence(system) == 0
    issue = seen(system, issue_id)
    assert (issue.state, issue.held, issue.send_at) == (IssueState.DRAFT, True, None)


def test_what_is_on_its_way_can_not_be_stopped_so(system: System, clock: SettableClock) -> None:
    salma, issue_id = person(system), draft(system)
    with system.db.write() as db:
        states.get(db, issue_id).state = IssueState.SENDING.value
    with system.db.write() as db, pytest.raises(Refused, match="too_late"):
        approval.stop(db, issue_id, by=salma, now=clock.now())


def test_silence_holds_by_default(system: System, clock: SettableClock) -> None:
    issue_id = draft(system)
    clock.forward(minutes=30)
    assert silence(system) == 0
    assert seen(system, issue_id).state == IssueState.DRAFT


def test_silence_sends_at_the_hour_with_the_last_minute_to_cancel(
    system: System, clock: SettableClock
) -> None:
    issue_id = draft(system, unanswered="send")
    hour = clock.now() + timedelta(minutes=20)
    clock.forward(minutes=18, seconds=59)
    assert silence(system) == 0
    clock.forward(seconds=1)
    assert silence(system) == 1
    issue = seen(system, issue_id)
    assert (issue.state, issue.send_at, issue.scheduled_by) == (IssueState.SCHEDULED, hour, None)
    assert silence(system) == 0
    assert acts(system) == [("issue.silence", None), ("issue.schedule", None)]


def test_silence_may_send_the_lead_alone_under_its_own_title(
    system: System, clock: SettableClock
) -> None:
    issue_id = draft(system, unanswered="lead")
    clock.forward(minutes=19)
    assert silence(system) == 1
    with system.db.read() as db:
        kept = db.execute(select(Item.title, Item.role).where(Item.issue_id == issue_id)).all()
    assert [tuple(row) for row in kept] == [("خبر رقم 1", "lead")]
    issue = seen(system, issue_id)
    assert (issue.state, issue.subject) == (IssueState.SCHEDULED, "خبر رقم 1")


@pytest.mark.parametrize(("late", "minutes"), [("send", 141), ("skip", 22)])
def test_a_draft_whose_hour_passed_too_long_ago_is_held(
    system: System, clock: SettableClock, late: str, minutes: int
) -> None:
    issue_id = draft(system, unanswered="send", late=late)
    clock.forward(minutes=minutes)
    assert silence(system) == 0
    issue = seen(system, issue_id)
    assert (issue.state, issue.held) == (IssueState.DRAFT, True)
    with system.db.read() as db:
        assert db.scalar(select(Job.kind)) == "tell_editor"


def test_a_draft_without_a_subject_is_held_and_keeps_its_stories(
    system: System, clock: SettableClock
) -> None:
    issue_id = draft(system, unanswered="send", subject="")
    clock.forward(minutes=20)
    assert silence(system) == 0
    issue = seen(system, issue_id)
    assert (issue.state, issue.held, issue.version) == (IssueState.DRAFT, True, 1)
    assert acts(system) == [("issue.held", None)]


def test_a_paused_newsletter_and_one_that_sends_itself_have_no_silence(
    system: System, clock: SettableClock
) -> None:
    issue_id = draft(system, unanswered="send", active=False)
    clock.forward(minutes=20)
    assert silence(system) == 0
    with system.db.write() as db:
        newsletter = db.scalars(select(Newsletter)).one()
        newsletter.active, newsletter.policy = True, "auto"
    assert silence(system) == 0
    assert seen(system, issue_id).state == IssueState.DRAFT


def test_with_two_people_the_last_editor_can_not_approve(
    system: System, clock: SettableClock
) -> None:
    salma, omar = person(system), person(system, "omar")
    issue_id = draft(system, four_eyes=True)
    edit(system, issue_id, omar)
    clock.forward(minutes=2)  # Omar's lock is over
    edit(system, issue_id, salma)
    with pytest.raises(Refused, match="four_eyes"):
        approve(system, issue_id, salma, version=3)
    assert seen(system, issue_id).state == IssueState.DRAFT
    approve(system, issue_id, omar, version=3)
    assert seen(system, issue_id).approved_version == 3
    with system.db.read() as db:
        row = db.scalars(select(AuditEntry).where(AuditEntry.action == "issue.approve")).one()
        assert (row.user_id, row.facts) == (omar, {"version": 3, "editor": salma})


def test_with_two_people_nothing_but_a_person_fixes_the_time(
    system: System, clock: SettableClock
) -> None:
    issue_id = draft(system, four_eyes=True)
    with system.db.write() as db, pytest.raises(Refused, match="four_eyes"):
        states.schedule(db, issue_id, clock.now(), by=None, now=clock.now())


def test_what_does_not_change_a_word_makes_nobody_its_editor(
    system: System, clock: SettableClock
) -> None:
    salma = person(system)
    issue_id = draft(system, four_eyes=True)
    approve(system, issue_id, salma)
    with system.db.write() as db:
        states.unschedule(db, issue_id, by=salma, now=clock.now())
    approve(system, issue_id, salma)
    assert seen(system, issue_id).state == IssueState.SCHEDULED
