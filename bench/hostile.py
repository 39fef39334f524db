"""Hostile rows, each against its own expected answer: header injection and mails that come back.

    python -m bench.hostile FOLDER

FOLDER holds ``header-injection.jsonl`` and the bounces (``bounces-flufl`` with its expected
answers, ``bounces-sisimai``, ``bounces-own``, and ``mail-*``: mails that are no bounces).

A row of header injection goes two ways to a relay: through the rule by which a person or a feed
would enter the value, and written into the column behind that rule's back. Either nothing leaves,
or one mail does, in one transaction to one recipient, with the headers of a harmless mail.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from digest import jobs
from digest.audience.imports import add_subscriber
from digest.audience.lists import rename_list
from digest.audience.models import MailingList, Subscriber
from digest.delivery.headers import text_header
from digest.feedback.bounces import hear_mail
from digest.feedback.reports import Heard, What, read
from digest.issues import board, prepare, states
from digest.issues.models import Issue
from digest.migrate import upgrade
from digest.newsletters.manage import get_newsletter, update_newsletter
from digest.newsletters.models import Newsletter
from digest.system.build import System, build_system
from digest.system.errors import Refused
from digest.system.settings import Settings
from tests import make
from tests.servers import smtp

READER = "rim@example.net"
NOT_BOUNCES = {"bsd__rfc3834-02.eml", "bsd__rfc3834-03.eml"}  # RFC 3834: automatic answers


@dataclass(frozen=True, slots=True)
class Place:
    """A newsroom of one newsletter, one reader and, perhaps, one issue."""

    system: System
    relay: smtp.Server
    newsletter_id: int
    list_id: int
    reader_id: int

    def send(self, issue_id: int) -> None:
        """Send an issue as the hour would."""
        now = self.system.clock.now()
        with self.system.db.write() as db:
            states.schedule(db, issue_id, now, by=None, now=now)
            states.enqueue_due(db, now)
        jobs.drain(self.system, jobs.SENDING)

    def issue(self) -> int:
        """A harmless draft."""
        with self.system.db.write() as db:
            return make.issue(db, now=self.system.clock.now(), newsletter_id=self.newsletter_id)


def main() -> None:
    """Go through all rows; ends with status 1 when one is not as expected."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as scratch:
        empty = Path(scratch) / "empty.db"
        with built(Path(scratch), empty, "capture:") as system:
            upgrade(system.db)
        wrong = injections(folder, Path(scratch), empty)
        wrong += bounces(folder, Path(scratch), empty)
    print(f"rows not as expected: {wrong}")
    sys.exit(1 if wrong else 0)


def injections(folder: Path, scratch: Path, empty: Path) -> int:
    """Print and count the rows of header injection that are not as expected."""
    wrong = 0
    with place(scratch, empty) as here:
        here.send(here.issue())
        (harmless,) = here.relay.accepted
    rows = rows_of(folder / "header-injection.jsonl")
    for row in rows:
        told = []
        for way in (ENTERED, WRITTEN):
            with place(scratch, empty) as here:
                said = tried(here, way[row["field"]], row["value"])
                fault = judged(here.relay, harmless.message)
                wrong += bool(fault)
                told.append(fault or said)
        print(f"{row['id']} {row['field']}: entered: {told[0]}; written into the column: {told[1]}")
    print(f"header injection: {len(rows)} rows, two ways each, {wrong} wrong")
    return wrong


def tried(here: Place, way: Callable[[Place, str], int], value: str) -> str:
    """Put the value in and send; what became of it in words."""
    try:
        issue_id = way(here, value)
    except Refused as error:
        here.send(here.issue())
        return f"refused ({error.code})"
    try:
        here.send(issue_id)
    except Refused as error:
        return f"not sent ({error.code})"
    if here.relay.accepted:
        return "one line, one mail"
    with here.system.db.read() as db:
        row = states.get(db, issue_id)
        return f"not sent ({row.state}: {row.reason})"


