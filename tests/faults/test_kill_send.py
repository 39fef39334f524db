"""kill -9 in the middle of a send: nobody is lost, nobody gets two mails, the doubt is listed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from digest.audience.models import Membership, Subscriber
from digest.delivery.queries import failures, outbox
from digest.issues import states
from digest.system.build import System, build_system
from digest.system.settings import Settings
from tests import make
from tests.servers import smtp

READERS = 1200
CONNECTIONS = 4
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def sender(settings: Settings, issue_id: int) -> Iterator[subprocess.Popen[bytes]]:
    """A sender process on this database and relay."""
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "DIGEST_DATA_DIR": str(settings.data_dir),
        "DIGEST_DATABASE_URL": settings.database_url,
        "DIGEST_SMTP_URL": settings.smtp_url,
        "DIGEST_SECRET_KEY": settings.secret_key,
        "DIGEST_CONNECTIONS": str(CONNECTIONS),
        "DIGEST_SMTP_TIMEOUT": "10",
    }
    log = settings.data_dir / "sender.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.sender", str(issue_id)], cwd=ROOT, env=env,
            stdout=output, stderr=output,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait(30)


def scheduled(system: System, readers: int) -> int:
    """An issue that is due, for so many readers."""
    now = system.clock.now()
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
        people = [
            Subscriber(token=make.a_hash(str(n))[:20], address=f"reader{n}@example.net",
                       address_key=f"reader{n}@example.net", state="active", created_at=now)
            for n in range(readers)
        ]
        db.add_all(people)
        db.flush()
        db.add_all(
            Membership(subscriber_id=one.id, list_id=list_id, state="on", at=now)
            for one in people
        )
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id)
        states.schedule(db, issue_id, now, by=None, now=now)
        states.enqueue_due(db, now)
    return issue_id


def kill_at(
    server: smtp.Server, process: subprocess.Popen[bytes], step: str, accepted: int
) -> None:
    """Kill the sender at a step of the conversation, once so many mails are accepted."""
    def act(_connection: smtp.Connection) -> None:
        if len(server.accepted) >= accepted and process.returncode is None:
            os.kill(process.pid, signal.SIGKILL)

    server.rules.clear()
    server.on(step, smtp.first(act))


@pytest.fixture
def doubtful() -> Callable[[System, int], set[str]]:
    """The addresses that the ledger lists as uncertain."""
    def listed(system: System, issue_id: int) -> set[str]:
        with system.db.read() as db:
            rows = failures(db, issue_id, limit=READERS)
        return {one.address for one in rows if one.state == "uncertain"}

    return listed


def test_a_sender_killed_again_and_again_loses_nobody_and_doubles_nobody(settings, doubtful):
    kills = [("BODY", 200), ("DOT", 600), ("AFTER", 900)]
    with smtp.running() as server:
        settings = replace(settings, smtp_url=server.url)
        system = build_system(settings)
        issue_id = scheduled(system, READERS)
        for step, accepted in kills:
            with sender(settings, issue_id) as process:
                kill_at(server, process, step, accepted)
                assert process.wait(60) == -signal.SIGKILL
        server.rules.clear()
        with sender(settings, issue_id) as process:
            assert process.wait(60) == 0
        with system.db.read() as db:
            state, counts = states.get(db, issue_id).state, outbox(db, issue_id)
        uncertain = doubtful(system, issue_id)
        system.close()
    taken = set(server.recipients())
    everybody = {f"reader{n}@example.net" for n in range(READERS)}
    assert state == "sent"
    assert server.duplicates() == []
    assert everybody - taken - uncertain == set()  # lost
    assert len(uncertain) == counts.get("uncertain", 0) <= CONNECTIONS * len(kills)
    assert counts["sent"] + len(uncertain) == READERS
    assert counts["sent"] == len(taken - uncertain)
    assert server.most_open <= CONNECTIONS


def test_two_senders_at_once_send_each_mail_once(settings):
    readers = 600
    with smtp.running() as server:
        settings = replace(settings, smtp_url=server.url)
        system = build_system(settings)
        issue_id = scheduled(system, readers)
        with sender(settings, issue_id) as one, sender(settings, issue_id) as other:
            assert (one.wait(60), other.wait(60)) == (0, 0)
        with system.db.read() as db:
            counts = outbox(db, issue_id)
        system.close()
    assert counts == {"sent": readers}
    assert server.duplicates() == []
    assert len(server.accepted) == readers
