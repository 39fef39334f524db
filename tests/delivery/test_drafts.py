"""The mail with a draft: who gets it, what it says, and that its links are the person's own."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from digest import jobs
from digest.delivery.drafts import mail_draft
from digest.delivery.launch import launch_issue
from digest.issues import states
from digest.issues.models import Issue, IssueState
from digest.issues.prepare import prepare_issue
from digest.newsletters.models import Newsletter
from digest.system.tokens import ANSWER_HOURS, APPROVE, STOP
from tests import make
from tests.delivery.test_mails import bodies, message

SALMA = "salma@example.org"


@pytest.fixture
def salma(system, clock):
    with system.db.write() as db:
        return make.user(db, now=clock.now(), email=SALMA)


def newsletter(system, clock, **values):
    """A newsletter with three fresh stories and one reader, edited by Salma."""
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=clock.now())
        make.subscriber(db, now=clock.now(), list_id=list_id)
        for title in ("البرلمان يقرّ الموازنة", "الليرة تستعيد قيمتها", "موجة غبار تصل"):
            make.article(db, now=clock.now(), title=title)
        return make.newsletter(db, now=clock.now(), list_id=list_id,
                               **{"editor_address": SALMA, **values})


def prepared(system, clock, **values):
    slot = clock.now() + timedelta(minutes=20)
    return prepare_issue(system, newsletter(system, clock, **values), slot)


def ids(system, purpose, text):
    found = re.search(rf"https://mina\.example/{purpose}/(\S+)", text)
    assert found
    return system.signer.read_timed(purpose, found[1], hours=ANSWER_HOURS)


def test_the_hour_drafts_mails_and_waits(system, clock, relay, salma):
    issue_id = prepared(system, clock)
    jobs.drain(system)
    assert relay.recipients() == [SALMA]
    mail = message(relay.accepted[0])
    text, html = bodies(relay.accepted[0])
    assert mail["Subject"] == "مسودة موجز الميناء 1 جاهزة"
    for said in ("البرلمان يقرّ الموازنة", "6:00 صباحاً", "03:00 UTC", "بقيت مسودة ولم تُرسل"):
        assert said in text.replace("\u200f", "")
    for body in (text, html):
        assert ids(system, APPROVE, body.replace('"', " ")) == (issue_id, 1, salma)
        assert ids(system, STOP, body.replace('"', " ")) == (issue_id, 1, salma)
    with system.db.read() as db:
        assert states.get(db, issue_id).state == IssueState.DRAFT


def test_one_that_sends_itself_can_only_be_stopped_by_its_mail(system, clock, relay, salma):
    issue_id = prepared(system, clock, policy="auto")
    jobs.drain(system)
    text = bodies(relay.accepted[0])[0]
    assert message(relay.accepted[0])["Subject"] == "مسودة موجز الميناء 1 مجدولة"
    assert "/approve/" not in text
    assert ids(system, STOP, text) == (issue_id, 1, salma)


def test_an_editor_without_an_account_is_told_without_links(system, clock, relay):
    prepared(system, clock, editor_address="desk@example.org")
    jobs.drain(system)
    assert relay.recipients() == ["desk@example.org"]
    assert "/approve/" not in bodies(relay.accepted[0])[0]


@pytest.mark.parametrize("state", [IssueState.SENDING, IssueState.CANCELLED])
def test_a_draft_that_has_gone_its_way_is_not_mailed(system, clock, relay, salma, state):
    issue_id = prepared(system, clock)
    with system.db.write() as db:
        db.execute(update(Issue).values(state=state.value))
    mail_draft(system, issue_id, salma)
    assert relay.accepted == []


@pytest.mark.parametrize("unanswered", ["send", "lead"])
def test_nobody_answers_and_the_clock_alone_sends(system, clock, relay, salma, unanswered):
    issue_id = prepared(system, clock, unanswered=unanswered)
    last = {}
    for _ in range(4):
        jobs.tick(system, "here", last)
        jobs.drain(system)
        clock.forward(minutes=10, seconds=6)
    with system.db.read() as db:
        assert states.get(db, issue_id).state == IssueState.SENT
    readers = [one for one in relay.accepted if one.recipient == "rim@example.net"]
    assert len(readers) == 1
    told = bodies(readers[0])[0].count("https://news.example/")
    assert told == (1 if unanswered == "lead" else 3)


def test_with_two_people_what_changed_after_approval_is_not_sent(system, clock, salma):
    issue_id = prepared(system, clock, four_eyes=True)
    now = clock.now()
    with system.db.write() as db:
        states.schedule(db, issue_id, now, by=salma, now=now)
        states.get(db, issue_id).version += 1
    launch_issue(system, issue_id)
    with system.db.read() as db:
        issue = states.get(db, issue_id)
        assert (issue.state, issue.reason) == (IssueState.FAILED, "not_approved")
        assert db.scalar(select(Newsletter.four_eyes))
