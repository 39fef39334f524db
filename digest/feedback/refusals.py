"""What our own relay said of addresses while we sent: a refused address is a bounce at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.delivery.models import Delivery, DeliveryState
from digest.feedback.bounces import Kind, note
from digest.feedback.models import Event, Report
from digest.feedback.reports import tidy
from digest.feedback.why import FINAL, why
from digest.issues.models import Issue, IssueState
from digest.system.db import insert_new
from digest.system.reply import ENHANCED

DONE = "refusals"
WITHIN = timedelta(days=30)  # of an issue's end; older ones were looked at, or nobody did then
AT_ONCE = 200  # refusals in one transaction


def note_refusals(db: Session, now: datetime) -> int:
    """Write down refused mails of one issue that is sent; returns how many, 0 when all is done."""
    issue_id = db.scalar(
        select(Issue.id)
        .where(
            Issue.state == IssueState.SENT.value, Issue.sent_at >= now - WITHIN,
            ~select(Event.id).where(Event.issue_id == Issue.id, Event.kind == DONE).exists(),
        )
        .limit(1)
    )
    if issue_id is None:
        return 0
    refused = db.execute(
        select(Delivery.subscriber_id, Delivery.reply)
        .where(
            Delivery.issue_id == issue_id, Delivery.state == DeliveryState.FAILED.value,
            ~select(Report.id).where(
                Report.issue_id == Delivery.issue_id,
                Report.subscriber_id == Delivery.subscriber_id,
            ).exists(),
        )
        .limit(AT_ONCE)
    ).all()
    for subscriber_id, reply in refused:
        _note(db, issue_id, subscriber_id, reply, now)
    if len(refused) < AT_ONCE:
        insert_new(
            db, Event.__table__,
            {"source_key": f"{DONE}:{issue_id}", "kind": DONE, "at": now, "issue_id": issue_id,
             "subscriber_id": None},
            key=["source_key"],
        )
    return len(refused)


def _note(db: Session, issue_id: int, subscriber_id: int, reply: str, now: datetime) -> None:
    found = ENHANCED.search(reply)
    status = found[1] if found else ""
    reason = why(status or f"{reply[:1]}.0.0", reply)
    note(
        db, issue_id, subscriber_id, Kind.HARD if reason in FINAL else Kind.SOFT, why=reason,
        status=status, text=tidy(reply), via="relay", now=now,
    )
