"""Who writes where: a lease on a section, taken with the first edit and renewed while one writes.

Others read the section and may ask for it; what they would change in it is refused by name. A lease
ends a minute after its holder fell silent, so a closed lid holds up nobody (DESIGN §3).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, aliased

from digest.issues.models import SectionLock
from digest.staff import audit
from digest.staff.models import User
from digest.system.errors import Refused

LEASE = timedelta(seconds=60)
WORDS = 0  # the part that is the issue's own words


@dataclass(frozen=True, slots=True)
class Lock:
    """A section in hand: whose, until when, and who asked for it ("" for nobody)."""

    section_id: int
    user_id: int
    name: str
    expires_at: datetime
    asked_by: str = ""


def held(db: Session, issue_id: int, now: datetime) -> dict[int, Lock]:
    """Return the sections of an issue that somebody writes in now."""
    asker = aliased(User)
    rows = db.execute(
        select(SectionLock.section_id, SectionLock.user_id, User.name, SectionLock.expires_at,
               asker.name)
        .join(User, User.id == SectionLock.user_id)
        .outerjoin(asker, asker.id == SectionLock.asked_by)
        .where(SectionLock.issue_id == issue_id, SectionLock.expires_at > now)
    )
    return {row[0]: Lock(row[0], row[1], row[2], row[3], row[4] or "") for row in rows}


def demand(
    db: Session, issue_id: int, sections: Collection[int], *, by: int | None, now: datetime
) -> None:
    """Raise Refused("section_locked") where a colleague writes in one of the sections."""
    taken = held(db, issue_id, now)
    for section_id in sorted(sections):
        lock = taken.get(section_id)
        if lock is not None and lock.user_id != by:
            raise Refused("section_locked", section=section_id, name=lock.name)


def take(
    db: Session, issue_id: int, sections: Collection[int], *, by: int | None, now: datetime
) -> None:
    """Hold sections for a minute from now; raises Refused("section_locked").

    A machine, which has no ``by``, holds nothing.
    """
    demand(db, issue_id, sections, by=by, now=now)
    if by is None:
        return
    mine = {one.section_id for one in held(db, issue_id, now).values() if one.user_id == by}
    for section_id in sections:
        if section_id in mine:
            _extend(db, issue_id, section_id, by, now)
        else:
            db.merge(SectionLock(
                issue_id=issue_id, section_id=section_id, user_id=by, expires_at=now + LEASE,
                asked_by=None,
            ))
    db.flush()


def renew(
    db: Session, issue_id: int, sections: Collection[int], *, by: int, now: datetime
) -> frozenset[int]:
    """Go on holding sections; returns those that are not the caller's any more."""
    mine = {one.section_id for one in held(db, issue_id, now).values() if one.user_id == by}
    for section_id in mine & set(sections):
        _extend(db, issue_id, section_id, by, now)
    return frozenset(sections) - mine


def release(db: Session, issue_id: int, section_id: int, *, by: int) -> None:
    """Let a section go; nothing happens when it is not the caller's."""
    db.execute(
        delete(SectionLock).where(
            SectionLock.issue_id == issue_id, SectionLock.section_id == section_id,
            SectionLock.user_id == by,
        )
    )


def ask(db: Session, issue_id: int, section_id: int, *, by: int, now: datetime) -> None:
    """Tell the holder of a section that a colleague waits; raises Refused("section_free")."""
    lock = held(db, issue_id, now).get(section_id)
    if lock is None or lock.user_id == by:
        raise Refused("section_free")
    db.execute(
        update(SectionLock)
        .where(SectionLock.issue_id == issue_id, SectionLock.section_id == section_id)
        .values(asked_by=by)
    )


def take_over(db: Session, issue_id: int, section_id: int, *, by: int, now: datetime) -> None:
    """Take a section from a colleague; what he saved stays, and the trail says who took it."""
    lock = held(db, issue_id, now).get(section_id)
    db.merge(SectionLock(
        issue_id=issue_id, section_id=section_id, user_id=by, expires_at=now + LEASE, asked_by=None
    ))
    audit.record(db, "issue.take_over", now=now, by=by, subject="issue", subject_id=issue_id,
                 section=section_id, of=lock.user_id if lock else None)
    db.flush()


def _extend(db: Session, issue_id: int, section_id: int, by: int, now: datetime) -> None:
    db.execute(
        update(SectionLock)
        .where(
            SectionLock.issue_id == issue_id, SectionLock.section_id == section_id,
            SectionLock.user_id == by,
        )
        .values(expires_at=now + LEASE)
    )
