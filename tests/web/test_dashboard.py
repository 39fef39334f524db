"""The first page and the local mailbox."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from digest.audience.models import Membership
from digest.delivery.models import Delivery, DeliveryState
from digest.feedback import touches
from digest.issues.models import Issue
from digest.staff import audit
from digest.staff.models import User
from digest.system.build import System
from digest.web.admin.dashboard import load_dashboard
from digest.web.admin.mailbox import find_mail, list_mails
from tests import make
from tests.conftest import SettableClock
from tests.feedback.touched import send_to
from tests.web.conftest import SignIn


def page(system: System):  # type: ignore[no-untyped-def]
    with system.db.read() as db:
        return load_dashboard(system, db, now=system.clock.now(), week_start=5)


def test_an_empty_panel_shows_three_steps(sign_in: SignIn, system: System) -> None:
    assert page(system).steps == (False, False, False)
    text = sign_in("admin").get("/admin/").get_data(as_text=True)
    assert "ثلاث خطوات إلى أول عدد" in text


def test_the_steps_are_ticked_one_by_one_and_then_go(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        make.source(db, now=now)
    assert page(system).steps == (True, False, False)
    with system.db.write() as db:
        newsletter = make.newsletter(db, now=now)
    assert page(system).steps == (True, True, False)
    with system.db.write() as db:
        make.issue(db, now=now, newsletter_id=newsletter)
    assert page(system).steps is None


def test_the_next_issue_is_the_one_due_first(system: System, clock: SettableClock) -> None:
    now = clock.now()
    with system.db.write() as db:
        newsletter = make.newsletter(db, now=now)
        make.issue(db, now=now, newsletter_id=newsletter, number=2, slot_at=now + timedelta(days=2))
        first = make.issue(
            db, now=now, newsletter_id=newsletter, number=1, slot_at=now + timedelta(days=1)
        )
        make.issue(
            db,
            now=now,
            newsletter_id=newsletter,
            number=0,
            state="sent",
            slot_at=now - timedelta(days=1),
        )
    coming = page(system).coming[0]
    assert (coming.issue.id, coming.at) == (first, now + timedelta(days=1))


def test_what_blocks_the_next_issue_is_told_in_words(sign_in: SignIn, system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        newsletter = make.newsletter(db, now=now)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter, items=0, subject="")
    coming = page(system).coming[0]
    assert coming.errors >= 2 and coming.blockers[0] == "لا مشتركين يستلمون هذا العدد"
    text = sign_in("editor").get("/admin/").get_data(as_text=True)
    assert f'href="/admin/issues/{issue_id}?side=checks"' in text


def test_findings_are_asked_for_again_once_the_issue_changed(
    system: System, clock: SettableClock
) -> None:
    now = clock.now()
    with system.db.write() as db:
        daily = make.mailing_list(db, now=now)
        make.subscriber(db, now=now, list_id=daily)
        newsletter = make.newsletter(db, now=now, list_id=daily)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter, subject="")
    before = page(system).coming[0]
    with system.db.write() as db:
        issue = db.get_one(Issue, issue_id)
        issue.subject, issue.version = "محادثات الفرات", issue.version + 1
    assert page(system).coming[0].errors == before.errors - 1


def test_who_worked_on_an_issue_last_is_its_owner(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        newsletter = make.newsletter(db, now=now)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter)
        rana = make.user(db, now=now, email="rana@example.org")
    assert page(system).coming[0].owner == ""
    with system.db.write() as db:
        audit.record(db, "issue.edit", now=now, by=rana, subject="issue", subject_id=issue_id)
        name = db.get_one(User, rana).name
    assert page(system).coming[0].owner == name != ""


def test_without_a_draft_the_calendar_tells_the_next_time(system: System) -> None:
    now = system.clock.now()  # 05:40 in Damascus
    with system.db.write() as db:
        make.newsletter(db, now=now, lead_minutes=30)
    (slot,) = page(system).coming
    assert slot.at == now + timedelta(minutes=20)
    assert slot.draft_at == slot.at - timedelta(minutes=30)


def test_a_running_send_shows_its_counts(sign_in: SignIn, system: System) -> None:
    now = system.clock.now()
    states = [DeliveryState.SENT, DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.QUEUED]
    with system.db.write() as db:
        newsletter = make.newsletter(db, now=now)
        issue = make.issue(db, now=now, newsletter_id=newsletter, state="sending", send_at=now)
        for number, state in enumerate(states):
            reader = make.subscriber(db, now=now, address=f"r{number}@example.net")
            db.add(
                Delivery(issue_id=issue, subscriber_id=reader, variant="latn", state=state, at=now)
            )
    run = page(system).sending[0]
    assert (run.sent, run.failed, run.total) == (2, 1, 4)
    text = sign_in("author").get("/admin/").get_data(as_text=True)
    assert "سُلّمت 2 من 4" in text
    assert 'data-poll="/admin/"' in text


def test_skipped_and_failed_issues_are_told_for_a_week(
    system: System, clock: SettableClock
) -> None:
    now = clock.now()
    with system.db.write() as db:
        newsletter = make.newsletter(db, now=now)
        make.issue(
            db,
            now=now,
            newsletter_id=newsletter,
            number=1,
            state="skipped",
            reason="too_few_stories",
            slot_at=now - timedelta(days=8),
        )
        told = make.issue(
            db,
            now=now,
            newsletter_id=newsletter,
            number=2,
            state="failed",
            reason="has_errors",
            slot_at=now - timedelta(days=1),
        )
    assert [one.id for one in page(system).notices] == [told]


def test_the_numbers_count_what_they_say(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        daily = make.mailing_list(db, now=now)
        make.subscriber(db, now=now, address="a@example.net", list_id=daily)
        make.subscriber(db, now=now, address="b@example.net", list_id=daily, state="pending")
        make.subscriber(db, now=now, address="c@example.net", list_id=daily, on="left")
        old = make.subscriber(db, now=now, address="d@example.net", list_id=daily, on="left")
        row = db.get_one(Membership, (old, daily))
        row.at = now - timedelta(days=31)
    told = page(system)
    assert (told.readers, told.left, told.last) == (1, 1, None)
    assert told.grown.joined[-1] == 2


def test_the_last_send_is_told_with_what_became_of_it(
    sign_in: SignIn, system: System, clock: SettableClock
) -> None:
    sent = send_to(system, clock, readers=4)
    with system.db.write() as db:
        touches.record(db, [sent.touch(0, n=1)])
    last = page(system).last
    assert (last.issue.id, last.numbers.delivered, last.numbers.clicks.human) == (sent.issue_id, 4, 1)
    text = sign_in("author").get("/admin/").get_data(as_text=True)
    assert f'href="/admin/analytics/issues/{sent.issue_id}"' in text
    assert "25٪" in text


def test_a_source_that_stopped_needs_attention(system: System, clock: SettableClock) -> None:
    now = clock.now()
    with system.db.write() as db:
        make.source(
            db,
            now=now,
            failures=9,
            last_ok_at=now - timedelta(days=9),
            last_item_at=now - timedelta(days=9),
        )
    told = page(system)
    assert (len(told.sources), told.ill) == (1, 1)


CARD = re.compile(r'<section class="card[^>]*>(.*?)</section>', re.S)


def primaries(text: str) -> list[int]:
    """How many main buttons each card with a heading has."""
    return [
        len(re.findall(r'class="button primary', one)) for one in CARD.findall(text) if "<h2" in one
    ]


def test_each_card_has_one_main_button(
    sign_in: SignIn, system: System, clock: SettableClock
) -> None:
    admin = sign_in("admin")
    assert set(primaries(admin.get("/admin/").get_data(as_text=True))) == {1}  # nothing there yet
    now = clock.now()
    with system.db.write() as db:
        make.source(db, now=now, failures=9, last_ok_at=now - timedelta(days=9))
        daily = make.newsletter(db, now=now, slug="daily")
        make.newsletter(db, now=now, slug="weekly")  # its next time has no draft
        make.issue(db, now=now, newsletter_id=daily, number=7, subject="")
        make.issue(db, now=now, newsletter_id=daily, number=6, state="sending", send_at=now)
    send_to(system, clock, readers=2)
    assert set(primaries(admin.get("/admin/").get_data(as_text=True))) == {1}


def test_growth_is_drawn_and_told_in_a_table(sign_in: SignIn, system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        daily = make.mailing_list(db, now=now)
        make.subscriber(db, now=now, list_id=daily)
        make.subscriber(db, now=now, address="c@example.net", list_id=daily, on="left")
    text = sign_in("author").get("/admin/").get_data(as_text=True)
    weeks = len(page(system).grown.weeks)
    table = text.partition('data-details="growth"')[2].partition("</table>")[0]
    assert 'aria-labelledby="growth-title growth-desc"' in text
    assert table.count("<tr>") == weeks + 1
    first = re.findall(r"<td[^>]*>(.*?)</td>", table)[:2]
    assert first == ["1", "1"]


def test_a_source_name_from_outside_is_only_text(sign_in: SignIn, system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        make.source(
            db,
            now=now,
            name="<script>alert(1)</script>",
            failures=9,
            last_ok_at=now - timedelta(days=9),
        )
    text = sign_in("author").get("/admin/").get_data(as_text=True)
    assert "<script>alert" not in text


def captured(system: System, subject: str = "محادثات الفرات") -> str:
    """File a mail as the capturing relay does; return its name."""
    folder = system.settings.mailbox_dir / "new"
    folder.mkdir(parents=True, exist_ok=True)
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "news@mina.example", "rim@example.net"
    mail["Date"] = "Tue, 24 Nov 2026 03:00:00 +0000"
    mail.set_content("نص الرسالة")
    mail.add_alternative("<p>نص <b>الرسالة</b></p><script>alert(1)</script>", subtype="html")
    (folder / "1764.M1.host").write_bytes(mail.as_bytes())
    return "1764.M1.host"


def test_captured_mails_are_listed_and_shown(sign_in: SignIn, system: System) -> None:
    name = captured(system)
    client = sign_in("publisher")
    assert "محادثات الفرات" in client.get("/admin/mailbox").get_data(as_text=True)
    one = client.get(f"/admin/mailbox/{name}").get_data(as_text=True)
    assert "نص الرسالة" in one and f'src="/admin/mailbox/{name}/html"' in one
    assert 'sandbox="' in one and "allow-scripts" not in one


def test_a_captured_mail_is_framed_without_scripts(sign_in: SignIn, system: System) -> None:
    answer = sign_in("publisher").get(f"/admin/mailbox/{captured(system)}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy
    assert "frame-ancestors 'self'" in policy and "script-src" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "<b>الرسالة</b>" in answer.get_data(as_text=True)


def test_no_file_outside_the_mailbox_can_be_read(system: System, tmp_path: Path) -> None:
    captured(system)
    (system.settings.mailbox_dir / "secret").write_text("x")
    for name in ("../secret", "secret", "..", "../../digest.db", ""):
        assert find_mail(system.settings.mailbox_dir, name) is None


def test_an_absent_mailbox_is_empty(tmp_path: Path) -> None:
    assert list_mails(tmp_path / "nothing") == ()


def test_a_mail_without_date_or_subject_is_listed_too(sign_in: SignIn, system: System) -> None:
    folder = system.settings.mailbox_dir / "new"
    folder.mkdir(parents=True)
    (folder / "odd").write_bytes(b"From: x\r\n\r\n\xff\xfe")
    assert "بلا عنوان" in sign_in("publisher").get("/admin/mailbox").get_data(as_text=True)
    assert sign_in("admin").get("/admin/mailbox/odd").status_code == 200