def judged(relay: smtp.Server, harmless: bytes) -> str:
    """What is wrong with the mail that left, if any."""
    asked = [line.partition(" ")[0].upper() for line in relay.commands]
    times = {verb: asked.count(verb) for verb in ("MAIL", "RCPT", "DATA")}
    if not relay.accepted:
        return "WRONG: a transaction without a mail" if times["DATA"] else ""
    if len(relay.accepted) != 1 or set(times.values()) != {1}:
        return f"WRONG: {len(relay.accepted)} mails, {times}"
    (taken,) = relay.accepted
    if taken.recipient != READER:
        return f"WRONG: sent to {taken.recipient}"
    names, wanted = (list(message_from_bytes(raw).keys()) for raw in (taken.message, harmless))
    return "" if names == wanted else f"WRONG: headers {names}"


def _newsletter(field: str) -> Callable[[Place, str], int]:
    """A value that the form of a newsletter takes."""
    def enter(here: Place, value: str) -> int:
        with here.system.db.write() as db:
            row = get_newsletter(db, here.newsletter_id)
            update_newsletter(db, here.newsletter_id, replace(row, **{field: value}),
                              now=here.system.clock.now())
        return here.issue()
    return enter


def _subject(here: Place, value: str) -> int:
    issue_id = here.issue()
    with here.system.db.write() as db:
        version = states.get(db, issue_id).version
        board.edit_issue(db, issue_id, subject=value, preheader="", note="", note_by="",
                         based_on=version, by=None, now=here.system.clock.now())
    return issue_id


def _list(here: Place, value: str) -> int:
    with here.system.db.write() as db:
        rename_list(db, here.list_id, value)
    return _newsletter("name")(here, value)


def _reader(here: Place, value: str) -> int:
    with here.system.db.write() as db:
        add_subscriber(db, here.list_id, READER, name=value, now=here.system.clock.now())
    return here.issue()


def _header(here: Place, value: str) -> int:
    """There is no field for headers of one's own; the one constructor of headers is asked."""
    text_header("X-Newsroom", value)
    return here.issue()


def _article(here: Place, value: str) -> int:
    """The title of a story that the draft takes its subject from."""
    now = here.system.clock.now()
    with here.system.db.write() as db:
        make.article(db, now=now, title=value)
    issue_id = prepare.prepare_issue(here.system, here.newsletter_id, None)
    assert issue_id is not None
    return issue_id


def _column(model: Any, column: str) -> Callable[[Place, str], int]:
    """The value in the database, as no rule would have let it in."""
    def write(here: Place, value: str) -> int:
        issue_id = here.issue()
        with here.system.db.write() as db:
            db.execute(update(model).values({column: value}))
        return issue_id
    return write


ENTERED: dict[str, Callable[[Place, str], int]] = {
    "subject": _subject, "from_name": _newsletter("sender_name"),
    "reply_to": _newsletter("reply_to"), "list_name": _list, "subscriber_name": _reader,
    "custom_header": _header, "article_title_as_subject": _article,
}


def _both_names(here: Place, value: str) -> int:
    with here.system.db.write() as db:
        db.execute(update(MailingList).values(name=value))
    return _column(Newsletter, "name")(here, value)


WRITTEN: dict[str, Callable[[Place, str], int]] = {
    "subject": _column(Issue, "subject"), "from_name": _column(Newsletter, "sender_name"),
    "reply_to": _column(Newsletter, "reply_to"), "list_name": _both_names,
    "subscriber_name": _column(Subscriber, "name"), "custom_header": _header,
    "article_title_as_subject": _column(Issue, "subject"),
}


