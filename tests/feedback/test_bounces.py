"""What follows from a report: believed by its token alone, and told twice it counts once."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from digest.audience.models import Subscriber
from digest.audience.suppress import SOFT_ISSUES, Reason, erase, is_suppressed
from digest.delivery.models import DeliveryState
from digest.feedback.bounces import hear_mail, read_mailbox
from digest.feedback.models import Event, Report
from digest.feedback.refusals import note_refusals
from digest.feedback.reported import of_issue, of_reader, rows_of_issue, unheeded
from digest.system.build import System
from digest.system.links import leave_url
from digest.system.settings import Settings
from tests.conftest import SettableClock
from tests.feedback.conftest import RIM, SALMA, Newsroom
from tests.feedback.mails import complaint, dsn, mail, report


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings with a mailbox for bounces."""
    return replace(settings, bounce_mailbox=f"maildir:{settings.data_dir}/bounces")


def hear(system: System, raw: bytes, envelope_to: str = "") -> bool:
    return hear_mail(system, raw, via="mailbox", envelope_to=envelope_to)


def test_a_hard_bounce_stops_the_reader_and_nobody_else(system: System, newsroom: Newsroom) -> None:
    issue_id = newsroom.send()
    assert hear(system, dsn(to=newsroom.verp(issue_id)))
    assert newsroom.state() == "bounced"
    assert newsroom.state(newsroom.salma) == "active"
    assert newsroom.reports() == [("hard", "mailbox", "mailbox")]
    with system.db.read() as db:
        assert is_suppressed(db, RIM) is Reason.BOUNCE


def test_a_complaint_stops_the_reader_at_once(system: System, newsroom: Newsroom) -> None:
    verp = newsroom.verp(newsroom.send())
    assert hear(system, complaint(to=verp))
    assert newsroom.state() == "complained"
    with system.db.read() as db:
        assert is_suppressed(db, RIM) is Reason.COMPLAINT


@pytest.mark.parametrize("place", ["envelope", "to", "delivered-to", "return-path", "link", "id"])
def test_the_token_is_found_where_servers_leave_it(
    system: System, newsroom: Newsroom, place: str
) -> None:
    issue_id = newsroom.send()
    verp = newsroom.verp(issue_id)
    with system.db.read() as db:
        token = db.scalar(select(Subscriber.token).where(Subscriber.id == newsroom.rim))
    link = leave_url("https://mina.example", system.signer, newsroom.rim, newsroom.newsletter_id,
                     issue_id)
    raw = {
        "envelope": complaint(),
        "to": complaint(to=f"<{verp}>"),
        "delivered-to": complaint(Delivered_To=verp),
        "return-path": complaint(returned=f"Return-Path: <{verp}>\nTo: {RIM}\n"),
        "link": complaint(returned=f"List-Unsubscribe: <{link}>\n"),
        "id": complaint(returned=f"Message-ID: <i{issue_id}.{token}@mina.example>\n"),
    }[place]
    assert hear(system, raw, verp if place == "envelope" else "fbl@mina.example")
    assert newsroom.state() == "complained"


@pytest.mark.parametrize("token", [
    "", "bounce@mina.example", "bounce+WzEsMV0.aaaaaaaaaaaaaaaaaaaaaaaaaaa@mina.example",
])
def test_without_our_token_a_report_is_counted_and_ignored(
    system: System, newsroom: Newsroom, token: str
) -> None:
    newsroom.send()
    assert not hear(system, dsn(to=token or "news@mina.example"))
    assert not hear(system, complaint(to=token or "news@mina.example"))
    assert newsroom.state() == "active"
    assert newsroom.reports() == []
    assert newsroom.unheeded() == {"forged": 2}


def test_a_token_of_another_purpose_or_of_no_mail_proves_nothing(
    system: System, newsroom: Newsroom
) -> None:
    issue_id = newsroom.send()
    wrong = system.signer.sign("preferences", issue_id, newsroom.rim)
    assert not hear(system, dsn(to=f"bounce+{wrong}@mina.example"))
    assert not hear(system, dsn(to=newsroom.verp(issue_id + 1)))  # an issue that was never sent
    assert not hear(system, dsn(to=newsroom.verp(issue_id, 999)))
    assert newsroom.unheeded() == {"forged": 3}


