"""A million readers: importing them beside a raw load of the same rows, and fanning out an issue.

Import is what the panel and ``digest subscribers import`` run: encoding and columns found, addresses
read and folded, doubles and suppressed ones kept out, consent recorded, in short writes. The raw
load gets the finished rows as tuples in memory and writes them in one transaction, with the
driver's ``executemany`` (SQLite) or COPY (PostgreSQL), into the same empty tables with the same
indexes: once in the order of the file, once in the order of the addresses, which is the easier one.

    python -m bench.grow [--readers 1000000] [--rounds 3] [--postgres]
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import func, select

from digest.audience import csvfile, lists, suppress
from digest.audience.csvfile import GoodRow
from digest.audience.imports import import_file
from digest.audience.models import Consent, Membership, Subscriber
from digest.delivery import launch
from digest.migrate import upgrade
from digest.system.build import System, build_system
from digest.system.settings import Settings
from tests import make, postgres

NOW = datetime(2026, 11, 24, 2, 40, tzinfo=UTC)
BIG = ("gmail.com", "hotmail.com", "yahoo.com", "outlook.com", "icloud.com", "live.com")
FIRST = ("ريم", "عمر", "سلمى", "نادر", "ليلى", "يوسف", "هدى", "كريم")
LAST = ("الحلبي", "المصري", "حداد", "الخطيب", "منصور", "العلي")
SUPPRESSED = 1000
Row = tuple[Any, ...]
TABLES = {
    "subscriber": ("id", "token", "address", "address_key", "name", "state", "created_at"),
    "membership": ("subscriber_id", "list_id", "state", "at"),
    "consent": ("id", "subscriber_id", "list_id", "what", "wording", "network", "at"),
}


def main() -> None:
    """Print both times of every round, their ratio, and what a fan-out takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres", action="store_true", help="on a server of its own")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, places(Path(name), asked.postgres) as place:
        source = Path(name) / "readers.csv"
        stopped = write_file(source, asked.readers)
        rows = {"file": people(source, set(stopped))}
        rows["address"] = sorted(rows["file"], key=lambda row: row[2])
        ratios = [
            one_round(number, place, source, stopped, rows) for number in range(1, asked.rounds + 1)
        ]
    for order, column in zip(rows, zip(*ratios, strict=True), strict=True):
        print(f"import / raw load in the order of the {order}: median {median(column):.2f}")


@contextmanager
def places(folder: Path, on_postgres: bool) -> Iterator[Callable[[], Any]]:
    """Yield what opens a fresh migrated database: a context manager that gives a System."""
    running = postgres.running(postgres.DURABLE)
    with running if on_postgres else tempfile.TemporaryDirectory() as server:
        @contextmanager
        def fresh() -> Iterator[System]:
            label = f"b{secrets.token_hex(4)}"
            file = folder / f"{label}.db"
            if on_postgres:
                with server.database(label) as url, opened(folder, url) as system:
                    yield system
                return
            with opened(folder, f"sqlite:///{file}") as system:
                upgrade(system.db)
                yield system
            file.unlink()

        yield fresh


@contextmanager
def opened(folder: Path, url: str) -> Iterator[System]:
    """The product on a database."""
    system = build_system(Settings(
        data_dir=folder, database_url=url, smtp_url="capture:", base_url="http://127.0.0.1",
        secret_key="bench" * 8,
    ))
    yield system
    system.close()


def one_round(
    number: int, place: Callable[[], Any], source: Path, stopped: list[str],
    rows: dict[str, list[Row]],
) -> list[float]:
    """Import and fan out, then load the same rows raw; return the ratios of the times."""
    with place() as system:
        ours = timed_import(system, source, stopped, len(rows["file"]))
        fan_out(system)
    raw = {}
    for order, found in rows.items():
        with place() as system:
            raw[order] = load(system, found)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"round {number}: import {ours:.1f} s; raw load "
          + ", ".join(f"{seconds:.1f} s by {order}" for order, seconds in raw.items())
          + f" (this process, with the rows of the raw load: {peak} MB)", flush=True)
    return [ours / seconds for seconds in raw.values()]


def timed_import(system: System, source: Path, stopped: list[str], wanted: int) -> float:
    """Import the file into a new list and return the seconds."""
    with system.db.write() as db:
        list_id = lists.add_list(db, "القائمة", "daily", now=NOW)
        for key in stopped:
            suppress.suppress_address(db, key, suppress.Reason.LEFT, now=NOW)
    gc.collect()
    begun = perf_counter()
    result = import_file(system, source, list_id)
    taken = perf_counter() - begun
    with system.db.read() as db:
        for model in (Subscriber, Membership, Consent):
            if db.scalar(select(func.count()).select_from(model)) != wanted:
                raise SystemExit(f"{model.__tablename__}: not {wanted} rows")
    if (result.added, result.left) != (wanted, len(stopped)):
        raise SystemExit(str(result))
    return taken


