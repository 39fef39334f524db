"""kill -9, again and again, in the middle of a send: who is lost, who gets two mails, who is in doubt.

A sender, a process of its own, works on an issue until it is done; it is killed at random moments
and started again. The relay (``tests.servers.smtp``) writes down what it accepts before it says so.
In the end its list is held against the ledger: lost is who neither has the mail nor is listed as
uncertain; after each kill at most as many mails may be uncertain as there were connections.

    python -m bench.kill [--deliveries 50000] [--kills 100] [--connections 10] [--postgres]
                         [--proxy] [--restart] [--full] [--seed 4]

``--proxy``: between sender and relay connections are cut, reset and held up at random bytes.
``--restart`` (with --postgres): the database is restarted, as after a crash, every few seconds.
``--full`` (without): the database's disk, a small one in memory, is filled up every few seconds;
needs root. Both take longer: the sender waits for its database.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from bench.cutter import Cutter
from digest.audience import bulk
from digest.audience.models import Subscriber
from digest.delivery.models import Delivery, DeliveryState
from digest.issues import states
from digest.migrate import upgrade
from digest.system.build import System, build_system
from digest.system.settings import Settings
from tests import make, postgres
from tests.servers import smtp

ROOT = Path(__file__).resolve().parents[1]
PIECE = 10_000  # readers added in one write
EVERY = 4.0  # seconds between two faults of the database
FULL_FOR = 3.0  # seconds that the disk stays full
DISK = "96M"
UNDER_WAY = {"scheduled", "frozen", "sending"}


@dataclass(slots=True)
class Case:
    """One run: what is sent, how often it is disturbed, and what has been seen."""

    deliveries: int
    kills: int
    connections: int
    luck: random.Random
    killed: int = 0
    fallen: int = 0  # times the sender ended by itself, for want of a database
    faults: int = 0
    most_uncertain: int = 0  # after one kill


def main() -> None:
    """Run the case and print the verdict; ends with status 1 when a mail was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--seed", type=int, default=4)
    for option in ("--postgres", "--proxy", "--restart", "--full"):
        parser.add_argument(option, action="store_true")
    asked = parser.parse_args()
    if (asked.restart and not asked.postgres) or (asked.full and asked.postgres):
        parser.error("--restart goes with --postgres, --full without")
    case = Case(asked.deliveries, asked.kills, asked.connections,
                random.Random(asked.seed))  # noqa: S311
    begun = perf_counter()
    with ExitStack() as stack:
        relay = stack.enter_context(smtp.running())
        port = relay.port
        cutter = None
        if asked.proxy:
            cutter = stack.enter_context(Cutter(port, case.luck).running())
            port = cutter.port
        folder, url, disturb = stack.enter_context(database(asked, case))
        settings = Settings(
            data_dir=folder, database_url=url, smtp_url=f"smtp://127.0.0.1:{port}",
            base_url="http://127.0.0.1", secret_key="bench" * 8, smtp_timeout=10.0,
        )
        system = build_system(settings)
        if not asked.postgres:
            upgrade(system.db)
        issue_id = scheduled(system, case.deliveries)
        if disturb:
            stack.enter_context(repeated(disturb, case))
        torment(system, settings, issue_id, relay, case)
        good = report(system, issue_id, relay, case, cutter)
        system.close()
        log_of(settings).unlink()
    print(f"{perf_counter() - begun:.0f} s")
    sys.exit(0 if good else 1)


def scheduled(system: System, readers: int) -> int:
    """An issue that is due, for so many readers."""
    now = system.clock.now()
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
    for start in range(0, readers, PIECE):
        people = [
            (f"reader{n:07}@example.net", n, f"reader{n:07}@example.net", "")
            for n in range(start, min(start + PIECE, readers))
        ]
        with system.db.write() as db:
            bulk.join_list(db, list_id, bulk.add_people(db, people, now=now), now=now)
    with system.db.write() as db:
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id)
        states.schedule(db, issue_id, now, by=None, now=now)
        states.enqueue_due(db, now)
    return issue_id


def torment(
    system: System, settings: Settings, issue_id: int, relay: smtp.Server, case: Case
) -> None:
    """Start the sender and kill it, until the kills are used up; then let it finish."""
    while state(system, issue_id) in UNDER_WAY:
        with sender(settings, issue_id, case.connections) as process:
            if case.killed < case.kills:
                # By what is left, so that the kills are used up before the mails are.
                left = case.deliveries - len(relay.accepted)
                mean = left / (case.kills - case.killed + 1)
                goal = len(relay.accepted) + case.luck.uniform(0, 2 * mean)
                while len(relay.accepted) < goal and process.poll() is None:
                    threading.Event().wait(0.002)
                threading.Event().wait(case.luck.uniform(0, 0.02))
                if process.poll() is None:
                    os.kill(process.pid, signal.SIGKILL)
                    case.killed += 1
            case.fallen += process.wait() > 0
        found = re.findall(r"^uncertain (\d+)$", log_of(settings).read_text(), re.MULTILINE)
        case.most_uncertain = max([case.most_uncertain, *map(int, found)])


