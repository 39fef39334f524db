"""Writing down opens and clicks, many at a time: one row for a reader and a link, however often."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from digest.delivery.models import Delivery
from digest.feedback.models import Touch
from digest.feedback.scanners import WINDOW, Verdict, bursts, by_time
from digest.system.db import listed, table_of

OPEN = 0  # the number of the picture, beside those of links
TOUCH = table_of(Touch)
DELIVERY = table_of(Delivery)
NOTHING = {verdict.value: 0 for verdict in Verdict}
KEY = (TOUCH.c.issue_id, TOUCH.c.subscriber_id, TOUCH.c.n)


@dataclass(frozen=True, slots=True)
class Touched:
    """A link (or the picture, n 0) of a reader's mail that was opened, ``times`` between two times."""

    issue_id: int
    subscriber_id: int
    n: int
    verdict: Verdict
    first_at: datetime
    last_at: datetime
    times: int = 1


def record(db: Session, touched: Collection[Touched]) -> int:
    """Count what was opened, for readers who were sent the issue; returns the rows written.

    What a burst shows to be a program is taken from the people's count again.
    """
    by_issue: defaultdict[int, list[Touched]] = defaultdict(list)
    for one in touched:
        by_issue[one.issue_id].append(one)
    return sum(_record(db, issue_id, by_issue[issue_id]) for issue_id in sorted(by_issue))


def _record(db: Session, issue_id: int, touched: Sequence[Touched]) -> int:
    handed = _handed_over(db, issue_id, {one.subscriber_id for one in touched})
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for one in touched:
        if one.subscriber_id in handed:
            _add(rows, one, by_time(one.verdict, one.first_at - handed[one.subscriber_id]))
    if not rows:
        return 0
    # In one order everywhere, so that two processes never wait for each other in a circle.
    _upsert(db, [rows[key] for key in sorted(rows)])
    people = {row["subscriber_id"] for row in rows.values() if row["human"]}
    if people:
        _take_back_bursts(db, issue_id, people, min(row["first_at"] for row in rows.values()))
    return len(rows)


def _handed_over(
    db: Session, issue_id: int, readers: Collection[int]
) -> Mapping[int, datetime]:
    """When each reader's mail was last marked; one who was never sent it is missing."""
    rows = db.execute(
        select(DELIVERY.c.subscriber_id, DELIVERY.c.at).where(
            DELIVERY.c.issue_id == issue_id, DELIVERY.c.subscriber_id.in_(listed(db, readers))
        )
    )
    return {row.subscriber_id: row.at for row in rows}


def _add(rows: dict[tuple[int, int], dict[str, Any]], one: Touched, verdict: Verdict) -> None:
    row = rows.setdefault((one.subscriber_id, one.n), {
        "issue_id": one.issue_id, "subscriber_id": one.subscriber_id, "n": one.n, **NOTHING,
        "first_at": one.first_at, "last_at": one.last_at,
    })
    row[verdict.value] += one.times
    row["first_at"] = min(row["first_at"], one.first_at)
    row["last_at"] = max(row["last_at"], one.last_at)


def _upsert(db: Session, rows: list[dict[str, Any]]) -> None:
    make = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = make(TOUCH)
    new = statement.excluded
    counts = {name: TOUCH.c[name] + new[name] for name in NOTHING}
    db.execute(
        statement.on_conflict_do_update(
            index_elements=list(KEY), set_={**counts, "last_at": new.last_at}
        ),
        rows,
    )


def _take_back_bursts(
    db: Session, issue_id: int, readers: Collection[int], since: datetime
) -> None:
    """Call what came in one go the work of a program; the later touches of the reader count."""
    rows = db.execute(
        select(TOUCH.c.subscriber_id, TOUCH.c.n, TOUCH.c.first_at).where(
            TOUCH.c.issue_id == issue_id, TOUCH.c.subscriber_id.in_(listed(db, readers)),
            TOUCH.c.first_at >= since - 2 * WINDOW,
        )
    )
    by_reader: defaultdict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for who, n, at in rows:
        by_reader[who].append((n, at))
    wrong = [
        {"who": who, "which": n} for who, seen in by_reader.items() for n in sorted(bursts(seen))
    ]
    if wrong:
        db.execute(
            update(TOUCH).where(
                TOUCH.c.issue_id == issue_id, TOUCH.c.subscriber_id == bindparam("who"),
                TOUCH.c.n == bindparam("which"),
            ).values(scanner=TOUCH.c.scanner + TOUCH.c.human, human=0),
            wrong,
        )
