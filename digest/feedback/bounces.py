"""What follows from a report: the reader is mailed no more, or is taken off, or nothing at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from digest.audience import suppress
from digest.audience.suppress import Reason
from digest.delivery.models import Delivery, DeliveryState
from digest.feedback import leave
from digest.feedback.claims import Mail, find_mail, newsletter_of
from digest.feedback.models import Report, Unheeded
from digest.feedback.reports import Heard, What, read
from digest.feedback.why import Why
from digest.issues.models import Issue
from digest.system import log
from digest.system.build import System
from digest.system.db import insert_new
from digest.system.mailbox import open_mailbox
from digest.system.tokens import Signer
from digest.text.address import BadAddress, parse

FORGED = "forged"  # names no mail of ours by a token
OTHER = "other"  # shows a token of one reader and blames another
# Servers try for five days before they give up: an issue younger than this has not arrived yet.
PATIENCE = timedelta(days=6)
LOOKED_BACK = 60  # issues
AT_ONCE = 500  # mails of a mailbox that one job reads


class Kind(StrEnum):
    """The kinds of ``Report``: the end of an address, a passing trouble, a complaint."""

    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"


def hear(db: Session, signer: Signer, heard: Heard, *, via: str, now: datetime) -> bool:
    """Do what a report asks for if a token proves it; False when it was only counted.

    Told twice, or at the same time in two ways, it counts once.
    """
    if heard.what not in {What.BOUNCE, What.COMPLAINT, What.LEAVE}:
        count_unheeded(db, via, heard.what.value, now=now)
        return False
    mail = find_mail(db, signer, heard.front, heard.body)
    if mail is None or _blames_another(heard, mail):
        count_unheeded(db, via, FORGED if mail is None else OTHER, now=now)
        return False
    if heard.what is What.LEAVE:
        newsletter_id = newsletter_of(db, mail.issue_id)
        if newsletter_id is not None:
            leave.one_click(db, mail.subscriber_id, newsletter_id, issue_id=mail.issue_id, now=now)
        return True
    kind = Kind.COMPLAINT if heard.what is What.COMPLAINT else (
        Kind.HARD if heard.is_final else Kind.SOFT
    )
    note(db, mail.issue_id, mail.subscriber_id, kind, why=heard.why, status=heard.status,
         text=heard.text, via=via, now=now)
    return True


def note(
    db: Session, issue_id: int, subscriber_id: int, kind: Kind, *, why: Why, status: str,
    text: str, via: str, now: datetime,
) -> bool:
    """Write down what came back of a mail and stop mailing its reader if that is due.

    False when it was known. ``text`` holds no address (``reports.tidy``).
    """
    new = insert_new(
        db, Report.__table__,
        {"source_key": f"{kind.value}:{issue_id}:{subscriber_id}", "kind": kind.value,
         "why": why.value, "via": via, "status": status[:12], "text": text, "at": now,
         "issue_id": issue_id, "subscriber_id": subscriber_id},
        key=["source_key"],
    )
    if not new:
        return False
    if kind is Kind.COMPLAINT:
        suppress.suppress_reader(db, subscriber_id, Reason.COMPLAINT, now=now)
    elif kind is Kind.HARD or suppress.is_worn_out(_came_back(db, subscriber_id, now)):
        suppress.suppress_reader(db, subscriber_id, Reason.BOUNCE, now=now)
    return True


def hear_mail(system: System, raw: bytes, *, via: str, envelope_to: str = "") -> bool:
    """Read one mail and do what it asks for; False when it was only counted."""
    heard = read(raw, envelope_to=envelope_to)
    now = system.clock.now()
    with system.db.write() as db:
        done = hear(db, system.signer, heard, via=via, now=now)
    log.get("feedback").info("mail_heard", via=via, what=heard.what.value, why=heard.why.value,
                             believed=done)
    return done


def read_mailbox(system: System) -> int:
    """Read the new mails of the mailbox for bounces; returns how many were believed.

    Those are removed, all others are marked as seen and left to people. A crash between the two
    only reads a mail again. Raises Unavailable("mailbox_away").
    """
    believed = 0
    box = open_mailbox(system.settings.bounce_mailbox)
    try:
        for letter in box.letters(AT_ONCE):
            done = hear_mail(system, letter.raw, via="mailbox")
            box.done(letter, remove=done)
            believed += done
            if system.stopping.is_set():
                break
    finally:
        box.close()
    return believed


def count_unheeded(db: Session, via: str, what: str, *, now: datetime, n: int = 1) -> None:
    """Count what changed nothing, by day: forged, automatic, looping, unclear."""
    key = {"day": now.date(), "via": via, "why": what}
    insert_new(db, Unheeded.__table__, key | {"n": 0}, key=list(key))
    db.execute(
        update(Unheeded)
        .where(Unheeded.day == key["day"], Unheeded.via == via, Unheeded.why == what)
        .values(n=Unheeded.n + n)
        .execution_options(synchronize_session=False)
    )


def _blames_another(heard: Heard, mail: Mail) -> bool:
    """Whether a report names recipients, and neither they nor the mail it returns are the reader.

    An address that forwards its mail is told by the returned mail, or by what we wrote to.
    """
    blamed = heard.addresses | heard.others
    return bool(blamed) and mail.key not in map(_key, blamed) and mail.key not in (
        heard.body.lower()
    )


def _key(address: str) -> str:
    try:
        return parse(address).key
    except BadAddress:
        return address.lower()


def _came_back(db: Session, subscriber_id: int, now: datetime) -> list[datetime]:
    """When the reader's last issues came back, one after another, up to the last that arrived."""
    soft = dict(iter(db.execute(
        select(Report.issue_id, Report.at)
        .where(Report.subscriber_id == subscriber_id, Report.kind == Kind.SOFT.value)
        .order_by(Report.id.desc())
        .limit(LOOKED_BACK)
    )))
    recent = select(Issue.id).where(Issue.frozen_at.is_not(None)).order_by(Issue.id.desc())
    sent = db.execute(
        select(Delivery.issue_id, Delivery.at)
        .where(
            Delivery.issue_id.in_(recent.limit(LOOKED_BACK).scalar_subquery()),
            Delivery.subscriber_id == subscriber_id,
            Delivery.state.in_([DeliveryState.SENT.value, DeliveryState.FAILED.value]),
        )
        .order_by(Delivery.issue_id.desc())
    )
    found: list[datetime] = []
    for issue_id, at in sent:
        if issue_id in soft:
            found.append(soft[issue_id])
        elif at < now - PATIENCE:
            break
    return found
