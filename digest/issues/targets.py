"""Where the counted links of a frozen issue lead."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.issues.document import Slot
from digest.issues.models import Edition, Link
from digest.issues.tracked import untracked


def targets(db: Session, issue_id: int) -> dict[int, str]:
    """Return the addresses of an issue's counted links by number; they never change."""
    rows = db.execute(select(Link.n, Link.url).where(Link.issue_id == issue_id))
    return {row.n: row.url for row in rows}


def plain_html(db: Session, edition: Edition) -> str:
    """Return a stored edition for those who are not its readers: nothing in it counts them."""
    if Slot.CLICK not in edition.html and Slot.OPEN not in edition.html:
        return edition.html
    return untracked(edition.html, targets(db, edition.issue_id))
