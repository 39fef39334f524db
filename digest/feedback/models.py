"""What readers did with a mail: facts with a unique key, so late or repeated news counts once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
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
