"""Opens and clicks on their way to the database: answered at once, written in groups.

A click must not wait for the disk, and the sender's writes must not wait for each click. What a
crash can lose is the statistics of GROUP seconds.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError

from digest.feedback import touches
from digest.feedback.touches import Touched
from digest.system import log
from digest.system.build import System

GROUP = 0.04  # seconds that touches are gathered
MOST = 100_000  # rows that wait while the database is away; what comes on top is not counted
REST = 5.0  # seconds before a database that was away is asked again
Key = tuple[int, int, int, str]


class Recorder:
    """Gathers touches of one process; its thread starts with the first and ends by ``close``."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._waiting: dict[Key, Touched] = {}
        self._some = threading.Condition()
        self._writing = threading.Lock()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, one: Touched) -> None:
        """Take a touch; the same one again only raises a count, so repeating it fills nothing."""
        with self._some:
            self._keep(one)
            if self._thread is None and not self._ending.is_set():
                self._thread = threading.Thread(target=self._work, name="touches", daemon=True)
                self._thread.start()
            self._some.notify()

    def flush(self) -> int:
        """Write what waits, and return how many rows that were; on failure it waits on.

        Raises SQLAlchemyError.
        """
        with self._writing:
            with self._some:
                group, self._waiting = list(self._waiting.values()), {}
            if not group:
                return 0
            try:
                with self._system.db.write() as db:
                    return touches.record(db, group)
            except SQLAlchemyError:
                with self._some:
                    for one in group:
                        self._keep(one)
                raise

    def close(self) -> None:
        """Write what waits and end the thread."""
        self._ending.set()
        with self._some:
            self._some.notify()
        if self._thread is not None:
            self._thread.join()
        self._try()

    def _keep(self, one: Touched) -> None:
        key = (one.issue_id, one.subscriber_id, one.n, one.verdict.value)
        before = self._waiting.get(key)
        if before is not None:
            self._waiting[key] = replace(
                before, times=before.times + one.times,
                first_at=min(before.first_at, one.first_at),
                last_at=max(before.last_at, one.last_at),
            )
        elif len(self._waiting) < MOST:
            self._waiting[key] = one

    def _work(self) -> None:
        while not self._ending.is_set():
            with self._some:
                while not self._waiting and not self._ending.is_set():
                    self._some.wait()
            self._ending.wait(GROUP)
            if not self._try():
                self._ending.wait(REST)

    def _try(self) -> bool:
        try:
            self.flush()
        except SQLAlchemyError as error:
            # No text of the error: its parameters name readers.
            log.get("touches").warning("not_written", error=type(error).__name__)
            return False
        return True
