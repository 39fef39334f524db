"""The first page: what comes next, what runs now, what needs a hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.audience.growth import Growth, growth
from digest.audience.models import Membership, MembershipState
from digest.audience.queries import count_by_status
from digest.delivery import flow
from digest.feedback.numbers import IssueNumbers, of_issues
from digest.issues.models import IssueState
from digest.issues.queries import IssueRow, list_issues
from digest.newsletters.manage import NewsletterRow, list_newsletters
from digest.sources.models import Source
from digest.sources.queries import SourceRow, ill_sources
from digest.staff.roles import Action
from digest.system.build import System
from digest.system.db import exists
from digest.system.queue import Job, JobState
from digest.web.admin import bp
from digest.web.admin.analytics import weeks
from digest.web.admin.coming import Coming, coming_sends
from digest.web.admin.sources import cause
from digest.web.charts import Chart
from digest.web.filters import date_in_words
from digest.web.guard import needs, newsroom, now, system

LATELY = timedelta(days=7)
MONTH = timedelta(days=30)
RUNNING = (IssueState.FROZEN, IssueState.SENDING, IssueState.PAUSED)
TROUBLE = frozenset({IssueState.FAILED, IssueState.SKIPPED})
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Sending:
    """A send that runs: counts of mails."""

    issue: IssueRow
    sent: int
    failed: int
    total: int
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class LastSend:
    """The issue that was sent last, and what became of it."""

    issue: IssueRow
    numbers: IssueNumbers


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All that the page shows. ``readers`` are those who receive, ``left`` who went in 30 days."""

    coming: tuple[Coming, ...]
    sending: tuple[Sending, ...]
    sources: tuple[SourceRow, ...]
    ill: int
    readers: int
    left: int
    last: LastSend | None
    grown: Growth
    issues: tuple[IssueRow, ...]
    notices: tuple[IssueRow, ...]
    dead_jobs: int
    steps: tuple[bool, bool, bool] | None


@bp.get("/")
@needs(Action.VIEW)
def dashboard() -> ResponseReturnValue:
    """Show the first page."""
    week_start = newsroom().ways.week_start
    with system().db.read() as db:
        page = load_dashboard(system(), db, now=now(), week_start=week_start)
    morning = now().astimezone(newsroom().zone).hour < 12
    captured = system().relay.captures
    return render_template(
        "admin/dashboard.html", page=page, at=now(), morning=morning, captured=captured,
        cause=cause, chart=_chart(page.grown),
        week_names=[date_in_words(one) for one in page.grown.weeks],
    )


def load_dashboard(
    system: System, db: Session, *, now: datetime, week_start: int
) -> Dashboard:
    """Read the page's facts; a fixed number of questions plus a few per coming or running send."""
    newsletters = list_newsletters(db)
    issues = list_issues(db, limit=50)
    sources, ill = ill_sources(db, now, limit=SHOWN)
    return Dashboard(
        coming=coming_sends(system, db, issues, newsletters, now),
        sending=tuple(_sending(system, one) for one in issues if one.state in RUNNING),
        sources=sources,
        ill=ill,
        readers=count_by_status(db)["active"],
        left=_left(db, now),
        last=_last(db, issues, now),
        grown=growth(db, now=now, week_start=week_start),
        issues=issues[:SHOWN],
        notices=tuple(one for one in issues if _recent_trouble(one, now))[:SHOWN],
        dead_jobs=db.scalar(select(func.count()).where(Job.state == JobState.DEAD)) or 0,
        steps=_steps(db, newsletters, issues),
    )


def _steps(
    db: Session, newsletters: tuple[NewsletterRow, ...], issues: tuple[IssueRow, ...]
) -> tuple[bool, bool, bool] | None:
    """Return which of the three first steps are done; None once all are."""
    done = (exists(db, select(Source.id)), bool(newsletters), bool(issues))
    return None if all(done) else done


def _sending(system: System, issue: IssueRow) -> Sending:
    found = flow.told(system, issue.id)
    return Sending(issue, found.sent, found.lost, found.total, found.ends_at)


def _last(db: Session, issues: tuple[IssueRow, ...], now: datetime) -> LastSend | None:
    last = next((one for one in issues if one.state == IssueState.SENT), None)
    return LastSend(last, of_issues(db, [last.id], now=now)[last.id]) if last else None


def _left(db: Session, now: datetime) -> int:
    left = select(func.count()).where(
        Membership.state == MembershipState.LEFT, Membership.at > now - MONTH
    )
    return db.scalar(left) or 0


def _chart(grown: Growth) -> Chart | None:
    """The growth of all lists, where there was any."""
    return weeks(grown, grown.joined, grown.left) if grown.forms else None


def _recent_trouble(issue: IssueRow, now: datetime) -> bool:
    at = issue.slot_at or issue.send_at
    return issue.state in TROUBLE and (at is None or at > now - LATELY)
