"""Stories that may be the same one, for an editor who merges them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from digest.articles.models import Article, Story
from digest.system.errors import NotFound
from digest.text.fold import fold
from digest.text.stopwords import terms

AROUND = timedelta(days=4)  # between the last news of two stories that may be one
LOOKED_AT = 800  # stories, the closest in time
MOST = 6
LEAST = 0.25  # share of the shorter headline's terms that both have


@dataclass(frozen=True, slots=True)
class NearStory:
    """Another story, by its headline."""

    story_id: int
    title: str
    source_name: str
    at: datetime


def near_stories(
    db: Session, story_id: int, *, search: str = "", limit: int = MOST
) -> tuple[NearStory, ...]:
    """Return the stories whose headlines are most alike, or those that hold all searched words.

    Raises NotFound("no_such_story").
    """
    story = db.get(Story, story_id)
    if story is None:
        raise NotFound("no_such_story", story=story_id)
    others = _around(db, story)
    if wanted := fold(search).split():
        return tuple(one for one in others if _holds(one, wanted))[:limit]
    mine = set(terms(story.label))
    rated = [(_alike(mine, set(terms(one.title))), one) for one in others]
    rated.sort(key=lambda pair: -pair[0])
    return tuple(one for share, one in rated if share >= LEAST)[:limit]


def _around(db: Session, story: Story) -> list[NearStory]:
    """The stories of the same days that have an article, the newest first."""
    rows = db.execute(
        select(
            Story.id, func.coalesce(Article.title, Story.label),
            func.coalesce(Article.source_name, ""), Story.last_at,
        )
        .outerjoin(Article, Article.id == Story.representative_id)
        .where(
            Story.id != story.id, Story.last_at >= story.last_at - AROUND,
            Story.last_at <= story.last_at + AROUND, _has_articles(),
        )
        .order_by(Story.last_at.desc(), Story.id.desc())
        .limit(LOOKED_AT)
    )
    return [NearStory(*row) for row in rows]


def _has_articles() -> ColumnElement[bool]:
    member = aliased(Article)
    return select(member.id).where(member.story_id == Story.id).correlate(Story).exists()


def _holds(story: NearStory, wanted: list[str]) -> bool:
    folded = fold(f"{story.title} {story.source_name}")
    return all(word in folded for word in wanted)


def _alike(one: set[str], other: set[str]) -> float:
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter else 0.0
