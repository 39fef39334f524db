"""The places that send from this database: a copied or restored one waits here for a yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.delivery import flow, hold
from digest.delivery.queries import OPEN_STATES, outbox
from digest.issues.models import Issue, IssueState
from digest.newsletters.templates import broken_in_use
from digest.staff.roles import Action
from digest.web.admin import bp
from digest.web.guard import allowed, back, needs, now, system, who
from digest.web.words import HOLDS, REASONS

COMING = (IssueState.SCHEDULED, IssueState.FROZEN, IssueState.SENDING)


@dataclass(frozen=True, slots=True)
class Coming:
    """An issue whose mails leave once sending is allowed; ``left`` are those of a begun one."""

    id: int
    subject: str
    state: str
    send_at: datetime | None
    left: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """A send that stopped by itself."""

    issue_id: int
    subject: str
    reason: str


@bp.get("/instance")
@needs(Action.VIEW)
def instance() -> ResponseReturnValue:
    """Show the places, and what will leave once one on hold may send."""
    with system().db.read() as db:
        rows = hold.instances(db)
        coming = _coming(db)
    return render_template("admin/instance.html", rows=rows, coming=coming, holds=HOLDS)


@bp.post("/instance/<instance_id>/confirm")
@needs(Action.SETTINGS)
def confirm_instance(instance_id: str) -> ResponseReturnValue:
    """Let a place send."""
    with system().db.write() as db:
        hold.confirm(db, instance_id, by=who().id, now=now())
    flash(_("سُمح بالإرسال. ما فات موعده لا يُرسل وحده، وما بدأ إرساله يُستأنف."), "ok")
    return back("admin.instance")


def alarms() -> dict[str, object]:
    """Return what every page should say aloud: sending is on hold, or a send stopped by itself."""
    if not allowed(Action.VIEW):
        return {"held": False, "stopped": (), "broken": ()}
    with system().db.read() as db:
        rows = db.execute(
            select(Issue.id, Issue.subject, Issue.reason)
            .where(Issue.state == IssueState.PAUSED, Issue.reason != "").order_by(Issue.id)
        )
        stopped = tuple(Alarm(one, subject, _why(reason)) for one, subject, reason in rows)
        return {"held": hold.is_waiting(db), "stopped": stopped,
                "broken": broken_in_use(db)}


@bp.context_processor
def _alarms() -> dict[str, object]:
    return {"alarms": alarms}


def _why(reason: str) -> str:
    return str(REASONS.get(reason.partition(":")[0]) or reason)


def _coming(db: Session) -> tuple[Coming, ...]:
    rows = db.execute(
        select(Issue.id, Issue.subject, Issue.state, Issue.send_at)
        .where(Issue.state.in_(COMING)).order_by(Issue.send_at, Issue.id)
    )
    return tuple(Coming(*row, left=_left(db, row.id)) for row in rows)


def _left(db: Session, issue_id: int) -> int:
    """The mails that are still to go; those of a large send are counted beside the pages."""
    counts = flow.kept_counts(db, issue_id) or outbox(db, issue_id)
    return sum(counts.get(one.name.lower(), 0) for one in OPEN_STATES)
