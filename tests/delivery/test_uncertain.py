"""Mails of unknown fate: settled by proof or by a person, and never sent twice by guess."""

from __future__ import annotations

import gzip
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import select, update

from digest import jobs
from digest.audience.models import Subscriber
from digest.delivery import uncertain
from digest.delivery.models import Chunk, Delivery, DeliveryState
from digest.delivery.uncertain import Settled
from digest.issues import states
from digest.staff.models import AuditEntry
from digest.system.build import System
from digest.system.errors import NotFound, Refused
from digest.system.logfiles import read_lines, rotated
from tests import make
from tests.delivery.conftest import OMAR, RIM, SALMA


@pytest.fixture
def sendable(system: System, scheduled, ledger) -> int:
    """An issue that is sent, but for the mails of Rim and Salma nobody knows."""
    issue_id = scheduled()
    ledger.send()
    with system.db.write() as db:
        some = select(Subscriber.id).where(Subscriber.address.in_([RIM, SALMA]))
        db.execute(
            update(Delivery).where(Delivery.subscriber_id.in_(some))
            .values(state=DeliveryState.UNCERTAIN.value, reply="lost_reply")
        )
    return issue_id


@pytest.fixture
def doubtful(system: System) -> int:
    """The same, but nothing of it was ever rendered: its mails can't be sent again."""
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, state="sent",
                              frozen_at=now, sent_at=now)
        readers = [make.subscriber(db, now=now, address=one) for one in (RIM, SALMA, OMAR)]
        states_of = [DeliveryState.UNCERTAIN, DeliveryState.UNCERTAIN, DeliveryState.SENT]
        db.add(Chunk(issue_id=issue_id, n=0, first_id=readers[0], last_id=readers[-1]))
        db.add_all(
            Delivery(issue_id=issue_id, subscriber_id=who, variant="latn", state=state.value,
                     attempts=1, at=now, reply="")
            for who, state in zip(readers, states_of, strict=True)
        )
    return issue_id


def token(system: System, address: str) -> str:
    with system.db.read() as db:
        return db.scalars(select(Subscriber.token).where(Subscriber.address == address)).one()


def log_of(system: System, issue_id: int, *addresses: str, half: str = "") -> list[str]:
    """Postfix's log of a connection that brought these mails, and half of another one."""
    at = system.clock.now() - timedelta(seconds=1)

    def line(text: str) -> str:
        return f"{at.isoformat()} mail postfix/{text}"

    lines = [line("smtpd[7]: connect from localhost[127.0.0.1]")]
    for n, address in enumerate([*addresses, *filter(None, [half])]):
        name = f"<i{issue_id}.{token(system, address)}@mina.example>"
        lines.append(line(f"cleanup[8]: ABCDEF{n:02X}: message-id={name}"))
        if address != half:
            lines.append(line(f"qmgr[9]: ABCDEF{n:02X}: from=<b@m>, size=9, nrcpt=1 (queue active)"))
    at += timedelta(minutes=2)
    return [*lines, line("smtpd[7]: disconnect from localhost[127.0.0.1]")]


def settle(system: System, issue_id: int, lines: list[str]) -> Settled:
    system.clock.forward(minutes=5)
    return uncertain.settle_by_log(system, issue_id, lines, zone=UTC)


def test_the_log_tells_who_got_it_and_the_others_get_it_now(
    system: System, sendable: int, ledger, relay
) -> None:
    before = len(relay.accepted)
    done = settle(system, sendable, log_of(system, sendable, OMAR, RIM, half=SALMA))
    assert done == Settled(sent=1, again=1, left=0)
    assert ledger.state(sendable) == "sending"
    ledger.send()
    assert ledger.counts(sendable) == {"sent": 3}
    assert ledger.state(sendable) == "sent"
    assert ledger.row(sendable, RIM)[:2] == ("sent", "proved")
    assert relay.recipients()[before:] == [SALMA]
    with system.db.read() as db:
        actions = list(db.scalars(select(AuditEntry.action)))
    assert {"issue.count_sent", "issue.send_again"} <= set(actions)


def test_a_mail_sent_again_has_the_same_message_id(
    system: System, sendable: int, ledger, relay
) -> None:
    with system.db.write() as db:
        assert uncertain.send_again(db, sendable, None, by=None, now=system.clock.now()) == 2
    ledger.send()
    ids = [message_from_bytes(mail.message)["Message-ID"] for mail in relay.accepted]
    assert len(ids) == 5
    assert len(set(ids)) == 3


def test_a_log_that_lacks_a_mail_known_to_be_sent_proves_no_absence(
    system: System, doubtful: int, ledger
) -> None:
    done = settle(system, doubtful, log_of(system, doubtful, RIM))
    assert done == Settled(sent=1, again=0, left=1, why="others_missing")
    assert ledger.counts(doubtful) == {"sent": 2, "uncertain": 1}


def test_a_log_that_ends_too_early_proves_no_absence(
    system: System, doubtful: int, ledger
) -> None:
    done = settle(system, doubtful, log_of(system, doubtful, OMAR)[:-1])
    assert done == Settled(sent=0, again=0, left=2, why="too_short")
    gap = [*log_of(system, doubtful, OMAR), "x journald: Suppressed 9 messages from postfix"]
    assert settle(system, doubtful, gap).why == "gaps"
    assert ledger.counts(doubtful) == {"sent": 1, "uncertain": 2}


def test_what_an_editor_counted_needs_no_proof(system: System, doubtful: int) -> None:
    with system.db.write() as db:
        readers = [row.subscriber_id for row in doubts(db, doubtful) if row.address == RIM]
        assert uncertain.count_as_sent(db, doubtful, readers, by=None, now=system.clock.now()) == 1
        assert [row.address for row in doubts(db, doubtful)] == [SALMA]
    done = settle(system, doubtful, log_of(system, doubtful, OMAR))
    assert done == Settled(sent=0, again=1, left=0)


