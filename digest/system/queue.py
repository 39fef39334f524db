"""The job table: work to do later, written in the same transaction as the fact that causes it.

The table is the truth. Threads, or Celery later, only execute what it says.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, Text, delete, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.system.db import UTC, Base, insert_new

LEASE = timedelta(seconds=60)
ATTEMPTS = 5
LIFE = secrets.token_hex(4)  # tells this process from an earlier one of the same number
BACKOFF = (10, 60, 300, 1800)  # seconds before the second, third, … attempt


class JobState(StrEnum):
    """A job waits, runs, or was given up; a finished job leaves the table."""

    READY = "ready"
    RUNNING = "running"
    DEAD = "dead"


class Job(Base):
    """One piece of work; ``kind`` and ``key`` are unique while it is open."""

    __tablename__ = "job"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120))
    args: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10))
    run_at: Mapped[datetime] = mapped_column(UTC)
    worker: Mapped[str | None] = mapped_column(String(120))
    lease_until: Mapped[datetime | None] = mapped_column(UTC)
    epoch: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("uq_job_open", "kind", "key", unique=True,
              sqlite_where=text("state <> 'dead'"), postgresql_where=text("state <> 'dead'")),
        Index("ix_job_ready", "run_at",
              sqlite_where=text("state = 'ready'"), postgresql_where=text("state = 'ready'")),
    )


class Lead(Base):
    """Which process may drive the calendar: one row, taken by lease."""

    __tablename__ = "lead"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(120))
    until: Mapped[datetime] = mapped_column(UTC)


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in the hands of one worker; ``epoch`` fences out a worker that lost its lease."""

    id: int
    kind: str
    args: dict[str, Any]
    epoch: int


def put(
    db: Session, kind: str, *, key: str, now: datetime, run_at: datetime | None = None, **args: Any
) -> bool:
    """Queue a job unless one of the same kind and key is open; True when it was new."""
    values = {
        "kind": kind, "key": key, "args": args, "state": JobState.READY.value,
        "run_at": run_at or now, "epoch": 0, "attempts": 0,
    }
    make = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = (
        make(Job)
        .values(values)
        .on_conflict_do_nothing(index_elements=["kind", "key"], index_where=text("state <> 'dead'"))
        .returning(Job.id)
    )
    return db.execute(statement).first() is not None


def open_keys(db: Session, kind: str) -> frozenset[str]:
    """Return the keys of the jobs of a kind that wait or run."""
    return frozenset(
        db.scalars(select(Job.key).where(Job.kind == kind, Job.state != JobState.DEAD))
    )


def put_each(db: Session, kind: str, jobs: Mapping[str, Mapping[str, Any]], *,
             now: datetime) -> None:
    """Queue many jobs of one kind in one statement, keys to arguments; open ones stay as they are."""
    if not jobs:
        return
    make = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = make(Job).on_conflict_do_nothing(
        index_elements=["kind", "key"], index_where=text("state <> 'dead'")
    )
    rows = [
        {"kind": kind, "key": key, "args": dict(args), "state": JobState.READY.value,
         "run_at": now, "epoch": 0, "attempts": 0}
        for key, args in jobs.items()
    ]
    db.execute(statement, rows)


def worker_name(number: int) -> str:
    """Name a worker thread so that a later process can tell whether its process still lives."""
    return f"{socket.gethostname()}:{os.getpid()}-{LIFE}:{number}"