def test_a_report_about_another_address_than_the_tokens_reader_is_ignored(
    system: System, newsroom: Newsroom
) -> None:
    issue_id = newsroom.send()
    assert not hear(system, dsn(to=newsroom.verp(issue_id), reader=SALMA))
    assert (newsroom.state(), newsroom.state(newsroom.salma)) == ("active", "active")
    assert newsroom.unheeded() == {"other": 1}


def test_an_address_that_passes_its_mail_on_is_still_the_readers(
    system: System, newsroom: Newsroom
) -> None:
    verp = newsroom.verp(newsroom.send())
    assert hear(system, dsn(to=verp, reader="far@away.example", original=RIM.upper()))
    assert newsroom.state() == "bounced"


def test_a_report_of_ten_thousand_recipients_is_about_the_tokens_reader_alone(
    system: System, newsroom: Newsroom
) -> None:
    fields = "\n".join(
        f"Final-Recipient: rfc822; {name}\nAction: failed\nStatus: 5.1.1\n"
        for name in [RIM, SALMA, *(f"r{n}@example.net" for n in range(10_000))]
    )
    raw = report(("message/delivery-status", fields), to=newsroom.verp(newsroom.send()))
    assert hear(system, raw)
    assert (newsroom.state(), newsroom.state(newsroom.salma)) == ("bounced", "active")


@pytest.mark.parametrize(("raw", "why"), [
    (dsn(action="delayed"), "delayed"),
    (complaint(kind="not-spam"), "harmless"),
    (mail("away", sender=RIM, subject="Out of office"), "automatic"),
    (mail("x", sender=RIM, subject="thank you"), "unclear"),
])
def test_what_blames_nobody_changes_nothing_even_with_a_token(
    system: System, newsroom: Newsroom, raw: bytes, why: str
) -> None:
    verp = newsroom.verp(newsroom.send())
    assert not hear(system, raw, verp)
    assert newsroom.state() == "active"
    assert newsroom.unheeded() == {why: 1}


