"""The rows of a file in the order of their addresses, in little memory.

Rows that are added in the order of an index change few of its pages; in the order of a file, all
of them (a million rows on SQLite: twice the time, measured).
"""

from __future__ import annotations

import heapq
import marshal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from digest.audience.bulk import Person

RUN = 200_000  # rows kept in memory: 60 MB; smaller files never touch the disk
BLOCK = 1000  # rows read back at a time from each run


class Staging:
    """Takes people in any order and gives them sorted by key, then line."""

    limit = RUN

    def __init__(self, folder: Path) -> None:
        """Runs lie in ``folder`` as files without a name: a crash leaves none of them behind."""
        self._folder = folder
        self.count = 0
        self._rows: list[Person] = []
        self._runs: list[tuple[BinaryIO, int]] = []  # and how many blocks each holds

    def add(self, person: Person) -> None:
        """Take one."""
        self.count += 1
        self._rows.append(person)
        if len(self._rows) >= self.limit:
            self._put_away()

    def people(self) -> Iterator[Person]:
        """Yield everybody in order, and let go of them."""
        self._rows.sort()
        rows, self._rows = self._rows, []
        try:
            yield from heapq.merge(rows, *(_read(*run) for run in self._runs))
        finally:
            self.close()

    def close(self) -> None:
        """Remove the runs."""
        while self._runs:
            self._runs.pop()[0].close()

    def _put_away(self) -> None:
        self._rows.sort()
        run = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  (closed by ``close``)
        starts = range(0, len(self._rows), BLOCK)
        self._runs.append((run, len(starts)))
        for start in starts:
            marshal.dump(self._rows[start : start + BLOCK], run)
        self._rows = []


def _read(run: BinaryIO, blocks: int) -> Iterator[Person]:
    run.seek(0)
    for _ in range(blocks):
        yield from marshal.load(run)  # noqa: S302  (written above, by this process)
