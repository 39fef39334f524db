"""The trail: who did what, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.staff.models import AuditEntry, User
from digest.staff.roles import Action
from digest.web.admin import bp
from digest.web.admin.actions import ACTIONS, SUBJECTS
from digest.web.guard import needs, system

PAGE = 50


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the trail."""

    at: datetime
    who: str
    action: str
    subject: str
    subject_id: int | None
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the trail, newest first; ``older`` is the page number after it, if any."""

    rows: tuple[AuditRow, ...]
    number: int
    older: int | None
    total: int


def read_trail(db: Session, page: int) -> AuditPage:
    """Return one page (from 1) of the trail."""
    statement = (
        select(AuditEntry, User.name)
        .outerjoin(User, User.id == AuditEntry.user_id)
        .order_by(AuditEntry.id.desc())
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )
    found = db.execute(statement).all()
    total = db.scalar(select(func.count()).select_from(AuditEntry)) or 0
    rows = tuple(_row(one, name) for one, name in found[:PAGE])
    return AuditPage(rows, page, page + 1 if len(found) > PAGE else None, total)


def read_history(
    db: Session, subject: str, subject_id: int, limit: int = PAGE
) -> tuple[AuditRow, ...]:
    """Return what was done to one thing, newest first."""
    statement = (
        select(AuditEntry, User.name)
        .outerjoin(User, User.id == AuditEntry.user_id)
        .where(AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    return tuple(_row(one, name) for one, name in db.execute(statement))


@bp.get("/audit")
@needs(Action.USERS)
def trail() -> ResponseReturnValue:
    """Show the trail."""
    number = max(1, request.args.get("page", 1, type=int))
    with system().db.read() as db:
        page = read_trail(db, min(number, 1_000_000))
    return render_template("admin/audit.html", page=page, actions=ACTIONS, subjects=SUBJECTS)


def _row(one: AuditEntry, name: str | None) -> AuditRow:
    return AuditRow(
        one.at, name or "", one.action, one.subject, one.subject_id, _facts(one.facts)
    )


def _facts(facts: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(value)) for key, value in facts.items() if value not in (None, ""))
