"""After a crash: the doubtful is listed, the rest goes on."""

from __future__ import annotations

import socket
import subprocess
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from digest import jobs
from digest.delivery import leases
from digest.delivery.models import Chunk, Delivery, DeliveryState
from digest.delivery.recover import recover
from digest.system import queue


@pytest.fixture
def dead_worker() -> str:
    """The name of a worker whose process has just ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return f"{socket.gethostname()}:{process.pid}:1"


def crash(system, ledger, issue_id, worker, *, in_hand=True):
    """Leave behind what a killed sender leaves: a job, a lease, perhaps a mail in hand."""
    jobs.drain(system, {"launch_issue"})
    now = system.clock.now()
    with system.db.write() as db:
        queue.claim(db, worker, kinds=jobs.SENDING, now=now)
        leases.take(db, issue_id, 0, now=now, smtp_timeout=600)
        if in_hand:
            first = db.scalars(select(Delivery.subscriber_id)).first()
            db.execute(
                update(Delivery).where(Delivery.subscriber_id == first)
                .values(state=DeliveryState.SENDING.value)
            )


def test_the_mail_in_a_dead_hand_is_uncertain_and_the_rest_is_sent_at_once(
    system, scheduled, ledger, relay, dead_worker
):
    issue_id = scheduled()
    crash(system, ledger, issue_id, dead_worker)
    assert recover(system) == 1
    ledger.send()
    assert ledger.counts(issue_id) == {"sent": 2, "uncertain": 1}
    assert len(relay.accepted) == 2
    assert ledger.state(issue_id) == "sent"


def test_nothing_is_uncertain_when_nothing_was_in_hand(
    system, scheduled, ledger, relay, dead_worker
):
    issue_id = scheduled()
    crash(system, ledger, issue_id, dead_worker, in_hand=False)
    assert recover(system) == 0
    ledger.send()
    assert ledger.counts(issue_id) == {"sent": 3}


def test_recovering_twice_changes_nothing_more(system, scheduled, ledger, dead_worker):
    issue_id = scheduled()
    crash(system, ledger, issue_id, dead_worker)
    assert [recover(system), recover(system)] == [1, 0]
    assert ledger.counts(issue_id) == {"queued": 2, "uncertain": 1}


def test_a_living_worker_of_another_process_keeps_its_chunk(system, scheduled, ledger, relay):
    issue_id = scheduled()
    crash(system, ledger, issue_id, f"{socket.gethostname()}:1:1")
    assert recover(system) == 0
    ledger.send()
    assert not relay.accepted
    assert ledger.counts(issue_id) == {"queued": 2, "sending": 1}


def test_an_earlier_life_with_this_process_number_is_dead(system, scheduled, ledger):
    issue_id = scheduled()
    mine = queue.worker_name(1)
    host, process, number = mine.rsplit(":", 2)
    crash(system, ledger, issue_id, f"{host}:{process.partition('-')[0]}-other:{number}")
    assert recover(system) == 1


def test_this_processes_own_workers_are_alive(system, scheduled, ledger):
    issue_id = scheduled()
    crash(system, ledger, issue_id, queue.worker_name(1))
    assert recover(system) == 0


def test_a_chunk_whose_job_was_lost_is_queued_again(system, scheduled, ledger, relay):
    issue_id = scheduled()
    jobs.drain(system, {"launch_issue"})
    with system.db.write() as db:
        db.execute(delete(queue.Job))
    recover(system)
    ledger.send()
    assert ledger.counts(issue_id) == {"sent": 3}


def test_a_chunk_whose_job_was_given_up_is_queued_again(system, scheduled, ledger, relay):
    issue_id = scheduled()
    jobs.drain(system, {"launch_issue"})
    with system.db.write() as db:
        db.execute(update(queue.Job).values(state="dead"))
    recover(system)
    ledger.send()
    assert ledger.counts(issue_id) == {"sent": 3}
    assert not relay.duplicates()


def test_an_issue_with_nothing_left_is_closed(system, scheduled, ledger):
    issue_id = scheduled()
    ledger.send()
    with system.db.write() as db:
        db.execute(update(Chunk).values(lease_until=system.clock.now() + timedelta(days=1)))
    recover(system)
    assert ledger.state(issue_id) == "sent"
