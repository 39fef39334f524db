"""What an editor does to stories before they are in an issue. Every act pins: machines keep off.

The articles of a pinned story stay together (must-link); those of a split stay apart (cannot-link,
``Apart``) until an editor merges them again. All raise NotFound("no_such_story") for a story that is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from digest.articles import apart, lessons
from digest.articles.models import Article, ArticleState, Story, Topic
from digest.articles.stories import SET_ASIDE, refresh
from digest.system.errors import NotFound, Refused


def save_story(db: Session, story_id: int) -> None:
    """Put a story aside for later; drafts prefer it."""
    _set_saved(db, story_id, saved=True)


def unsave_story(db: Session, story_id: int) -> None:
    """Take a story back from the saved ones."""
    _set_saved(db, story_id, saved=False)


def exclude_story(db: Session, story_id: int) -> None:
    """Keep a story out of drafts; articles that join it later stay out with it."""
    story = _story(db, story_id)
    for article in _members(db, story_id):
        if article.state != ArticleState.EXCLUDED:
            article.state, article.reason = ArticleState.EXCLUDED.value, SET_ASIDE
        article.saved = False
    story.pinned = True
    db.flush()


def restore_story(db: Session, story_id: int) -> None:
    """Bring an excluded story back; articles without text are unreadable again."""
    _story(db, story_id)
    for article in _members(db, story_id):
        if article.state != ArticleState.EXCLUDED:
            continue
        readable = bool(article.text.strip())
        article.state = (ArticleState.READY if readable else ArticleState.UNREADABLE).value
        article.reason = "" if readable else "no_text"
    db.flush()


def set_topic(
    db: Session, story_id: int, topic_id: int | None, *, by: int | None = None, now: datetime
) -> None:
    """Put a story and its articles under a topic, or under none; the newsroom's sorting learns it.

    Raises NotFound("no_such_topic").
    """
    story = _story(db, story_id)
    if topic_id is not None and db.get(Topic, topic_id) is None:
        raise NotFound("no_such_topic", topic=topic_id)
    story.topic_id, story.pinned = topic_id, True
    db.execute(update(Article).where(Article.story_id == story_id).values(topic_id=topic_id))
    lessons.learn(db, _members(db, story_id), topic_id, by=by, now=now)
    db.flush()


def set_representative(db: Session, story_id: int, article_id: int) -> None:
    """Let another article of the story stand for it. Raises NotFound("no_such_article")."""
    story = _story(db, story_id)
    article = _member(db, story_id, article_id)
    story.representative_id, story.label, story.pinned = article.id, article.title, True
    db.flush()


def merge(db: Session, story_id: int, other_ids: Sequence[int]) -> None:
    """Move the articles of other stories into this one, for good; the emptied stories go.

    Raises Refused("same_story") when nothing else is named.
    """
    story = _story(db, story_id)
    others = [_story(db, one) for one in dict.fromkeys(other_ids) if one != story_id]
    if not others:
        raise Refused("same_story", story=story_id)
    if story.representative_id is None:
        refresh(db, story, _members(db, story_id))
    story.pinned = True
    for other in others:
        db.execute(
            update(Article).where(Article.story_id == other.id).values(story_id=story_id)
        )
        _take_over(db, story, other)
        db.delete(other)
    db.flush()
    members = _members(db, story_id)
    apart.forget(db, [one.id for one in members])
    refresh(db, story, members)
    db.flush()


def split(db: Session, story_id: int, article_id: int) -> int:
    """Give an article a story of its own, for good; returns the new story's id.

    Raises NotFound("no_such_article") and Refused("only_article") when nothing would be left.
    """
    story = _story(db, story_id)
    article = _member(db, story_id, article_id)
    rest = [one for one in _members(db, story_id) if one.id != article_id]
    if not rest:
        raise Refused("only_article", story=story_id)
    own = Story(
        label=article.title, representative_id=article.id, topic_id=article.topic_id,
        tags=list(article.tags), first_at=article.published_at, last_at=article.published_at,
        pinned=True, likeness=1.0,
    )  # fmt: skip
    db.add(own)
    db.flush()
    article.story_id = own.id
    story.pinned = True
    db.flush()
    apart.tell(db, article_id, [one.id for one in rest])
    refresh(db, story, rest)
    db.flush()
    return own.id


def _take_over(db: Session, story: Story, other: Story) -> None:
    """Give a story the place in time of one that is merged into it: sent, followed, following."""
    db.execute(
        update(Story)
        .where(Story.follows_id == other.id, Story.id != story.id)
        .values(follows_id=story.id)
    )
    story.closed_at = story.closed_at or other.closed_at
    kept = story.follows_id if story.follows_id != other.id else None
    story.follows_id = kept or other.follows_id
    db.flush()
    earlier, seen = story.follows_id, {story.id, other.id}
    while earlier is not None and earlier not in seen:
        seen.add(earlier)
        earlier = db.scalar(select(Story.follows_id).where(Story.id == earlier))
    if earlier is not None:  # it would follow itself
        story.follows_id = None


def _set_saved(db: Session, story_id: int, *, saved: bool) -> None:
    _story(db, story_id)
    db.execute(update(Article).where(Article.story_id == story_id).values(saved=saved))
    db.flush()


def _story(db: Session, story_id: int) -> Story:
    story = db.get(Story, story_id, with_for_update=True)
    if story is None:
        raise NotFound("no_such_story", story=story_id)
    return story


def _members(db: Session, story_id: int) -> list[Article]:
    return list(
        db.scalars(select(Article).where(Article.story_id == story_id).order_by(Article.id))
    )


def _member(db: Session, story_id: int, article_id: int) -> Article:
    article = db.get(Article, article_id)
    if article is None or article.story_id != story_id:
        raise NotFound("no_such_article", article=article_id)
    return article
