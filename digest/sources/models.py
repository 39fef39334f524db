"""Sources and what happened each time one was asked."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from digest.system.db import UTC, Base


class SourceKind(StrEnum):
    """How articles come: a feed, one page, handed over by a person, or pushed by a machine."""

    FEED = "feed"
    PAGE = "page"
    TEXT = "text"
    PUSH = "push"


ASKED = (SourceKind.FEED.value, SourceKind.PAGE.value)  # the kinds that we fetch ourselves


class SourceState(StrEnum):
    """A source is asked, left alone by an editor, or given up after a 410."""

    ACTIVE = "active"
    PAUSED = "paused"
    DEAD = "dead"


class Source(Base):
    """A place that articles come from, with its health.

    ``rules`` are what is cut from its articles, as ``articles.cleaning.to_json`` writes them.
    """

    __tablename__ = "source"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(Text)
    url_key: Mapped[str] = mapped_column(String(400), unique=True)
    site_host: Mapped[str] = mapped_column(String(255), default="")
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(10), default=SourceState.ACTIVE.value)
    weight: Mapped[float] = mapped_column(default=1.0)
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(Text)
    next_at: Mapped[datetime | None] = mapped_column(UTC)
    failures: Mapped[int] = mapped_column(default=0)
    last_ok_at: Mapped[datetime | None] = mapped_column(UTC)
    last_item_at: Mapped[datetime | None] = mapped_column(UTC)
    moved_to: Mapped[str | None] = mapped_column(Text)
    rules: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UTC)

    __table_args__ = (
        CheckConstraint("kind IN ('feed', 'page', 'text', 'push')", name="kind"),
        CheckConstraint("state IN ('active', 'paused', 'dead')", name="state"),
        Index("ix_source_next", "next_at", sqlite_where=text("state = 'active'"),
              postgresql_where=text("state = 'active'")),
    )


class FetchAttempt(Base):
    """One try to read a source: its outcome as a stable code, and what it brought."""

    __tablename__ = "fetch_attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UTC)
    status: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text, default="")
    found: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)

    __table_args__ = (Index("ix_fetch_attempt_source_id_at", "source_id", "at"),)
