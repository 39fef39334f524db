"""The send ledger: one row per (issue, subscriber) is the only truth of a send."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from digest.system.db import UTC, Base


class DeliveryState(IntEnum):
    """Where a mail is. ``UNCERTAIN``: the reply to the final dot was lost (RFC 1047)."""

    QUEUED = 0
    SENDING = 1
    SENT = 2
    UNCERTAIN = 3
    DEFERRED = 4
    FAILED = 5
    SKIPPED = 6


OPEN = "state IN (0, 1, 4)"  # queued, sending, deferred: the only rows a sender looks for


class Delivery(Base):
    """One mail to one reader."""

    __tablename__ = "delivery"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id"), primary_key=True)
    variant: Mapped[str] = mapped_column(String(20))
    state: Mapped[int] = mapped_column(SmallInteger, default=DeliveryState.QUEUED.value)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_at: Mapped[datetime | None] = mapped_column(UTC)
    at: Mapped[datetime] = mapped_column(UTC)
    reply: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index("ix_delivery_open", "issue_id", "subscriber_id", sqlite_where=text(OPEN),
              postgresql_where=text(OPEN)),
        {"sqlite_with_rowid": False},
    )


class Chunk(Base):
    """A range of an issue's subscribers, worked by one connection at a time."""

    __tablename__ = "chunk"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int]
    last_id: Mapped[int]
    lease_until: Mapped[datetime | None] = mapped_column(UTC)
    epoch: Mapped[int] = mapped_column(default=0)
