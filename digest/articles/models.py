"""Articles, the stories they tell together, their summaries and topics."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from digest.system.db import UTC, Base
from digest.text.fold import fold

SEARCHED = 600  # letters; an index of PostgreSQL holds no more than 2,700 bytes


class ArticleState(StrEnum):
    """New until its text is there; ready; without readable text; or set aside by an editor."""

    NEW = "new"
    READY = "ready"
    UNREADABLE = "unreadable"
    EXCLUDED = "excluded"


class Origin(StrEnum):
    """Who wrote a version of a summary."""

    MACHINE = "machine"
    EDITOR = "editor"


class Topic(Base):
    """A section of the newsroom's world, with words that hint at it."""

    __tablename__ = "topic"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    position: Mapped[int] = mapped_column(default=0)
    hints: Mapped[list[str]] = mapped_column(JSON, default=list)


class TopicLesson(Base):
    """An editor's word on an article: its topic, or None when no topic fits.

    ``terms`` are what sorting reads of the article, counted; they stay when the article goes.
    """

    __tablename__ = "topic_lesson"
    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int | None] = mapped_column(
        ForeignKey("article.id", ondelete="SET NULL"), unique=True
    )
    topic_id: Mapped[int | None] = mapped_column(
        ForeignKey("topic.id", ondelete="CASCADE"), index=True
    )
    terms: Mapped[dict[str, int]] = mapped_column(JSON)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UTC)


class Story(Base):
    """One event as told by one or more articles.

    ``likeness`` is the mean cosine inside it (0 to 1), 1 for a single article, None until the next
    grouping reckons it. ``closed_at`` is when an issue with it was frozen: what happens later is a
    story of its own that ``follows_id`` this one.
    """

    __tablename__ = "story"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    representative_id: Mapped[int | None] = mapped_column(
        ForeignKey("article.id", use_alter=True, ondelete="SET NULL")
    )
    topic_id: Mapped[int | None] = mapped_column(
        ForeignKey("topic.id", ondelete="SET NULL"), index=True
    )
    first_at: Mapped[datetime] = mapped_column(UTC)
    last_at: Mapped[datetime] = mapped_column(UTC, index=True)
    pinned: Mapped[bool] = mapped_column(default=False)
    likeness: Mapped[float | None]
    closed_at: Mapped[datetime | None] = mapped_column(UTC, index=True)
    follows_id: Mapped[int | None] = mapped_column(
        ForeignKey("story.id", ondelete="SET NULL"), index=True
    )


class Apart(Base):
    """Two articles that an editor told apart: no grouping puts them into one story again."""

    __tablename__ = "story_apart"
    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True
    )
    other_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    __table_args__ = (CheckConstraint("article_id < other_id", name="order"),)


def search_key(title: str, source_name: str) -> str:
    """Return what the inbox is searched by: an article's title and source, folded."""
    return fold(f"{title} {source_name}")[:SEARCHED]


def _search_key(context: Any) -> str:
    values = context.get_current_parameters()
    return search_key(values["title"], values["source_name"])


class Article(Base):
    """A collected article; its original text is kept, cleaning happens once at the door."""

    __tablename__ = "article"
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id", ondelete="SET NULL"))
    source_name: Mapped[str] = mapped_column(String(200))
    article_key: Mapped[str] = mapped_column(String(64), unique=True)
    guid_hash: Mapped[str] = mapped_column(String(64))
    link: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text, default="")
    image: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    text_hash: Mapped[str] = mapped_column(String(64), default="")
    words: Mapped[int] = mapped_column(default=0)
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    published_at: Mapped[datetime] = mapped_column(UTC, index=True)
    collected_at: Mapped[datetime] = mapped_column(UTC)
    state: Mapped[str] = mapped_column(String(12), default=ArticleState.NEW.value)
    reason: Mapped[str] = mapped_column(String(40), default="")
    saved: Mapped[bool] = mapped_column(default=False)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id", ondelete="SET NULL"))
    story_id: Mapped[int | None] = mapped_column(
        ForeignKey("story.id", ondelete="SET NULL")
    )

    search_key: Mapped[str] = mapped_column(String(SEARCHED), default=_search_key)

    # A row is as wide as its text, so what pages count by is in the indexes alone.
    __table_args__ = (
        CheckConstraint("state IN ('new', 'ready', 'unreadable', 'excluded')", name="state"),
        Index("ix_article_source_guid", "source_id", "guid_hash"),
        Index("ix_article_source_published", "source_id", "published_at"),
        Index("ix_article_story", "story_id", "state", "saved"),
        Index("ix_article_search", "story_id", "search_key"),
        Index("ix_article_saved", "story_id", sqlite_where=sql("saved = 1"),
              postgresql_where=sql("saved")),
    )


class Summary(Base):
    """One version of the summary of an article or of a story; versions are added, never overwritten.

    ``parts`` are the sentences of a story's summary in their order: ``article``, its ``source``,
    ``start`` and ``end`` in the article's text, and ``text`` as it is shown. ``basis`` tells which
    articles it was made from.
    """

    __tablename__ = "summary"
    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    story_id: Mapped[int | None] = mapped_column(ForeignKey("story.id", ondelete="CASCADE"))
    n: Mapped[int]
    method: Mapped[str] = mapped_column(String(20))
    origin: Mapped[str] = mapped_column(String(10), default=Origin.MACHINE.value)
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64))
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    basis: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UTC)

    __table_args__ = (
        CheckConstraint("(article_id IS NULL) <> (story_id IS NULL)", name="owner"),
        CheckConstraint("origin IN ('machine', 'editor')", name="origin"),
        Index("uq_summary_article_id_n", "article_id", "n", unique=True),
        Index("uq_summary_story_id_n", "story_id", "n", unique=True),
    )