def doubts(db, issue_id: int) -> tuple[uncertain.Doubt, ...]:
    return uncertain.doubts(db, issue_id, domain="mina.example")


def test_only_the_chosen_and_only_once(system: System, sendable: int, ledger, relay) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        first, second = (row.subscriber_id for row in doubts(db, sendable))
        assert uncertain.send_again(db, sendable, [first], by=None, now=now) == 1
        assert uncertain.send_again(db, sendable, [first], by=None, now=now) == 0
        assert uncertain.count_as_sent(db, sendable, [first, second], by=None, now=now) == 1
        assert uncertain.count(db, sendable) == 0
    ledger.send()
    assert ledger.counts(sendable) == {"sent": 3}


def test_a_cancelled_issue_sends_nothing_again(system: System, doubtful: int, ledger) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        states.get(db, doubtful).state = "cancelled"
    with system.db.write() as db, pytest.raises(Refused, match="issue_closed"):
        uncertain.send_again(db, doubtful, None, by=None, now=now)
    done = settle(system, doubtful, log_of(system, doubtful, OMAR, RIM))
    assert done == Settled(sent=1, again=0, left=1)
    with system.db.write() as db, pytest.raises(NotFound, match="no_such_issue"):
        uncertain.count_as_sent(db, 99, None, by=None, now=now)


def test_a_paused_issue_waits_with_them(system: System, doubtful: int, ledger) -> None:
    with system.db.write() as db:
        states.get(db, doubtful).state = "paused"
    with system.db.write() as db:
        uncertain.send_again(db, doubtful, None, by=None, now=system.clock.now())
    ledger.send()
    assert ledger.counts(doubtful) == {"queued": 2, "sent": 1}


def test_who_left_meanwhile_is_not_mailed_again(system: System, sendable: int, ledger) -> None:
    with system.db.write() as db:
        db.execute(update(Subscriber).where(Subscriber.address == RIM).values(state="bounced"))
        uncertain.send_again(db, sendable, None, by=None, now=system.clock.now())
    ledger.send()
    assert ledger.row(sendable, RIM)[0] == "skipped"
    assert ledger.row(sendable, SALMA)[0] == "sent"


class Provider:
    """A relay that remembers what it took."""

    remembers = True

    def __init__(self, known: dict[str, bool]) -> None:
        self.known = known
        self.asked: list[tuple[str, datetime]] = []

    def lookup(self, message_id: str, at: datetime) -> bool | None:
        """Tell whether the mail was accepted."""
        self.asked.append((message_id, at))
        return self.known.get(message_id)

    def close(self) -> None:
        """Hang up."""


def test_a_provider_is_asked_by_message_id(system: System, doubtful: int, ledger) -> None:
    name = f"i{doubtful}.{token(system, RIM)}@mina.example"
    provider = Provider({name: True})
    asking = replace(system, relay=provider)
    assert uncertain.can_ask(asking)
    assert uncertain.settle_by_relay(asking, doubtful) == Settled(sent=1, again=0, left=1)
    provider.known[f"i{doubtful}.{token(system, SALMA)}@mina.example"] = False
    assert uncertain.settle(asking, doubtful) == Settled(sent=0, again=1, left=0)
    assert len(provider.asked) == 3


@pytest.fixture
def logged(system: System, tmp_path: Path) -> System:
    """A System whose settings name a mail log."""
    return replace(system, settings=replace(system.settings, mail_log=str(tmp_path / "mail.log")))


def test_the_log_of_the_settings_is_read_by_itself(
    logged: System, sendable: int, ledger, tmp_path: Path
) -> None:
    lines = log_of(logged, sendable, OMAR, RIM)
    (tmp_path / "mail.log.1").write_text("\n".join(lines[:2]) + "\n", encoding="utf-8")
    (tmp_path / "mail.log").write_text("\n".join(lines[2:]) + "\n", encoding="utf-8")
    written = logged.clock.now().timestamp()
    os.utime(tmp_path / "mail.log.1", (written, written))
    assert not any(kind == uncertain.KIND for kind in kinds(logged))
    logged.clock.forward(minutes=5)
    jobs.tick(logged, "me", {})
    assert uncertain.KIND in kinds(logged)
    jobs.drain(logged, {uncertain.KIND, *jobs.SENDING})
    assert ledger.counts(sendable) == {"sent": 3}


def test_nobody_is_asked_where_nobody_knows(system: System, doubtful: int) -> None:
    assert not uncertain.can_ask(system)
    jobs.tick(system, "me", {})
    assert uncertain.KIND not in kinds(system)
    assert uncertain.settle(system, doubtful).sent == 0


def kinds(system: System) -> list[str]:
    from digest.system.queue import Job

    with system.db.read() as db:
        return list(db.scalars(select(Job.kind)))


def test_rotated_logs_come_first_and_old_ones_not_at_all(tmp_path: Path) -> None:
    now = datetime(2026, 11, 24, 6, tzinfo=UTC)
    for age, name in enumerate(["mail.log", "mail.log.1", "mail.log.2.gz", "mail.log.3.gz"]):
        path = tmp_path / name
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "wt", encoding="utf-8") as file:
            file.write(f"line of {name}\n")
        at = (now - timedelta(days=age)).timestamp()
        os.utime(path, (at, at))
    paths = rotated(tmp_path / "mail.log", now - timedelta(hours=30))
    assert list(read_lines(paths)) == [
        "line of mail.log.2.gz", "line of mail.log.1", "line of mail.log",
    ]
    assert rotated(tmp_path / "missing.log", now) == []
