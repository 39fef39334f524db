"""Subscribers, the lists they are on, and the proof that they asked to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from digest.system.db import UTC, Base
from digest.text.fold import fold_each

NAME_KEY = 400  # letters; a ligature may fold to many
LETTER_BY_LETTER = "varchar_pattern_ops"  # PostgreSQL's index for beginnings of texts


class SubscriberState(StrEnum):
    """Whether mail to this address is possible at all; being on a list is the membership's."""

    PENDING = "pending"
    ACTIVE = "active"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    ERASED = "erased"


class MembershipState(StrEnum):
    """On a list after confirming; paused until a date; left."""

    PENDING = "pending"
    ON = "on"
    PAUSED = "paused"
    LEFT = "left"


def domain_of(address_key: str) -> str:
    """Return what follows the last @."""
    return address_key.rpartition("@")[2]


def _domain(context: Any) -> str:
    return domain_of(context.get_current_parameters()["address_key"])


def name_keys(names: Sequence[str]) -> Sequence[str]:
    """Return the folded form of each name; most files of readers hold none."""
    return [one[:NAME_KEY] for one in fold_each(names)] if any(names) else names


def _name_key(context: Any) -> str:
    return name_keys([context.get_current_parameters().get("name") or ""])[0]


class Subscriber(Base):
    """A reader. ``address_key`` tells addresses apart; the address is kept as it was written.

    ``domain`` and ``name_key``, the folded name, are what searching reads beside it.
    """

    __tablename__ = "subscriber"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    address: Mapped[str] = mapped_column(String(320))
    address_key: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(12))
    digits: Mapped[str | None] = mapped_column(String(4))
    created_at: Mapped[datetime] = mapped_column(UTC)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTC)
    domain: Mapped[str] = mapped_column(String(320), default=_domain)
    name_key: Mapped[str] = mapped_column(String(NAME_KEY), default=_name_key)

    __table_args__ = (
        CheckConstraint(
            "state IN ('pending', 'active', 'bounced', 'complained', 'erased')", name="state"
        ),
        # On SQLite the unique index does: it compares letter by letter.
        Index("ix_subscriber_address", "address_key",
              postgresql_ops={"address_key": LETTER_BY_LETTER}, info={"only": "postgresql"}),
        Index("ix_subscriber_domain", "domain", postgresql_ops={"domain": LETTER_BY_LETTER}),
        Index("ix_subscriber_name", "name_key", postgresql_ops={"name_key": LETTER_BY_LETTER},
              sqlite_where=text("name_key > ''"), postgresql_where=text("name_key > ''")),
    )


class MailingList(Base):
    """A list of readers that newsletters are sent to."""

    __tablename__ = "mailing_list"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTC)


class Membership(Base):
    """A subscriber on a list."""

    __tablename__ = "membership"
    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    )
    list_id: Mapped[int] = mapped_column(
        ForeignKey("mailing_list.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[str] = mapped_column(String(10))
    paused_until: Mapped[datetime | None] = mapped_column(UTC)
    form_id: Mapped[int | None] = mapped_column(ForeignKey("form.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UTC)

    __table_args__ = (
        CheckConstraint("state IN ('pending', 'on', 'paused', 'left')", name="state"),
        # All that finding the recipients of a list, in their order, and counting them reads.
        Index("ix_membership_list", "list_id", "subscriber_id", "state", "paused_until"),
        Index("ix_membership_form", "form_id", "state"),  # who came by which form
        Index("ix_membership_at", "at", "state", "form_id"),  # who came and went lately
    )


class Form(Base):
    """A sign-up form that a site embeds; it feeds one list."""

    __tablename__ = "form"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_key: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    list_id: Mapped[int] = mapped_column(ForeignKey("mailing_list.id", ondelete="CASCADE"))
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id", ondelete="CASCADE"))
    heading: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    consent_text: Mapped[str] = mapped_column(Text, default="")
    allowed_origins: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UTC)


class Consent(Base):
    """What a reader agreed to, when, where and in which words. Appended, never changed."""

    __tablename__ = "consent"
    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), index=True
    )
    list_id: Mapped[int | None] = mapped_column(ForeignKey("mailing_list.id", ondelete="SET NULL"))
    what: Mapped[str] = mapped_column(String(20))
    wording: Mapped[str] = mapped_column(Text, default="")
    network: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime] = mapped_column(UTC)


class ImportRun(Base):
    """A file on its way into a list. ``last_key`` is the last reader of the last write: where to go
    on after a crash; ``rows`` is how many of the file's ``total`` are dealt with."""

    __tablename__ = "import_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("mailing_list.id", ondelete="CASCADE"))
    by: Mapped[int | None]
    layout: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10))
    last_key: Mapped[str] = mapped_column(Text, default="")
    rows: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    existing: Mapped[int] = mapped_column(default=0)
    left: Mapped[int] = mapped_column(default=0)
    invalid: Mapped[int] = mapped_column(default=0)
    duplicates: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(UTC)
    ended_at: Mapped[datetime | None] = mapped_column(UTC)

    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
    )


class Suppression(Base):
    """An address never to be mailed; kept as a hash, so it outlives erasing."""

    __tablename__ = "suppression"
    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UTC)


class Attempt(Base):
    """A sign-up request, counted for limits; addresses and networks are kept as hashes."""

    __tablename__ = "signup_attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    network_hash: Mapped[str] = mapped_column(String(64), index=True)
    mailed: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(UTC, index=True)
