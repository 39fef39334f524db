"""What was reported, for the panel: of an issue, of a reader, and what was not believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.audience.models import Subscriber
from digest.feedback.models import Report, Unheeded
from digest.issues.models import Issue
from digest.text.address import shown

SHOWN = 50
DAYS = 30


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report of a reader's mail; ``number`` is the issue's."""

    at: datetime
    kind: str
    why: str
    status: str
    text: str
    via: str
    issue_id: int | None
    number: int | None


def of_issue(db: Session, issue_id: int) -> dict[str, int]:
    """Count what came back of an issue by kind: hard, soft, complaint; kinds that occur."""
    return dict(
        db.execute(
            select(Report.kind, func.count())
            .where(Report.issue_id == issue_id)
            .group_by(Report.kind)
            .order_by(Report.kind)
        ).all()
    )


@dataclass(frozen=True, slots=True)
class CameBack:
    """A mail of an issue that came back, and whose it was; no address of who is erased."""

    subscriber_id: int
    address: str
    kind: str
    why: str
    status: str
    text: str


def rows_of_issue(db: Session, issue_id: int, *, limit: int = 200) -> tuple[CameBack, ...]:
    """Return what came back of an issue, complaints first, then the ends of addresses."""
    rows = db.execute(
        select(Report, Subscriber.address)
        .join(Subscriber, Subscriber.id == Report.subscriber_id)
        .where(Report.issue_id == issue_id)
        .order_by(Report.kind, Report.id)
        .limit(limit)
    )
    return tuple(
        CameBack(one.subscriber_id or 0, shown(address), one.kind, one.why, one.status, one.text)
        for one, address in rows
    )


def of_reader(db: Session, subscriber_id: int) -> tuple[ReportRow, ...]:
    """Return what came back of a reader's mails, newest first."""
    rows = db.execute(
        select(Report, Issue.number)
        .outerjoin(Issue, Issue.id == Report.issue_id)
        .where(Report.subscriber_id == subscriber_id)
        .order_by(Report.at.desc(), Report.id.desc())
        .limit(SHOWN)
    )
    return tuple(
        ReportRow(one.at, one.kind, one.why, one.status, one.text, one.via, one.issue_id, number)
        for one, number in rows
    )


def counts(db: Session, now: datetime) -> dict[str, int]:
    """Count what came back in the last ``DAYS`` days by kind."""
    return dict(
        db.execute(
            select(Report.kind, func.count())
            .where(Report.at > now - timedelta(days=DAYS))
            .group_by(Report.kind)
            .order_by(Report.kind)
        ).all()
    )


def unheeded(db: Session, now: datetime) -> dict[str, int]:
    """Count what of the last ``DAYS`` days changed nothing, by reason, the most frequent first."""
    total = func.sum(Unheeded.n)
    rows = db.execute(
        select(Unheeded.why, total)
        .where(Unheeded.day > (now - timedelta(days=DAYS)).date())
        .group_by(Unheeded.why)
        .order_by(total.desc(), Unheeded.why)
    )
    return {reason: int(n) for reason, n in rows}