def bounces(folder: Path, scratch: Path, empty: Path) -> int:
    """Print and count the mails that are not read as expected."""
    wrong = 0
    expected = json.loads((folder / "bounces-flufl.expected.json").read_text("utf-8"))
    flufl = files(folder / "bounces-flufl")
    for path in flufl:
        heard, want = read(path.read_bytes()), expected[path.name]
        right = heard.addresses == set(want["addresses"]) and heard.what is (
            What.DELAYED if want["temporary"] else What.BOUNCE)
        wrong += tell(path, heard, right)
    sisimai = files(folder / "bounces-sisimai")
    found = false = 0
    for path in sisimai:
        heard = read(path.read_bytes())
        if path.name in NOT_BOUNCES:
            right = heard.what not in {What.BOUNCE, What.COMPLAINT, What.LEAVE}
            false += not right
        else:
            right = heard.what is What.BOUNCE and len(heard.addresses) == 1
            found += right
        wrong += tell(path, heard, right)
    letters = [path for name in ("mail-mikel", "mail-dovecot") for path in files(folder / name)]
    for path in letters:
        heard = read(path.read_bytes())
        right = heard.what is not What.COMPLAINT and not heard.is_final
        false += heard.what is What.BOUNCE and not is_report(path)
        wrong += tell(path, heard, right)
    own = rows_of(folder / "bounces-own.index.jsonl")
    for row in own:
        wrong += believed(folder / row["file"], row["expect"], scratch, empty)
    print(f"bounces: flufl {len(flufl)}, sisimai {found} of {len(sisimai) - len(NOT_BOUNCES)} with "
          f"address and kind, automatic answers {len(NOT_BOUNCES)}, other mails {len(letters)}, "
          f"own {len(own)}; false bounces {false}, wrong {wrong}")
    return wrong


def is_report(path: Path) -> bool:
    """Whether a mail among the odd ones is a delivery report of a server all the same."""
    return b"message/delivery-status" in path.read_bytes().lower()


def tell(path: Path, heard: Heard, right: bool) -> int:
    """Print one line; 1 when it is wrong."""
    print(f"{'' if right else 'WRONG '}{path.parent.name}/{path.name}: {heard.what} {heard.why} "
          f"{heard.status or '-'} {' '.join(sorted(heard.addresses)) or '-'}")
    return int(not right)


def believed(path: Path, expect: str, scratch: Path, empty: Path) -> int:
    """Hear a mail with a real token in it, if it asks for one; nobody may lose a mail by it."""
    with place(scratch, empty) as here:
        issue_id = here.issue()
        here.send(issue_id)
        token = here.relay.accepted[0].envelope_from.partition("+")[2].partition("@")[0]
        with here.system.db.write() as db:
            make.subscriber(db, now=here.system.clock.now(), address="victim@example.com")
        raw = path.read_bytes().replace(b"TOKEN", token.encode())
        heeded = hear_mail(here.system, raw, via="mailbox")
        with here.system.db.read() as db:
            states_now = {row.state for row in db.query(Subscriber)}
        heard = read(raw)
    right = not heeded and states_now == {"active"}
    print(f"{'' if right else 'WRONG '}{path.parent.name}/{path.name}: {heard.what}, heeded: "
          f"{heeded}, readers: {', '.join(sorted(states_now))} (expected: {expect})")
    return int(not right)


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def files(folder: Path) -> list[Path]:
    """The files of a folder in the order of their names."""
    return sorted(path for path in folder.iterdir() if path.is_file())


@contextmanager
def place(scratch: Path, empty: Path) -> Iterator[Place]:
    """A fresh newsroom whose relay writes down what it is told."""
    with smtp.running() as relay, tempfile.TemporaryDirectory(dir=scratch) as name:
        path = Path(name) / "digest.db"
        shutil.copy(empty, path)
        with built(Path(name), path, relay.url) as system:
            now = system.clock.now()
            with system.db.write() as db:
                numbers = _settled(db, now)
            yield Place(system, relay, *numbers)


def _settled(db: Session, now: datetime) -> tuple[int, int, int]:
    list_id = make.mailing_list(db, now=now)
    newsletter_id = make.newsletter(db, now=now, list_id=list_id)
    return newsletter_id, list_id, make.subscriber(db, now=now, address=READER, list_id=list_id)


@contextmanager
def built(folder: Path, path: Path, relay: str) -> Iterator[System]:
    """The System on this database and relay."""
    system = build_system(Settings(
        data_dir=folder, database_url=f"sqlite:///{path}", smtp_url=relay,
        base_url="https://mina.example", secret_key="bench" * 8, smtp_timeout=10.0,
    ))
    try:
        yield system
    finally:
        system.close()


if __name__ == "__main__":
    main()
