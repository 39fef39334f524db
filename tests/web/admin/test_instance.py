"""A place on hold is named on every page, and an administrator alone lets it send."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from digest import jobs
from digest.delivery import hold
from digest.delivery.queries import outbox
from digest.issues import states
from digest.staff.models import AuditEntry
from digest.system.build import System, build_system
from digest.system.settings import Settings
from tests import make
from tests.web.conftest import SignIn

URL = "/admin/instance"


@pytest.fixture
def copied(system: System, settings: Settings, tmp_path: Path) -> str:
    """A second place that waits for a yes; returns its number."""
    hold.arrive(system)
    copy = build_system(replace(settings, data_dir=tmp_path / "copy"), clock=system.clock)
    assert not hold.arrive(copy)
    copy.close()
    with system.db.read() as db:
        return hold.instances(db)[0].id


def test_a_quiet_house_has_no_alarm(sign_in: SignIn, system: System) -> None:
    hold.arrive(system)
    text = sign_in("publisher").get("/admin/").get_data(as_text=True)
    assert 'role="alert"' not in text


def test_every_page_says_that_mail_waits(sign_in: SignIn, copied: str) -> None:
    client = sign_in("publisher")
    for path in ("/admin/", "/admin/issues", URL):
        assert "قد تكون قاعدة البيانات نسخة" in client.get(path).get_data(as_text=True)
    assert "/confirm" not in client.get(URL).get_data(as_text=True)
    assert client.submit(f"{URL}/{copied}/confirm", page=URL).status_code == 403


def test_an_administrator_says_yes_and_the_trail_keeps_it(
    sign_in: SignIn, system: System, copied: str
) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        make.issue(db, now=now, newsletter_id=newsletter_id, state="scheduled", send_at=now,
                   subject="عدد ينتظر")
    client = sign_in("admin")
    assert "عدد ينتظر" in client.get(URL).get_data(as_text=True)
    assert client.submit(f"{URL}/{copied}/confirm", page=URL).status_code == 303
    with system.db.read() as db:
        assert [(row.id, row.hold) for row in hold.instances(db)] == [(copied, "")]
        assert db.query(AuditEntry).filter_by(action="instance.confirm").one().user_id
    assert 'role="alert"' not in client.get(URL).get_data(as_text=True)
    assert "سمح لخادم بالإرسال" in client.get("/admin/audit").get_data(as_text=True)
    assert client.submit(f"{URL}/nowhere/confirm", page=URL).status_code == 404


def test_a_send_that_stopped_by_itself_is_told_on_every_page(
    sign_in: SignIn, system: System
) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        make.issue(db, now=now, newsletter_id=newsletter_id, state="paused", subject="عدد توقف",
                   reason="relay_auth: 535 no")
    text = sign_in("publisher").get("/admin/sources").get_data(as_text=True)
    assert "عدد توقف" in text
    assert "رفض خادم البريد اسم الدخول" in text


def test_a_send_that_a_person_paused_is_no_alarm(sign_in: SignIn, system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        make.issue(db, now=now, newsletter_id=newsletter_id, state="paused")
    assert 'role="alert"' not in sign_in("publisher").get("/admin/sources").get_data(as_text=True)


def test_a_restored_database_sends_nothing_until_the_yes_and_then_what_is_due(
    sign_in: SignIn, system: System, settings: Settings, tmp_path: Path
) -> None:
    now = system.clock.now()
    hold.arrive(system)
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        make.subscriber(db, now=now, list_id=list_id)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id)
        states.schedule(db, issue_id, now, by=None, now=now)
        states.enqueue_due(db, now)
    copy = build_system(replace(settings, data_dir=tmp_path / "copy"), clock=system.clock)
    assert not hold.arrive(copy)
    jobs.drain(copy, jobs.SENDING)
    with system.db.read() as db:
        assert outbox(db, issue_id) == {}
        (waiting,) = [row.id for row in hold.instances(db) if row.hold]
    assert sign_in("admin").submit(f"{URL}/{waiting}/confirm", page=URL).status_code == 303
    system.clock.forward(minutes=5)
    jobs.drain(copy, jobs.SENDING)
    with system.db.read() as db:
        assert outbox(db, issue_id) == {"sent": 1}
    copy.close()
