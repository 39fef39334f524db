"""Sending a chunk: mark, hand over, mark. Who dies in between leaves one uncertain mail at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from digest.delivery import leases
from digest.delivery.compose import Mail, Skeleton, compose, skeleton
from digest.delivery.leases import Lease
from digest.delivery.marks import Done, Go, Marks, Row, Step, skip_rest
from digest.delivery.models import Delivery, DeliveryState
from digest.delivery.queries import OPEN_STATES, load_sender, outbox, reader
from digest.delivery.verdict import Outcome, Verdict, judge, judge_opening
from digest.issues import states
from digest.issues.models import Edition, IssueState
from digest.staff import audit
from digest.system import log, queue
from digest.system.build import System
from digest.system.db import exists
from digest.system.errors import Refused, Stopped
from digest.system.smtp import SmtpSession

T = TypeVar("T")
PATIENCE = (1, 5, 15, 30)  # seconds between attempts to write while the database is away
PAUSE = timedelta(seconds=60)  # before a relay that is away is tried again
SILENCE = timedelta(hours=6)  # without one mail handed over: a person should look
BREAKS = 3  # lost connections, one after another, that make a relay count as away
CONTENT = "content_refused"
BAD_ADDRESS = "bad_address"
REFUSALS = 10  # mails in a row refused for what they are: the fault is the issue's


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the work on a chunk ended; ``fault`` and ``text`` say what a person has to mend."""

    go: Go
    away: bool = False
    stopped: bool = False
    fault: str = ""
    text: str = ""

    @property
    def stops(self) -> bool:
        """Whether the run ends here."""
        return self.go is not Go.ON or self.away or self.stopped or bool(self.fault)


def send_chunk(system: System, issue_id: int, n: int) -> None:
    """Send what is due of a chunk, over one connection, until nothing is or something stops it.

    Any number of processes may call it for the same chunk: one of them works. What remains is
    queued again for the time it is due. Raises Stopped when the process is asked to end.
    """
    now = system.clock.now()
    with system.db.write() as db:
        lease = leases.take(
            db, issue_id, n, now=now, smtp_timeout=system.settings.smtp_timeout
        )
    if lease is None:
        return
    ending = _send(system, lease)
    _patiently(system, lambda db, _retried: _end(db, lease, ending, now=system.clock.now()))
    if ending.stopped:
        raise Stopped


def close_if_done(db: Session, issue_id: int, now: datetime) -> bool:
    """Call a sending issue sent when no mail is queued, in hand or deferred; True when it is."""
    still = select(Delivery.issue_id).where(
        Delivery.issue_id == issue_id, Delivery.state.in_([int(one) for one in OPEN_STATES])
    )
    if exists(db, still) or not states.change(
        db, issue_id, IssueState.SENDING, IssueState.SENT, sent_at=now
    ):
        return False
    audit.record(db, "issue.sent", now=now, subject="issue", subject_id=issue_id,
                 **outbox(db, issue_id))
    return True


def _send(system: System, lease: Lease) -> Ending:
    try:
        with system.db.read() as db:
            frames = _frames(db, lease, base_url=system.settings.base_url)
    except Refused as error:  # somebody gave the newsletter a sender that no mail may have
        return Ending(Go.ON, fault=error.code)
    with system.relay.session() as session:
        return _Run(system, lease, frames, session, Marks(lease)).work()


def _frames(db: Session, lease: Lease, *, base_url: str) -> dict[str, Skeleton]:
    """The stored editions by variant, ready to be addressed."""
    sender = load_sender(db, lease.newsletter_id, base_url=base_url)
    editions = db.scalars(select(Edition).where(Edition.issue_id == lease.issue_id))
    return {
        one.variant: skeleton(lease.issue_id, one.subject, one.html, one.text, sender)
        for one in editions
    }


