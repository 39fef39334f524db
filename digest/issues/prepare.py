"""From a slot of the calendar to a draft: which stories, in which order, or why none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from digest.articles.models import Article
from digest.articles.queries import Candidate, candidates
from digest.articles.versions import Shown
from digest.issues import approval, board, states
from digest.issues.models import Issue, IssueState, Item, Role
from digest.issues.subjects import Proposal, by_weight, propose
from digest.newsletters.calendar import next_slots
from digest.newsletters.models import Late, Newsletter, Policy
from digest.staff import audit
from digest.system import queue
from digest.system.build import System
from digest.system.db import insert_new
from digest.system.errors import NotFound

BRIEFS = "باختصار"
BRIEF_SHARE = 1 / 3  # of a full issue: the weakest stories become one-line briefs
LEADS = 2  # sections whose first story is shown large
PROMPT = timedelta(seconds=60)  # a slot this young is not late
SPOKEN_FOR = (
    IssueState.SCHEDULED, IssueState.FROZEN, IssueState.SENDING, IssueState.PAUSED,
    IssueState.SENT,
)
FIRST = "first_issue"  # the job that drafts the first issue of a new newsletter
SLOTS_AT_ONCE = 400  # missed slots looked at in one beat


@dataclass(frozen=True, slots=True)
class Placement:
    """A chosen story: the section it goes to and how large it stands."""

    section: str
    topic_id: int | None
    role: Role
    candidate: Candidate


def score(candidate: Candidate, *, since: datetime, until: datetime) -> float:
    """Rate a story by how many sources tell it, how fresh it is and how much there is to read.

    Each part lies between 0 and about 2; the number of sources counts most.
    """
    period = max((until - since).total_seconds(), 1.0)
    freshness = 1 - min(max((until - candidate.last_at).total_seconds() / period, 0.0), 1.0)
    length = min(candidate.words, 400) / 400
    return candidate.weight * (math.log2(1 + candidate.sources) + freshness + 0.5 * length)


def choose_stories(
    found: Sequence[Candidate], *, since: datetime, until: datetime, most: int
) -> list[Placement]:
    """Choose at most ``most`` stories and place them: topics by their best story, then briefs."""
    ranked = sorted(
        found, key=lambda one: (-score(one, since=since, until=until), one.story_id)
    )[:most]
    full = len(ranked) if len(ranked) <= 4 else len(ranked) - int(len(ranked) * BRIEF_SHARE)
    topics: dict[int | None, list[Candidate]] = {}
    for one in ranked[:full]:
        topics.setdefault(one.topic_id, []).append(one)
    placed = [
        Placement(
            section=one.topic_name or board.OTHER, topic_id=topic_id, candidate=one,
            role=Role.LEAD if place < LEADS and first == 0 else Role.SECOND,
        )
        for place, (topic_id, members) in enumerate(topics.items())
        for first, one in enumerate(members)
    ]
    briefs = [Placement(BRIEFS, None, Role.BRIEF, one) for one in ranked[full:]]
    return placed + briefs


def plan(db: Session, now: datetime) -> int:
    """Queue the drafts that the calendars ask for; returns how many were queued.

    A slot older than its newsletter's grace time is missed: written down, never sent. A newsletter
    whose first draft is still being made is left for the next look: the two would share the stories.
    """
    queued, begun = 0, awaited(db)
    newsletters = db.scalars(
        select(Newsletter).where(Newsletter.active).order_by(Newsletter.id).with_for_update()
    )
    for newsletter in newsletters:
        if newsletter.id in begun:
            continue
        ahead = now + timedelta(minutes=newsletter.lead_minutes)
        slots = [
            slot
            for slot in next_slots(
                newsletter.rule, newsletter.zone, newsletter.planned_until, SLOTS_AT_ONCE
            )
            if slot <= ahead
        ]
        if not slots:
            continue
        newsletter.planned_until = slots[-1]
        # Of several overdue slots only the newest may still be sent.
        overdue = [slot for slot in slots if slot < now]
        missed = [
            slot for slot in overdue if slot != overdue[-1] or _too_late(newsletter, slot, now)
        ]
        if missed:
            audit.record(db, "slot.missed", now=now, subject="newsletter",
                         subject_id=newsletter.id, count=len(missed),
                         first=missed[0].isoformat(), last=missed[-1].isoformat())
        for slot in slots:
            if slot not in missed:
                queued += queue.put(
                    db, "prepare_issue", key=f"{newsletter.id}:{slot.isoformat()}", now=now,
                    newsletter_id=newsletter.id, slot_at=slot.isoformat(),
                )
    return queued


def awaited(db: Session) -> frozenset[int]:
    """Return the newsletters whose first draft is being made."""
    return frozenset(int(key.partition(":")[0]) for key in queue.open_keys(db, FIRST))


def prepare_issue(
    system: System, newsletter_id: int, slot_at: datetime | None, *, by: int | None = None,
    since: datetime | None = None,
) -> int | None:
    """Draft the issue of a slot, once; returns its id, or None when it was skipped.

    Without a slot (an editor asks) the draft is made from whatever there is. With one, too few
    stories make a ``skipped`` issue with its reason, and the editor is told. ``since`` looks
    further back than the newsletter's period.
    """
    now = system.clock.now()
    with system.db.write() as db:
        newsletter = db.get(Newsletter, newsletter_id, with_for_update=True)
        if newsletter is None:
            raise NotFound("no_such_newsletter", newsletter=newsletter_id)
        since = since or now - timedelta(hours=newsletter.period_hours)
        found = fresh_candidates(db, newsletter_id, since=since, until=now)
        enough = slot_at is None or len(found) >= newsletter.min_items
        issue_id = _insert(db, newsletter, slot_at, enough=enough, now=now)
        if issue_id is None:
            return db.scalar(
                select(Issue.id).where(
                    Issue.newsletter_id == newsletter_id, Issue.slot_at == slot_at,
                    Issue.state != IssueState.SKIPPED,
                )
            )
        if not enough:
            _skip(db, issue_id, len(found), newsletter.min_items, now=now)
            return None
        placed = choose_stories(found, since=since, until=now, most=newsletter.max_items)
        _fill(db, newsletter, issue_id, placed)
        audit.record(db, "issue.draft", now=now, by=by, subject="issue", subject_id=issue_id,
                     stories=len(placed))
        if slot_at is not None:
            _offer(db, newsletter, issue_id, slot_at, now=now)
        return issue_id


def new_draft(db: Session, newsletter_id: int, *, by: int | None, now: datetime) -> int:
    """Make an empty draft."""
    newsletter = db.get(Newsletter, newsletter_id, with_for_update=True)
    if newsletter is None:
        raise NotFound("no_such_newsletter", newsletter=newsletter_id)
    issue_id = _insert(db, newsletter, None, enough=True, now=now)
    if issue_id is None:
        raise RuntimeError("an issue without a slot can't clash")
    audit.record(db, "issue.draft", now=now, by=by, subject="issue", subject_id=issue_id, stories=0)
    return issue_id


def fresh_candidates(
    db: Session, newsletter_id: int, *, since: datetime, until: datetime
) -> list[Candidate]:
    """Return the stories of a period that this newsletter has not sent and is not about to.

    Of a story that another newsletter sent and its later development only the latter is new.
    """
    told = (
        select(Item.story_id, Article.story_id)
        .join(Issue, Issue.id == Item.issue_id)
        # Grouping may have moved a sent article to another story since: that one is known, too.
        .outerjoin(Article, Article.id == Item.article_id)
        .where(Issue.newsletter_id == newsletter_id, Issue.state.in_(SPOKEN_FOR))
    )
    stories = {story_id for row in db.execute(told) for story_id in row}
    found = [one for one in candidates(db, since=since, until=until) if one.story_id not in stories]
    outdated = {one.follows_id for one in found}
    return [one for one in found if one.story_id not in outdated]


def _too_late(newsletter: Newsletter, slot: datetime, now: datetime) -> bool:
    grace = timedelta(minutes=newsletter.grace_minutes) if newsletter.late == Late.SEND else PROMPT
    return slot + grace < now


def _insert(
    db: Session, newsletter: Newsletter, slot_at: datetime | None, *, enough: bool, now: datetime
) -> int | None:
    """Insert the issue row of a slot; None when the slot has one already."""
    last = db.scalar(
        select(func.max(Issue.number)).where(Issue.newsletter_id == newsletter.id)
    )
    values = {
        "newsletter_id": newsletter.id, "number": (last or 0) + 1 if enough else None,
        "slot_at": slot_at, "state": IssueState.DRAFT.value, "version": 1, "subject": "",
        "preheader": "", "note": "", "note_by": "", "reason": "", "created_at": now,
    }
    if slot_at is None:
        return db.execute(insert(Issue).values(values).returning(Issue.id)).scalar_one()
    if not insert_new(db, Issue.__table__, values, key=["newsletter_id", "slot_at"]):
        return None
    return db.scalar(
        select(Issue.id).where(Issue.newsletter_id == newsletter.id, Issue.slot_at == slot_at)
    )


def _skip(db: Session, issue_id: int, found: int, needed: int, *, now: datetime) -> None:
    states.change(db, issue_id, IssueState.DRAFT, IssueState.SKIPPED, reason="too_few_stories")
    audit.record(db, "issue.skip", now=now, subject="issue", subject_id=issue_id, found=found,
                 needed=needed)
    queue.put(db, "tell_editor", key=f"skipped:{issue_id}", now=now, issue_id=issue_id)


def _fill(db: Session, newsletter: Newsletter, issue_id: int, placed: Sequence[Placement]) -> None:
    sections: dict[tuple[str, int | None], int] = {}
    told: list[tuple[str, str]] = []
    for placement in placed:
        one = placement.candidate
        key = (placement.section, placement.topic_id)
        if key not in sections:
            sections[key] = board.append_section(db, issue_id, *key).id
        article = db.get_one(Article, one.article_id)
        board.place(
            db, board.section_of(db, issue_id, sections[key]), article,
            Shown(one.summary, one.told), story_id=one.story_id, role=placement.role,
        )
        told.append((placement.role, article.title))
    best = next(iter(propose(by_weight(told), numerals=newsletter.digits)), Proposal("", ""))
    issue = states.get(db, issue_id)
    issue.subject, issue.preheader = best.subject, best.preheader


def _offer(
    db: Session, newsletter: Newsletter, issue_id: int, slot_at: datetime, *, now: datetime
) -> None:
    """``auto`` schedules itself at the hour, ``review`` waits; both are shown to those who answer."""
    if newsletter.policy == Policy.AUTO:
        db.flush()
        states.schedule(db, issue_id, max(slot_at, now), by=None, now=now)
    asked = approval.ask(db, issue_id, now=now)
    if not asked and newsletter.policy == Policy.REVIEW:
        queue.put(db, "tell_editor", key=f"draft:{issue_id}", now=now, issue_id=issue_id)
