"""How fast a frozen issue reaches a relay, beside Postfix's own load generator and Python's smtplib.

Everything runs on one machine against ``smtp-sink``, round after round: ``smtp-source -d`` with as
many messages of the same size over as many connections; our sender, a process of its own on a
database where the issue is frozen and every mail is a row of the ledger (SQLite with
synchronous=FULL, or what DIGEST_DATABASE_URL names); and smtplib with an EmailMessage for each
reader over one connection, on a sample. Prints messages a second, medians, the ratios within each
round, and what the sender's process needed. Needs Debian's package ``postfix`` (nothing is started
but its two test programs).

    python -m bench.deliver [--readers 20000] [--connections 10] [--rounds 3] [--kilobytes 60]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
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
from time import perf_counter, process_time, sleep

from sqlalchemy import func, insert, select

from digest import jobs, migrate
from digest.audience.models import Membership, Subscriber
from digest.delivery.models import Delivery, DeliveryState
from digest.issues import states
from digest.issues.models import Edition
from digest.system.build import System, build_system
from digest.system.settings import from_env
from tests import make

SAMPLE = 500  # messages that smtplib sends
BATCH = 10_000
SUMMARY = "قال المتحدث إن الأعمال ستبدأ في الأول من الشهر المقبل وتستمر ستة أشهر. "
FOUND = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib/postfix/sbin"))


def main() -> None:
    """Run the rounds and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kilobytes", type=int, default=60, help="of HTML")
    parser.add_argument("--send", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.send:
        print(json.dumps(send()))
        return
    if not shutil.which("smtp-sink", path=FOUND):
        sys.exit("smtp-sink is missing: apt-get install postfix")
    rows: list[dict[str, float]] = []
    for number in range(asked.rounds):
        with sink() as port, tempfile.TemporaryDirectory() as folder:
            size = prepare(Path(folder), port, asked.readers, asked.kilobytes)
            row = {"smtp-source": source(port, asked.readers, asked.connections, size)}
            row |= ours(Path(folder), port, asked.readers, asked.connections)
            row["smtplib"] = plain(port, size)
        rows.append(row)
        print(f"round {number + 1}: smtp-source {row['smtp-source']:,.0f}/s, ours "
              f"{row['ours']:,.0f}/s, smtplib {row['smtplib']:,.0f}/s", flush=True)
    told(rows, asked.readers, size, asked.connections)


def told(rows: list[dict[str, float]], readers: int, size: int, connections: int) -> None:
    """Print medians and ratios."""
    def middle(name: str) -> float:
        return median(row[name] for row in rows)

    print(f"{readers:,} readers, {size:,} bytes a message, {connections} connections, "
          f"median of {len(rows)}")
    for name in ("smtp-source", "ours", "smtplib"):
        ratios = [row["ours"] / row[name] for row in rows]
        print(f"  {name:<12}{middle(name):9,.0f} messages/s; ours is {median(ratios):.2f} times")
    print(f"  the sender: {middle('cpu'):.0f} us of processor a message, "
          f"{middle('memory'):.0f} MiB")


@contextmanager
def sink() -> Iterator[int]:
    """A relay that takes everything and keeps nothing."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [_program("smtp-sink"), f"127.0.0.1:{port}", "512"]
    if os.geteuid() == 0:
        command[1:1] = ["-u", "nobody"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(100):
                with socket.socket() as trial:
                    if trial.connect_ex(("127.0.0.1", port)) == 0:
                        break
                sleep(0.05)
            yield port
        finally:
            process.kill()


def prepare(folder: Path, port: int, readers: int, kilobytes: int) -> int:
    """Freeze an issue for so many readers; return the bytes of a message as it is sent."""
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
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, items=kilobytes // 3)
        states.schedule(db, issue_id, now, by=None, now=now)
        states.enqueue_due(db, now)
    jobs.drain(system, {"launch_issue"})
    with system.db.read() as db:
        edition = db.scalars(select(Edition)).one()
        size = (len(edition.html.encode()) + len(edition.text.encode())) * 78 // 57 + 1500
    system.close()
    return size


def send() -> tuple[float, float, float, int]:
    """Send what is due; return seconds, seconds of processor, peak MiB and mails that were sent."""
    system = build_system(from_env())
    clock, processor = perf_counter(), process_time()
    jobs.drain(system, {"send_chunk"})
    taken = perf_counter() - clock, process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sent = _sent(system)
    system.close()
    return *taken, peak, sent


def ours(folder: Path, port: int, readers: int, connections: int) -> dict[str, float]:
    """Measure our sender in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.deliver", "--send"], check=True, stdout=subprocess.PIPE,
        text=True, env={**os.environ, **_environment(folder, port, connections)},
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


def plain(port: int, size: int) -> float:
    """Return the messages a second of smtplib with a message built for each reader."""
    page = f"<p>{SUMMARY}</p>\n" * (size * 57 // 78 // len(f"<p>{SUMMARY}</p>\n".encode()))
    begun = perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as relay:
        for number in range(SAMPLE):
            mail = EmailMessage()
            mail["From"], mail["To"] = "news@mina.example", f"reader{number}@example.net"
            mail["Subject"], mail["Date"] = "موجز الميناء", formatdate()
            mail["Message-ID"] = make_msgid(domain="mina.example")
            mail.set_content("نص", cte="base64")
            mail.add_alternative(page, subtype="html", cte="base64")
            relay.send_message(mail)
    return SAMPLE / (perf_counter() - begun)


def _sent(system: System) -> int:
    with system.db.read() as db:
        return db.scalar(
            select(func.count()).select_from(Delivery)
            .where(Delivery.state == DeliveryState.SENT.value)
        ) or 0


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