@dataclass(slots=True)
class _Run:
    """The work on one leased chunk over one connection."""

    system: System
    lease: Lease
    frames: dict[str, Skeleton]
    session: SmtpSession
    marks: Marks
    breaks: int = 0
    refusals: int = 0

    def work(self) -> Ending:
        """Hand over mail after mail. Every way out has marked the last one."""
        done: Done | None = None
        while True:
            if self.system.stopping.is_set():
                return self._settled(done, Ending(Go.ON, stopped=True))
            opening = self.session.open()
            if not opening.ready:
                # Nothing is taken into hand before the relay is there.
                verdict = judge_opening(opening)
                return self._settled(done, _stop(verdict, opening.text))
            step = self._step(done)
            done = None
            if step.go is not Go.ON:
                return Ending(step.go)
            if step.row is None:
                continue
            verdict, text = self._hand_over(step.row)
            done = Done(step.row, verdict.outcome, text)
            if done.outcome is Outcome.SENT:
                self.breaks = self.refusals = 0
                continue
            # Marked at once: this is rare, and a new connection may take its time.
            ending = self._settled(done, self._after(verdict, text))
            done = None
            if ending.stops:
                return ending

    def _step(self, done: Done | None) -> Step:
        def write(db: Session, retried: bool) -> Step:
            return self.marks.step(
                db, done, smtputf8=self.session.smtputf8,
                now=self.system.clock.now(), retried=retried,
            )

        return _patiently(self.system, write)

    def _settled(self, done: Done | None, ending: Ending) -> Ending:
        """Mark a mail and pass ``ending`` on, unless the lease is found to be lost."""
        if done is None:
            return ending

        def write(db: Session, _retried: bool) -> bool:
            return self.marks.settle(db, done, now=self.system.clock.now()) is not None

        return ending if _patiently(self.system, write) else Ending(Go.LOST)

    def _hand_over(self, row: Row) -> tuple[Verdict, str]:
        try:
            mail = self._mail(row)
            reply = self.session.submit(mail.envelope_from, mail.recipient, mail.message)
        except (Refused, ValueError):
            # An address that no header or conversation may hold; the others are sent.
            return Verdict(Outcome.FAILED), BAD_ADDRESS
        return judge(reply), f"{reply.code} {reply.text}" if reply.code else reply.text

    def _mail(self, row: Row) -> Mail:
        one = reader(
            self.system.signer, self.system.settings.base_url, subscriber_id=row.subscriber_id,
            token=row.token, address=row.address, newsletter_id=self.lease.newsletter_id,
            issue_id=self.lease.issue_id,
        )
        return compose(self.frames[row.variant], one, at=self.system.clock.now())

    def _after(self, verdict: Verdict, text: str) -> Ending:
        """Whether a mail that was not sent stops the run."""
        self.breaks = self.breaks + 1 if verdict.outcome is Outcome.AGAIN else 0
        self.refusals = self.refusals + 1 if verdict.code == CONTENT else 0
        if verdict.outcome in {Outcome.FAULT, Outcome.AWAY}:
            return _stop(verdict, text)
        if self.refusals >= REFUSALS:
            return Ending(Go.ON, fault=CONTENT, text=text)
        return Ending(Go.ON, away=self.breaks >= BREAKS, text=text)


def _stop(verdict: Verdict, text: str) -> Ending:
    if verdict.outcome is Outcome.FAULT:
        return Ending(Go.ON, fault=verdict.code, text=text)
    return Ending(Go.ON, away=True, text=text)


def _patiently(system: System, write: Callable[[Session, bool], T]) -> T:
    """Write, and again while the database is locked, full or away; it is told of the repetition.

    No mail is handed over meanwhile. Raises OperationalError in the end.
    """
    retried = False
    for delay in PATIENCE:
        try:
            with system.db.write() as db:
                return write(db, retried)
        except OperationalError as error:
            retried = True
            log.get("send").warning("database_away", error=str(error.orig))
            system.clock.wait(system.stopping, delay)
    with system.db.write() as db:
        return write(db, retried)


def _end(db: Session, lease: Lease, ending: Ending, *, now: datetime) -> None:
    """Give the chunk back, and queue it again for when there is something to do."""
    if ending.go is Go.LOST or not leases.give_back(db, lease):
        return
    if ending.fault:
        _pause(db, lease.issue_id, f"{ending.fault}: {ending.text}", now=now)
    elif ending.away:
        if _silent_since(db, lease) + SILENCE < now:
            _pause(db, lease.issue_id, f"relay_away: {ending.text}", now=now)
        else:
            leases.again(db, lease.issue_id, lease.n, run_at=now + PAUSE, now=now)
    elif ending.go is Go.DONE and (due := _next_due(db, lease)):
        leases.again(db, lease.issue_id, lease.n, run_at=max(due, now), now=now)
    if states.get(db, lease.issue_id).state == IssueState.CANCELLED:
        skip_rest(db, lease.issue_id, now=now)
    close_if_done(db, lease.issue_id, now)


def _pause(db: Session, issue_id: int, reason: str, *, now: datetime) -> None:
    """Stop the run and tell the editor, unless another worker has done it already."""
    if not leases.is_sending(db, issue_id):
        return
    states.pause(db, issue_id, by=None, now=now, reason=log.ADDRESS.sub("…", reason)[:300])
    queue.put(
        db, "tell_editor", key=f"paused:{issue_id}:{now.isoformat()}", now=now, issue_id=issue_id
    )


def _next_due(db: Session, lease: Lease) -> datetime | None:
    return db.scalar(
        select(func.min(Delivery.next_at)).where(
            Delivery.issue_id == lease.issue_id,
            Delivery.subscriber_id.between(lease.first_id, lease.last_id),
            Delivery.state == DeliveryState.DEFERRED,
        )
    )


def _silent_since(db: Session, lease: Lease) -> datetime:
    """When a mail of this issue was last handed over, or when it was frozen."""
    last = db.scalar(
        select(func.max(Delivery.at)).where(
            Delivery.issue_id == lease.issue_id, Delivery.state == DeliveryState.SENT
        )
    )
    return last or lease.frozen_at
