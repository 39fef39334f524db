"""What an import would do, told before anybody is added."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.audience import csvfile
from digest.audience.csvfile import BadRow, GoodRow, Layout
from digest.audience.imports import BATCH
from digest.audience.models import Membership, MembershipState, Subscriber
from digest.audience.suppress import suppressed_among
from digest.system.build import System
from digest.system.db import listed
from digest.system.errors import Refused, Unavailable

LOOKED_AT = 50_000  # rows; the rest of a longer file is read by the import only
SAMPLE = 10  # rows shown
BAD_SHOWN = 20  # rows shown of those that stay out
ZIP = b"PK\x03\x04"  # a spreadsheet program's own file


@dataclass(frozen=True, slots=True)
class Preview:
    """A file as it would be read; the five counts add up to ``rows``.

    ``sample`` holds (line, address, name) of the first good rows, ``columns`` the cells of the
    first line, ``bad`` the first rows that stay out. ``left`` counts addresses that must not be
    mailed, ``existing`` those on the list. ``whole`` says that these are all the file's rows.
    """

    layout: Layout
    columns: tuple[str, ...] = ()
    sample: tuple[tuple[int, str, str], ...] = ()
    bad: tuple[BadRow, ...] = ()
    fresh: int = 0
    existing: int = 0
    left: int = 0
    invalid: int = 0
    duplicates: int = 0
    whole: bool = True

    @property
    def rows(self) -> int:
        """How many rows hold anything."""
        return self.fresh + self.existing + self.left + self.invalid + self.duplicates


def look_at(
    system: System, path: Path, list_id: int, *, layout: Layout | None = None
) -> Preview:
    """Read a file, or its first LOOKED_AT rows, and count what importing it into a list would do.

    Raises Unavailable("no_such_file") and Refused("not_csv") for a spreadsheet program's own
    format, Refused("empty_file") for a file without a line.
    """
    try:
        with path.open("rb") as file:
            _check(file.read(len(ZIP)))
            file.seek(0)
            layout = layout or csvfile.find_layout(file)
            file.seek(0)
            columns = csvfile.first_rows(file, layout, 1)
            file.seek(0)
            counts = {"existing": 0, "left": 0, "invalid": 0, "duplicates": 0, "fresh": 0}
            sample: list[GoodRow] = []
            bad: list[BadRow] = []
            seen: set[int] = set()
            stream = csvfile.stream_rows(file, layout)
            looked = islice(stream, LOOKED_AT)
            while rows := list(islice(looked, BATCH)):
                good = _count(rows, seen, counts)
                sample += good[: SAMPLE - len(sample)]
                bad += [row for row in rows if isinstance(row, BadRow)][: BAD_SHOWN - len(bad)]
                with system.db.read() as db:
                    _compare(db, list_id, [row.address.key for row in good], counts)
            whole = next(stream, None) is None
    except OSError as error:
        raise Unavailable("no_such_file", file=path.name) from error
    if not columns:
        raise Refused("empty_file")
    return Preview(
        layout=layout, columns=tuple(columns[0]),
        sample=tuple((row.line, row.address.address, row.name) for row in sample),
        bad=tuple(bad), whole=whole, **counts,
    )


def _check(head: bytes) -> None:
    if head == ZIP:
        raise Refused("not_csv")


def _count(
    rows: list[GoodRow | BadRow], seen: set[int], counts: dict[str, int]
) -> list[GoodRow]:
    """Keep the first good row of each reader; count the rest."""
    good: list[GoodRow] = []
    for row in rows:
        if isinstance(row, BadRow):
            counts["invalid"] += 1
        elif (mark := hash(row.address.key)) in seen:
            counts["duplicates"] += 1
        else:
            seen.add(mark)
            good.append(row)
    return good


def _compare(db: Session, list_id: int, keys: list[str], counts: dict[str, int]) -> None:
    """Ask which of the addresses are stopped, and which are on the list already."""
    stopped = suppressed_among(db, keys)
    found = db.execute(
        select(Subscriber.address_key, Membership.state)
        .join(Membership, Membership.subscriber_id == Subscriber.id)
        .where(Membership.list_id == list_id, Subscriber.address_key.in_(listed(db, keys)))
    )
    known = {row.address_key: row.state for row in found}
    left = {key for key, state in known.items() if state == MembershipState.LEFT} | stopped
    counts["left"] += len(left)
    counts["existing"] += len(known.keys() - left)
    counts["fresh"] += len(keys) - len(left | known.keys())
