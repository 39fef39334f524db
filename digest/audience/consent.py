"""The record of what readers agreed to: appended, never changed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from digest.audience.models import Consent


class What(StrEnum):
    """The acts of a reader, or of an editor on a reader's behalf, worth proving later."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    IMPORTED = "imported"
    PAUSED = "paused"
    RESUMED = "resumed"
    LEFT = "left"
    BACK = "back"


def record(
    db: Session,
    subscriber_id: int,
    what: What,
    *,
    list_id: int | None,
    now: datetime,
    wording: str = "",
    network: str = "",
) -> None:
    """Append one line; ``wording`` is the text the reader saw, ``network`` where it came from."""
    db.add(
        Consent(
            subscriber_id=subscriber_id, list_id=list_id, what=what.value, wording=wording,
            network=network, at=now,
        )
    )
