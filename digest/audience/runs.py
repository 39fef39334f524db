"""Imports as jobs: a file of a million rows outlives requests, restarts and kill -9.

Where an import stands is written with each of its writes, so that it goes on where it was cut off
and counts nobody twice.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from digest.audience.csvfile import Layout
from digest.audience.imports import ImportResult, Steps, import_file
from digest.audience.models import ImportRun
from digest.system import queue
from digest.system.build import System
from digest.system.errors import NotFound, Refused, Unavailable

KIND = "import_file"


class RunState(StrEnum):
    """``FAILED``: the file or the list is gone."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RunRow:
    """How far an import is: ``rows`` of ``total`` (0 until the file was read) are dealt with.

    ``under_way`` is False when it ended, or when nobody works on it any more.
    """

    state: RunState
    under_way: bool
    rows: int
    total: int
    added: int
    existing: int
    left: int
    invalid: int
    duplicates: int
    at: datetime
    ended_at: datetime | None

    @property
    def percent(self) -> int:
        """The share that is done, rounded down."""
        return 100 * self.rows // self.total if self.total else 0


def folder(system: System) -> Path:
    """Return where uploaded files lie, each as TOKEN.csv."""
    return system.settings.data_dir / "imports"


def start(
    db: Session, token: str, list_id: int, layout: Layout, *, by: int | None, now: datetime
) -> None:
    """Queue the import of a kept file; one that was cut off goes on, one that is done runs again.

    Raises Refused("import_under_way") while somebody works on it.
    """
    if not queue.put(db, KIND, key=token, now=now, token=token):
        raise Refused("import_under_way")
    run = db.scalar(select(ImportRun).where(ImportRun.token == token))
    if run is not None and run.state == RunState.RUNNING:
        run.by = by
        return
    if run is not None:
        db.delete(run)
        db.flush()
    db.add(ImportRun(
        token=token, list_id=list_id, by=by, layout=asdict(layout), state=RunState.WAITING.value,
        last_key="", at=now,
    ))
    db.flush()


def find(db: Session, token: str) -> RunRow | None:
    """Return how the import of a file stands; None when it was never started."""
    run = db.scalar(select(ImportRun).where(ImportRun.token == token))
    if run is None:
        return None
    ended = run.state in {RunState.DONE, RunState.FAILED}
    return RunRow(
        state=RunState(run.state), under_way=not ended and token in queue.open_keys(db, KIND),
        rows=run.rows, total=run.total, added=run.added, existing=run.existing, left=run.left,
        invalid=run.invalid, duplicates=run.duplicates, at=run.at, ended_at=run.ended_at,
    )


def run_import(system: System, token: str) -> None:
    """Work on a queued import to its end; raises Stopped when the process is asked to end."""
    with system.db.write() as db:
        run = db.scalar(select(ImportRun).where(ImportRun.token == token))
        if run is None or run.state == RunState.DONE:
            return
        run.state = RunState.RUNNING.value
        before = ImportResult(added=run.added, existing=run.existing, left=run.left)
        list_id, by, layout, after = run.list_id, run.by, Layout(**run.layout), run.last_key
    steps = Steps(
        before=before, after=after,
        done=lambda db, result, key, total: _note(db, token, result, last_key=key, total=total),
    )
    try:
        result = import_file(
            system, folder(system) / f"{token}.csv", list_id, by=by, layout=layout, steps=steps
        )
    except (NotFound, Unavailable):
        with system.db.write() as db:
            _note(db, token, state=RunState.FAILED.value, ended_at=system.clock.now())
        return
    with system.db.write() as db:
        _note(db, token, result, total=result.rows, state=RunState.DONE.value,
              ended_at=system.clock.now())


def forget(db: Session, token: str) -> None:
    """Remove what is known of a file's import; raises Refused("import_under_way")."""
    run = find(db, token)
    if run is not None and run.under_way:
        raise Refused("import_under_way")
    for row in db.scalars(select(ImportRun).where(ImportRun.token == token)):
        db.delete(row)


def _note(
    db: Session, token: str, result: ImportResult | None = None, **values: object
) -> None:
    counts = {} if result is None else {
        "rows": result.rows, "added": result.added, "existing": result.existing,
        "left": result.left, "invalid": result.invalid, "duplicates": result.duplicates,
    }
    db.execute(
        update(ImportRun).where(ImportRun.token == token).values(**counts, **values)
        .execution_options(synchronize_session=False)
    )
