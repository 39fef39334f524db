"""The demo's issue through a real Postfix into real Dovecot mailboxes, and a bounce on its way back.

    python -m bench.postfix [--readers 2000]

Needs root and Debian's postfix, dovecot-imapd, dovecot-lmtpd, opendkim and spamassassin. Both
servers run from a folder of their own on ports of their own; nothing of the machine's is touched
and nothing leaves it. One reader more than asked for has no mailbox: Postfix takes that mail and
writes a DSN to its envelope's address, which the product reads from the bounce mailbox by IMAP.

Printed: mails of the ledger, of Postfix's log and in the mailboxes; which DKIM signatures dkimpy
and OpenDKIM find good; SpamAssassin's score by its local rules; what the DSN did.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import perf_counter

import dkim
from sqlalchemy import select

from digest.audience import bulk
from digest.audience.models import MailingList, Subscriber
from digest.delivery import keys
from digest.delivery.dkim import KINDS
from digest.delivery.models import Delivery, DeliveryState
from digest.demo import tour
from digest.demo.site import DemoSite
from digest.feedback.bounces import read_mailbox
from digest.feedback.models import Report
from digest.migrate import upgrade
from digest.system.build import System, build_system
from digest.system.clock import SystemClock
from digest.system.settings import Settings

DOMAIN, READERS = "mina.example", "readers.example"
NOBODY = f"nobody@{READERS}"
PASSWORD = "bench"
BOX = f"bounce@{DOMAIN}"
MAIL_USER = "nobody"
NEEDED = ("postfix", "dovecot", "opendkim", "spamassassin")
PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
PATIENCE = 600.0  # seconds until the queue must be empty
SPAM_AT_MOST = 2.0
SIGNATURE = re.compile(rb"^DKIM-Signature:.*\n(?:[ \t].*\n)*", re.MULTILINE)

DOVECOT = """
base_dir = {base}
log_path = {base}.log
protocols = imap lmtp
ssl = no
disable_plaintext_auth = no
recipient_delimiter = +
mail_location = maildir:~
first_valid_uid = 1
first_valid_gid = 1
default_process_limit = 40
passdb {{
  driver = passwd-file
  args = username_format=%u {users}
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {users}
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""
MAIN_CF = """
compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
maillog_file = {log}
maillog_file_prefixes = /
myhostname = mx.mina.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
disable_dns_lookups = yes
alias_maps =
alias_database =
virtual_mailbox_domains = {domains}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
smtpd_reject_unlisted_recipient = no
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
"""
SERVICES = {"smtp": "{port} inet n - n - - smtpd", "pickup": "unix n - n 60 1 pickup",
            "cleanup": "unix n - n - 0 cleanup", "qmgr": "unix n - n 300 1 qmgr",
            "rewrite": "unix - - n - - trivial-rewrite", "bounce": "unix - - n - 0 bounce",
            "defer": "unix - - n - 0 bounce", "trace": "unix - - n - 0 bounce",
            "proxymap": "unix - - n - - proxymap", "error": "unix - - n - - error",
            "lmtp": "unix - - n - - lmtp", "anvil": "unix - - n - 1 anvil",
            "scache": "unix - - n - 1 scache", "postlog": "unix-dgram n - n - 1 postlogd"}


@dataclass(frozen=True, slots=True)
class Servers:
    """Both servers: where they listen, and the folders in which they write."""

    smtp: int
    imap: int
    log: Path
    mail: Path
    queue: Path

    def texts(self, address: str) -> list[bytes]:
        """The mails of a mailbox."""
        return [path.read_bytes() for path in self.files(address)]

    def files(self, address: str) -> list[Path]:
        """The files of a mailbox, read or not."""
        return [path for part in ("new", "cur") for path in (self.mail / address / part).glob("*")]

    def waiting(self) -> int:
        """Mails that Postfix still has."""
        return sum(1 for part in ("maildrop", "incoming", "active", "deferred")
                   for path in (self.queue / part).rglob("*") if path.is_file())


def main() -> None:
    """Send, count and check; ends with status 1 when something is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=2000)
    asked = parser.parse_args()
    missing = [name for name in NEEDED if not shutil.which(name, path=PATH)]
    if os.geteuid() != 0 or missing:
        sys.exit(f"needs root and {', '.join(missing or NEEDED)}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="digest-postfix-")))
        folder.chmod(0o755)
        servers = stack.enter_context(running(folder, people(asked.readers)))
        system = build_system(settings(folder, servers))
        stack.callback(system.close)
        good = [delivered(system, servers, asked.readers), signed(system, servers, folder),
                scored(servers), returned(system, servers)]
    sys.exit(0 if all(good) else 1)


def people(count: int) -> list[str]:
    """The addresses that have a mailbox; the demo's own readers are among them."""
    own = [address for address, _ in tour.READERS]
    return own + [f"reader{n:05}@{READERS}" for n in range(count - len(own))]


def settings(folder: Path, servers: Servers) -> Settings:
    """The product on a database of its own, with this relay and this bounce mailbox."""
    return Settings(
        data_dir=folder / "digest", database_url=f"sqlite:///{folder}/digest.db",
        smtp_url=f"smtp://127.0.0.1:{servers.smtp}", base_url=f"https://{DOMAIN}",
        secret_key="bench" * 8, fetch_allow=("127.0.0.1",),
        bounce_mailbox=f"imap://{BOX.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{servers.imap}/INBOX",
    )


def delivered(system: System, servers: Servers, count: int) -> bool:
    """Walk the demo with so many readers and one without a mailbox; hold the three counts together."""
    site = DemoSite()
    site.start(system.clock.now())
    try:
        upgrade(system.db)
        tour._settle(system, site)
        _more_readers(system, count)
        begun = perf_counter()
        outcome = tour.run(system, site, lambda step, result: print(f"  {step}: {result}"))
        print(f"demo with {count} + 1 readers: {perf_counter() - begun:.0f} s")
    finally:
        site.stop()
    _settle_down(servers)
    log = servers.log.read_text("utf-8", "replace")
    taken = set(re.findall(r"/cleanup\[\d+\]: \w+: message-id=<(i\d+\.[\w.-]+@[\w.]+)>", log))
    done = Counter(re.findall(r"/lmtp\[\d+\]: .* status=(\w+)", log))
    boxes = [len(servers.files(address)) for address in people(count)]
    sent = outcome.deliveries.get("sent", 0)
    print(f"ledger: {outcome.deliveries}; accepted by Postfix: {len(taken)}")
    print(f"in mailboxes: {sum(boxes)} ({boxes.count(1)} of {count} have exactly one), "
          f"returned: {done['bounced']}, still in the queue: {servers.waiting()}")
    return sent == len(taken) == sum(boxes) + 1 == count + 1 and boxes.count(1) == count


def _more_readers(system: System, count: int) -> None:
    now = system.clock.now()
    more = [*people(count)[len(tour.READERS):], NOBODY]
    with system.db.write() as db:
        list_id = db.scalars(select(MailingList.id)).one()
        rows = [(address, n, address, "") for n, address in enumerate(more)]
        bulk.join_list(db, list_id, bulk.add_people(db, rows, now=now), now=now)
        for algorithm in KINDS["both"]:
            keys.activate(db, keys.generate(db, DOMAIN, algorithm,
                                            secret=system.settings.secret_key, now=now), now=now)


def _settle_down(servers: Servers) -> None:
    """Wait until Postfix has nothing left."""
    clock, begun = SystemClock(), perf_counter()
    while servers.waiting() and perf_counter() - begun < PATIENCE:
        clock.wait(Event(), 0.2)


def signed(system: System, servers: Servers, folder: Path) -> bool:
    """Verify each signature of each mail with dkimpy, and those of one mail with OpenDKIM."""
    with system.db.read() as db:
        rows = keys.list_keys(db, DOMAIN)
    records = {f"{row.name}.".encode(): row.text.encode() for row in rows}
    fine = wanted = 0
    for address in sorted(os.listdir(servers.mail)):
        if address == BOX:
            continue
        for raw in servers.texts(address):
            message = dkim.DKIM(raw)
            for n in range(len(rows)):
                wanted += 1
                fine += bool(message.verify(n, dnsfunc=lambda name, timeout=5: records.get(name)))
    print(f"DKIM by dkimpy: {fine} of {wanted} signatures good "
          f"({' and '.join(row.algorithm for row in rows)})")
    raw = servers.texts(people(3)[0])[0]
    said = [line for n in range(len(rows)) for line in opendkim(_only(raw, n), records, folder)]
    print("DKIM by OpenDKIM: " + "; ".join(said))
    return fine == wanted > 0 and sum("succeeded" in line for line in said) == len(rows)


def _only(raw: bytes, wanted: int) -> bytes:
    """The mail with one of its signatures: OpenDKIM tells of the first good one alone."""
    signatures = SIGNATURE.findall(raw)
    for n, signature in enumerate(signatures):
        if n != wanted:
            raw = raw.replace(signature, b"", 1)
    return raw


def opendkim(raw: bytes, records: dict[bytes, bytes], folder: Path) -> list[str]:
    """What OpenDKIM's test mode says of a mail, with our keys in a file in place of the DNS."""
    (folder / "keys").write_bytes(b"".join(
        name.rstrip(b".") + b" " + text + b"\n" for name, text in records.items()))
    (folder / "opendkim.conf").write_text(
        f"TestPublicKeys {folder}/keys\nMode v\nOn-BadSignature accept\n", "ascii")
    (folder / "mail").write_bytes(raw)
    done = subprocess.run(
        [_program("opendkim"), "-x", folder / "opendkim.conf", "-vv", "-t", folder / "mail"],
        capture_output=True, text=True, check=False,
    )
    lines = (done.stdout + done.stderr).splitlines()
    return [line.rpartition(f"{folder}/mail: ")[2] for line in lines if "verification" in line]


def scored(servers: Servers) -> bool:
    """SpamAssassin's score of the mail as it lies in a mailbox, by local rules alone."""
    raw = servers.texts(people(3)[0])[0]
    done = subprocess.run([_program("spamassassin"), "-L", "-t"], input=raw, capture_output=True,
                          check=True)
    text = done.stdout.decode("utf-8", "replace")
    found = re.search(r"X-Spam-Status: \w+, score=(-?[\d.]+).*?tests=([\w,\s]*?) ?autolearn", text,
                      re.DOTALL)
    if found is None:
        print(f"SpamAssassin said nothing: {text[:300]}")
        return False
    print(f"SpamAssassin (local): {found[1]} ({' '.join(found[2].split())})")
    return float(found[1]) < SPAM_AT_MOST


def returned(system: System, servers: Servers) -> bool:
    """Read the bounce mailbox: the DSN must find the one reader without a mailbox, and no other."""
    raw = b"\n".join(servers.texts(BOX))
    believed = read_mailbox(system)
    with system.db.read() as db:
        rows = db.execute(
            select(Subscriber.address, Subscriber.state, Report.kind, Report.why, Report.status)
            .join(Report, Report.subscriber_id == Subscriber.id)
        ).all()
        others = db.scalars(select(Subscriber.state).where(Subscriber.address != NOBODY)).all()
        (state,) = db.scalars(
            select(Delivery.state).join(Subscriber, Subscriber.id == Delivery.subscriber_id)
            .where(Subscriber.address == NOBODY))
    print(f"DSN of Postfix: {raw.count(b'Reporting-MTA: dns; mx.mina.example')} in the mailbox, "
          f"{believed} believed, ledger says {DeliveryState(state).name.lower()}, "
          f"{len(servers.files(BOX))} left; reports: "
          + "; ".join(" ".join(map(str, row)) for row in rows)
          + f"; other readers active: {others.count('active')} of {len(others)}")
    return believed == 1 and [(row.address, row.state, row.kind) for row in rows] == [
        (NOBODY, "bounced", "hard")] and set(others) == {"active"}


@contextmanager
def running(folder: Path, addresses: list[str]) -> Iterator[Servers]:
    """Dovecot with these mailboxes, and Postfix before it."""
    smtp, imap, lmtp = _ports(3)
    mail, queue, data = folder / "boxes", folder / "queue", folder / "data"
    for one, owner in ((mail, MAIL_USER), (queue, "root"), (data, "postfix")):
        one.mkdir()
        shutil.chown(one, owner, "nogroup" if owner == MAIL_USER else None)
    with dovecot(folder, mail, [*addresses, BOX], imap, lmtp):
        config = folder / "postfix"
        config.mkdir()
        log = folder / "mail.log"
        (config / "main.cf").write_text(MAIN_CF.format(
            queue=queue, data=data, log=log, lmtp=lmtp, domains=f"{READERS} {DOMAIN}"), "ascii")
        (config / "master.cf").write_text("".join(
            f"{line.format(port=smtp) if name == 'smtp' else f'{name} {line}'}\n"
            for name, line in SERVICES.items()), "ascii")
        subprocess.run([_program("postfix"), "-c", config, "start"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(smtp)
            yield Servers(smtp, imap, log, mail, queue)
        finally:
            subprocess.run([_program("postfix"), "-c", config, "stop"], check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def dovecot(
    folder: Path, mail: Path, addresses: list[str], imap: int, lmtp: int
) -> Iterator[None]:
    """Dovecot with a mailbox for each address."""
    users = folder / "users"
    owner = mail.stat()
    users.write_text("".join(
        f"{one}:{{PLAIN}}{PASSWORD}:{owner.st_uid}:{owner.st_gid}::{mail}/{one}::\n"
        for one in addresses), "ascii")
    base = folder / "dovecot"
    config = folder / "dovecot.conf"
    config.write_text(DOVECOT.format(base=base, mail=mail, users=users, imap=imap,
                                     lmtp=lmtp), "ascii")
    process = subprocess.Popen([_program("dovecot"), "-F", "-c", config],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(lmtp)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait_for(port: int) -> None:
    clock = SystemClock()
    for _ in range(200):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        clock.wait(Event(), 0.05)
    raise RuntimeError(f"nothing listens at {port}")


def _ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    found = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return found


def _program(name: str) -> str:
    return shutil.which(name, path=PATH) or name


if __name__ == "__main__":
    main()
