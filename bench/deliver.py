"""How fast a frozen issue reaches a relay, beside Postfix's own load generator and Python's smtplib.

Everything runs on one machine against ``smtp-sink``, round after round: ``smtp-source -d`` with as
many messages of the same size over as many connections; our sender, a process of its own on a
database where the issue is frozen and every mail is a row of the ledger (SQLite with
synchronous=FULL, or what DIGEST_DATABASE_URL names); and smtplib with an EmailMessage for each
reader over one connection, on a sample. Prints messages a second, medians, the ratios within each
round, and what the sender's process needed. Needs Debian's package ``postfix`` (nothing is started
but its two test programs).

    python -m bench.deliver [--readers 20000] [--connections 10] [--rounds 3] [--kilobytes 60]
                           [--sign rsa|ed25519|both] [--ledger 1000000] [--delay 50] [--body 8bit]

``--ledger``: the issue has so many readers, the first of whom are sent to: what a large ledger
costs. ``--delay``: every answer of the relay (``bench.slowsink``) takes so many milliseconds, and
messages a second are those of one connection. ``--body 8bit``: pages go unencoded, as to a relay
of one's own; the messages of the others are as much smaller.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from statistics import median
from threading import Event
from time import perf_counter

from sqlalchemy import delete, insert, select

from digest import jobs, migrate
from digest.audience.models import Membership, Subscriber
from digest.delivery import keys
from digest.delivery.compose import compose, skeleton
from digest.delivery.dkim import KINDS
from digest.delivery.launch import CHUNK
from digest.delivery.queries import load_sender, reader
from digest.issues import states
from digest.issues.models import Edition
from digest.system import queue
from digest.system.build import System, build_system
from digest.system.clock import SystemClock
from digest.system.settings import from_env
from tests import make

SAMPLE = 500  # messages that smtplib sends
SLOW_SAMPLE = 40  # messages of a connection to a slow relay, of the others
BATCH = 10_000
SENDERS = ("smtp-source", "ours", "smtplib")
SUMMARY = "قال المتحدث إن الأعمال ستبدأ في الأول من الشهر المقبل وتستمر ستة أشهر. "
FOUND = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib/postfix/sbin"))


def main() -> None:
    """Run the rounds and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kilobytes", type=int, default=60, help="of HTML")
    parser.add_argument("--sign", choices=["no", *KINDS], default="no", help="with which keys")
    parser.add_argument("--ledger", type=int, default=0, help="readers of the issue in all")
    parser.add_argument("--delay", type=int, default=0, help="milliseconds before each answer")
    parser.add_argument("--body", choices=["base64", "8bit"], default="base64")
    asked = parser.parse_args()
    if not shutil.which("smtp-sink", path=FOUND):
        sys.exit("smtp-sink is missing: apt-get install postfix")
    rows: list[dict[str, float]] = []
    for number in range(asked.rounds):
        with sink(asked.delay) as port, tempfile.TemporaryDirectory() as folder:
            rows.append(measure(Path(folder), port, asked))
        print(f"round {number + 1}: " + ", ".join(
            f"{name} {rows[-1][name]:,.1f}/s" for name in SENDERS
        ), flush=True)
    told(rows, asked)


def measure(folder: Path, port: int, asked: argparse.Namespace) -> dict[str, float]:
    """Return what one round gave: messages a second by sender, of one connection if it is slow."""
    lines = asked.connections
    size, readers = prepare(folder, port, asked)
    publish(folder, port, asked.sign)
    count, sample = (SLOW_SAMPLE * lines, SLOW_SAMPLE) if asked.delay else (readers, SAMPLE)
    row = {"size": float(size), "smtp-source": source(port, count, lines, size)}
    row |= ours(folder, port, readers, lines, asked.body)
    if asked.delay:
        row |= {name: row[name] / lines for name in ("smtp-source", "ours")}
    return row | {"smtplib": plain(port, size, sample)}


def told(rows: list[dict[str, float]], asked: argparse.Namespace) -> None:
    """Print medians and ratios."""
    def middle(name: str) -> float:
        return median(row[name] for row in rows)

    far = f", {asked.delay} ms before each answer" if asked.delay else ""
    print(f"{asked.readers:,} of {max(asked.ledger, asked.readers):,} readers, "
          f"{middle('size'):,.0f} bytes a message, {asked.connections} connections{far}, "
          f"median of {len(rows)}")
    unit = "messages/s of a connection" if asked.delay else "messages/s"
    for name in SENDERS:
        ratios = [row["ours"] / row[name] for row in rows]
        print(f"  {name:<12}{middle(name):9,.1f} {unit}; ours is {median(ratios):.2f} times")
    print(f"  the sender: {middle('cpu'):.0f} us of processor a message, "
          f"{middle('memory'):.0f} MiB")


