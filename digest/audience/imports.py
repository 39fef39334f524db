"""Bringing readers in and out by file; whoever left or must not be mailed stays out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Table, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from digest.audience import csvfile
from digest.audience.consent import What
from digest.audience.csvfile import BadRow, GoodRow, Layout
from digest.audience.models import (
    Consent,
    MailingList,
    Membership,
    MembershipState,
    Subscriber,
    SubscriberState,
)
from digest.audience.signup import new_token, read_address
from digest.audience.suppress import suppressed_among
from digest.staff import audit
from digest.system.build import System
from digest.system.errors import NotFound, Unavailable

BATCH = 500  # rows in one write: short enough that sending is not held up
MOST_SHOWN = 1000  # bad rows kept to be shown; all are counted


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


def import_file(
    system: System, path: Path, list_id: int, *, by: int | None = None,
    layout: Layout | None = None,
) -> ImportResult:
    """Read a CSV file into a list in short writes; doing it again adds nobody twice.

    ``layout`` is what an editor approved, else it is guessed. Raises NotFound("no_such_list") or
    Unavailable("no_such_file").
    """
    now = system.clock.now()
    with system.db.read() as db:
        if db.get(MailingList, list_id) is None:
            raise NotFound("no_such_list", list=list_id)
    try:
        with path.open("rb") as file:
            layout = layout or csvfile.find_layout(file)
            file.seek(0)
            result = ImportResult(layout=layout)
            seen: set[int] = set()
            stream = csvfile.stream_rows(file, layout)
            while rows := list(islice(stream, BATCH)):
                good, result = _sort_out(rows, seen, result)
                with system.db.write() as db:
                    result = _add_counts(result, add_rows(db, list_id, good, now=now))
    except OSError as error:
        raise Unavailable("no_such_file", file=path.name) from error
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
    if not rows:
        return ImportResult()
    by_key = {row.address.key: row for row in rows}
    stopped = suppressed_among(db, by_key.keys())
    wanted = {key: row for key, row in by_key.items() if key not in stopped}
    _insert(db, Subscriber.__table__, [  # type: ignore[arg-type]
        {"token": new_token(), "address": row.address.address, "address_key": key,
         "name": row.name, "state": SubscriberState.ACTIVE.value, "created_at": now}
        for key, row in wanted.items()
    ])
    known = _with_membership(db, list_id, wanted)
    joining = [row.id for row in known if row.membership is None and _reachable(row)]
    existing = sum(
        row.membership is not None and row.membership != MembershipState.LEFT
        for row in known if _reachable(row)
    )
    _join(db, list_id, joining, now)
    return ImportResult(
        added=len(joining), existing=existing, left=len(by_key) - len(joining) - existing
    )


def _sort_out(
    rows: Iterable[GoodRow | BadRow], seen: set[int], result: ImportResult
) -> tuple[list[GoodRow], ImportResult]:
    """Keep the first good row of each reader. Keys are kept as 64-bit hashes: a million rows
    stay below 100 MB, and a chance match is less likely than a misread disk."""
    good, bad, duplicates = [], [], 0
    for row in rows:
        if isinstance(row, BadRow):
            bad.append(row)
        elif (mark := hash(row.address.key)) in seen:
            duplicates += 1
        else:
            seen.add(mark)
            good.append(row)
    shown = result.bad + tuple(bad[: MOST_SHOWN - len(result.bad)])
    return good, replace(result, invalid=result.invalid + len(bad), bad=shown,
                         duplicates=result.duplicates + duplicates)


def _add_counts(result: ImportResult, more: ImportResult) -> ImportResult:
    return replace(
        result, added=result.added + more.added, existing=result.existing + more.existing,
        left=result.left + more.left,
    )


def _with_membership(
    db: Session, list_id: int, keys: Iterable[str]
) -> Sequence[Row[int, str, str | None]]:
    return db.execute(
        select(Subscriber.id, Subscriber.state, Membership.state.label("membership"))
        .outerjoin(
            Membership,
            (Membership.subscriber_id == Subscriber.id) & (Membership.list_id == list_id),
        )
        .where(Subscriber.address_key.in_(list(keys)))
    ).all()


def _reachable(row: Row[int, str, str | None]) -> bool:
    return row.state in {SubscriberState.ACTIVE, SubscriberState.PENDING}


def _join(db: Session, list_id: int, subscriber_ids: Sequence[int], now: datetime) -> None:
    if not subscriber_ids:
        return
    _insert(db, Membership.__table__, [  # type: ignore[arg-type]
        {"subscriber_id": one, "list_id": list_id, "state": MembershipState.ON.value, "at": now}
        for one in subscriber_ids
    ])
    db.execute(
        update(Subscriber)
        .where(Subscriber.id.in_(subscriber_ids), Subscriber.state == SubscriberState.PENDING)
        .values(state=SubscriberState.ACTIVE.value)
        .execution_options(synchronize_session=False)
    )
    db.execute(insert(Consent), [
        {"subscriber_id": one, "list_id": list_id, "what": What.IMPORTED.value, "at": now}
        for one in subscriber_ids
    ])


def _insert(db: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, passing over those that a sign-up of the same moment has made already."""
    if not rows:
        return
    make = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    db.execute(make(table).on_conflict_do_nothing(), rows)


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