def test_told_twice_in_two_ways_at_once_it_counts_once(system: System, newsroom: Newsroom) -> None:
    raw = dsn(to=newsroom.verp(newsroom.send()))
    threads = [threading.Thread(target=hear_mail, args=(system, raw), kwargs={"via": via})
               for via in ("mailbox", "listener", "mailbox", "ses")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(newsroom.reports()) == 1


def test_a_reader_who_was_erased_stays_forgotten(system: System, newsroom: Newsroom) -> None:
    issue_id = newsroom.send()
    with system.db.write() as db:
        erase(db, newsroom.rim, now=system.clock.now())
    hear(system, complaint(to=newsroom.verp(issue_id)))
    assert newsroom.state() == "erased"


def soft(system: System, newsroom: Newsroom, clock: SettableClock, days: int) -> None:
    """An issue comes back for a full mailbox; then days pass."""
    raw = dsn(to=newsroom.verp(newsroom.send()), status="5.2.2", words="552 5.2.2 over quota")
    assert hear(system, raw)
    clock.forward(days=days)


def test_a_full_mailbox_is_given_up_after_enough_issues_in_enough_days(
    system: System, newsroom: Newsroom, clock: SettableClock
) -> None:
    for _ in range(SOFT_ISSUES - 1):
        soft(system, newsroom, clock, 4)
        assert newsroom.state() == "active"
    soft(system, newsroom, clock, 0)
    assert newsroom.state() == "bounced"
    assert newsroom.reports()[-1] == ("soft", "full", "mailbox")


def test_many_issues_in_a_few_days_give_nobody_up(
    system: System, newsroom: Newsroom, clock: SettableClock
) -> None:
    for _ in range(SOFT_ISSUES * 2):
        soft(system, newsroom, clock, 1)
    assert newsroom.state() == "active"


def test_an_issue_that_arrived_between_begins_the_count_anew(
    system: System, newsroom: Newsroom, clock: SettableClock
) -> None:
    for _ in range(SOFT_ISSUES - 1):
        soft(system, newsroom, clock, 4)
    newsroom.send()
    clock.forward(days=8)
    soft(system, newsroom, clock, 0)
    assert newsroom.state() == "active"


def test_a_mail_to_leave_takes_its_reader_off_that_newsletter(
    system: System, newsroom: Newsroom
) -> None:
    verp = newsroom.verp(newsroom.send())
    raw = mail("", to=verp, sender="anybody@example.org", subject="unsubscribe")
    assert hear(system, raw)
    with system.db.read() as db:
        assert is_suppressed(db, RIM) is Reason.LEFT
        assert [one.kind for one in db.query(Event)] == ["leave"]
    assert hear(system, raw)  # however often


def test_a_mail_to_leave_without_a_token_is_nobodys(system: System, newsroom: Newsroom) -> None:
    newsroom.send()
    assert not hear(system, mail("", to="news@mina.example", sender=RIM, subject="unsubscribe"))
    with system.db.read() as db:
        assert is_suppressed(db, RIM) is None
    assert newsroom.unheeded() == {"forged": 1}


def test_what_our_relay_refused_is_a_bounce_once_the_issue_is_sent(
    system: System, newsroom: Newsroom
) -> None:
    dead = newsroom.send(DeliveryState.FAILED, "550 5.1.1 <rim@example.net> User unknown")
    with system.db.write() as db:
        assert note_refusals(db, system.clock.now()) == 2
        assert note_refusals(db, system.clock.now()) == 0
    assert newsroom.state() == "bounced"
    assert newsroom.reports() == [("hard", "mailbox", "relay")] * 2
    with system.db.read() as db:
        assert of_issue(db, dead) == {"hard": 2}
        assert [one.text for one in db.query(Report)] == ["550 5.1.1 <•••> User unknown"] * 2


def test_a_filters_refusal_of_our_mail_costs_no_reader(system: System, newsroom: Newsroom) -> None:
    newsroom.send(DeliveryState.FAILED, "554 5.7.1 message rejected as spam")
    with system.db.write() as db:
        note_refusals(db, system.clock.now())
    assert newsroom.state() == "active"
    assert newsroom.reports() == [("soft", "policy", "relay")] * 2


def test_the_panel_is_told_who_and_why(system: System, newsroom: Newsroom) -> None:
    issue_id = newsroom.send()
    hear(system, dsn(to=newsroom.verp(issue_id), words="550 5.1.1 <rim@example.net> unknown user"))
    hear(system, complaint(to=newsroom.verp(issue_id, newsroom.salma)))
    hear(system, dsn())
    with system.db.read() as db:
        assert of_issue(db, issue_id) == {"complaint": 1, "hard": 1}
        assert [(one.address, one.kind) for one in rows_of_issue(db, issue_id)] == [
            (SALMA, "complaint"), (RIM, "hard")]
        (line,) = of_reader(db, newsroom.rim)
        assert unheeded(db, system.clock.now()) == {"forged": 1}
    assert (line.why, line.status, line.number) == ("mailbox", "5.1.1", 1)
    assert line.text == "550 5.1.1 <•••> unknown user"


def test_reading_a_maildir_takes_the_proven_away_and_leaves_the_rest(
    system: System, newsroom: Newsroom
) -> None:
    folder = system.settings.data_dir / "bounces"
    (folder / "new").mkdir(parents=True)
    (folder / "new" / "1.a").write_bytes(dsn(to=newsroom.verp(newsroom.send())))
    (folder / "new" / "2.b").write_bytes(dsn())
    assert read_mailbox(system) == 1
    assert newsroom.state() == "bounced"
    assert [one.name for one in (folder / "cur").iterdir()] == ["2.b:2,S"]
    assert list((folder / "new").iterdir()) == []
    assert read_mailbox(system) == 0
