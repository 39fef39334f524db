"""After a crash: what was in hand becomes uncertain, the rest goes on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.delivery import leases
from digest.delivery.queries import open_chunks
from digest.delivery.send import close_if_done
from digest.issues.models import Issue, IssueState
from digest.system import log, queue
from digest.system.build import System

UNDER_WAY = (IssueState.FROZEN, IssueState.SENDING)


def recover(system: System) -> int:
    """Free what dead processes of this machine held and queue what is left to send.

    Called once before a process begins to work; returns how many mails became uncertain. A dead
    process of another machine is found out when its leases end.
    """
    now = system.clock.now()
    with system.db.write() as db:
        dead = queue.reclaim_dead(db, now)
        uncertain = sum(
            leases.break_lease(db, job.args["issue_id"], job.args["n"])
            for job in dead if job.kind == "send_chunk"
        )
        _queue_open(db, now)
    if dead:
        log.get("recover").warning("recovered", jobs=len(dead), uncertain=uncertain)
    return uncertain


def _queue_open(db: Session, now: datetime) -> None:
    """Put back every chunk that still has something to send and no job of its own."""
    for issue_id in db.scalars(select(Issue.id).where(Issue.state.in_(UNDER_WAY))).all():
        for n in open_chunks(db, issue_id):
            queue.put(db, "send_chunk", key=f"{issue_id}:{n}", now=now, issue_id=issue_id, n=n)
        close_if_done(db, issue_id, now)
