"""Answering for a draft from its mail: a GET changes nothing, one button approves or stops."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from digest.issues import states
from digest.issues.models import Issue, IssueState
from digest.newsletters.models import Newsletter
from digest.staff.accounts import change_role, set_active
from digest.staff.models import AuditEntry
from digest.system import links
from digest.system.build import System
from digest.system.queue import Job
from digest.system.tokens import APPROVE, STOP
from tests import make
from tests.conftest import SettableClock
from tests.web.public.conftest import Place
from tests.web.public.test_confirm import ThreeDaysAgo, TwoYearsAgo


@pytest.fixture
def salma(system: System, clock: SettableClock) -> int:
    with system.db.write() as db:
        return make.user(db, now=clock.now())


@pytest.fixture
def issue_id(system: System, place: Place, reader: int, clock: SettableClock) -> int:
    """A draft for six o'clock in Damascus, twenty minutes from now."""
    with system.db.write() as db:
        return make.issue(db, now=clock.now(), newsletter_id=place.newsletter_id,
                          slot_at=clock.now() + timedelta(minutes=20))


def approve_path(system: System, issue_id: int, user_id: int, version: int = 1) -> str:
    return links.approve_url("", system.signer, issue_id, version, user_id)


def stop_path(system: System, issue_id: int, user_id: int, version: int = 1) -> str:
    return links.stop_url("", system.signer, issue_id, version, user_id)


def now_is(system: System, issue_id: int) -> tuple[str, bool]:
    with system.db.read() as db:
        issue = states.get(db, issue_id)
        return issue.state, issue.held


