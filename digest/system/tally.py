"""Numbers that are kept, since counting them again takes longer than a page may.

A job counts them in the background while there is much to count; where nothing is kept the numbers
are counted when they are asked for. Either way whoever shows them can tell how old they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.system.db import UTC, Base


class Tally(Base):
    """What was counted under a name, and when."""

    __tablename__ = "tally"
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    facts: Mapped[Any] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UTC)


@dataclass(frozen=True, slots=True)
class Kept:
    """Numbers as they were at a time."""

    facts: Any
    at: datetime


def kept(db: Session, name: str) -> Kept | None:
    """Return what is kept under a name."""
    return kept_each(db, [name]).get(name)


def kept_each(db: Session, names: Iterable[str]) -> dict[str, Kept]:
    """Return what is kept under these names, in one question."""
    rows = db.execute(select(Tally.name, Tally.facts, Tally.at).where(Tally.name.in_(list(names))))
    return {name: Kept(facts, at) for name, facts, at in rows}


def keep(db: Session, name: str, facts: Any, *, now: datetime) -> None:
    """Keep numbers under a name in place of the earlier ones."""
    db.merge(Tally(name=name, facts=facts, at=now))
    db.flush()
