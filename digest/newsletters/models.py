"""Newsletters: who sends, when, what it looks like, to which lists."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, LargeBinary, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from digest.system.db import UTC, Base


class Policy(StrEnum):
    """``review``: the draft waits for a person. ``auto``: it sends itself at the hour."""

    REVIEW = "review"
    AUTO = "auto"


class Late(StrEnum):
    """What becomes of a slot that was missed: sent within the grace time, or skipped."""

    SEND = "send"
    SKIP = "skip"


class Unanswered(StrEnum):
    """What becomes of a draft that nobody approved or stopped by its hour."""

    HOLD = "hold"
    SEND = "send"
    LEAD = "lead"


newsletter_list = Table(
    "newsletter_list",
    Base.metadata,
    Column("newsletter_id", ForeignKey("newsletter.id", ondelete="CASCADE"), primary_key=True),
    Column("list_id", ForeignKey("mailing_list.id", ondelete="CASCADE"), primary_key=True),
)


class Newsletter(Base):
    """A newsletter and everything an editor may decide about it."""

    __tablename__ = "newsletter"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    tagline: Mapped[str] = mapped_column(Text, default="")
    sender_name: Mapped[str] = mapped_column(String(120))
    sender_address: Mapped[str] = mapped_column(String(254))
    reply_to: Mapped[str] = mapped_column(String(254), default="")
    editor_address: Mapped[str] = mapped_column(String(254), default="")
    postal_address: Mapped[str] = mapped_column(Text, default="")
    zone: Mapped[str] = mapped_column(String(60), default="Asia/Damascus")
    rule: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    policy: Mapped[str] = mapped_column(String(10), default=Policy.REVIEW.value)
    unanswered: Mapped[str] = mapped_column(String(10), default=Unanswered.HOLD.value)
    four_eyes: Mapped[bool] = mapped_column(default=False)
    late: Mapped[str] = mapped_column(String(10), default=Late.SEND.value)
    grace_minutes: Mapped[int] = mapped_column(default=120)
    lead_minutes: Mapped[int] = mapped_column(default=60)
    period_hours: Mapped[int] = mapped_column(default=24)
    min_items: Mapped[int] = mapped_column(default=3)
    max_items: Mapped[int] = mapped_column(default=12)
    months: Mapped[str] = mapped_column(String(10), default="both")
    digits: Mapped[str] = mapped_column(String(4), default="latn")
    hijri: Mapped[bool] = mapped_column(default=False)
    hijri_offset: Mapped[int] = mapped_column(default=0)
    brand: Mapped[str] = mapped_column(String(7), default="#0B5563")
    public: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    quiet_from: Mapped[str] = mapped_column(String(5), default="")
    quiet_to: Mapped[str] = mapped_column(String(5), default="")
    track_opens: Mapped[bool] = mapped_column(default=False)
    track_clicks: Mapped[bool] = mapped_column(default=False)
    look: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    planned_until: Mapped[datetime] = mapped_column(UTC)
    created_at: Mapped[datetime] = mapped_column(UTC)

    __table_args__ = (
        CheckConstraint("policy IN ('review', 'auto')", name="policy"),
        CheckConstraint("unanswered IN ('hold', 'send', 'lead')", name="unanswered"),
        CheckConstraint("late IN ('send', 'skip')", name="late"),
        CheckConstraint("digits IN ('latn', 'arab')", name="digits"),
    )


class Logo(Base):
    """A picture of a newsletter; never changed nor deleted, since sent mails lead to it."""

    __tablename__ = "logo"
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(
        ForeignKey("newsletter.id", ondelete="CASCADE"), index=True
    )
    token: Mapped[str] = mapped_column(String(40), unique=True)
    mime: Mapped[str] = mapped_column(String(20))
    width: Mapped[int]
    height: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTC)


class MailTemplate(Base):
    """A version of a newsletter's own MJML; ``used_at`` when it last became the one in use."""

    __tablename__ = "mail_template"
    newsletter_id: Mapped[int] = mapped_column(
        ForeignKey("newsletter.id", ondelete="CASCADE"), primary_key=True
    )
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UTC)
    used_at: Mapped[datetime | None] = mapped_column(UTC)
    broken_at: Mapped[datetime | None] = mapped_column(UTC)
