"""What a relay's reply means for the mail, its reader and the whole run. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from digest.system.reply import Reply, Stage

# Seconds before the second, third, … attempt; greylisting lets the second one in.
BACKOFF = (300, 900, 1800, 3600, 7200, 14400, 28800)
ATTEMPTS = 20  # with this back-off just as long as LIFE
LIFE = timedelta(days=5)  # RFC 5321 4.5.4.1: give up after four or five days
LOST_TRIES = 3  # a mail at which the connection broke so often waits like a deferred one
SENDERS_FAULT = ("5.7.", "5.1.7", "5.1.8")
MAILBOX_FULL = "5.2.2"


class Outcome(Enum):
    """What becomes of a mail."""

    SENT = auto()
    UNCERTAIN = auto()  # the relay may have it: never sent again by itself
    AGAIN = auto()  # the connection broke before the final dot: surely not sent
    DEFERRED = auto()
    FAILED = auto()
    FAULT = auto()  # our own fault, not the reader's: the run stops, the mail stays queued
    AWAY = auto()  # the relay can't be reached
    SKIPPED = auto()  # not attempted, by a rule


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome; ``code`` says whose fault it is (a code of ``web.words.REASONS``)."""

    outcome: Outcome
    code: str = ""


def judge_opening(reply: Reply) -> Verdict:
    """Judge a relay that did not become ready: away for now, or our own fault."""
    permanent = reply.code >= 500
    if reply.stage is Stage.TLS and (permanent or reply.code == 0):
        return Verdict(Outcome.FAULT, "relay_tls")
    if reply.stage is Stage.AUTH and (permanent or reply.code == 0):
        return Verdict(Outcome.FAULT, "relay_auth")
    if permanent:
        return Verdict(Outcome.FAULT, "relay_refused")
    return Verdict(Outcome.AWAY)


def judge(reply: Reply) -> Verdict:
    """Judge the reply that ended a submission."""
    if reply.stage < Stage.MAIL:
        return judge_opening(reply)
    if reply.accepted:
        return Verdict(Outcome.SENT)
    if reply.unknown:
        return Verdict(Outcome.UNCERTAIN)
    if reply.lost:
        return Verdict(Outcome.AGAIN)
    if reply.code in {530, 535, 538}:
        return Verdict(Outcome.FAULT, "relay_auth")
    if reply.code < 500 or reply.enhanced == MAILBOX_FULL or (
        reply.code == 552 and reply.stage is Stage.RCPT and not reply.enhanced
    ):
        return Verdict(Outcome.DEFERRED)
    if reply.stage is Stage.MAIL:
        return Verdict(Outcome.FAULT, "sender_refused")
    if reply.enhanced.startswith(SENDERS_FAULT):
        at_recipient = reply.stage is Stage.RCPT
        return Verdict(Outcome.FAULT, "sender_refused" if at_recipient else "content_refused")
    return Verdict(Outcome.FAILED, "" if reply.stage is Stage.RCPT else "content_refused")


def next_try(attempts: int, *, frozen_at: datetime, now: datetime) -> datetime | None:
    """Return when to try again after ``attempts`` attempts, or None when it is time to give up."""
    at = now + timedelta(seconds=BACKOFF[min(attempts, len(BACKOFF)) - 1])
    return at if attempts < ATTEMPTS and at <= frozen_at + LIFE else None
