"""The job table: what is queued is done once, whoever dies."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from digest.system import queue
from digest.system.queue import ATTEMPTS, BACKOFF, LEASE, Job, JobState

KIND = ["mail"]


def put(system, key="1", **values):
    """Queue a job in a write of its own."""
    with system.db.write() as db:
        return queue.put(db, "mail", key=key, now=system.clock.now(), **values)


def claim(system, worker="host:1:1", limit=1):
    """Claim jobs in a write of its own."""
    with system.db.write() as db:
        return queue.claim(db, worker, kinds=KIND, now=system.clock.now(), limit=limit)


def jobs(system):
    """Every job's state, attempts and error."""
    with system.db.read() as db:
        return db.execute(select(Job.state, Job.attempts, Job.error).order_by(Job.id)).all()


def test_a_job_carries_its_arguments(system):
    assert put(system, issue_id=5, n=0)
    [job] = claim(system)
    assert (job.kind, job.args) == ("mail", {"issue_id": 5, "n": 0})


def test_an_open_job_of_the_same_key_is_not_queued_twice(system):
    assert put(system)
    assert not put(system)
    [job] = claim(system)
    assert not put(system)
    with system.db.write() as db:
        assert queue.finish(db, job)
    assert put(system)


def test_a_dead_job_does_not_bar_a_new_one(system, clock):
    put(system)
    for _ in range(ATTEMPTS):
        [job] = claim(system)
        with system.db.write() as db:
            queue.retry(db, job, "no", clock.now())
        clock.forward(hours=1)
    assert [row.state for row in jobs(system)] == ["dead"]
    assert put(system)
    assert len(claim(system)) == 1


def test_a_job_is_not_given_before_its_time(system, clock):
    put(system, run_at=clock.now() + timedelta(minutes=1))
    assert not claim(system)
    clock.forward(minutes=1)
    assert len(claim(system)) == 1


def test_the_earliest_is_given_first_and_other_kinds_not_at_all(system, clock):
    put(system, "late", run_at=clock.now() - timedelta(seconds=1))
    put(system, "early", run_at=clock.now() - timedelta(seconds=9))
    with system.db.write() as db:
        queue.put(db, "other", key="x", now=clock.now())
    [first] = claim(system)
    with system.db.read() as db:
        assert db.get_one(Job, first.id).key == "early"
    assert len(claim(system, limit=5)) == 1


def test_a_claimed_job_is_nobody_elses_until_its_lease_ends(system, clock):
    put(system)
    [first] = claim(system)
    assert not claim(system)
    clock.forward(seconds=LEASE.total_seconds() + 1)
    [second] = claim(system)
    assert (second.id, second.epoch) == (first.id, first.epoch + 1)


def test_a_worker_that_lost_its_lease_can_do_nothing_to_the_job(system, clock):
    put(system)
    [old] = claim(system)
    clock.forward(seconds=LEASE.total_seconds() + 1)
    [new] = claim(system)
    with system.db.write() as db:
        assert not queue.renew(db, old, clock.now())
        assert not queue.finish(db, old)
        queue.retry(db, old, "late", clock.now())
        queue.release(db, old, clock.now())
    assert [(row.state, row.error) for row in jobs(system)] == [("running", None)]
    with system.db.write() as db:
        assert queue.renew(db, new, clock.now())
        assert queue.finish(db, new)
    assert not jobs(system)


def test_a_renewed_lease_lasts_longer(system, clock):
    put(system)
    [job] = claim(system)
    clock.forward(seconds=50)
    with system.db.write() as db:
        assert queue.renew(db, job, clock.now())
    clock.forward(seconds=50)
    assert not claim(system)


def test_a_failed_job_waits_longer_each_time_and_then_dies(system, clock):
    put(system)
    for attempt in range(1, ATTEMPTS + 1):
        [job] = claim(system)
        with system.db.write() as db:
            state = queue.retry(db, job, f"error {attempt}", clock.now())
        if attempt == ATTEMPTS:
            assert state is JobState.DEAD
            break
        clock.forward(seconds=BACKOFF[attempt - 1] - 1)
        assert not claim(system)
        clock.forward(seconds=1)
    assert [tuple(row) for row in jobs(system)] == [("dead", ATTEMPTS, f"error {ATTEMPTS}")]


def test_a_released_job_has_lost_no_attempt(system, clock):
    put(system)
    for _ in range(ATTEMPTS * 2):
        [job] = claim(system)
        with system.db.write() as db:
            queue.release(db, job, clock.now())
    assert [tuple(row) for row in jobs(system)] == [("ready", 0, None)]


def test_eight_threads_share_the_jobs_without_taking_one_twice(system):
    for number in range(120):
        put(system, str(number))
    taken: list[int] = []
    start = threading.Barrier(8)

    def work(number: int) -> None:
        start.wait()
        while found := claim(system, f"host:1:{number}", limit=3):
            taken.extend(job.id for job in found)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 120


@pytest.mark.parametrize(("worker", "gone"), [
    ("elsewhere:999999:1", False),
    (f"{socket.gethostname()}:1:1", False),
    (f"{socket.gethostname()}:{os.getpid()}-an-earlier-life:1", True),
    (queue.worker_name(3), False),
], ids=["of another machine", "of another process", "of an earlier life", "of this process"])
def test_only_workers_that_are_surely_gone_are_called_dead(system, clock, worker, gone):
    put(system)
    claim(system, worker)
    with system.db.write() as db:
        dead = queue.reclaim_dead(db, clock.now())
    assert bool(dead) == gone
    assert bool(claim(system)) == gone


def test_a_job_of_a_process_that_ended_is_given_at_once(system, clock):
    process = subprocess.Popen(["true"])
    process.wait()
    put(system, n=4)
    claim(system, f"{socket.gethostname()}:{process.pid}-x:1")
    with system.db.write() as db:
        assert [job.args for job in queue.reclaim_dead(db, clock.now())] == [{"n": 4}]
    assert len(claim(system)) == 1


def test_a_job_and_its_fact_are_written_together_or_not_at_all(system, clock):
    def fail_after_queueing() -> None:
        with system.db.write() as db:
            queue.put(db, "mail", key="1", now=clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_queueing()
    assert not jobs(system)


def test_one_leads_until_it_is_silent_or_gives_up(system, clock):
    def lead(holder):
        with system.db.write() as db:
            return queue.take_lead(db, "calendar", holder, clock.now(), 15)

    assert lead("a")
    assert lead("a")
    assert not lead("b")
    clock.forward(seconds=16)
    assert lead("b")
    assert not lead("a")
    with system.db.write() as db:
        queue.give_up_lead(db, "calendar", "a")
    assert not lead("a")
    with system.db.write() as db:
        queue.give_up_lead(db, "calendar", "b")
    assert lead("a")
