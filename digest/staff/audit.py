"""The audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from digest.staff.models import AuditEntry


def record(
    db: Session,
    action: str,
    *,
    now: datetime,
    by: int | None = None,
    subject: str = "",
    subject_id: int | None = None,
    **facts: Any,
) -> None:
    """Write down who did what to which thing; ``facts`` must be JSON values without addresses."""
    db.add(
        AuditEntry(
            at=now, user_id=by, action=action, subject=subject, subject_id=subject_id, facts=facts
        )
    )
