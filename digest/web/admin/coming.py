"""What goes out next: issues and calendar times in one row, with who makes them and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.audience.lists import count_recipients
from digest.issues.document import Finding, Level
from digest.issues.foureyes import last_editor
from digest.issues.models import Issue, IssueState
from digest.issues.queries import IssueRow, preview
from digest.newsletters.calendar import next_slots
from digest.newsletters.manage import NewsletterRow
from digest.staff.models import User
from digest.system.build import System
from digest.web.errors import fill_sentence
from digest.web.words import FINDINGS

OPEN = frozenset({IssueState.DRAFT, IssueState.SCHEDULED})
SHOWN = 3
TOLD = 2  # blockers that are told in words; the board has all
FRESH = timedelta(seconds=30)  # that findings of the same version are believed
FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Coming:
    """A send that is to come: its issue, or the newsletter whose draft is made ``draft_at``.

    ``owner`` is who changed or scheduled it last ("": the machine alone), ``blockers`` are the first
    things in words that keep it from going out.
    """

    newsletter: str
    at: datetime | None
    issue: IssueRow | None = None
    draft_at: datetime | None = None
    owner: str = ""
    blockers: tuple[str, ...] = ()
    errors: int = 0
    warnings: int = 0


@dataclass(frozen=True, slots=True)
class _Checked:
    version: int
    at: datetime
    findings: tuple[Finding, ...]


def coming_sends(
    system: System, db: Session, issues: Sequence[IssueRow], newsletters: Sequence[NewsletterRow],
    now: datetime,
) -> tuple[Coming, ...]:
    """Return the next sends by their time: open issues, and times that have no draft yet."""
    rows = [one for one in issues if one.state in OPEN]
    drafted = {one.newsletter_id for one in rows}
    plain = [Coming(one.newsletter_name, one.send_at or one.slot_at, one) for one in rows]
    plain += [
        Coming(one.name, at, draft_at=at - timedelta(minutes=one.lead_minutes))
        for one in newsletters if one.active and one.id not in drafted
        for at in next_slots(one.rule, one.zone, now, 1)
    ]
    plain.sort(key=lambda one: (one.at or FAR, one.issue.id if one.issue else 0))
    return tuple(
        _told(system, db, one, one.issue, now) if one.issue else one for one in plain[:SHOWN]
    )


def _told(
    system: System, db: Session, one: Coming, issue: IssueRow, now: datetime
) -> Coming:
    found = _findings(system, db, issue, now)
    errors = [item for item in found if item.level is Level.ERROR]
    blockers = [fill_sentence(FINDINGS[item.code], item.facts) for item in errors]
    if not count_recipients(db, issue.newsletter_id, now):
        blockers.insert(0, str(_("لا مشتركين يستلمون هذا العدد")))
    return Coming(
        one.newsletter, one.at, issue, owner=_owner(db, issue.id),
        blockers=tuple(dict.fromkeys(blockers))[:TOLD], errors=len(blockers),
        warnings=len(found) - len(errors),
    )


def _findings(
    system: System, db: Session, issue: IssueRow, now: datetime
) -> tuple[Finding, ...]:
    """What the checks say. They render the mail, so one version is not asked about all the time."""
    memory: dict[int, _Checked] = system.memory.setdefault("checked", {})
    kept = memory.get(issue.id)
    if kept is None or kept.version != issue.version or not kept.at <= now < kept.at + FRESH:
        shown = preview(db, issue.id, base_url=system.settings.base_url, now=now)
        kept = memory[issue.id] = _Checked(issue.version, now, shown.findings)
    return kept.findings


def _owner(db: Session, issue_id: int) -> str:
    person = last_editor(db, issue_id) or db.scalar(
        select(Issue.scheduled_by).where(Issue.id == issue_id)
    )
    return db.scalar(select(User.name).where(User.id == person)) or "" if person else ""
