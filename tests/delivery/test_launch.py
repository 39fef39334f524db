"""Freezing: all of it or nothing, once, and never what should not be sent."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select, update

from digest import jobs
from digest.audience.models import Membership, Subscriber
from digest.delivery import launch
from digest.delivery.models import Chunk, Delivery
from digest.issues import board, states
from digest.issues.models import Edition, Issue, Item
from digest.newsletters.models import Late, Newsletter, newsletter_list
from digest.system.queue import Job
from tests import make
from tests.delivery.conftest import OMAR, RIM, SALMA


def rows(system, column):
    """Every value of a column."""
    with system.db.read() as db:
        return list(db.scalars(select(column)))


def run(system):
    """Launch what is due, send nothing."""
    return jobs.drain(system, {"launch_issue"})


def test_editions_mails_and_jobs_are_made_in_one_write(system, scheduled, ledger, clock):
    issue_id = scheduled()
    run(system)
    assert ledger.state(issue_id) == "frozen"
    assert ledger.counts(issue_id) == {"queued": 3}
    assert rows(system, Edition.variant) == ["latn"]
    assert rows(system, Issue.frozen_at) == [clock.now()]
    assert rows(system, Chunk.n) == [0]
    with system.db.read() as db:
        job = db.execute(select(Job.kind, Job.key, Job.args)).one()
    assert tuple(job) == ("send_chunk", f"{issue_id}:0", {"issue_id": issue_id, "n": 0})


def test_an_edition_is_rendered_for_each_way_readers_want_digits(system, scheduled, ledger):
    issue_id = scheduled()
    with system.db.write() as db:
        db.execute(update(Subscriber).where(Subscriber.address == RIM).values(digits="arab"))
    run(system)
    assert sorted(rows(system, Edition.variant)) == ["arab", "latn"]
    with system.db.read() as db:
        chosen = dict(db.execute(
            select(Subscriber.address, Delivery.variant)
            .join(Delivery, Delivery.subscriber_id == Subscriber.id)
        ).all())
    assert chosen == {RIM: "arab", SALMA: "latn", OMAR: "latn"}
    assert ledger.counts(issue_id) == {"queued": 3}


def test_a_reader_on_two_lists_gets_one_mail(system, scheduled, ledger):
    issue_id = scheduled()
    with system.db.write() as db:
        other = make.mailing_list(db, now=system.clock.now(), slug="other")
        newsletter_id = db.scalars(select(Newsletter.id)).one()
        db.execute(newsletter_list.insert().values(newsletter_id=newsletter_id, list_id=other))
        rim = db.scalars(select(Subscriber.id).where(Subscriber.address == RIM)).one()
        db.add(Membership(subscriber_id=rim, list_id=other, state="on", at=system.clock.now()))
    run(system)
    assert ledger.counts(issue_id) == {"queued": 3}


def test_many_readers_are_cut_into_chunks_without_gap_or_overlap(system, scheduled):
    scheduled([f"r{n}@example.net" for n in range(launch.CHUNK * 2 + 3)])
    run(system)
    with system.db.read() as db:
        chunks = db.execute(select(Chunk.n, Chunk.first_id, Chunk.last_id).order_by(Chunk.n)).all()
        sizes = [
            db.scalar(select(func.count()).select_from(Delivery)
                      .where(Delivery.subscriber_id.between(first, last)))
            for _, first, last in chunks
        ]
    assert [one.n for one in chunks] == [0, 1, 2]
    assert sizes == [launch.CHUNK, launch.CHUNK, 3]
    assert all(a.last_id < b.first_id for a, b in pairwise(chunks))


def test_launching_twice_changes_nothing(system, scheduled, ledger):
    issue_id = scheduled()
    run(system)
    before = rows(system, Edition.sha256)
    launch.launch_issue(system, issue_id)
    assert rows(system, Edition.sha256) == before
    assert ledger.counts(issue_id) == {"queued": 3}


def test_an_issue_that_is_not_yet_due_waits(system, scheduled, ledger, clock):
    issue_id = scheduled()
    with system.db.write() as db:
        states.schedule(db, issue_id, clock.now() + timedelta(hours=1), by=None, now=clock.now())
    run(system)
    assert ledger.state(issue_id) == "scheduled"


@pytest.mark.parametrize(("late", "minutes", "state"), [
    (Late.SEND, 119, "frozen"), (Late.SEND, 121, "failed"),
    (Late.SKIP, 1, "frozen"), (Late.SKIP, 2, "failed"),
])
def test_an_issue_whose_hour_passed_long_ago_is_not_sent(
    system, scheduled, ledger, clock, late, minutes, state
):
    issue_id = scheduled(late=late.value)
    clock.forward(minutes=minutes)
    run(system)
    assert ledger.state(issue_id) == state
    if state == "failed":
        assert ledger.reason(issue_id) == "missed"
        assert rows(system, Job.kind) == ["tell_editor"]


def test_an_empty_issue_is_not_sent(system, scheduled, ledger):
    issue_id = scheduled()
    with system.db.write() as db:
        db.execute(Item.__table__.delete())
    run(system)
    assert (ledger.state(issue_id), ledger.reason(issue_id)) == ("failed", "empty")
    assert not rows(system, Delivery.state)


def test_an_issue_without_readers_is_not_sent(system, scheduled, ledger):
    issue_id = scheduled([])
    run(system)
    assert (ledger.state(issue_id), ledger.reason(issue_id)) == ("failed", "no_recipients")


def test_an_issue_with_errors_is_not_sent_and_may_be_mended(system, scheduled, ledger, clock):
    issue_id = scheduled()
    with system.db.write() as db:
        db.execute(update(Newsletter).values(postal_address=""))
    run(system)
    assert (ledger.state(issue_id), ledger.reason(issue_id)) == ("failed", "has_errors")
    assert not rows(system, Edition.variant)
    with system.db.write() as db:
        db.execute(update(Newsletter).values(postal_address="شارع البحر 12"))
        states.reopen(db, issue_id, by=None, now=clock.now())
        states.schedule(db, issue_id, clock.now(), by=None, now=clock.now())
        states.enqueue_due(db, clock.now())
    run(system)
    assert ledger.state(issue_id) == "frozen"


@pytest.mark.parametrize(("column", "value", "reason"), [
    ("sender_address", "not an address", "bad_sender"),
    ("sender_name", "نشرة\r\nBcc: v@example.net", "bad_header"),
    ("name", "نشرة=?utf-8?Q?=0D=0A?=Bcc: v", "bad_header"),
])
def test_a_sender_no_header_may_hold_stops_the_issue_before_it_is_frozen(
    system, scheduled, ledger, column, value, reason
):
    issue_id = scheduled()
    with system.db.write() as db:
        db.execute(update(Newsletter).values({column: value}))
    run(system)
    assert (ledger.state(issue_id), ledger.reason(issue_id)) == ("failed", reason)


def test_an_edit_between_reading_and_freezing_is_never_lost(system, scheduled, clock):
    issue_id = scheduled()
    with system.db.read() as db:
        loaded = launch._load(db, issue_id, base_url="https://mina.example", now=clock.now())
    with system.db.write() as db:
        board.edit_issue(
            db, issue_id, subject="عنوان آخر", preheader="", note="", note_by="",
            based_on=states.get(db, issue_id).version, by=None, now=clock.now(),
        )
    with system.db.write() as db:
        assert not launch._freeze(db, loaded, {}, {}, now=clock.now())
    run(system)
    assert rows(system, Edition.subject) == ["عنوان آخر"]


def test_two_launchers_at_once_make_one_of_everything(system, scheduled, ledger):
    issue_id = scheduled()
    start = threading.Barrier(4)
    errors: list[Exception] = []

    def work() -> None:
        start.wait()
        try:
            launch.launch_issue(system, issue_id)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert ledger.counts(issue_id) == {"queued": 3}
    assert rows(system, Edition.variant) == ["latn"]


def test_who_joins_after_the_freeze_gets_the_next_issue(system, scheduled, ledger, relay):
    issue_id = scheduled()
    run(system)
    with system.db.write() as db:
        list_id = db.scalars(select(newsletter_list.c.list_id)).one()
        make.subscriber(db, now=system.clock.now(), address="late@example.net", list_id=list_id)
    ledger.send()
    assert "late@example.net" not in relay.recipients()
    assert ledger.counts(issue_id) == {"sent": 3}
