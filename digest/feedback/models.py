"""What readers did with a mail: facts with a unique key, so late or repeated news counts once."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from digest.system.db import UTC, Base


class Event(Base):
    """One fact about one reader, such as leaving a list by the button of a mail."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    source_key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id", ondelete="SET NULL"))
    subscriber_id: Mapped[int | None] = mapped_column(
        ForeignKey("subscriber.id", ondelete="SET NULL")
    )
    at: Mapped[datetime] = mapped_column(UTC)

    __table_args__ = (Index("ix_event_issue_kind", "issue_id", "kind"),)


class Touch(Base):
    """How often one reader's mail opened one of its links, by who seems to have done it.

    ``n`` is the link's number, 0 for the picture that tells of an open. One row however often a
    link is followed, so that nobody can fill the table by repeating it.
    """

    __tablename__ = "touch"
    issue_id: Mapped[int] = mapped_column(
        ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True
    )
    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    )
    n: Mapped[int] = mapped_column(primary_key=True)
    human: Mapped[int]
    proxy: Mapped[int]
    scanner: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(UTC)
    last_at: Mapped[datetime] = mapped_column(UTC)

    __table_args__ = ({"sqlite_with_rowid": False},)


class Report(Base):
    """What came back of a mail: it did not arrive, or its reader complained.

    One row per mail and kind, so that news told twice, or in two ways, counts once. ``text`` is
    the other server's own words without any address; ``why`` one of ``feedback.why.Why``.
    """

    __tablename__ = "report"
    id: Mapped[int] = mapped_column(primary_key=True)
    source_key: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(12))
    via: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id", ondelete="SET NULL"))
    subscriber_id: Mapped[int | None] = mapped_column(
        ForeignKey("subscriber.id", ondelete="SET NULL"), index=True
    )
    at: Mapped[datetime] = mapped_column(UTC)

    __table_args__ = (
        CheckConstraint("kind IN ('hard', 'soft', 'complaint')", name="kind"),
        Index("ix_report_issue_kind", "issue_id", "kind"),
    )


class Unheeded(Base):
    """How many mails and calls of a day changed nothing, and why: forged, automatic, looping."""

    __tablename__ = "unheeded"
    day: Mapped[date] = mapped_column(primary_key=True)
    via: Mapped[str] = mapped_column(String(10), primary_key=True)
    why: Mapped[str] = mapped_column(String(12), primary_key=True)
    n: Mapped[int]
