"""Two whole servers on one database: every slot is sent once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import func, select

from digest.issues.models import Issue
from digest.system.build import System
from digest.system.clock import SystemClock
from digest.system.settings import Settings
from tests import make

SLOTS = 20


def test_twenty_slots_due_on_two_servers_are_twenty_issues(
    system: System, settings: Settings, tmp_path: Path
) -> None:
    due_newsletters(system)
    ports = [free_port(), free_port()]
    servers = [serve(settings, port, tmp_path / f"log-{port}") for port in ports]
    try:
        wait_until(lambda: all(answers(port) for port in ports), servers)
        wait_until(lambda: sent(system) >= SLOTS, servers)
        threading.Event().wait(3)  # time for a second sending to show itself
    finally:
        for server in servers:
            server.send_signal(signal.SIGTERM)
        codes = [server.wait(15) for server in servers]
    assert codes == [0, 0]
    with system.db.read() as db:
        assert db.scalar(select(func.count()).select_from(Issue)) == SLOTS
        assert set(db.scalars(select(Issue.state))) == {"sent"}
    assert mails(settings.mailbox_dir) == {f"بريد {n}": 1 for n in range(SLOTS)}


def due_newsletters(system: System) -> None:
    """Twenty newsletters of policy auto whose hour has just come, each with one reader."""
    now = SystemClock().now()
    just = (now - timedelta(minutes=1)).astimezone()
    with system.db.write() as db:
        make.article(db, now=now)
        make.article(db, now=now, title="افتتاح معرض الكتاب في حلب")
        for n in range(SLOTS):
            list_id = make.mailing_list(db, now=now, name=f"قائمة {n}", slug=f"list-{n}")
            make.subscriber(db, now=now, address=f"reader-{n}@readers.example", list_id=list_id)
            make.newsletter(
                db, now=now, slug=f"letter-{n}", list_id=list_id, name=f"بريد {n}",
                sender_name=f"بريد {n}", policy="auto", min_items=1, zone="UTC",
                rule={"kind": "daily", "at": just.astimezone(now.tzinfo).strftime("%H:%M")},
                planned_until=now - timedelta(hours=2),
            )


def serve(settings: Settings, port: int, log: Path) -> subprocess.Popen[bytes]:
    env = os.environ | {
        "DIGEST_DATABASE_URL": settings.database_url, "DIGEST_DATA_DIR": str(settings.data_dir),
        "DIGEST_SECRET_KEY": settings.secret_key, "DIGEST_BASE_URL": settings.base_url,
    }
    command = [sys.executable, "-c", "from digest.cli import main; main()", "serve",
               "--port", str(port)]
    with log.open("wb") as output:
        return subprocess.Popen(command, env=env, stdout=output, stderr=output)


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def sent(system: System) -> int:
    with system.db.read() as db:
        return db.scalar(select(func.count()).where(Issue.state == "sent")) or 0


def mails(folder: Path) -> dict[str, int]:
    """How many mails each newsletter sent."""
    from email.header import decode_header, make_header

    names: Counter[str] = Counter()
    for path in (folder / "new").glob("*"):
        header = message_from_bytes(path.read_bytes())["From"]
        names[str(make_header(decode_header(header))).partition("<")[0].strip().strip('"')] += 1
    return dict(names)


def wait_until(done: object, servers: list[subprocess.Popen[bytes]]) -> None:
    assert callable(done)
    pause = threading.Event()
    for _ in range(600):
        if done():
            return
        if any(server.poll() is not None for server in servers):
            pytest.fail("a server ended by itself")
        pause.wait(0.1)
    pytest.fail("nothing happened within a minute")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
