"""How long readers wait while an issue is sent: clicks and one-click POSTs on the embedded server.

One ``digest serve`` process serves the web and sends an issue to Postfix's ``smtp-sink``; another
process asks for counted links and posts one-click unsubscriptions at a fixed rate. A request is
timed from the moment it was due, so a server that stands still is not spared. In the end every
answered click must be in the database, and every reader who left be off the list. Needs Debian's
package ``postfix`` (nothing is started but its test program).

    python -m bench.clicks [--clicks 500] [--posts 200] [--seconds 60] [--readers 200000]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from threading import Event as Never
from time import perf_counter

from sqlalchemy import func, insert, select

from bench.deliver import sink
from digest import jobs, migrate
from digest.audience.models import Membership, Subscriber
from digest.delivery.models import Delivery, DeliveryState
from digest.feedback.models import Event, Touch
from digest.issues import states
from digest.issues.models import Link
from digest.system import links
from digest.system.build import System, build_system
from digest.system.clock import SystemClock
from digest.system.settings import from_env
from tests import make

BATCH = 10_000
ONE_CLICK = b"List-Unsubscribe=One-Click"
AGENT = b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SERVE = "from digest.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: when it is due (seconds from the start), what kind, its bytes."""

    at: float
    kind: str
    raw: bytes


