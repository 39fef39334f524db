"""Mails whose last reply was lost: they may have been accepted, and nobody sends them twice.

Each is settled by proof (the relay's log, the provider's answer) or by an editor's choice: to count
it as sent, or to send it again under the same Message-ID, by which many mailboxes know it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from sqlalchemy import ColumnElement, Integer, Select, func, literal_column, select, update
from sqlalchemy.orm import Session

from digest.audience.models import Subscriber
from digest.delivery import leases
from digest.delivery.models import UNCERTAIN, Delivery, DeliveryState
from digest.delivery.postfixlog import Evidence, read_log
from digest.delivery.queries import load_sender, open_chunks
from digest.issues import states
from digest.issues.models import IssueState
from digest.staff import audit
from digest.system import log, queue
from digest.system.build import System
from digest.system.clock import local_zone
from digest.system.db import listed, table_of
from digest.system.errors import Refused
from digest.system.logfiles import read_lines, rotated
from digest.text.address import shown

PROVED, COUNTED = "proved", "counted"  # codes of ``web.words.REPLIES``
DELIVERY, PERSON = table_of(Delivery), table_of(Subscriber)
OPEN_ENDED = frozenset({IssueState.SENDING, IssueState.PAUSED, IssueState.SENT})
# As in the partial index, in so many words: with bound values SQLite would not use it.
IS_UNCERTAIN: ColumnElement[bool] = literal_column(f"delivery.{UNCERTAIN}")
KIND = "settle_uncertain"
ASK_FOR = timedelta(days=2)  # who does not know by then never will
PAGE = 500  # mails that are read, or asked about, at a time


@dataclass(frozen=True, slots=True)
class Doubt:
    """A mail of unknown fate; ``at`` is when its final dot left, or its reply was lost."""

    subscriber_id: int
    address: str
    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an issue's uncertain mails; ``left`` are those that nothing is known about.

    ``why`` says why absence proved nothing: "gaps", "too_short" (the log begins too late or ends
    too early), "others_missing" (not even all mails known to be sent are in it), or "".
    """

    sent: int
    again: int
    left: int
    why: str = ""


def count(db: Session, issue_id: int) -> int:
    """Return how many of an issue's mails are uncertain."""
    return db.scalar(
        select(func.count()).select_from(DELIVERY)
        .where(*_of(issue_id))
    ) or 0


def doubts(
    db: Session, issue_id: int, *, domain: str, after: int = 0, limit: int = PAGE
) -> tuple[Doubt, ...]:
    """Return uncertain mails in the order of their readers; ``domain`` is the sender's."""
    rows = db.execute(
        select(DELIVERY.c.subscriber_id, PERSON.c.address, PERSON.c.token, DELIVERY.c.at)
        .join(PERSON, PERSON.c.id == DELIVERY.c.subscriber_id)
        .where(*_of(issue_id), DELIVERY.c.subscriber_id > after)
        .order_by(DELIVERY.c.subscriber_id)
        .limit(limit)
    )
    return tuple(
        Doubt(who, shown(address), f"i{issue_id}.{token}@{domain}", at)
        for who, address, token, at in rows
    )


def sender_domain(db: Session, issue_id: int, *, base_url: str) -> str:
    """Return the domain in the Message-IDs of an issue."""
    issue = states.get(db, issue_id)
    return load_sender(db, issue.newsletter_id, base_url=base_url).domain


def count_as_sent(
    db: Session, issue_id: int, readers: Collection[int] | None, *, by: int | None, now: datetime,
    reply: str = COUNTED,
) -> int:
    """Call uncertain mails (all, or those of some readers) sent; returns how many."""
    states.get(db, issue_id)
    return _settle(db, issue_id, readers, DeliveryState.SENT, reply, "issue.count_sent", by=by,
                   now=now)


def send_again(
    db: Session, issue_id: int, readers: Collection[int] | None, *, by: int | None, now: datetime
) -> int:
    """Queue uncertain mails (all, or those of some readers) once more; returns how many.

    An issue that was sent is on its way again until they are. Raises Refused("issue_closed") for
    one that was cancelled.
    """
    issue = states.get(db, issue_id)
    if issue.state not in OPEN_ENDED:
        raise Refused("issue_closed", state=issue.state)
    n = _settle(db, issue_id, readers, DeliveryState.QUEUED, "", "issue.send_again", by=by, now=now)
    if not n:
        return 0
    states.change(db, issue_id, IssueState.SENT, IssueState.SENDING)
    for chunk in open_chunks(db, issue_id):
        leases.again(db, issue_id, chunk, run_at=now, now=now)
    return n


def settle_by_log(
    system: System, issue_id: int, lines: Iterable[str], *, zone: tzinfo, live: bool = False,
    by: int | None = None,
) -> Settled:
    """Settle by the log of the Postfix that took the mails.

    What is in it was accepted. What is not is sent again, if the log covers the whole time and
    knows of every mail of the issue that was sent; else it stays uncertain.
    """
    now = system.clock.now()
    with system.db.read() as db:
        domain = sender_domain(db, issue_id, base_url=system.settings.base_url)
        frozen_at = states.get(db, issue_id).frozen_at or now
    before, after = f"i{issue_id}.", f"@{domain}"

    def named(message_id: str) -> str | None:
        ours = message_id.startswith(before) and message_id.endswith(after)
        return message_id[len(before):-len(after)] if ours else None

    found = read_log(lines, named, since=frozen_at, zone=zone, now=now, live=live)
    with system.db.read() as db:
        open_marks = {who: (token, at) for who, token, at in _tokens(db, issue_id)}
        complete = _knows_all_sent(db, issue_id, found)
    sent = [who for who, (token, _at) in open_marks.items() if token in found.accepted]
    absent = [
        who for who, (token, at) in open_marks.items()
        if token not in found.accepted and complete and found.covers(frozen_at, at)
    ]
    why = "" if len(sent) + len(absent) == len(open_marks) else _why(found, complete)
    return _close(system, issue_id, sent, absent, by=by, why=why)


