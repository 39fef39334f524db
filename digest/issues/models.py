"""Issues: an object of its own, with its own copy of every title, link, image and summary."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from digest.system.db import UTC, Base


class IssueState(StrEnum):
    """The life of an issue; ``digest.issues.states.MOVES`` holds the allowed changes."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    FROZEN = "frozen"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    CANCELLED = "cancelled"
    FAILED = "failed"
    SKIPPED = "skipped"


class Role(StrEnum):
    """How large a story stands in its section."""

    LEAD = "lead"
    SECOND = "second"
    BRIEF = "brief"


class Issue(Base):
    """One edition of a newsletter. Human edits raise ``version``; a frozen issue never changes."""

    __tablename__ = "issue"
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    number: Mapped[int | None]
    slot_at: Mapped[datetime | None] = mapped_column(UTC)
    state: Mapped[str] = mapped_column(String(10))
    version: Mapped[int] = mapped_column(default=1)
    subject: Mapped[str] = mapped_column(Text, default="")
    preheader: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    note_by: Mapped[str] = mapped_column(String(120), default="")
    send_at: Mapped[datetime | None] = mapped_column(UTC)
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTC)
    frozen_at: Mapped[datetime | None] = mapped_column(UTC)
    sent_at: Mapped[datetime | None] = mapped_column(UTC)
    # What its mails count, fixed when it is frozen.
    track_opens: Mapped[bool] = mapped_column(default=False)
    track_clicks: Mapped[bool] = mapped_column(default=False)
    # A person stopped it or took its time back: nothing sends it but a person.
    held: Mapped[bool] = mapped_column(default=False)
    approved_version: Mapped[int | None]
    scheduled_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'scheduled', 'frozen', 'sending', 'paused', 'sent', 'cancelled',"
            " 'failed', 'skipped')",
            name="state",
        ),
        UniqueConstraint("newsletter_id", "number"),
        UniqueConstraint("newsletter_id", "slot_at"),
        Index("ix_issue_due", "send_at", sqlite_where=text("state = 'scheduled'"),
              postgresql_where=text("state = 'scheduled'")),
    )


class Section(Base):
    """A titled part of an issue."""

    __tablename__ = "section"
    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id", ondelete="SET NULL"))

    __table_args__ = ({"sqlite_autoincrement": True},)  # a deleted one may come back under its id


class Item(Base):
    """One story in a section, as the editor wants it to read."""

    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"))
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id", ondelete="CASCADE"))
    position: Mapped[int]
    role: Mapped[str] = mapped_column(String(10))
    story_id: Mapped[int | None] = mapped_column(ForeignKey("story.id", ondelete="SET NULL"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="SET NULL"))
    title: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(Text)
    image: Mapped[str | None] = mapped_column(Text)
    image_alt: Mapped[str] = mapped_column(Text, default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    source_name: Mapped[str] = mapped_column(String(200), default="")
    # Who says which sentence of the summary, when several sources tell the story: (source, sentence).
    told: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    words: Mapped[int] = mapped_column(default=0)
    seen_hash: Mapped[str | None] = mapped_column(String(64))  # of the summary a person opened last

    __table_args__ = (
        CheckConstraint("role IN ('lead', 'second', 'brief')", name="role"),
        UniqueConstraint("issue_id", "story_id"),
        Index("ix_item_issue_position", "issue_id", "position"),
        Index("ix_item_story", "story_id"),  # which issue told a story
        Index("ix_item_article", "article_id"),
        {"sqlite_autoincrement": True},  # a deleted story may come back under its old id
    )


class CommandKind(StrEnum):
    """An act, or one that takes another back or does it again."""

    DO = "do"
    UNDO = "undo"
    REDO = "redo"


class Command(Base):
    """What one act changed in an issue and how it is taken back (``digest.issues.commands``).

    ``seq`` is the version of the issue that it made; ``of`` the one it takes back or does again.
    """

    __tablename__ = "issue_command"
    issue_id: Mapped[int] = mapped_column(
        ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UTC)
    act: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(4))
    of: Mapped[int | None]
    change: Mapped[dict[str, dict[str, Any] | None]] = mapped_column(JSON)
    inverse: Mapped[dict[str, dict[str, Any] | None]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None] = mapped_column(UTC)

    __table_args__ = (CheckConstraint("kind IN ('do', 'undo', 'redo')", name="kind"),)


class SectionLock(Base):
    """Who is writing in a section, until when; section 0 is the issue's own words.

    ``asked_by`` is a colleague who would like to write there.
    """

    __tablename__ = "section_lock"
    issue_id: Mapped[int] = mapped_column(
        ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True
    )
    section_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(UTC)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))


class Presence(Base):
    """Who has an issue open: seen within the last minute."""

    __tablename__ = "presence"
    issue_id: Mapped[int] = mapped_column(
        ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UTC)


class Edition(Base):
    """The frozen bytes of an issue for one variant; never updated."""

    __tablename__ = "edition"
    issue_id: Mapped[int] = mapped_column(
        ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True
    )
    variant: Mapped[str] = mapped_column(String(20), primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]


class Link(Base):
    """Where a counted link of a frozen issue leads; the only places its mails ever lead to.

    ``url`` is ASCII, as it stands in a Location header.
    """

    __tablename__ = "link"
    issue_id: Mapped[int] = mapped_column(
        ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True
    )
    n: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text)


class LinkCheck(Base):
    """What came of asking a link of an issue, for every issue that has it.

    ``said`` are the sentences of its page when it was first asked, hashed; ``kept`` is the share of
    them that the page still has, 1 until it is asked again.
    """

    __tablename__ = "link_check"
    url_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    checked_at: Mapped[datetime] = mapped_column(UTC, index=True)
    outcome: Mapped[str] = mapped_column(String(20))
    status: Mapped[int | None]
    lands_on: Mapped[str] = mapped_column(Text, default="")
    seconds: Mapped[float]
    said: Mapped[list[str]] = mapped_column(JSON, default=list)
    kept: Mapped[float] = mapped_column(default=1.0)
