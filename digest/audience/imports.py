"""Bringing readers in and out by file; whoever left or must not be mailed stays out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.audience import bulk, csvfile
from digest.audience.bulk import Person
from digest.audience.csvfile import BadRow, GoodRow, Layout
from digest.audience.models import (
    MailingList,
    Membership,
    MembershipState,
    Subscriber,
    SubscriberState,
)
from digest.audience.signup import read_address
from digest.audience.staging import Staging
from digest.audience.suppress import suppressed_among
from digest.staff import audit
from digest.system.build import System
from digest.system.errors import NotFound, Stopped, Unavailable

BATCH = 4000  # rows in one write, a tenth of a second: sending is not held up for longer
MOST_SHOWN = 1000  # bad rows kept to be shown; all are counted
REACHABLE = frozenset({SubscriberState.ACTIVE, SubscriberState.PENDING})


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of the rows of a file; the five counts add up to the rows that hold anything.

    ``left`` counts people who left, bounced or complained: they were not brought back.
    """

    added: int = 0
    existing: int = 0
    left: int = 0
    invalid: int = 0
    duplicates: int = 0
    layout: Layout | None = None
    bad: tuple[BadRow, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return self.added + self.existing + self.left + self.invalid + self.duplicates


@dataclass(frozen=True, slots=True)
class Steps:
    """Who follows an import: ``before`` and ``after`` are the counts and the last key of an
    earlier run that was cut off; ``done(db, counts, key, rows of the file)`` is called in each
    write."""

    before: ImportResult = ImportResult()
    after: str = ""
    done: Callable[[Session, ImportResult, str, int], None] = lambda *_: None


def import_file(
    system: System, path: Path, list_id: int, *, by: int | None = None,
    layout: Layout | None = None, steps: Steps | None = None,
) -> ImportResult:
    """Read a CSV file into a list in short writes; doing it again adds nobody twice.

    ``layout`` is what an editor approved, else it is guessed. ``steps`` is told of each write, in
    it, and says where an earlier run of the same file was cut off. Raises
    NotFound("no_such_list"), Unavailable("no_such_file"), or Stopped when the process is asked to
    end.
    """
    now = system.clock.now()
    with system.db.read() as db:
        if db.get(MailingList, list_id) is None:
            raise NotFound("no_such_list", list=list_id)
    staging = Staging(system.settings.data_dir)
    try:
        result = _stage(path, layout, staging)
        result = _add_all(system, list_id, staging, result, steps or Steps(), now=now)
    except OSError as error:
        raise Unavailable("no_such_file", file=path.name) from error
    finally:
        staging.close()
    with system.db.write() as db:
        audit.record(
            db, "subscribers.import", now=now, by=by, subject="list", subject_id=list_id,
            added=result.added, existing=result.existing, left=result.left,
            invalid=result.invalid, duplicates=result.duplicates,
        )
    return result


def add_subscriber(
    db: Session, list_id: int, address: str, *, name: str = "", by: int | None = None,
    now: datetime,
) -> ImportResult:
    """Add one reader whose consent an editor holds; counted as an import of one row.

    Raises Refused("bad_address") or NotFound("no_such_list").
    """
    if db.get(MailingList, list_id) is None:
        raise NotFound("no_such_list", list=list_id)
    result = add_rows(db, list_id, [GoodRow(1, read_address(address), name)], now=now)
    audit.record(db, "subscribers.add", now=now, by=by, subject="list", subject_id=list_id,
                 added=result.added)
    return result


def add_rows(
    db: Session, list_id: int, rows: Sequence[GoodRow], *, now: datetime
) -> ImportResult:
    """Put readers on a list in one write with few statements; their keys must differ.

    Somebody who asked but did not confirm stays pending: only the mailbox's owner confirms.
    """
    return add_people(
        db, list_id, [(row.address.key, row.line, row.address.address, row.name) for row in rows],
        now=now,
    )


def add_people(
    db: Session, list_id: int, people: Sequence[Person], *, now: datetime
) -> ImportResult:
    """Put people of a file on a list, as ``add_rows`` does."""
    if not people:
        return ImportResult()
    bulk.hold(db)
    keys = [person[0] for person in people]
    stopped = suppressed_among(db, keys)
    rows = [row for row in bulk.known(db, list_id, keys) if row.address_key not in stopped]
    old = stopped | {row.address_key for row in rows}
    fresh = bulk.add_people(
        db, [person for person in people if person[0] not in old] if old else people, now=now
    )
    reachable = [row for row in rows if row.state in REACHABLE]
    joining = [row.id for row in reachable if row.membership is None]
    bulk.join_list(db, list_id, fresh, now=now, new=True)
    bulk.join_list(db, list_id, joining, now=now)
    bulk.activate(db, joining)
    added = len(fresh) + len(joining)
    existing = sum(
        row.membership is not None and row.membership != MembershipState.LEFT for row in reachable
    )
    return ImportResult(added=added, existing=existing, left=len(people) - added - existing)


def _stage(path: Path, layout: Layout | None, staging: Staging) -> ImportResult:
    """Read the whole file; the result holds what became of the rows that stay out."""
    invalid = 0
    bad: list[BadRow] = []
    with path.open("rb") as file:
        layout = layout or csvfile.find_layout(file)
        file.seek(0)
        for row in csvfile.stream_rows(file, layout):
            if isinstance(row, GoodRow):
                staging.add((row.address.key, row.line, row.address.address, row.name))
                continue
            invalid += 1
            if len(bad) < MOST_SHOWN:
                bad.append(row)
    return ImportResult(layout=layout, invalid=invalid, bad=tuple(bad))


def _add_all(
    system: System, list_id: int, staging: Staging, result: ImportResult, steps: Steps, *,
    now: datetime,
) -> ImportResult:
    """Add what was staged, one short write after another."""
    result = _add_counts(result, steps.before)
    for people, duplicates in _batches(staging.people()):
        result = replace(result, duplicates=result.duplicates + duplicates)
        if not people or people[-1][0] <= steps.after:
            continue
        if system.stopping.is_set():
            raise Stopped
        rest = [person for person in people if person[0] > steps.after]
        with system.db.write() as db:
            result = _add_counts(result, add_people(db, list_id, rest, now=now))
            steps.done(db, result, rest[-1][0], result.invalid + staging.count)
    return result


def _batches(people: Iterator[Person]) -> Iterator[tuple[list[Person], int]]:
    """Cut sorted people into writes: those of each, and how many more rows had their keys."""
    before = ""
    while rows := list(islice(people, BATCH)):
        keys = [before, *(row[0] for row in rows)]
        fresh = [row for row, last in zip(rows, keys, strict=False) if row[0] != last]
        before = keys[-1]
        yield fresh, len(rows) - len(fresh)


def _add_counts(result: ImportResult, more: ImportResult) -> ImportResult:
    return replace(
        result, added=result.added + more.added, existing=result.existing + more.existing,
        left=result.left + more.left,
    )


HEADER = ("email", "name", "state", "since")


def export_csv(db: Session, list_id: int) -> Iterator[str]:
    """Yield the lines of a list as a CSV file that ``import_file`` reads back."""
    line = io.StringIO()
    writer = csv.writer(line)
    for row in chain([HEADER], export_rows(db, list_id)):
        writer.writerow(row)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def export_rows(db: Session, list_id: int) -> Iterator[tuple[str, str, str, str]]:
    """Yield (address, name, membership state, ISO date) of a list, by address; erased ones not.

    Every cell is safe to open in a spreadsheet. Raises NotFound("no_such_list").
    """
    if db.get(MailingList, list_id) is None:
        raise NotFound("no_such_list", list=list_id)
    rows = db.execute(
        select(Subscriber.address, Subscriber.name, Membership.state, Membership.at)
        .join(Membership, Membership.subscriber_id == Subscriber.id)
        .where(Membership.list_id == list_id)
        .order_by(Subscriber.address_key)
        .execution_options(yield_per=BATCH)
    )
    for address, name, state, at in rows:
        yield (csvfile.safe_cell(address), csvfile.safe_cell(name), state, at.date().isoformat())