@contextmanager
def sink(delay: int) -> Iterator[int]:
    """A relay that takes everything and keeps nothing; ``delay`` in milliseconds."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [_program("smtp-sink"), f"127.0.0.1:{port}", "512"]
    if os.geteuid() == 0:
        command[1:1] = ["-u", "nobody"]
    if delay:
        command = [sys.executable, "-m", "bench.slowsink", str(port), str(delay)]
    clock = SystemClock()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(100):
                with socket.socket() as trial:
                    if trial.connect_ex(("127.0.0.1", port)) == 0:
                        break
                clock.wait(Event(), 0.05)
            yield port
        finally:
            process.kill()


def prepare(folder: Path, port: int, asked: argparse.Namespace) -> tuple[int, int]:
    """Freeze an issue; return the bytes of a message as it is sent, and how many are to be sent."""
    readers = max(asked.ledger, asked.readers)
    system = build_system(from_env(_environment(folder, port, 1)))
    migrate.upgrade(system.db)
    now = system.clock.now()
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
    for start in range(1, readers + 1, BATCH):
        numbers = range(start, min(start + BATCH, readers + 1))
        with system.db.write() as db:
            db.execute(insert(Subscriber), [
                {"id": n, "token": f"{n:020x}", "address": f"reader{n}@example.net",
                 "address_key": f"reader{n}@example.net", "state": "active", "created_at": now}
                for n in numbers
            ])
            db.execute(insert(Membership), [
                {"subscriber_id": n, "list_id": list_id, "state": "on", "at": now} for n in numbers
            ])
    with system.db.write() as db:
        issue_id = make.issue(
            db, now=now, newsletter_id=newsletter_id, items=asked.kilobytes // 3
        )
        states.schedule(db, issue_id, now, by=None, now=now)
        states.enqueue_due(db, now)
    jobs.drain(system, {"launch_issue"})
    if asked.ledger > asked.readers:
        readers = _keep(system, issue_id, chunks=max(asked.readers // CHUNK, 1))
    size = _size(system, newsletter_id, eight_bit=asked.body == "8bit")
    system.close()
    return size, readers


def _keep(system: System, issue_id: int, *, chunks: int) -> int:
    """Leave the first chunks to send; return how many readers they have."""
    keys_kept = [f"{issue_id}:{n}" for n in range(chunks)]
    with system.db.write() as db:
        db.execute(delete(queue.Job).where(
            queue.Job.kind == "send_chunk", queue.Job.key.not_in(keys_kept)
        ))
    return chunks * CHUNK


def _size(system: System, newsletter_id: int, *, eight_bit: bool) -> int:
    """The bytes of the mail to one of the readers."""
    base_url = system.settings.base_url
    with system.db.read() as db:
        edition = db.scalars(select(Edition)).one()
        sender = load_sender(db, newsletter_id, base_url=base_url)
        issue_id, name = edition.issue_id, edition.subject
        frame = skeleton(
            issue_id, name, edition.html, edition.text, sender, eight_bit=eight_bit
        )
    one = reader(
        system.signer, base_url, subscriber_id=1, token=f"{1:020x}", address="reader1@example.net",
        newsletter_id=newsletter_id, issue_id=issue_id,
    )
    return len(compose(frame, one, at=system.clock.now()).message)


def publish(folder: Path, port: int, kind: str) -> None:
    """Put keys for the sender's domain to use."""
    system = build_system(from_env(_environment(folder, port, 1)))
    for algorithm in KINDS.get(kind, ()):
        now, secret = system.clock.now(), system.settings.secret_key
        with system.db.write() as db:
            key = keys.generate(db, "mina.example", algorithm, secret=secret, now=now)
            keys.activate(db, key, now=now)
    system.close()


def ours(folder: Path, port: int, readers: int, connections: int, body: str) -> dict[str, float]:
    """Measure our sender in a process of its own."""
    environment = _environment(folder, port, connections)
    if body == "8bit":
        environment["DIGEST_SMTP_URL"] += "?body=8bit"
    done = subprocess.run(
        [sys.executable, "-m", "bench.sender"], check=True, stdout=subprocess.PIPE,
        text=True, env={**os.environ, **environment},
    )
    seconds, processor, peak, sent = json.loads(done.stdout)
    if sent != readers:
        raise RuntimeError(f"{sent} of {readers} were sent")
    return {"ours": sent / seconds, "cpu": processor / sent * 1e6, "memory": peak}


def source(port: int, count: int, connections: int, size: int) -> float:
    """Return the messages a second of Postfix's generator."""
    begun = perf_counter()
    subprocess.run(
        [_program("smtp-source"), "-d", "-s", str(connections), "-m", str(count), "-l", str(size),
         "-f", "news@mina.example", "-t", "reader@example.net", f"127.0.0.1:{port}"],
        check=True, stdout=subprocess.DEVNULL,
    )
    return count / (perf_counter() - begun)


def plain(port: int, size: int, sample: int) -> float:
    """Return the messages a second of smtplib with a message built for each reader."""
    page = f"<p>{SUMMARY}</p>\n" * (size * 57 // 78 // len(f"<p>{SUMMARY}</p>\n".encode()))
    begun = perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as relay:
        for number in range(sample):
            mail = EmailMessage()
            mail["From"], mail["To"] = "news@mina.example", f"reader{number}@example.net"
            mail["Subject"], mail["Date"] = "موجز الميناء", formatdate()
            mail["Message-ID"] = make_msgid(domain="mina.example")
            mail.set_content("نص", cte="base64")
            mail.add_alternative(page, subtype="html", cte="base64")
            relay.send_message(mail)
    return sample / (perf_counter() - begun)


def _environment(folder: Path, port: int, connections: int) -> dict[str, str]:
    return {
        "DIGEST_DATA_DIR": str(folder), "DIGEST_SMTP_URL": f"smtp://127.0.0.1:{port}",
        "DIGEST_SECRET_KEY": "s" * 40, "DIGEST_CONNECTIONS": str(connections),
        "DIGEST_DATABASE_URL": os.environ.get("DIGEST_DATABASE_URL", ""),
    }


def _program(name: str) -> str:
    return shutil.which(name, path=FOUND) or name


if __name__ == "__main__":
    main()