def trail(system: System) -> list[str]:
    with system.db.read() as db:
        return list(db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_looking_changes_nothing(
    client: FlaskClient, system: System, issue_id: int, salma: int
) -> None:
    paths = (approve_path(system, issue_id, salma), stop_path(system, issue_id, salma))
    for path in (*paths, *(f"{path}/draft" for path in paths)):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert now_is(system, issue_id) == ("draft", False)
    assert trail(system) == []


def test_the_page_shows_one_button_the_hour_on_both_clocks_and_the_draft(
    client: FlaskClient, system: System, issue_id: int, salma: int
) -> None:
    path = approve_path(system, issue_id, salma)
    answer = client.get(path)
    page = answer.get_data(as_text=True)
    assert len(re.findall("<button", page)) == 1 and "<span>اعتمد</span>" in page
    assert "6:00 صباحاً" in page and "03:00 UTC" in page and "مشترك واحد" in page
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    frame = client.get(f"{path}/draft")
    assert "خبر رقم 1" in frame.get_data(as_text=True)
    assert "sandbox" in frame.headers["Content-Security-Policy"]


def test_the_button_approves_and_pressed_twice_says_the_same(
    client: FlaskClient, system: System, issue_id: int, salma: int
) -> None:
    path = approve_path(system, issue_id, salma)
    pages = [client.post(path) for _ in range(2)]
    assert [one.status_code for one in pages] == [200, 200]
    assert "ثُبّت الموعد" in pages[1].get_data(as_text=True)
    assert now_is(system, issue_id) == ("scheduled", False)
    assert trail(system) == ["issue.approve", "issue.schedule"]


def test_what_was_approved_can_be_stopped_on_the_same_page(
    client: FlaskClient, system: System, issue_id: int, salma: int
) -> None:
    page = client.post(approve_path(system, issue_id, salma)).get_data(as_text=True)
    halt = re.search(r'action="(/stop/[^"]+)"', page)
    assert halt
    assert "أُوقف الإرسال" in client.post(halt[1]).get_data(as_text=True)
    assert now_is(system, issue_id) == ("draft", True)


def test_the_other_button_stops(
    client: FlaskClient, system: System, issue_id: int, salma: int
) -> None:
    answer = client.post(stop_path(system, issue_id, salma))
    assert answer.status_code == 200 and "أُوقف الإرسال" in answer.get_data(as_text=True)
    assert now_is(system, issue_id) == ("draft", True)


def test_a_token_is_for_one_purpose(
    client: FlaskClient, system: System, issue_id: int, salma: int
) -> None:
    for path in (approve_path(system, issue_id, salma).replace("/approve/", "/stop/"),
                 stop_path(system, issue_id, salma).replace("/stop/", "/approve/"),
                 approve_path(system, issue_id, salma) + "x"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
    assert now_is(system, issue_id) == ("draft", False)


def test_a_link_of_another_version_approves_nothing_and_offers_a_new_mail(
    client: FlaskClient, system: System, issue_id: int, salma: int
) -> None:
    with system.db.write() as db:
        states.get(db, issue_id).version = 2
    path = approve_path(system, issue_id, salma)
    answer = client.post(path)
    assert answer.status_code == 409
    assert "تغيّر العدد بعد هذه الرسالة" in answer.get_data(as_text=True)
    assert now_is(system, issue_id) == ("draft", False)
    assert client.post(f"{path}/again").status_code == 200
    with system.db.read() as db:
        (job,) = db.execute(select(Job.kind, Job.args)).all()
    assert tuple(job) == ("mail_draft", {"issue_id": issue_id, "user_id": salma})


@pytest.mark.parametrize("purpose", [APPROVE, STOP])
def test_an_old_link_does_nothing_but_ask_for_a_new_one(
    client: FlaskClient, system: System, issue_id: int, salma: int, purpose: str
) -> None:
    ids = [issue_id, 1, salma]
    old, ancient = (
        f"/{purpose}/" + str(URLSafeTimedSerializer(
            system.settings.secret_key, salt=purpose, signer=signer
        ).dumps(ids)) for signer in (ThreeDaysAgo, TwoYearsAgo)
    )  # fmt: skip
    for answer in (client.get(old), client.post(old)):
        assert answer.status_code == 410
        page = answer.get_data(as_text=True)
        assert "انتهت صلاحية الرابط" in page and len(re.findall("<form", page)) == 1
    assert now_is(system, issue_id) == ("draft", False)
    assert client.get(ancient).status_code == 404


@pytest.mark.parametrize("gone", ["suspended", "editor"])
def test_a_link_is_dead_once_its_person_may_send_no_more(
    client: FlaskClient, system: System, issue_id: int, salma: int, gone: str
) -> None:
    with system.db.write() as db:
        make.user(db, now=system.clock.now(), email="v@example.org", role="editor")
        if gone == "suspended":
            set_active(db, salma, False)
        else:
            change_role(db, salma, "editor")
    assert client.post(approve_path(system, issue_id, salma)).status_code == 404
    assert now_is(system, issue_id) == ("draft", False)


def test_what_blocks_a_send_blocks_the_button_and_says_why(
    client: FlaskClient, system: System, issue_id: int, salma: int
) -> None:
    with system.db.write() as db:
        db.scalars(select(Newsletter)).one().postal_address = ""
    path = approve_path(system, issue_id, salma)
    page = client.get(path).get_data(as_text=True)
    assert "أخطاء تمنع الإرسال" in page and "<button" not in page
    assert client.post(path).status_code == 409
    assert now_is(system, issue_id) == ("draft", False)


def test_with_two_people_the_last_editor_gets_no_button(
    client: FlaskClient, system: System, issue_id: int, salma: int, clock: SettableClock
) -> None:
    with system.db.write() as db:
        omar = make.user(db, now=clock.now(), email="omar@example.org")
        db.scalars(select(Newsletter)).one().four_eyes = True
        db.add(AuditEntry(at=clock.now(), user_id=salma, action="issue.edit", subject="issue",
                          subject_id=issue_id, facts={}))
    path = approve_path(system, issue_id, salma)
    assert "<button" not in client.get(path).get_data(as_text=True)
    answer = client.post(path)
    assert answer.status_code == 409 and "شخص آخر" in answer.get_data(as_text=True)
    assert client.post(approve_path(system, issue_id, omar)).status_code == 200
    assert now_is(system, issue_id) == ("scheduled", False)


@pytest.mark.parametrize("state", [IssueState.SENDING, IssueState.SENT, IssueState.CANCELLED])
def test_late_links_say_what_became_of_the_issue(
    client: FlaskClient, system: System, issue_id: int, salma: int, state: IssueState
) -> None:
    with system.db.write() as db:
        db.get_one(Issue, issue_id).state = state.value
    for path in (approve_path(system, issue_id, salma), stop_path(system, issue_id, salma)):
        page = client.get(path).get_data(as_text=True)
        assert "حالة العدد" in page and "<button" not in page
        assert client.post(path).status_code == 409
    assert now_is(system, issue_id) == (state.value, False)
