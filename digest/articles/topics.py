"""The newsroom's topics, the sections of its issues: the first nine, and what an editor changes.

All that take a topic's id raise NotFound("no_such_topic") for one that is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.orm import Session

from digest.articles.hints import DEFAULTS, split_hints
from digest.articles.models import Article, Story, Topic, TopicLesson
from digest.articles.queries import SOURCE
from digest.articles.sorting import TopicHint
from digest.system.db import exists, insert_new
from digest.system.errors import NotFound, Refused
from digest.text.split import words


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic as its settings show it; ``lessons`` counts the corrections towards it."""

    id: int
    name: str
    hints: tuple[str, ...]
    stories: int
    lessons: int


def ensure_topics(db: Session) -> None:
    """Insert the default topics into a house that has none. Never commits."""
    if exists(db, select(Topic.id)):
        return
    table = Topic.__table__
    assert isinstance(table, Table)
    for position, (name, slug, hints) in enumerate(DEFAULTS):
        row = {"name": name, "slug": slug, "position": position, "hints": split_hints(hints)}
        # Two processes may start a house at once.
        insert_new(db, table, row, key=["slug"])


def topic_hints(db: Session) -> tuple[TopicHint, ...]:
    """Return the topics in the newsroom's order, as sorting sees them."""
    return tuple(TopicHint(one.id, one.name, tuple(one.hints)) for one in _ordered(db))


def topic_names(db: Session) -> tuple[tuple[int, str], ...]:
    """Return every topic's id and name, in the newsroom's order."""
    return tuple((one.id, one.name) for one in _ordered(db))


def list_topics(db: Session) -> list[TopicRow]:
    """Return the topics in the newsroom's order with what hangs on them."""
    stories = _counted(db, Story)
    lessons = _counted(db, TopicLesson)
    return [
        TopicRow(one.id, one.name, tuple(one.hints), stories.get(one.id, 0), lessons.get(one.id, 0))
        for one in _ordered(db)
    ]


def add_topic(db: Session, name: str, hints: str) -> int:
    """Add a topic at the end; ``hints`` are words and phrases, one a line or between commas.

    Raises Refused("no_name") and Refused("topic_taken").
    """
    name = _free_name(db, name)
    last = db.scalar(select(func.max(Topic.position)))
    topic = Topic(
        name=name, slug=_free_slug(db, name), hints=split_hints(hints),
        position=0 if last is None else last + 1,
    )  # fmt: skip
    db.add(topic)
    db.flush()
    return topic.id


def change_topic(db: Session, topic_id: int, *, name: str, hints: str) -> None:
    """Give a topic another name or other hints; its stories and lessons stay with it.

    Raises Refused("no_name") and Refused("topic_taken").
    """
    topic = _topic(db, topic_id)
    topic.name, topic.hints = _free_name(db, name, but=topic_id), split_hints(hints)
    db.flush()


def move_topic(db: Session, topic_id: int, *, by: int) -> None:
    """Move a topic so many places down the order (up when negative), at most to its end."""
    ordered = _ordered(db)
    topic = _topic(db, topic_id)
    at = ordered.index(topic)
    ordered.insert(max(0, at + by), ordered.pop(at))
    for position, one in enumerate(ordered):
        one.position = position
    db.flush()


def delete_topic(db: Session, topic_id: int, *, heir_id: int | None) -> None:
    """Delete a topic. Its stories, sources and lessons go to the heir.

    Without an heir stories and sources have no topic, and the lessons are forgotten. Raises
    Refused("last_topic"): an empty house would be given the default topics again.
    """
    topic = _topic(db, topic_id)
    if heir_id is not None:
        if heir_id == topic_id:
            raise NotFound("no_such_topic", topic=heir_id)
        _topic(db, heir_id)
        for table in (Article.__table__, Story.__table__, TopicLesson.__table__, SOURCE):
            assert isinstance(table, Table) or table is SOURCE
            db.execute(
                update(table).where(table.c.topic_id == topic_id).values(topic_id=heir_id)
            )
    if not exists(db, select(Topic.id).where(Topic.id != topic_id)):
        raise Refused("last_topic", topic=topic_id)
    db.execute(delete(Topic).where(Topic.id == topic.id))
    db.expire_all()


def _ordered(db: Session) -> list[Topic]:
    return list(db.scalars(select(Topic).order_by(Topic.position, Topic.id)))


def _topic(db: Session, topic_id: int) -> Topic:
    topic = db.get(Topic, topic_id, with_for_update=True)
    if topic is None:
        raise NotFound("no_such_topic", topic=topic_id)
    return topic


def _counted(db: Session, model: type[Story] | type[TopicLesson]) -> dict[int, int]:
    rows = db.execute(
        select(model.topic_id, func.count())
        .where(model.topic_id.is_not(None))
        .group_by(model.topic_id)
    )
    return {topic_id: count for topic_id, count in rows if topic_id is not None}


def _free_name(db: Session, name: str, but: int | None = None) -> str:
    """The name in one line, if no other topic reads the same."""
    name = " ".join(name.split())
    if not words(name):
        raise Refused("no_name")
    for one in _ordered(db):
        if one.id != but and words(one.name) == words(name):
            raise Refused("topic_taken", name=one.name)
    return name


def _free_slug(db: Session, name: str) -> str:
    wanted = "-".join(words(name))[:70]
    taken: Sequence[str] = list(db.scalars(select(Topic.slug)))
    slug, number = wanted, 1
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug
