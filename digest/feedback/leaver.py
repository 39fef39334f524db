"""Unsubscriptions that arrive together are written together, and nobody is answered before.

A write of its own costs each reader a turn among the sender's writes; who comes while another one
writes is taken along by the next.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from digest.feedback import leave
from digest.feedback.leave import Click
from digest.system.build import System


@dataclass(slots=True)
class _Waiting:
    click: Click
    done: bool = False
    error: Exception | None = None


class Leaver:
    """Takes the clicks of one process; any number of threads may call it."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: list[_Waiting] = []

    def leave(self, click: Click) -> None:
        """Return when the click is in the database. Raises what the write raises."""
        mine = _Waiting(click)
        with self._guard:
            self._waiting.append(mine)
        with self._writing:
            if not mine.done:
                self._write()
        if mine.error is not None:
            raise mine.error

    def _write(self) -> None:
        with self._guard:
            group, self._waiting = self._waiting, []
        error: Exception | None = None
        try:
            with self._system.db.write() as db:
                leave.one_clicks(db, [one.click for one in group], now=self._system.clock.now())
        except Exception as raised:  # each of them has to know
            error = raised
        for one in group:
            one.error, one.done = error, True