def main() -> None:
    """Prepare, serve, ask, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=float, default=500, help="a second")
    parser.add_argument("--posts", type=float, default=200, help="a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--readers", type=int, default=200_000)
    parser.add_argument("--connections", type=int, default=64, help="of readers, kept open")
    parser.add_argument("--ask", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.ask:
        print(json.dumps(asyncio.run(ask(asked))))
        return
    with sink(0) as relay, tempfile.TemporaryDirectory() as folder:
        system = prepare(Path(folder), relay, asked.readers)
        with serving(Path(folder), relay) as port:
            sent = mails(system)
            command = [sys.executable, "-m", "bench.clicks", "--ask", f"{folder} {relay} {port}",
                       "--clicks", str(asked.clicks), "--posts", str(asked.posts), "--seconds",
                       str(asked.seconds), "--connections", str(asked.connections)]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
            sent = mails(system) - sent
        told(system, json.loads(done.stdout), sent, asked.seconds)
        system.close()


def told(system: System, answers: dict[str, list[float]], sent: int, seconds: float) -> None:
    """Print how long the answers took and whether anything was lost."""
    print(f"{sent:,} mails handed over meanwhile ({sent / seconds:,.0f}/s)")
    for kind in ("click", "post"):
        times, wrong = answers[kind], answers[f"wrong {kind}"]
        cuts = quantiles(times, n=100) if len(times) > 1 else [0.0] * 99
        print(f"  {kind:<6}{len(times):7,} answered, {len(wrong)} wrong; ms: median "
              f"{cuts[49] * 1000:.1f}, p95 {cuts[94] * 1000:.1f}, p99 {cuts[98] * 1000:.1f}, "
              f"max {max(times, default=0) * 1000:.0f}")
    with system.db.read() as db:
        counted = db.scalar(select(func.sum(Touch.human + Touch.proxy + Touch.scanner)))
        left = db.scalar(select(func.count()).where(Membership.state == "left"))
        events = db.scalar(select(func.count()).where(Event.kind == "leave"))
    print(f"  lost: {len(answers['click']) - (counted or 0)} clicks, "
          f"{len(answers['post']) - (left or 0)} unsubscriptions ({events:,} events)")


def prepare(folder: Path, relay: int, readers: int) -> System:
    """Freeze an issue that counts clicks, for so many readers."""
    system = build_system(from_env(_environment(folder, relay)))
    migrate.upgrade(system.db)
    now = system.clock.now()
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id, track_clicks=True,
                                        track_opens=True)
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
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, items=20)
        states.schedule(db, issue_id, now, by=None, now=now)
        states.enqueue_due(db, now)
    jobs.drain(system, {"launch_issue"})
    return system


@contextmanager
def serving(folder: Path, relay: int) -> Iterator[int]:
    """The whole product in one process, from its first answer to its orderly end."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command, clock = [sys.executable, "-c", SERVE, "serve", "--port", str(port)], SystemClock()
    environment = {**os.environ, **_environment(folder, relay)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        for _ in range(400):
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            clock.wait(Never(), 0.05)
        yield port
        process.send_signal(signal.SIGTERM)
        process.wait(60)


async def ask(asked: argparse.Namespace) -> dict[str, list[float]]:
    """Ask at the rates wished; returns seconds by kind, and the moments of wrong answers."""
    folder, relay, port = asked.ask.split()
    system = build_system(from_env(_environment(Path(folder), int(relay))))
    requests = plan(system, asked.clicks, asked.posts, asked.seconds)
    system.close()
    answers: dict[str, list[float]] = {
        "click": [], "post": [], "wrong click": [], "wrong post": [],
    }
    waiting, begun = iter(requests), perf_counter() + 1.0

    async def reader() -> None:
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", int(port))
        for one in waiting:
            await asyncio.sleep(max(begun + one.at - perf_counter(), 0))
            outgoing.write(one.raw)
            status = await _answer(incoming)
            right = status == (302 if one.kind == "click" else 200)
            answers[one.kind if right else f"wrong {one.kind}"].append(
                perf_counter() - begun - one.at
            )
        outgoing.close()

    await asyncio.gather(*(reader() for _ in range(asked.connections)))
    return answers


def plan(system: System, clicks: float, posts: float, seconds: float) -> list[Asked]:
    """The requests in their order: random readers and links; each reader leaves once."""
    with system.db.read() as db:
        issue_id, newsletter_id = db.scalar(select(func.max(Link.issue_id))) or 0, 1
        count = db.scalar(select(func.count()).where(Link.issue_id == issue_id)) or 0
        readers = db.scalar(select(func.count()).select_from(Subscriber)) or 0
    dice = random.Random(7)
    leaving = dice.sample(range(1, readers + 1), round(posts * seconds))
    marks = [links.click_mark(system.signer, issue_id, n) for n in range(1, count + 1)]
    found = []
    for turn in range(round(clicks * seconds)):
        token = links.tracking_token(system.signer, dice.randint(1, readers), issue_id)
        path = f"{links.click_url('', token)}/{dice.choice(marks)}"
        found.append(Asked(turn / clicks, "click", _get(path)))
    for turn, one in enumerate(leaving):
        path = links.leave_url("", system.signer, one, newsletter_id, issue_id)
        found.append(Asked(turn / posts, "post", _post(path)))
    return sorted(found, key=lambda one: one.at)


def mails(system: System) -> int:
    """Return how many mails are handed over."""
    with system.db.read() as db:
        return db.scalar(
            select(func.count()).where(Delivery.state == DeliveryState.SENT.value)
        ) or 0


async def _answer(incoming: asyncio.StreamReader) -> int:
    head = await incoming.readuntil(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            await incoming.readexactly(int(value))
    return int(head.split(b" ", 2)[1])


def _get(path: str) -> bytes:
    return b"GET %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: %s\r\n\r\n" % (path.encode(), AGENT)


def _post(path: str) -> bytes:
    return (
        b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (path.encode(), len(ONE_CLICK), ONE_CLICK)
    )


def _environment(folder: Path, relay: int) -> dict[str, str]:
    return {
        "DIGEST_DATA_DIR": str(folder), "DIGEST_SMTP_URL": f"smtp://127.0.0.1:{relay}",
        "DIGEST_BASE_URL": "https://mina.example",
        **({"DIGEST_DATABASE_URL": url} if (url := os.environ.get("DIGEST_DATABASE_URL")) else {}),
    }


if __name__ == "__main__":
    main()
