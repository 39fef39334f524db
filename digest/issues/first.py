"""The first issue of a new house: drafted by itself as soon as its first source has been read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.articles.models import Article, ArticleState, Story
from digest.issues.earlier import UNUSED
from digest.issues.models import Issue
from digest.issues.prepare import FIRST, awaited, fresh_candidates, prepare_issue
from digest.newsletters.models import Newsletter
from digest.system import queue
from digest.system.build import System
from digest.system.queue import Job, JobState

WORK = ("collect_source", "enrich_article", "regroup")  # what stands between a source and stories
PAUSE = timedelta(seconds=1)  # between two looks
ENOUGH = timedelta(seconds=30)  # a person waits: from then on what is ready is enough
MOST = timedelta(minutes=10)
# A quiet site has nothing of today: the first issue looks further back rather than be empty.
PERIODS = (timedelta(days=7), timedelta(days=31))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is. ``waits`` while a draft is still to come; ``issue_id`` once there is one."""

    collected: int
    ready: int
    stories: int
    waits: bool
    issue_id: int | None


def ask(db: Session, newsletter_id: int, *, by: int | None, now: datetime) -> bool:
    """Queue the first draft of a newsletter; False when it is queued or there already."""
    if newsletter_id in awaited(db) or first_issue(db, newsletter_id) is not None:
        return False
    return _look(db, newsletter_id, by, asked=now, n=0, now=now)


def draft_first(
    system: System, newsletter_id: int, by: int | None, asked: str, n: int
) -> int | None:
    """Draft the first issue if its stories are there, else look again in a second.

    Returns the issue's id; None when it waits, or gave up after ten minutes without a story.
    """
    now = system.clock.now()
    with system.db.write() as db:
        if first_issue(db, newsletter_id) is not None:
            return None
        since = _since(db, newsletter_id, now, patient=now - datetime.fromisoformat(asked) < ENOUGH)
        if since is None:
            begun = datetime.fromisoformat(asked)
            if now - begun < MOST:
                _look(db, newsletter_id, by, asked=begun, n=n + 1, now=now)
            return None
    return prepare_issue(system, newsletter_id, None, by=by, since=since)


def first_issue(db: Session, newsletter_id: int) -> int | None:
    """Return the oldest issue of a newsletter that was not given up."""
    return db.scalar(
        select(func.min(Issue.id))
        .where(Issue.newsletter_id == newsletter_id, Issue.state.not_in(UNUSED))
    )


def progress(db: Session, newsletter_id: int) -> Progress:
    """Count what was collected so far."""
    counted = db.execute(select(Article.state, func.count()).group_by(Article.state))
    by_state: dict[str, int] = {row[0]: row[1] for row in counted}
    return Progress(
        collected=sum(by_state.values()), ready=by_state.get(ArticleState.READY, 0),
        stories=db.scalar(select(func.count()).select_from(Story)) or 0,
        waits=newsletter_id in awaited(db), issue_id=first_issue(db, newsletter_id),
    )


def _look(
    db: Session, newsletter_id: int, by: int | None, *, asked: datetime, n: int, now: datetime
) -> bool:
    return queue.put(
        db, FIRST, key=f"{newsletter_id}:{n}", now=now, run_at=now + PAUSE,
        newsletter_id=newsletter_id, by=by, asked=asked.isoformat(), n=n,
    )


def _since(
    db: Session, newsletter_id: int, now: datetime, *, patient: bool
) -> datetime | None:
    """How far back the stories of the draft go; None when it is too early for one."""
    newsletter = db.get_one(Newsletter, newsletter_id)
    working = bool(db.scalar(
        select(func.count()).where(
            Job.kind.in_(WORK), Job.state != JobState.DEAD, Job.run_at <= now
        )
    ))
    if working and patient:
        return None
    since = now
    for period in (timedelta(hours=newsletter.period_hours), *PERIODS):
        since = now - period
        found = fresh_candidates(db, newsletter_id, since=since, until=now)
        if len(found) >= newsletter.min_items:
            return since
    return since if found and not working else None
