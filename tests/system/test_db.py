"""Two doors to the database: short transactions, no lost update, no guessed time."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from digest.audience.models import MailingList
from digest.issues.models import Issue, IssueState
from digest.system.db import exists, insert_new, move, table_of
from digest.system.queue import Lead
from tests import make


def test_a_write_is_kept_and_a_read_writes_nothing(system, clock):
    with system.db.write() as db:
        make.mailing_list(db, now=clock.now())
    with system.db.read() as db:
        make.mailing_list(db, now=clock.now(), slug="by-mistake")
    with system.db.read() as db:
        assert db.scalars(select(MailingList.slug)).all() == ["daily"]


def test_an_error_undoes_the_whole_write(system, clock):
    def make_the_same_twice() -> None:
        with system.db.write() as db:
            make.mailing_list(db, now=clock.now(), slug="one")
            make.mailing_list(db, now=clock.now(), slug="one")

    with pytest.raises(IntegrityError):
        make_the_same_twice()
    with system.db.read() as db:
        assert not exists(db, select(MailingList.id))


def test_threads_that_read_and_then_write_lose_no_update(system, clock):
    with system.db.write() as db:
        db.add(Lead(name="counter", holder="0", until=clock.now()))
    start = threading.Barrier(6)
    errors: list[Exception] = []

    def work() -> None:
        start.wait()
        try:
            for _ in range(15):
                with system.db.write() as db:
                    row = db.get_one(Lead, "counter", with_for_update=True)
                    row.holder = str(int(row.holder) + 1)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    with system.db.read() as db:
        assert db.get_one(Lead, "counter").holder == "90"


def test_a_time_comes_back_as_aware_utc_and_a_naive_one_is_refused(system):
    there = datetime(2026, 11, 24, 5, 40, tzinfo=timezone(timedelta(hours=3)))
    with system.db.write() as db:
        db.add(Lead(name="x", holder="y", until=there))
    with system.db.read() as db:
        until = db.get_one(Lead, "x").until
    assert until == there
    assert until.tzinfo == UTC
    with pytest.raises(StatementError, match="naive"), system.db.write() as db:
        db.add(Lead(name="z", holder="y", until=datetime(2026, 11, 24)))


def test_inserting_says_whether_the_row_was_new(system, clock):
    values = {"name": "a", "slug": "a", "created_at": clock.now()}
    table = table_of(MailingList)
    with system.db.write() as db:
        assert insert_new(db, table, values, key=["slug"])
        assert not insert_new(db, table, values, key=["slug"])
        assert db.scalar(select(func.count()).select_from(table)) == 1


def test_a_move_is_won_by_one(system, clock):
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=clock.now())
        issue_id = make.issue(db, now=clock.now(), newsletter_id=newsletter_id)
    wins: list[bool] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        with system.db.write() as db:
            wins.append(
                move(db, Issue, issue_id, IssueState.DRAFT, IssueState.CANCELLED, reason="x")
            )

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(wins) == [False, False, False, True]


def test_foreign_keys_hold(system, clock):
    with pytest.raises(IntegrityError), system.db.write() as db:
        make.issue(db, now=clock.now(), newsletter_id=99)


def test_sqlite_is_durable_and_patient(system):
    if system.db.engine.dialect.name != "sqlite":
        pytest.skip("pragmas are SQLite's")
    with system.db.read() as db:
        values = [
            db.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert values == ["wal", 2, 1, 30_000]


def test_postgresql_is_durable_whatever_the_server_says(system):
    if system.db.engine.dialect.name != "postgresql":
        pytest.skip("PostgreSQL only")
    with system.db.read() as db:
        assert db.scalar(text("SHOW synchronous_commit")) == "on"
