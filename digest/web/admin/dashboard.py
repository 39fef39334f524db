"""The first page: what comes next, what runs now, what needs a hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from digest.audience.models import Membership, MembershipState, Subscriber, SubscriberState
from digest.delivery.queries import outbox
from digest.feedback.numbers import of_issues
from digest.issues.document import Level
from digest.issues.models import Issue, IssueState
from digest.issues.queries import IssueRow, list_issues, preview
from digest.newsletters.calendar import next_slots
from digest.newsletters.manage import NewsletterRow, list_newsletters
from digest.sources.queries import SourceRow, sources_with_health
from digest.staff.roles import Action
from digest.system.queue import Job, JobState
from digest.web.admin import bp
from digest.web.guard import needs, newsroom, now, system

LATELY = timedelta(days=7)
MONTH = timedelta(days=30)
UNWELL = frozenset({"slow", "stopped", "broken"})
RUNNING = (IssueState.FROZEN, IssueState.SENDING, IssueState.PAUSED)
TROUBLE = frozenset({IssueState.FAILED, IssueState.SKIPPED})
SHOWN = 5


@dataclass(frozen=True, slots=True)
class NextIssue:
    """The issue that is made next: its time, and what the checks say (counts of findings)."""

    issue: IssueRow
    at: datetime | None
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class NextSlot:
    """A time in a calendar for which there is no draft yet."""

    newsletter: str
    at: datetime
    draft_at: datetime


@dataclass(frozen=True, slots=True)
class Sending:
    """A send that runs: counts of mails."""

    issue: IssueRow
    sent: int
    failed: int
    total: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """The four numbers: readers, issues, the last send, leaves in 30 days."""

    readers: int
    issues: int
    last_sent: int | None
    last_total: int | None
    left: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All that the page shows."""

    next_issue: NextIssue | None
    next_slot: NextSlot | None
    sending: tuple[Sending, ...]
    sources: tuple[SourceRow, ...]
    numbers: Numbers
    issues: tuple[IssueRow, ...]
    notices: tuple[IssueRow, ...]
    dead_jobs: int
    steps: tuple[bool, bool, bool] | None


@bp.get("/")
@needs(Action.VIEW)
def dashboard() -> ResponseReturnValue:
    """Show the first page."""
    with system().db.read() as db:
        page = load_dashboard(db, base_url=system().settings.base_url, now=now())
    morning = now().astimezone(newsroom().zone).hour < 12
    captured = system().settings.smtp_url == "capture:"
    return render_template(
        "admin/dashboard.html", page=page, at=now(), morning=morning, captured=captured
    )


def load_dashboard(db: Session, *, base_url: str, now: datetime) -> Dashboard:
    """Read the page's facts; a fixed number of questions plus one per running send."""
    newsletters = list_newsletters(db)
    sources = sources_with_health(db, now)
    issues = list_issues(db, limit=50)
    upcoming = _next_issue(db, issues, base_url=base_url, now=now)
    return Dashboard(
        next_issue=upcoming,
        next_slot=None if upcoming else _next_slot(newsletters, now),
        sending=tuple(_sending(db, one) for one in issues if one.state in RUNNING),
        sources=tuple(one for one in sources if one.health in UNWELL)[:SHOWN],
        numbers=_numbers(db, issues, now),
        issues=issues[:SHOWN],
        notices=tuple(one for one in issues if _recent_trouble(one, now))[:SHOWN],
        dead_jobs=_count(db, select(Job).where(Job.state == JobState.DEAD)),
        steps=_steps(bool(sources), newsletters, issues),
    )


def _steps(
    has_source: bool, newsletters: tuple[NewsletterRow, ...], issues: tuple[IssueRow, ...]
) -> tuple[bool, bool, bool] | None:
    """Return which of the three first steps are done; None once all are."""
    done = (has_source, bool(newsletters), bool(issues))
    return None if all(done) else done


def _next_issue(
    db: Session, issues: tuple[IssueRow, ...], *, base_url: str, now: datetime
) -> NextIssue | None:
    open_issues = [one for one in issues if one.state in {IssueState.DRAFT, IssueState.SCHEDULED}]
    if not open_issues:
        return None
    far = now + timedelta(days=36_500)
    first = min(open_issues, key=lambda one: (one.send_at or one.slot_at or far, one.id))
    levels = [one.level for one in preview(db, first.id, base_url=base_url, now=now).findings]
    return NextIssue(
        first, first.send_at or first.slot_at, levels.count(Level.ERROR),
        levels.count(Level.WARNING),
    )


def _next_slot(newsletters: tuple[NewsletterRow, ...], now: datetime) -> NextSlot | None:
    slots = [
        NextSlot(one.name, at, at - timedelta(minutes=one.lead_minutes))
        for one in newsletters
        if one.active
        for at in next_slots(one.rule, one.zone, now, 1)
    ]
    return min(slots, key=lambda slot: slot.at, default=None)


def _sending(db: Session, issue: IssueRow) -> Sending:
    counts = outbox(db, issue.id)
    return Sending(issue, counts.get("sent", 0), _lost(counts), sum(counts.values()))


def _lost(counts: Mapping[str, int]) -> int:
    return counts.get("failed", 0) + counts.get("uncertain", 0)


def _numbers(db: Session, issues: tuple[IssueRow, ...], now: datetime) -> Numbers:
    last = next((one for one in issues if one.state == IssueState.SENT), None)
    found = of_issues(db, [last.id], now=now)[last.id] if last else None
    left = select(Membership).where(
        Membership.state == MembershipState.LEFT, Membership.at > now - MONTH
    )
    return Numbers(
        readers=_count(db, select(Subscriber).where(Subscriber.state == SubscriberState.ACTIVE)),
        issues=_count(db, select(Issue).where(Issue.state == IssueState.SENT)),
        last_sent=found.delivered if found else None,
        last_total=found.total if found else None,
        left=_count(db, left),
    )


def _count(db: Session, statement: Select[Any]) -> int:
    return db.scalar(select(func.count()).select_from(statement.subquery())) or 0


def _recent_trouble(issue: IssueRow, now: datetime) -> bool:
    at = issue.slot_at or issue.send_at
    return issue.state in TROUBLE and (at is None or at > now - LATELY)
