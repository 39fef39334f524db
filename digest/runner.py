"""The embedded engine: one heartbeat and a few worker threads in the process that serves the web.

APScheduler only beats; what is due, and whether it was done, stands in the tables. Several
processes may run this at once: one leads, and every job is claimed by one.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from digest import jobs
from digest.delivery import hold
from digest.delivery.recover import recover
from digest.feedback.door import open_door
from digest.system import log, queue
from digest.system.build import System
from digest.system.listener import Listener

BEAT = 1.0  # seconds
IDLE = 0.5  # seconds a worker waits when there is nothing to do
RENEW = timedelta(seconds=20)  # a third of a job's lease
PATIENCE = 10.0  # seconds that threads get to finish what is in hand


class Runner:
    """Starts and stops the heartbeat and the workers of one process."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._holder = queue.worker_name(0)
        self._last: dict[str, datetime] = {}
        self._in_hand: dict[str, queue.Claim] = {}
        self._renewed: datetime | None = None
        self._threads: list[threading.Thread] = []
        self._beat = BackgroundScheduler(timezone="UTC")
        self._door: Listener | None = None

    def start(self) -> None:
        """Put right what a crash left behind, then begin to work."""
        hold.arrive(self._system)
        recover(self._system)
        self._beat.add_job(
            self._on_beat, "interval", seconds=BEAT, coalesce=True, max_instances=1,
            misfire_grace_time=None,
        )
        self._beat.start()
        self._door = open_door(self._system)
        # One sender: it has many connections, and two writers of one SQLite file are slower than one.
        crews: list[tuple[int, Collection[str]]] = [
            (self._system.settings.workers, jobs.OTHERS), (1, {"launch_issue"}), (1, {"send_chunk"}),
        ]
        for count, kinds in crews:
            for _ in range(count):
                self._hire(kinds)

    def stop(self) -> None:
        """End after the step in hand; unfinished jobs go back to the queue."""
        self._system.stopping.set()
        if self._door:
            self._door.stop()
        self._beat.shutdown(wait=True)
        for thread in self._threads:
            thread.join(PATIENCE)
        with self._system.db.write() as db:
            queue.give_up_lead(db, jobs.LEADER, self._holder)

    def _hire(self, kinds: Collection[str]) -> None:
        name = queue.worker_name(len(self._threads) + 1)
        thread = threading.Thread(target=self._work, args=(name, kinds), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self, name: str, kinds: Collection[str]) -> None:
        system = self._system
        while not system.stopping.is_set():
            try:
                job = jobs.take(system, name, kinds)
                if job is None:
                    system.clock.wait(system.stopping, IDLE)
                    continue
                self._in_hand[name] = job
                jobs.run_job(system, job)
            except Exception as error:
                # The database is away or full: the job keeps its lease and is taken up again.
                log.get("runner").error("worker_failed", worker=name, exc_info=error)
                system.clock.wait(system.stopping, IDLE * 10)
            finally:
                self._in_hand.pop(name, None)

    def _on_beat(self) -> None:
        try:
            jobs.tick(self._system, self._holder, self._last)
            self._renew()
        except Exception as error:
            log.get("runner").error("beat_failed", exc_info=error)

    def _renew(self) -> None:
        """Prolong the leases of the jobs in hand."""
        now = self._system.clock.now()
        held = list(self._in_hand.values())
        if not held or (self._renewed and now - self._renewed < RENEW):
            return
        self._renewed = now
        with self._system.db.write() as db:
            for job in held:
                queue.renew(db, job, now)
