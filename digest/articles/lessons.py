"""What an editor's corrections teach: kept as terms, so that they outlive their articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool

from digest.articles.models import Article, TopicLesson
from digest.articles.sorting import MOST, Lesson, Sorter, teach, terms_of
from digest.articles.topics import topic_hints

ENOUGH = 30  # lessons from which a share that was right says anything


@dataclass(frozen=True, slots=True)
class Progress:
    """What the lessons came to: of ``lessons``, the shares (0 to 1) sorted right.

    ``hinted`` by the hint words alone, ``learned`` by what all other lessons teach. Both None
    while there are too few lessons.
    """

    lessons: int
    hinted: float | None = None
    learned: float | None = None


def learn(
    db: Session, articles: Sequence[Article], topic_id: int | None, *, by: int | None, now: datetime
) -> None:
    """Record that these articles belong to a topic, or to none; a newer lesson replaces an older.

    A short write: nothing is reckoned here.
    """
    topics = topic_hints(db)
    ids = [article.id for article in articles]
    rows = db.scalars(select(TopicLesson).where(TopicLesson.article_id.in_(ids)))
    known = {row.article_id: row for row in rows}
    for article in articles:
        row = known.get(article.id) or TopicLesson(article_id=article.id)
        row.terms = terms_of(article.title, article.text, article.tags, topics)
        row.topic_id, row.user_id, row.at = topic_id, by, now
        db.add(row)
    db.flush()


def lesson_of(db: Session, article_id: int) -> Lesson | None:
    """Return what an editor said of an article, None when nothing was said."""
    row = db.scalar(select(TopicLesson).where(TopicLesson.article_id == article_id))
    return None if row is None else Lesson(row.terms, row.topic_id)


def count_lessons(db: Session) -> int:
    """Return how many articles were corrected."""
    return db.scalar(select(func.count()).select_from(TopicLesson)) or 0


# The last sorter of each database. It may be lost at any time: it is made again from the lessons.
_TAUGHT: WeakKeyDictionary[Pool, tuple[object, Sorter]] = WeakKeyDictionary()


def sorter(db: Session) -> Sorter:
    """Return the newsroom's sorter: its topics with all its lessons."""
    topics = topic_hints(db)
    heads = db.execute(
        select(TopicLesson.id, TopicLesson.topic_id, TopicLesson.at)
        .order_by(TopicLesson.at.desc(), TopicLesson.id.desc())
        .limit(MOST)
    ).all()
    key = (topics, tuple(tuple(head) for head in heads))
    pool = db.get_bind().engine.pool
    kept = _TAUGHT.get(pool)
    if kept is not None and kept[0] == key:
        return kept[1]
    ids = [head.id for head in heads]
    taught = teach(topics, _lessons(db, ids))
    _TAUGHT[pool] = (key, taught)
    return taught


def progress(db: Session) -> Progress:
    """Return how well the lessons are sorted, each as if it had not been given."""
    lessons = count_lessons(db)
    if lessons < ENOUGH:
        return Progress(lessons)
    taught = sorter(db)
    return Progress(lessons, taught.hinted_right, taught.learned_right)


def _lessons(db: Session, ids: Sequence[int]) -> list[Lesson]:
    """The lessons of these ids, oldest first."""
    rows = db.execute(
        select(TopicLesson.terms, TopicLesson.topic_id)
        .where(TopicLesson.id.in_(ids))
        .order_by(TopicLesson.at, TopicLesson.id)
    )
    return [Lesson(terms, topic_id) for terms, topic_id in rows]
