"""Touches on their way to the database: gathered, written in groups, kept while it is away."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from digest.feedback import recorder as module
from digest.feedback.models import Touch
from digest.feedback.recorder import Recorder
from digest.feedback.scanners import Verdict
from digest.system.build import System
from tests.feedback.touched import Sent


@pytest.fixture
def recorder(system: System) -> Iterator[Recorder]:
    one = Recorder(system)
    yield one
    one.close()


def total(system: System) -> tuple[int, int]:
    """Rows, and touches by people in them."""
    with system.db.read() as db:
        return tuple(db.execute(select(func.count(), func.sum(Touch.human))).one())


def test_what_waits_is_written_at_the_end(system: System, sent: Sent) -> None:
    recorder = Recorder(system)
    for reader in range(3):
        recorder.add(sent.touch(reader))
    recorder.close()
    assert total(system) == (3, 3)


def test_the_thread_writes_without_being_asked(system: System, sent: Sent, recorder: Recorder) -> None:
    recorder.add(sent.touch())
    quiet = threading.Event()
    for _ in range(200):
        if total(system)[0]:
            break
        quiet.wait(0.05)
    assert total(system) == (1, 1)


def test_many_threads_lose_nothing(system: System, sent: Sent, recorder: Recorder) -> None:
    def press() -> None:
        for n in range(100):
            recorder.add(sent.touch(n % 3, after=600 + n))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    recorder.close()
    assert total(system) == (3, 800)


def test_a_write_that_fails_is_made_up_for(system: System, sent: Sent) -> None:
    recorder = Recorder(system)
    recorder.close()  # no thread: this test writes itself
    with system.db.write() as db:
        db.execute(text("ALTER TABLE touch RENAME TO away"))
    recorder.add(sent.touch())
    with pytest.raises(SQLAlchemyError):
        recorder.flush()
    with system.db.write() as db:
        db.execute(text("ALTER TABLE away RENAME TO touch"))
    recorder.add(sent.touch(after=700))
    assert recorder.flush() == 1 and recorder.flush() == 0
    assert total(system) == (1, 2)


def test_what_waits_is_bounded(system: System, sent: Sent) -> None:
    recorder = Recorder(system)
    recorder.close()
    for n in range(module.MOST + 5):
        recorder.add(sent.touch(n=n, verdict=Verdict.SCANNER))
    assert len(recorder._waiting) == module.MOST
