"""The schedule side of the board: whose clocks, what blocks, two people, and the minute to cancel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from digest.issues import board, states
from digest.newsletters.models import Newsletter
from digest.staff.models import AuditEntry, User
from digest.system.build import System
from digest.system.queue import Job
from tests import make
from tests.conftest import SettableClock
from tests.web.conftest import Browser, SignIn


@pytest.fixture
def issue_id(system: System, clock: SettableClock) -> int:
    """A draft of the second newsletter, in Cairo; the first is in Damascus."""
    now = clock.now()
    with system.db.write() as db:
        make.newsletter(db, now=now, slug="first")
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id, zone="Africa/Cairo")
        make.subscriber(db, now=now, list_id=list_id)
        return make.issue(db, now=now, newsletter_id=newsletter_id,
                          slot_at=now + timedelta(minutes=80))


@pytest.fixture
def editor(sign_in: SignIn) -> Browser:
    return sign_in("publisher")


def home(issue_id: int) -> str:
    return f"/admin/issues/{issue_id}?side=schedule"


def send_at(system: System, issue_id: int) -> datetime | None:
    with system.db.read() as db:
        return states.get(db, issue_id).send_at


def set_up(system: System, issue_id: int, **values: object) -> None:
    with system.db.write() as db:
        newsletter = db.get_one(Newsletter, states.get(db, issue_id).newsletter_id)
        for name, value in values.items():
            setattr(newsletter, name, value)


def edit(system: System, issue_id: int, email: str = "publisher@example.org") -> None:
    """Change its subject as the person of an address."""
    with system.db.write() as db:
        by = db.scalar(select(User.id).where(User.email == email))
        board.edit_issue(
            db, issue_id, subject="عنوان آخر", preheader="ومعرض يعيد بناء واجهات حلب رقمياً", note="",
            note_by="", based_on=states.get(db, issue_id).version, by=by, now=system.clock.now(),
        )


def test_another_time_is_read_on_the_newsletters_own_clock(
    editor: Browser, system: System, issue_id: int
) -> None:
    answer = editor.submit(
        f"/admin/issues/{issue_id}/schedule",
        {"based_on": 1, "when": "other", "at": "2026-11-25T09:30"}, page=home(issue_id),
        follow_redirects=True,
    )
    assert send_at(system, issue_id) == datetime(2026, 11, 25, 7, 30, tzinfo=UTC)
    assert "9:30 صباحاً" in answer.get_data(as_text=True)


def test_the_panel_tells_both_clocks_and_how_many_it_reaches(
    editor: Browser, issue_id: int
) -> None:
    page = editor.get(home(issue_id)).get_data(as_text=True)
    assert "Africa/Cairo" in page
    assert "6:00 صباحاً" in page and "04:00 UTC" in page and "02:41 UTC" in page
    assert "مشترك واحد" in page


def test_sent_now_it_counts_down_a_minute_with_a_button_to_cancel(
    editor: Browser, system: System, issue_id: int, clock: SettableClock
) -> None:
    where = f"/admin/issues/{issue_id}"
    editor.submit(f"{where}/schedule", {"based_on": 1, "when": "now"}, page=home(issue_id))
    clock.forward(seconds=15)
    page = editor.get(f"{where}/progress").get_data(as_text=True)
    assert 'data-left="45"' in page and ">0:45<" in page
    assert f"{where}/unschedule" in page
    clock.forward(seconds=50)
    assert "data-left" not in editor.get(f"{where}/progress").get_data(as_text=True)


@pytest.mark.parametrize(("rule", "said"), [
    ("hold", "ينتظر الاعتماد"), ("send", "أُرسل كما هو"), ("lead", "أُرسل الخبر الرئيس وحده"),
])  # fmt: skip
def test_board_and_dashboard_tell_the_window_and_what_ends_it(
    editor: Browser, system: System, issue_id: int, rule: str, said: str
) -> None:
    set_up(system, issue_id, unanswered=rule)
    for path in (home(issue_id), "/admin/"):
        page = editor.get(path).get_data(as_text=True)
        assert said in page and ">1:20:00<" in page and 'data-left="4800"' in page


def test_a_held_draft_says_that_only_a_person_sends_it(
    editor: Browser, system: System, issue_id: int
) -> None:
    with system.db.write() as db:
        states.get(db, issue_id).held = True
    assert "لا يُرسل وحده" in editor.get(home(issue_id)).get_data(as_text=True)


def test_with_two_people_the_last_editor_asks_and_a_colleague_approves(
    editor: Browser, sign_in: SignIn, system: System, issue_id: int
) -> None:
    set_up(system, issue_id, four_eyes=True)
    edit(system, issue_id)
    colleague = sign_in("publisher", "omar@example.org")
    where = f"/admin/issues/{issue_id}"
    assert "أنت آخر من عدّل" in editor.get(home(issue_id)).get_data(as_text=True)
    typed = {"based_on": 2, "when": "usual"}
    refused = editor.submit(f"{where}/schedule", typed, page=home(issue_id))
    assert refused.status_code == 422
    assert send_at(system, issue_id) is None
    assert editor.submit(f"{where}/ask", typed, page=home(issue_id)).status_code == 303
    with system.db.read() as db:
        omar = db.scalar(select(User.id).where(User.email == "omar@example.org"))
        (args,) = db.scalars(select(Job.args).where(Job.kind == "mail_draft")).all()
    assert args["user_id"] == omar
    assert "اعتمد وثبّت الموعد" in colleague.get(home(issue_id)).get_data(as_text=True)
    colleague.submit(f"{where}/schedule", typed, page=home(issue_id))
    assert send_at(system, issue_id) == datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    with system.db.read() as db:
        acts = db.execute(select(AuditEntry.action, AuditEntry.user_id).where(
            AuditEntry.subject == "issue").order_by(AuditEntry.id)).all()
    assert [tuple(row) for row in acts][-2:] == [("issue.approve", omar), ("issue.schedule", omar)]
