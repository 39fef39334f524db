"""The send ledger: one row per (issue, subscriber) is the only truth of a send."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
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


UNCERTAIN = "state = 3"  # the few that a person, or the relay's log, has to decide about
LOST = "state > 2"  # these, and those that are deferred, failed or skipped: a page lists them


class Delivery(Base):
    """One mail to one reader."""

    __tablename__ = "delivery"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    # No foreign key: the rows are made from those of subscribers, and a subscriber's row is never
    # deleted. Checking it again costs 0.4 s of the 1 s that a million rows may take.
    subscriber_id: Mapped[int] = mapped_column(primary_key=True)
    variant: Mapped[str] = mapped_column(String(20))
    state: Mapped[int] = mapped_column(SmallInteger, default=DeliveryState.QUEUED.value)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_at: Mapped[datetime | None] = mapped_column(UTC)
    at: Mapped[datetime] = mapped_column(UTC)
    reply: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index("ix_delivery_uncertain", "issue_id", "subscriber_id", sqlite_where=text(UNCERTAIN),
              postgresql_where=text(UNCERTAIN)),
        Index("ix_delivery_lost", "issue_id", "state", "subscriber_id", sqlite_where=text(LOST),
              postgresql_where=text(LOST)),
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


class Bucket(Base):
    """A limit of mails in a time: until then, in seconds since 1970, they are given away."""

    __tablename__ = "bucket"
    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    until: Mapped[float] = mapped_column(Double)


class KeyState(StrEnum):
    """``WAITING``: made, its record may not be in the DNS yet. ``RETIRED``: signs no more."""

    WAITING = "waiting"
    ACTIVE = "active"
    RETIRED = "retired"


class DkimKey(Base):
    """A domain's key for DKIM. ``private`` is sealed, and empty once the key is retired."""

    __tablename__ = "dkim_key"
    id: Mapped[int] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(String(253))
    selector: Mapped[str] = mapped_column(String(63))
    algorithm: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default=KeyState.WAITING.value)
    private: Mapped[str] = mapped_column(Text)
    public: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTC)
    used_at: Mapped[datetime | None] = mapped_column(UTC)
    retired_at: Mapped[datetime | None] = mapped_column(UTC)

    __table_args__ = (
        UniqueConstraint("domain", "selector"),
        CheckConstraint("algorithm IN ('rsa-sha256', 'ed25519-sha256')", name="algorithm"),
        CheckConstraint("state IN ('waiting', 'active', 'retired')", name="state"),
    )


class Instance(Base):
    """A place that sends from this database; ``hold`` says why it does not yet (empty: it may)."""

    __tablename__ = "instance"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    place: Mapped[str] = mapped_column(String(140))
    machine: Mapped[str] = mapped_column(String(32), default="")
    cards: Mapped[list[str]] = mapped_column(JSON, default=list)
    mark: Mapped[str] = mapped_column(String(40), default="")
    host: Mapped[str] = mapped_column(String(255))
    beats: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime] = mapped_column(UTC)
    hold: Mapped[str] = mapped_column(String(10), default="")

    __table_args__ = (
        CheckConstraint("hold IN ('', 'copied', 'restored', 'older', 'asleep')", name="hold"),
    )
