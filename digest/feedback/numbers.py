"""What became of sent issues, in numbers: delivered, came back, clicked, left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.delivery.flow import kept_counts
from digest.delivery.queries import outbox
from digest.feedback import reported
from digest.feedback.leave import LEAVE
from digest.feedback.models import Event
from digest.feedback.reactions import Reach, Reactions, reactions
from digest.issues.models import IssueState
from digest.issues.queries import Board, BoardItem
from digest.system import tally
from digest.text import urls

WENT_OUT = (IssueState.SENDING, IssueState.PAUSED, IssueState.SENT, IssueState.CANCELLED)
KEPT = "issue:"  # what the names begin with that issues' numbers are kept under
NOBODY = Reach(0, 0, 0)


@dataclass(frozen=True, slots=True)
class IssueNumbers:
    """A send ``at`` the time it was counted; None for opens and clicks that its mails do not count."""

    at: datetime
    delivered: int
    total: int
    came_back: int
    left: int
    opens: Reach | None
    clicks: Reach | None


@dataclass(frozen=True, slots=True)
class StoryClicks:
    """A story of a sent issue, in its place, and who followed its link."""

    item_id: int
    section: str
    role: str
    title: str
    reach: Reach


def of_issues(
    db: Session, issue_ids: Iterable[int], *, now: datetime
) -> dict[int, IssueNumbers]:
    """Return the numbers of issues: as they are kept, else counted now."""
    wanted = list(issue_ids)
    found = tally.kept_each(db, map(name, wanted))
    return {
        one: _read(found[name(one)]) if name(one) in found else count_issue(db, one, now=now)
        for one in wanted
    }


def name(issue_id: int) -> str:
    """Return the name that an issue's numbers are kept under."""
    return f"{KEPT}{issue_id}"


def count_issue(db: Session, issue_id: int, *, now: datetime) -> IssueNumbers:
    """Count what became of an issue; its mails and its clicks as they are kept."""
    mails = kept_counts(db, issue_id) or outbox(db, issue_id)
    seen = reactions(db, issue_id)
    left = select(func.count()).where(Event.issue_id == issue_id, Event.kind == LEAVE)
    return IssueNumbers(
        at=now, delivered=mails.get("sent", 0), total=sum(mails.values()),
        came_back=reported.of_issue(db, issue_id).get("hard", 0), left=db.scalar(left) or 0,
        opens=seen.opens if seen else None, clicks=seen.clicks if seen else None,
    )


def facts(one: IssueNumbers) -> dict[str, Any]:
    """Return numbers in the form they are kept in."""
    return {key: value for key, value in asdict(one).items() if key != "at"}


def in_order(parts: Board, seen: Reactions | None) -> tuple[StoryClicks, ...]:
    """Return the stories of an issue as the mail tells them, each with its readers. Pure."""
    reaches = {link.url: link.reach for link in seen.links} if seen else {}
    return tuple(
        StoryClicks(item.id, section.title, item.role, item.title, _reach(item, reaches))
        for section in parts.sections for item in section.items
    )


def _reach(item: BoardItem, reaches: dict[str, Reach]) -> Reach:
    link = item.link.strip()
    return reaches.get(urls.ascii_form(link), NOBODY) if urls.is_http(link) else NOBODY


def _read(found: tally.Kept) -> IssueNumbers:
    values = dict(found.facts)
    for which in ("opens", "clicks"):
        values[which] = Reach(**values[which]) if values[which] else None
    return IssueNumbers(at=found.at, **values)
