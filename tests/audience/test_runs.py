"""Imports as jobs: cut off anywhere, they go on and count each row once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from digest import jobs
from digest.audience import imports, runs
from digest.audience.csvfile import Layout
from digest.audience.imports import ImportResult, Steps
from digest.audience.models import Consent, ImportRun, Membership, Subscriber
from digest.audience.suppress import Reason, suppress_address
from digest.staff.models import AuditEntry
from digest.system.build import System
from digest.system.errors import Refused, Stopped
from digest.system.queue import Job
from tests.audience.conftest import Place
from tests.conftest import SettableClock

LAYOUT = Layout("utf-8-sig", ",", 0, 1, has_header=False)
TOKEN = "a" * 22


def keep(system: System, text: str) -> Path:
    path = runs.folder(system) / f"{TOKEN}.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def start(system: System, place: Place) -> None:
    with system.db.write() as db:
        runs.start(db, TOKEN, place.list_id, LAYOUT, by=None, now=system.clock.now())


def standing(system: System) -> runs.RunRow:
    with system.db.read() as db:
        found = runs.find(db, TOKEN)
    assert found is not None
    return found


def people(count: int) -> str:
    return "".join(f"r{n}@example.net,قارئ {n}\n" for n in range(count))


def test_a_queued_import_is_done_by_a_worker_and_tells_how_it_ended(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        suppress_address(db, "gone@example.net", Reason.LEFT, now=clock.now())
    keep(system, people(5) + "R1@example.net,\nbad@\ngone@example.net,\n")
    start(system, place)
    waiting = standing(system)
    assert (waiting.state, waiting.under_way, waiting.percent) == ("waiting", True, 0)
    assert jobs.drain(system, {runs.KIND}) == 1
    done = standing(system)
    assert (done.state, done.under_way, done.percent) == ("done", False, 100)
    assert (done.added, done.existing, done.left, done.invalid, done.duplicates) == (5, 0, 1, 1, 1)
    assert done.rows == done.total == 8


def test_an_import_that_is_cut_off_goes_on_and_counts_nobody_twice(
    system: System, place: Place
) -> None:
    """Killed after its first write: the next worker finds it running, with its last key."""
    rows = imports.BATCH + 700
    path = keep(system, people(rows))
    start(system, place)

    class Killed(Exception):
        pass

    def die(*_: object) -> None:
        raise Killed

    with system.db.write() as db:
        run = db.scalars(select(ImportRun)).one()
        run.state = runs.RunState.RUNNING.value
    first = Steps(done=lambda db, result, key, total: runs._note(
        db, TOKEN, result, last_key=key, total=total))
    calls = Counter[str]()

    def once(db: object, result: ImportResult, key: str, total: int) -> None:
        calls["writes"] += 1
        if calls["writes"] == 2:
            die()  # in the second write: it is rolled back
        first.done(db, result, key, total)  # type: ignore[arg-type]

    with pytest.raises(Killed):
        imports.import_file(system, path, place.list_id, layout=LAYOUT, steps=Steps(done=once))
    half = standing(system)
    assert (half.rows, half.added, half.total) == (imports.BATCH, imports.BATCH, rows)
    jobs.drain(system, {runs.KIND})
    done = standing(system)
    assert (done.state, done.added, done.existing, done.rows) == ("done", rows, 0, rows)
    with system.db.read() as db:
        for model in (Subscriber, Membership, Consent):
            assert db.scalar(select(func.count()).select_from(model)) == rows
        assert db.scalar(select(func.count()).select_from(AuditEntry)) == 1


def test_a_process_that_is_asked_to_end_gives_the_import_back(
    system: System, place: Place
) -> None:
    keep(system, people(3))
    start(system, place)
    system.stopping.set()
    with pytest.raises(Stopped):
        runs.run_import(system, TOKEN)
    system.stopping.clear()
    jobs.drain(system, {runs.KIND})
    assert standing(system).added == 3


def test_nobody_starts_an_import_twice_at_once(system: System, place: Place) -> None:
    keep(system, people(1))
    start(system, place)
    with pytest.raises(Refused, match="import_under_way"):
        start(system, place)
    with system.db.write() as db, pytest.raises(Refused, match="import_under_way"):
        runs.forget(db, TOKEN)
    jobs.drain(system, {runs.KIND})
    start(system, place)
    jobs.drain(system, {runs.KIND})
    assert (standing(system).added, standing(system).existing) == (0, 1)
    with system.db.write() as db:
        runs.forget(db, TOKEN)
        assert runs.find(db, TOKEN) is None


def test_a_file_that_is_gone_ends_the_import(system: System, place: Place) -> None:
    start(system, place)
    jobs.drain(system, {runs.KIND})
    assert standing(system).state == "failed"
    with system.db.read() as db:
        assert db.scalar(select(func.count()).select_from(Job)) == 0
    runs.run_import(system, "of-nobody")