def fan_out(system: System) -> None:
    """Time the statement that writes the ledger, and the cutting into chunks."""
    with system.db.write() as db:
        list_id = lists.get_list_by_slug(db, "daily").id
        newsletter_id = make.newsletter(db, now=NOW, list_id=list_id)
        issue_id = make.issue(db, now=NOW, newsletter_id=newsletter_id)
    with system.db.write() as db:
        begun = perf_counter()
        launch._fan_out(db, issue_id, newsletter_id, digits="latn", now=NOW)
        written = perf_counter()
        chunks = len(launch._cut(db, issue_id))
        cut = perf_counter()
    print(f"  fan-out {written - begun:.2f} s, {chunks} chunks {cut - written:.2f} s, "
          f"commit {perf_counter() - cut:.2f} s")


def load(system: System, rows: list[Row]) -> float:
    """Write finished rows in one transaction, with nothing but the driver; return the seconds."""
    with system.db.write() as db:
        list_id = lists.add_list(db, "القائمة", "daily", now=NOW)
    sqlite = system.db.engine.dialect.name == "sqlite"
    at = NOW.strftime("%Y-%m-%d %H:%M:%S.000000") if sqlite else NOW.isoformat()
    finished = {
        "subscriber": [(n, *row, "active", at) for n, row in enumerate(rows, 1)],
        "membership": [(n, list_id, "on", at) for n in range(1, len(rows) + 1)],
        "consent": [(n, n, list_id, "imported", "", "", at) for n in range(1, len(rows) + 1)],
    }
    gc.collect()
    with system.db.engine.connect() as connection:
        raw = connection.connection.driver_connection
        begun = perf_counter()
        (executemany if sqlite else copy)(raw, finished)
        return perf_counter() - begun


def executemany(raw: Any, finished: dict[str, list[Row]]) -> None:
    """SQLite's fastest way for rows in memory."""
    raw.execute("BEGIN IMMEDIATE")
    for table, rows in finished.items():
        columns = TABLES[table]
        raw.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608
            f"VALUES ({', '.join('?' * len(columns))})", rows,
        )
    raw.execute("COMMIT")


def copy(raw: Any, finished: dict[str, list[Row]]) -> None:
    """PostgreSQL's fastest way; the text is made before, row by row in large pieces."""
    for table, rows in finished.items():
        with raw.cursor() as cursor, cursor.copy(
            f"COPY {table} ({', '.join(TABLES[table])}) FROM STDIN"
        ) as target:
            for start in range(0, len(rows), 10_000):
                target.write("".join(
                    "\t".join(map(str, row)) + "\n" for row in rows[start : start + 10_000]
                ))
    raw.commit()


def people(source: Path, stopped: set[str]) -> list[Row]:
    """The (token, address, key, name) of the rows that an import lets in, in the file's order."""
    first: dict[str, Row] = {}
    with source.open("rb") as file:
        layout = csvfile.find_layout(file)
        file.seek(0)
        for row in csvfile.stream_rows(file, layout):
            if isinstance(row, GoodRow) and row.address.key not in stopped:
                first.setdefault(row.address.key, (
                    secrets.token_urlsafe(15), row.address.address, row.address.key, row.name
                ))
    return list(first.values())


def write_file(path: Path, readers: int) -> list[str]:
    """Write a file as offices have them: 1 % doubles, 0.5 % broken; return keys to suppress."""
    luck = random.Random(4)  # noqa: S311
    own = [f"{word}{n}.example" for n in range(2000) for word in ("press", "news", "uni", "co")]
    stopped: list[str] = []
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name\n")
        for n in range(readers):
            chance = luck.random()
            if chance < 0.005:
                file.write(f"broken{n}@,{luck.choice(FIRST)}\n")
                continue
            local = f"{luck.choice('abcdefghijklmnopqrstuvwxyz')}{luck.randrange(16**8):x}.{n}"
            domain = luck.choice(BIG) if luck.random() < 0.6 else luck.choice(own)
            line = f"{local}@{domain},{luck.choice(FIRST)} {luck.choice(LAST)}\n"
            file.write(line * 2 if chance > 0.99 else line)
            if len(stopped) < SUPPRESSED and chance > 0.9:
                stopped.append(f"{local}@{domain}")
    return stopped


if __name__ == "__main__":
    main()
