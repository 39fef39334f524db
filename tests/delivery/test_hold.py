"""A restored or cloned database sends nothing until a person says so; a restart asks nobody."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from digest import jobs
from digest.delivery import hold
from digest.delivery.models import Instance
from digest.staff.models import AuditEntry
from digest.system import queue
from digest.system.build import System, build_system
from digest.system.errors import NotFound, Refused
from digest.system.settings import Settings

Build = Callable[..., System]


@pytest.fixture
def start(settings: Settings, clock) -> Iterator[Build]:
    """Start a process: on the same folder, on a copy of it or under a name."""
    built: list[System] = []

    def started(folder: Path | None = None, **values: object) -> System:
        chosen = replace(settings, data_dir=folder or settings.data_dir, **values)
        built.append(build_system(chosen, clock=clock))
        return built[-1]

    yield started
    for one in built:
        one.close()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """The data folder of another machine."""
    return tmp_path / "elsewhere"


def reasons(system: System) -> set[str]:
    with system.db.read() as db:
        return {row.hold for row in hold.instances(db)}


def trail(system: System) -> list[str]:
    with system.db.read() as db:
        return list(db.scalars(select(AuditEntry.action)))


def test_the_first_place_and_its_restart_ask_nobody(start: Build, clock) -> None:
    assert hold.arrive(start())
    clock.forward(days=30)
    again = start()
    assert hold.arrive(again)
    assert reasons(again) == {""}


def test_a_new_database_in_an_old_folder_is_a_first_place(start: Build, clock) -> None:
    one = start()
    assert hold.arrive(one)
    clock.forward(seconds=11)
    assert hold.beat(one)
    with one.db.write() as db:
        db.execute(delete(Instance))  # as if the file had been removed
    assert hold.may_send(start())
    assert hold.may_send(start())


def test_two_processes_of_one_folder_are_one_place(start: Build, clock) -> None:
    one, two = start(), start()
    assert hold.arrive(one)
    assert hold.arrive(two)
    for _ in range(5):
        clock.forward(seconds=11)
        assert hold.beat(one)
        assert hold.beat(two)
    with one.db.read() as db:
        assert [row.hold for row in hold.instances(db)] == [""]


def test_a_copied_database_sends_nothing_until_confirmed(
    start: Build, elsewhere: Path, scheduled, ledger, relay, clock
) -> None:
    assert hold.arrive(start())
    issue_id = scheduled()
    copy = start(elsewhere)
    assert not hold.arrive(copy)
    assert jobs.drain(copy) == 0
    assert (ledger.state(issue_id), relay.accepted) == ("scheduled", [])
    with pytest.raises(Refused, match="on_hold"):
        hold.require(copy)
    clock.forward(seconds=60)
    assert not hold.beat(copy)
    hold.confirm_here(copy)
    assert hold.beat(copy)
    jobs.drain(copy)
    assert ledger.counts(issue_id) == {"sent": 3}
    assert "instance.confirm" in trail(copy)
    assert reasons(copy) == {""}


def test_a_job_that_a_queue_hands_over_on_hold_is_kept_for_later(
    start: Build, elsewhere: Path, scheduled, ledger, clock
) -> None:
    assert hold.arrive(start())
    issue_id = scheduled()
    copy = start(elsewhere)
    with copy.db.write() as db:
        [claim] = queue.claim(db, "celery", kinds={"launch_issue"}, now=clock.now())
    assert not jobs.run_job(copy, claim)
    assert ledger.state(issue_id) == "scheduled"
    with copy.db.read() as db:
        job = db.scalars(select(queue.Job)).one()
        assert (job.state, job.attempts, job.run_at > clock.now()) == ("ready", 0, True)


def test_what_does_not_mail_goes_on_while_on_hold(start: Build, elsewhere: Path, clock) -> None:
    assert hold.arrive(start())
    copy = start(elsewhere)
    with copy.db.write() as db:
        queue.put(db, "regroup", key="all", now=clock.now())
    assert jobs.drain(copy) == 1


def test_a_second_machine_on_a_database_in_use_joins_by_itself(
    start: Build, elsewhere: Path, clock
) -> None:
    first, second = start(), start(elsewhere)
    assert hold.arrive(first)
    assert not hold.arrive(second)
    assert not hold.beat(second)
    clock.forward(seconds=11)
    assert hold.beat(first)  # nothing counts on in a copy
    assert hold.beat(second)
    assert "instance.join" in trail(first)
    clock.forward(seconds=11)
    assert hold.beat(first)
    assert hold.beat(second)


def test_a_worker_that_never_counts_joins_by_looking(
    start: Build, elsewhere: Path, clock
) -> None:
    first, worker = start(), start(elsewhere)
    jobs.tick(first, "first", {})
    assert not hold.may_send(worker)
    clock.forward(seconds=11)
    jobs.tick(first, "first", {})
    assert hold.may_send(worker)


def test_a_data_folder_put_back_from_a_backup_is_not_the_same(
    start: Build, settings: Settings, elsewhere: Path
) -> None:
    assert hold.arrive(start())
    kept = elsewhere / "backup"
    kept.mkdir(parents=True)
    shutil.copy2(settings.data_dir / "instance", kept)
    (settings.data_dir / "instance").unlink()
    shutil.copy2(kept / "instance", settings.data_dir)
    again = start()
    assert not hold.arrive(again)
    assert "restored" in reasons(again)


def test_a_database_put_back_behind_its_folder_is_found_out(start: Build, clock) -> None:
    one = start()
    assert hold.arrive(one)
    with one.db.read() as db:
        before = db.scalars(select(Instance.beats)).one()
    for _ in range(3):
        clock.forward(seconds=11)
        assert hold.beat(one)
    restore(one, before)
    again = start()
    assert not hold.arrive(again)
    assert reasons(again) == {"older"}
    assert not hold.arrive(start())
    hold.confirm_here(again)
    assert hold.arrive(again)
    assert hold.arrive(start())


def test_a_database_put_back_under_a_running_process_is_found_out(start: Build, clock) -> None:
    one = start()
    assert hold.arrive(one)
    for _ in range(3):
        clock.forward(seconds=11)
        assert hold.beat(one)
    restore(one, 1)
    clock.forward(seconds=11)
    assert not hold.beat(one)
    assert not hold.may_send(one)
    hold.confirm_here(one)
    assert hold.beat(one)


def restore(system: System, beats: int) -> None:
    """Put the count back, as a database from a backup has it."""
    with system.db.write() as db:
        db.execute(update(Instance).values(beats=beats))


def test_a_send_that_slept_long_waits_for_a_person(start: Build, scheduled, clock) -> None:
    one = start()
    assert hold.arrive(one)
    scheduled()
    jobs.drain(one, {"launch_issue"})
    clock.forward(hours=11)
    assert hold.arrive(start())
    clock.forward(hours=13)
    again = start()
    assert not hold.arrive(again)
    assert reasons(again) == {"asleep"}


def test_a_named_place_may_move_but_another_name_is_another_place(
    start: Build, elsewhere: Path
) -> None:
    assert hold.arrive(start(instance="prod"))
    assert hold.arrive(start(elsewhere, instance="prod"))
    assert not hold.arrive(start(elsewhere / "b", instance="staging"))


def test_a_live_place_that_a_confirmation_forgot_comes_back_by_itself(
    start: Build, elsewhere: Path, clock
) -> None:
    one, two = start(), start(elsewhere)
    assert hold.arrive(one)
    assert not hold.arrive(two)
    hold.confirm_here(two)
    assert not hold.may_send(one)
    for _ in range(4):
        clock.forward(seconds=11)
        assert hold.beat(two)
        hold.beat(one)
    assert hold.may_send(one)


def test_nobody_confirms_a_place_that_is_not_there(system: System) -> None:
    with system.db.write() as db, pytest.raises(NotFound, match="no_such_instance"):
        hold.confirm(db, "nowhere", by=None, now=system.clock.now())
