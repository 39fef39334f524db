"""Which issue told a story before: for badges, for the line «متابعة» in a mail, and for closing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, union
from sqlalchemy.orm import Session

from digest.articles.models import Article, Story
from digest.issues.models import Issue, IssueState, Item
from digest.newsletters.models import Newsletter

# From its first mail on readers know what an issue told.
TOLD = (IssueState.SENDING, IssueState.PAUSED, IssueState.SENT)
LATELY = timedelta(days=60)  # older stories have left the inbox
UNUSED = (IssueState.CANCELLED, IssueState.SKIPPED)


@dataclass(frozen=True, slots=True)
class EarlierIssue:
    """The latest issue that told a story, or the one it follows (``follows``).

    ``public`` tells whether it has a page in the archive of ``slug``, at its number.
    """

    issue_id: int
    number: int | None
    newsletter_name: str
    slug: str
    public: bool
    sent_at: datetime
    follows: bool


def earlier_issue(
    db: Session, story_ids: Collection[int], *, newsletter_id: int | None = None,
    without: int | None = None,
) -> dict[int, EarlierIssue]:
    """Return for each of these stories the latest sent issue that had it or the one it follows.

    Stories that no reader knows are left out. ``newsletter_id`` asks for what the readers of one
    newsletter know; ``without`` leaves an issue out.
    """
    followed = {
        row.id: row.follows_id
        for row in db.execute(select(Story.id, Story.follows_id).where(Story.id.in_(story_ids)))
    }
    wanted = set(followed) | {one for one in followed.values() if one is not None}
    conditions: list[ColumnElement[bool]] = []
    if newsletter_id is not None:
        conditions.append(Issue.newsletter_id == newsletter_id)
    if without is not None:
        conditions.append(Issue.id != without)
    told = _told(db, wanted, conditions)
    found = {}
    for story_id, earlier_id in followed.items():
        own, before = told.get(story_id), told.get(earlier_id or 0)
        if own is not None:
            found[story_id] = _earlier(*own, follows=False)
        elif before is not None:
            found[story_id] = _earlier(*before, follows=True)
    return found


def issue_stories(db: Session, issue_id: int) -> frozenset[int]:
    """Return the stories of an issue: those of its items and those its articles are in now."""
    rows = db.execute(
        select(Item.story_id, Article.story_id)
        .outerjoin(Article, Article.id == Item.article_id)
        .where(Item.issue_id == issue_id)
    )
    return frozenset(one for row in rows for one in row if one is not None)


def used_stories(db: Session, *, since: datetime | None = None) -> frozenset[int]:
    """Return the stories that stand in an issue, made after ``since``, that was or may be sent."""
    statement = (
        select(Item.story_id).join(Issue, Issue.id == Item.issue_id)
        .where(Item.story_id.is_not(None), Issue.state.not_in(UNUSED)).distinct()
    )
    if since is not None:
        statement = statement.where(Issue.created_at > since)
    return frozenset(one for one in db.scalars(statement) if one is not None)


def told_stories(
    db: Session, newsletter_id: int, *, since: datetime, without: int
) -> frozenset[int]:
    """Return the stories that a newsletter has sent or is about to, but for the issue ``without``.

    Drafts do not count: one that was given up would hide its stories for good.
    """
    statement = (
        select(Item.story_id).join(Issue, Issue.id == Item.issue_id)
        .where(
            Item.story_id.is_not(None), Issue.newsletter_id == newsletter_id,
            Issue.state.not_in((*UNUSED, IssueState.DRAFT, IssueState.FAILED)),
            Issue.created_at > since, Issue.id != without,
        ).distinct()
    )  # fmt: skip
    return frozenset(one for one in db.scalars(statement) if one is not None)


def _told(
    db: Session, story_ids: Collection[int], conditions: Collection[ColumnElement[bool]]
) -> dict[int, tuple[Issue, Newsletter]]:
    """The latest issue of each story; an article that grouping moved since takes it along."""
    ids = list(story_ids)
    items = union(  # apart, so that each finds its few by an index
        select(Item.id).where(Item.story_id.in_(ids)),
        select(Item.id).join(Article, Article.id == Item.article_id)
        .where(Article.story_id.in_(ids)),
    )
    rows = db.execute(
        select(Item.story_id, Article.story_id, Issue, Newsletter)
        .join(Issue, Issue.id == Item.issue_id)
        .join(Newsletter, Newsletter.id == Issue.newsletter_id)
        .outerjoin(Article, Article.id == Item.article_id)
        .where(Item.id.in_(items), Issue.state.in_(TOLD), *conditions)
        .order_by(func.coalesce(Issue.sent_at, Issue.frozen_at, Issue.created_at), Issue.id)
    )
    found: dict[int, tuple[Issue, Newsletter]] = {}
    for first, second, issue, newsletter in rows:  # the latest of a story wins
        found |= {one: (issue, newsletter) for one in (first, second) if one is not None}
    return found


def _earlier(issue: Issue, newsletter: Newsletter, *, follows: bool) -> EarlierIssue:
    at = issue.sent_at or issue.frozen_at or issue.created_at
    return EarlierIssue(
        issue_id=issue.id, number=issue.number, newsletter_name=newsletter.name,
        slug=newsletter.slug, public=newsletter.public and issue.number is not None, sent_at=at,
        follows=follows,
    )