def report(
    system: System, issue_id: int, relay: smtp.Server, case: Case, cutter: Cutter | None
) -> bool:
    """Hold the relay's list against the ledger; True when nothing is lost, doubled or unlisted."""
    with patiently(system) as db:
        rows = db.execute(
            select(Subscriber.address, Delivery.state)
            .join(Delivery, Delivery.subscriber_id == Subscriber.id)
            .where(Delivery.issue_id == issue_id)
        ).all()
    ledger = {address: DeliveryState(number) for address, number in rows}
    taken = set(relay.recipients())
    doubtful = {who for who, one in ledger.items() if one is DeliveryState.UNCERTAIN}
    sent = {who for who, one in ledger.items() if one is DeliveryState.SENT}
    lost = ledger.keys() - taken - doubtful
    doubled, untrue = relay.duplicates(), sent - taken
    bound = case.connections * (case.killed + case.fallen) + (cutter.cut if cutter else 0)
    print(f"{len(ledger)} deliveries, {case.killed} kills, {case.faults} faults of the database"
          + (f", {case.fallen} falls of the sender" if case.fallen else "")
          + (f", {cutter.cut} connections cut, {cutter.held} held up" if cutter else ""))
    print(f"accepted {len(taken)}, lost {len(lost)}, twice {len(doubled)}, "
          f"called sent and never accepted {len(untrue)}")
    print(f"uncertain {len(doubtful)} (of them accepted {len(doubtful & taken)}), at most "
          f"{case.most_uncertain} after one kill of {case.connections} connections")
    print(f"state of the issue: {state(system, issue_id)}")
    within = len(doubtful) <= bound and (
        cutter is not None or case.most_uncertain <= case.connections
    )
    return not (lost or doubled or untrue) and within and len(ledger) == case.deliveries


@contextmanager
def sender(settings: Settings, issue_id: int, connections: int) -> Iterator[subprocess.Popen[bytes]]:
    """A sender process on this database and relay."""
    env = os.environ | {
        "PYTHONPATH": str(ROOT),
        "DIGEST_DATA_DIR": str(settings.data_dir),
        "DIGEST_DATABASE_URL": settings.database_url,
        "DIGEST_SMTP_URL": settings.smtp_url,
        "DIGEST_SECRET_KEY": settings.secret_key,
        "DIGEST_CONNECTIONS": str(connections),
        "DIGEST_SMTP_TIMEOUT": "10",
    }
    with log_of(settings).open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.sender", str(issue_id)], cwd=ROOT, env=env,
            stdout=output, stderr=output,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait(30)


def log_of(settings: Settings) -> Path:
    """Where the senders write: never on the disk that is filled."""
    return Path(tempfile.gettempdir()) / f"digest-kill-{os.getpid()}.log"


def state(system: System, issue_id: int) -> str:
    """The state of the issue, as soon as the database answers."""
    with patiently(system) as db:
        return str(states.get(db, issue_id).state)


@contextmanager
def patiently(system: System) -> Iterator[object]:
    """A read that waits for a database that is being restarted."""
    while True:
        try:
            with system.db.read() as db:
                db.execute(text("SELECT 1"))
        except SQLAlchemyError:
            threading.Event().wait(0.2)
            continue
        break
    with system.db.read() as db:
        yield db


@contextmanager
def repeated(disturb: Callable[[], None], case: Case) -> Iterator[None]:
    """Do something to the database every few seconds."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(case.luck.uniform(EVERY / 2, EVERY * 3 / 2)):
            disturb()
            case.faults += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def database(
    asked: argparse.Namespace, case: Case
) -> Iterator[tuple[Path, str, Callable[[], None] | None]]:
    """Yield the data folder, the address of a database in it, and what disturbs it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if asked.postgres:
            server = stack.enter_context(postgres.running(postgres.DURABLE))
            url = stack.enter_context(server.database("kill"))
            yield folder, url, (lambda: restart(server)) if asked.restart else None
            return
        if asked.full:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder],
                           check=True)
            stack.callback(subprocess.run, ["umount", "-l", folder], check=True)
        yield (folder, f"sqlite:///{folder}/digest.db",
               (lambda: fill(folder)) if asked.full else None)


def restart(server: postgres.Server) -> None:
    """End the database as a crash would, and start it again."""
    with server._admin.connect() as connection:
        data = Path(str(connection.scalar(text("SHOW data_directory"))))
    server._admin.dispose()
    folder = postgres.binaries()
    assert folder is not None
    postgres._call(postgres._owner(data), folder / "pg_ctl", "-D", data, "-m", "immediate", "-w",
                   "-l", data.parent / "log", "restart")


def fill(folder: Path) -> None:
    """Leave no byte free for some seconds."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"\0" * 65536):
            pass
    threading.Event().wait(FULL_FOR)
    ballast.unlink()


if __name__ == "__main__":
    main()
