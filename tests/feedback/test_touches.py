"""Writing opens and clicks: once a reader and link, never for strangers, bursts taken back."""

from __future__ import annotations

from sqlalchemy import func, select

from digest.feedback import touches
from digest.feedback.models import Touch
from digest.feedback.scanners import Verdict
from digest.feedback.touches import Touched
from digest.system.build import System
from tests import make
from tests.feedback.touched import Sent


def record(system: System, *touched: Touched) -> int:
    with system.db.write() as db:
        return touches.record(db, touched)


def counts(system: System, sent: Sent, reader: int = 0, n: int = 1) -> tuple[int, int, int]:
    with system.db.read() as db:
        row = db.get_one(Touch, (sent.issue_id, sent.readers[reader], n))
        return row.human, row.proxy, row.scanner


def rows(system: System) -> int:
    with system.db.read() as db:
        return db.scalar(select(func.count()).select_from(Touch)) or 0


def test_a_click_is_one_row_with_its_time(system: System, sent: Sent) -> None:
    assert record(system, sent.touch()) == 1
    with system.db.read() as db:
        row = db.scalars(select(Touch)).one()
        assert (row.human, row.proxy, row.scanner) == (1, 0, 0)
        assert row.first_at == row.last_at == sent.touch().first_at


def test_the_same_link_ten_thousand_times_is_still_one_row(system: System, sent: Sent) -> None:
    for turn in range(10):
        record(system, *[sent.touch(after=600 + turn, times=1000)])
    assert rows(system) == 1 and counts(system, sent) == (10_000, 0, 0)
    with system.db.read() as db:
        row = db.scalars(select(Touch)).one()
        assert (row.last_at - row.first_at).total_seconds() == 9


def test_people_proxies_and_scanners_are_counted_apart(system: System, sent: Sent) -> None:
    record(system, sent.touch(), sent.touch(verdict=Verdict.PROXY),
           sent.touch(verdict=Verdict.SCANNER), sent.touch(verdict=Verdict.SCANNER))
    assert counts(system, sent) == (1, 1, 2)


def test_who_was_never_sent_the_issue_is_not_counted(system: System, sent: Sent) -> None:
    with system.db.write() as db:
        stranger = make.subscriber(db, now=sent.at, address="stranger@example.net")
    one = sent.touch()
    at = one.first_at
    assert record(system, Touched(sent.issue_id, stranger, 1, Verdict.HUMAN, at, at),
                  Touched(sent.issue_id, 999_999, 1, Verdict.HUMAN, at, at),
                  Touched(999_999, sent.readers[0], 1, Verdict.HUMAN, at, at), one) == 1
    assert rows(system) == 1


def test_a_click_before_anybody_can_have_read_is_a_scanner_s(system: System, sent: Sent) -> None:
    record(system, sent.touch(after=0.5))
    assert counts(system, sent) == (0, 0, 1)


def test_a_burst_is_taken_from_the_people_even_when_it_comes_in_two_groups(
    system: System, sent: Sent
) -> None:
    record(system, sent.touch(n=1, after=60), sent.touch(n=0, after=60), sent.touch(1, n=1, after=60))
    assert counts(system, sent) == (1, 0, 0)
    record(system, sent.touch(n=2, after=60.5), sent.touch(n=3, after=61))
    assert [counts(system, sent, n=n) for n in range(4)] == [(0, 0, 1)] * 4
    assert counts(system, sent, reader=1) == (1, 0, 0)


def test_the_reader_who_comes_after_the_scanner_counts(system: System, sent: Sent) -> None:
    record(system, *[sent.touch(n=n, after=60) for n in (1, 2, 3)])
    record(system, sent.touch(n=2, after=3600))
    assert counts(system, sent, n=2) == (1, 0, 1)
