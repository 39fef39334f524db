"""Readers are found by how their address, its domain or their name begins."""

from __future__ import annotations

import pytest

from digest.audience import imports, search, suppress
from digest.audience.csvfile import GoodRow
from digest.audience.models import Subscriber
from digest.audience.queries import subscribers
from digest.audience.signup import read_address
from digest.system.build import System
from tests import make


@pytest.fixture
def readers(system: System) -> dict[str, int]:
    """Four readers, one of them imported."""
    now = system.clock.now()
    with system.db.write() as db:
        daily = make.mailing_list(db, now=now)
        found = {
            "rim": make.subscriber(db, now=now, address="Rim@Mina.example", name="ريم الأحمد", list_id=daily),
            "rami": make.subscriber(db, now=now, address="rami_x@sahel.example", name="رامي"),
            "odd": make.subscriber(db, now=now, address="ramix%@sahel.example"),
        }
        row = GoodRow(1, read_address("salma@mina.example"), "سَلمى إبراهيم")
        imports.add_rows(db, daily, [row], now=now)
        found["salma"] = db.query(Subscriber.id).filter_by(address_key="salma@mina.example").scalar()
    return found


@pytest.mark.parametrize(("words", "names"), [
    ("ri", {"rim"}), ("RAMI", {"rami", "odd"}), ("rami_", {"rami"}), ("ramix%", {"odd"}),
    ("mina.ex", {"rim", "salma"}), ("@mina", {"rim", "salma"}), ("@ina", set()),
    ("rim@mina.example", {"rim"}), ("ريم الاحمد", {"rim"}), ("سلمي ابر", {"salma"}),
    ("رام", {"rami"}), ("example", set()), ("  ri ", {"rim"}),
])
def test_the_beginning_of_address_domain_or_name_finds_a_reader(
    system: System, readers: dict[str, int], words: str, names: set[str]
) -> None:
    with system.db.read() as db:
        found = search.find(db, words)
    assert (set(found.ids), found.more) == ({readers[name] for name in names}, False)


def test_who_is_erased_is_found_by_nothing(system: System, readers: dict[str, int]) -> None:
    with system.db.write() as db:
        suppress.erase(db, readers["rim"], now=system.clock.now())
    with system.db.read() as db:
        assert readers["rim"] not in search.find(db, "mina").ids + search.find(db, "ريم").ids
        assert subscribers(db, search="erased").rows == ()


def test_a_search_and_a_filter_are_both_heeded(system: System, readers: dict[str, int]) -> None:
    with system.db.read() as db:
        page = subscribers(db, search="mina", status="bounced")
        assert (page.total, page.more) == (0, False)
        assert [row.id for row in subscribers(db, search="r", status="active").rows] == sorted(
            {readers["rim"], readers["rami"], readers["odd"]}, reverse=True)


def test_of_very_many_only_the_first_are_looked_at(
    system: System, readers: dict[str, int]
) -> None:
    with system.db.write() as db:
        daily = make.mailing_list(db, now=system.clock.now(), slug="many")
        rows = [
            GoodRow(n, read_address(f"many{n}@many.example"), "") for n in range(search.MOST + 1)
        ]
        imports.add_rows(db, daily, rows, now=system.clock.now())
    with system.db.read() as db:
        assert subscribers(db, search="many").more
        assert not subscribers(db, search="many100").more


def test_a_search_reads_indexes_only(system: System, readers: dict[str, int]) -> None:
    if system.db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads a table this small as it is")
    with system.db.read() as db:
        for condition in search._ways(db, "ri"):
            asked = str(
                db.query(Subscriber.id).filter(condition).statement.compile(
                    db.get_bind(), compile_kwargs={"literal_binds": True})
            )
            plan = db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()
            assert all("USING COVERING INDEX" in row[3] for row in plan), plan
