"""Stories of several sources are told from all of them, and told again when articles join."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from digest.articles.models import Article, ArticleState, Origin, Story
from digest.articles.queries import SOURCE
from digest.articles.retell import METHOD, Told, retell
from digest.articles.versions import add_version, newest_versions
from digest.system import queue
from digest.system.build import System

STANDING = 1.1  # how much more the article weighs whose headline and link the story has
RECENT = timedelta(days=4)  # an older story gets no articles any more
JOB = "retell_story"

# An article's id, the hash of its text, and the article that stands for the story.
_Row = tuple[int, str, int | None]


def queue_retelling(db: Session, now: datetime) -> int:
    """Queue the stories whose summary was not made from the articles they have; returns how many.

    One that an editor wrote stays. Nothing happens to a story of a single source.
    """
    bases = {story_id: _basis(rows) for story_id, rows in _shared_stories(db, now).items()}
    kept = {one.story_id: one for one in newest_versions(db, list(bases))}
    due = [
        story_id for story_id, basis in bases.items()
        if story_id not in kept
        or (kept[story_id].origin == Origin.MACHINE and kept[story_id].basis != basis)
    ]
    queue.put_each(db, JOB, {str(one): {"story_id": one} for one in due}, now=now)
    return len(due)


def retell_story(system: System, story_id: int) -> None:
    """Write the summary of a story anew from all its articles.

    Nothing is written when one source is left, when articles joined meanwhile (the next look
    queues it again), or when an editor's text is the newest version.
    """
    with system.db.read() as db:
        articles = told_articles(db, story_id)
        basis = story_basis(db, story_id)
    if len({one.source for one in articles}) < 2:
        return
    told = retell(articles)
    now = system.clock.now()
    with system.db.write() as db:
        if db.get(Story, story_id, with_for_update=True) is None:
            return
        newest = next(iter(newest_versions(db, [story_id])), None)
        edited = newest is not None and newest.origin == Origin.EDITOR
        if edited or story_basis(db, story_id) != basis:
            return
        add_version(
            db, told.text, story_id=story_id, method=METHOD, parts=told.parts, basis=basis, now=now
        )


def told_articles(db: Session, story_id: int) -> list[Told]:
    """Return the readable articles of a story with their weights."""
    weight = func.coalesce(SOURCE.c.weight, 1.0)
    rows = db.execute(
        select(
            Article.id, Article.source_name, Article.title, Article.text, Article.published_at,
            case((Article.id == Story.representative_id, STANDING * weight), else_=weight),
        )
        .join(Story, Story.id == Article.story_id)
        .outerjoin(SOURCE, SOURCE.c.id == Article.source_id)
        .where(Article.story_id == story_id, Article.state == ArticleState.READY)
        .order_by(Article.id)
    )
    return [Told(*row) for row in rows]


def story_basis(db: Session, story_id: int) -> str:
    """Tell which articles a summary of the story would be made from now, as one word."""
    rows = db.execute(
        select(Article.id, Article.text_hash, Story.representative_id)
        .join(Story, Story.id == Article.story_id)
        .where(Article.story_id == story_id, Article.state == ArticleState.READY)
        .order_by(Article.id)
    )
    return _basis((row.id, row.text_hash, row.representative_id) for row in rows)


def _shared_stories(db: Session, now: datetime) -> dict[int, list[_Row]]:
    """The articles of each recent story of several sources."""
    shared = (
        select(Article.story_id)
        .join(Story, Story.id == Article.story_id)
        .where(Article.state == ArticleState.READY, Story.last_at > now - RECENT)
        .group_by(Article.story_id)
        .having(func.count(Article.source_name.distinct()) > 1)
    )
    rows = db.execute(
        select(Article.story_id, Article.id, Article.text_hash, Story.representative_id)
        .join(Story, Story.id == Article.story_id)
        .where(Article.story_id.in_(shared), Article.state == ArticleState.READY)
        .order_by(Article.id)
    )
    found: defaultdict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.story_id].append((row.id, row.text_hash, row.representative_id))
    return found


def _basis(rows: Iterable[_Row]) -> str:
    """What a summary is made from, as one word: other articles or other texts give another."""
    told = "\n".join(f"{one} {text_hash} {standing}" for one, text_hash, standing in rows)
    return hashlib.sha256(told.encode()).hexdigest()