def settle_by_relay(system: System, issue_id: int, *, by: int | None = None) -> Settled:
    """Settle by asking the provider for each Message-ID; one that can't be asked tells nothing."""
    sent: list[int] = []
    absent: list[int] = []
    if can_look_up(system):
        for doubt in _all_doubts(system, issue_id):
            answer = system.relay.lookup(doubt.message_id, doubt.at)
            if answer is not None:
                (sent if answer else absent).append(doubt.subscriber_id)
    return _close(system, issue_id, sent, absent, by=by, why="")


def _of(issue_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Which mails are an issue's uncertain ones.

    The plus keeps SQLite off the primary key, in which it would walk through all of its mails.
    """
    return literal_column("+delivery.issue_id", Integer) == issue_id, IS_UNCERTAIN


def _all_doubts(system: System, issue_id: int) -> Iterator[Doubt]:
    """All uncertain mails, a page at a time: no transaction is open while the network is asked."""
    with system.db.read() as db:
        domain = sender_domain(db, issue_id, base_url=system.settings.base_url)
    after = 0
    while True:
        with system.db.read() as db:
            page = doubts(db, issue_id, domain=domain, after=after)
        if not page:
            return
        yield from page
        after = page[-1].subscriber_id


def _tokens(db: Session, issue_id: int) -> list[tuple[int, str, datetime]]:
    rows = db.execute(
        select(DELIVERY.c.subscriber_id, PERSON.c.token, DELIVERY.c.at)
        .join(PERSON, PERSON.c.id == DELIVERY.c.subscriber_id)
        .where(*_of(issue_id))
    )
    return [(who, token, at) for who, token, at in rows]


def _knows_all_sent(db: Session, issue_id: int, found: Evidence) -> bool:
    """Whether a log holds every mail that the relay is known to have taken: it is that relay's."""
    statement: Select[str] = (
        select(PERSON.c.token)
        .join(DELIVERY, PERSON.c.id == DELIVERY.c.subscriber_id)
        .where(DELIVERY.c.issue_id == issue_id, DELIVERY.c.state == DeliveryState.SENT.value,
               DELIVERY.c.reply.not_in([PROVED, COUNTED]))
        .execution_options(yield_per=10_000)
    )
    with db.scalars(statement) as sent:
        return all(token in found.accepted for token in sent)


def _why(found: Evidence, complete: bool) -> str:
    if found.gaps:
        return "gaps"
    return "too_short" if complete else "others_missing"


def _close(
    system: System, issue_id: int, sent: list[int], absent: list[int], *, by: int | None, why: str
) -> Settled:
    """Write what is proved; what a reader did meanwhile, or another person decided, stands."""
    now = system.clock.now()
    with system.db.write() as db:
        taken = count_as_sent(db, issue_id, sent, by=by, now=now, reply=PROVED)
        may = states.get(db, issue_id).state in OPEN_ENDED
        again = send_again(db, issue_id, absent, by=by, now=now) if may else 0
        left = count(db, issue_id)
    log.get("uncertain").info("settled", issue=issue_id, sent=taken, again=again, left=left,
                              why=why)
    return Settled(taken, again, left, why if left else "")


def _settle(
    db: Session, issue_id: int, readers: Collection[int] | None, state: DeliveryState, reply: str,
    action: str, *, by: int | None, now: datetime,
) -> int:
    """Give uncertain mails another state, and write down who did it."""
    if readers is not None and not readers:
        return 0
    chosen = [] if readers is None else [Delivery.subscriber_id.in_(listed(db, readers))]
    rows = db.execute(
        update(Delivery)
        .where(*_of(issue_id), *chosen)
        .values(state=state.value, reply=reply, at=now, next_at=None)
        .returning(Delivery.subscriber_id)
        .execution_options(synchronize_session=False)
    )
    n = len(rows.all())
    if n:
        audit.record(db, action, now=now, by=by, subject="issue", subject_id=issue_id, n=n,
                     how=reply)
    return n


def settle(system: System, issue_id: int, *, by: int | None = None) -> Settled:
    """Settle by all that can be asked: the log that the settings name, then the provider."""
    path = system.settings.mail_log
    done = Settled(0, 0, 0)
    if path:
        with system.db.read() as db:
            since = states.get(db, issue_id).frozen_at or system.clock.now()
        done = settle_by_log(
            system, issue_id, read_lines(rotated(Path(path), since)), zone=local_zone(), live=True,
            by=by,
        )
    if not can_look_up(system) or (path and not done.left):
        return done
    asked = settle_by_relay(system, issue_id, by=by)
    return Settled(done.sent + asked.sent, done.again + asked.again, asked.left, done.why)


def can_ask(system: System) -> bool:
    """Tell whether somebody knows what became of a mail."""
    return bool(system.settings.mail_log) or can_look_up(system)


def can_look_up(system: System) -> bool:
    """Tell whether the relay itself can be asked."""
    return system.relay.remembers


def queue_asking(db: Session, now: datetime) -> int:
    """Queue the asking for each issue with mails that became uncertain lately."""
    issues = db.scalars(
        select(DELIVERY.c.issue_id).distinct().where(IS_UNCERTAIN, DELIVERY.c.at > now - ASK_FOR)
    ).all()
    return sum(queue.put(db, KIND, key=f"{one}", now=now, issue_id=one) for one in issues)
