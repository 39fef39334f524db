"""Many who leave at once: written together, answered when it is written, told when it is not."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from digest.audience.models import Consent, Membership, Suppression
from digest.feedback.leave import Click
from digest.feedback.leaver import Leaver
from digest.feedback.models import Event
from digest.issues.models import Issue
from digest.system.build import System
from tests.conftest import SettableClock
from tests.feedback.touched import Sent, send_to


def click(system: System, sent: Sent, reader: int) -> Click:
    with system.db.read() as db:
        newsletter_id = db.get_one(Issue, sent.issue_id).newsletter_id
    return Click(sent.readers[reader], newsletter_id, sent.issue_id, "203.0.113.7")


def count(system: System, model: type, **values: object) -> int:
    with system.db.read() as db:
        return db.scalar(select(func.count()).select_from(model).filter_by(**values)) or 0


def test_a_hundred_at_once_and_twice_leave_once_each(system: System, clock: SettableClock) -> None:
    sent = send_to(system, clock, readers=50)
    leaver, seen = Leaver(system), []

    def press(reader: int) -> None:
        leaver.leave(click(system, sent, reader))
        seen.append(count(system, Membership, subscriber_id=sent.readers[reader], state="left"))

    threads = [threading.Thread(target=press, args=(n % 50,)) for n in range(100)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert seen == [1] * 100  # nobody was answered before it was written
    assert count(system, Event, kind="leave") == count(system, Suppression) == 50
    assert count(system, Consent, what="left", network="203.0.113.0/24") == 50


def test_every_one_of_a_group_that_failed_is_told(system: System, sent: Sent) -> None:
    leaver = Leaver(system)
    with system.db.write() as db:
        db.execute(text("ALTER TABLE membership RENAME TO away"))
    for reader in range(2):
        with pytest.raises(SQLAlchemyError):
            leaver.leave(click(system, sent, reader))
    with system.db.write() as db:
        db.execute(text("ALTER TABLE away RENAME TO membership"))
    leaver.leave(click(system, sent, 0))
    assert count(system, Membership, state="left") == 1
