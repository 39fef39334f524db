"""The trail of what people did."""

from __future__ import annotations

import pytest

from digest.staff import audit
from digest.staff.models import AuditEntry, User
from digest.system.build import System
from tests import make


def test_a_line_tells_who_what_on_what_and_when(system: System) -> None:
    with system.db.write() as db:
        salma = make.user(db, now=system.clock.now())
        audit.record(db, "issue.edit", now=system.clock.now(), by=salma, subject="issue",
                     subject_id=7, number=218, subject_line="عنوان")
    with system.db.read() as db:
        line = db.query(AuditEntry).one()
        assert (line.at, line.user_id, line.action) == (system.clock.now(), salma, "issue.edit")
        assert (line.subject, line.subject_id) == ("issue", 7)
        assert line.facts == {"number": 218, "subject_line": "عنوان"}


def test_what_the_system_does_has_no_person(system: System) -> None:
    with system.db.write() as db:
        audit.record(db, "issue.draft", now=system.clock.now())
    with system.db.read() as db:
        line = db.query(AuditEntry).one()
        assert (line.user_id, line.subject, line.subject_id, line.facts) == (None, "", None, {})


def test_the_trail_outlives_its_people(system: System) -> None:
    with system.db.write() as db:
        salma = make.user(db, now=system.clock.now())
        audit.record(db, "issue.edit", now=system.clock.now(), by=salma)
    with system.db.write() as db:
        db.delete(db.get_one(User, salma))
    with system.db.read() as db:
        assert db.query(AuditEntry).one().user_id is None


def test_a_line_goes_with_the_change_it_tells_of(system: System) -> None:
    def fail_after_recording() -> None:
        with system.db.write() as db:
            audit.record(db, "issue.edit", now=system.clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_recording()
    with system.db.read() as db:
        assert db.query(AuditEntry).count() == 0