def claim(
    db: Session, worker: str, *, kinds: Collection[str], now: datetime, limit: int = 1
) -> list[Claim]:
    """Take up to ``limit`` due jobs in one statement; two workers never get the same one."""
    due = (
        select(Job.id)
        .where(
            Job.kind.in_(list(kinds)),
            or_(
                (Job.state == JobState.READY) & (Job.run_at <= now),
                (Job.state == JobState.RUNNING) & (Job.lease_until < now),
            ),
        )
        .order_by(Job.run_at, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(Job)
        .where(Job.id.in_(due))
        .values(
            state=JobState.RUNNING.value, worker=worker, lease_until=now + LEASE,
            epoch=Job.epoch + 1, attempts=Job.attempts + 1,
        )
        .returning(Job.id, Job.kind, Job.args, Job.epoch)
        .execution_options(synchronize_session=False)
    )
    return [Claim(*row) for row in db.execute(statement)]


def renew(db: Session, job: Claim, now: datetime) -> bool:
    """Prolong the lease; False when another worker has taken the job over."""
    return _mine(db, job, lease_until=now + LEASE)


def finish(db: Session, job: Claim) -> bool:
    """Remove a job that is done; False when it was no longer ours."""
    statement = delete(Job).where(Job.id == job.id, Job.epoch == job.epoch).returning(Job.id)
    return db.execute(statement).first() is not None


def retry(db: Session, job: Claim, error: str, now: datetime) -> JobState:
    """Put a failed job back with growing delay, or park it as dead after the last attempt."""
    attempts = db.scalar(select(Job.attempts).where(Job.id == job.id)) or ATTEMPTS
    if attempts >= ATTEMPTS:
        _mine(db, job, state=JobState.DEAD.value, error=error, worker=None, lease_until=None)
        return JobState.DEAD
    delay = BACKOFF[min(attempts, len(BACKOFF)) - 1]
    _mine(
        db, job, state=JobState.READY.value, error=error, worker=None, lease_until=None,
        run_at=now + timedelta(seconds=delay),
    )
    return JobState.READY


def release(db: Session, job: Claim, now: datetime) -> None:
    """Give an unfinished job back at once: this worker stops, another may go on."""
    _mine(
        db, job, state=JobState.READY.value, worker=None, lease_until=None, run_at=now,
        attempts=Job.attempts - 1,
    )


def _mine(db: Session, job: Claim, **values: Any) -> bool:
    statement = (
        update(Job)
        .where(Job.id == job.id, Job.epoch == job.epoch, Job.state == JobState.RUNNING)
        .values(**values)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return db.execute(statement).first() is not None


def reclaim_dead(db: Session, now: datetime) -> list[Claim]:
    """Expire the leases of workers whose process on this machine is gone; returns their jobs.

    After kill -9 a restart need not wait for the lease to run out.
    """
    rows = db.execute(
        select(Job.id, Job.kind, Job.args, Job.epoch, Job.worker)
        .where(Job.state == JobState.RUNNING)
    ).all()
    gone = [Claim(*row[:4]) for row in rows if row.worker and not _alive(row.worker)]
    if gone:
        db.execute(
            update(Job)
            .where(Job.id.in_([job.id for job in gone]))
            .values(lease_until=now - timedelta(seconds=1))
            .execution_options(synchronize_session=False)
        )
    return gone


def _alive(worker: str) -> bool:
    """Whether the worker's process runs; a worker on another machine is taken to be alive."""
    host, process, _ = worker.rsplit(":", 2)
    if host != socket.gethostname():
        return True
    pid, _, life = process.partition("-")
    if int(pid) == os.getpid():
        # A container that starts again gives the same number to another process.
        return life == LIFE
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def take_lead(db: Session, name: str, holder: str, now: datetime, seconds: float) -> bool:
    """Become or stay the leader called ``name`` for some seconds; False while another one is."""
    until = now + timedelta(seconds=seconds)
    if insert_new(db, Lead.__table__, {"name": name, "holder": holder, "until": until},
                  key=["name"]):
        return True
    statement = (
        update(Lead)
        .where(Lead.name == name, or_(Lead.holder == holder, Lead.until < now))
        .values(holder=holder, until=until)
        .returning(Lead.name)
    )
    return db.execute(statement).first() is not None


def give_up_lead(db: Session, name: str, holder: str) -> None:
    """Let another process lead at once."""
    db.execute(delete(Lead).where(Lead.name == name, Lead.holder == holder))
