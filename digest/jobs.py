"""What the job table's words mean, and how one job is run. Threads, a test or Celery call this."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from digest.articles.enrich import enrich_article
from digest.articles.stories import regroup
from digest.articles.telling import queue_retelling, retell_story
from digest.audience import runs
from digest.delivery import hold, uncertain
from digest.delivery.drafts import mail_draft
from digest.delivery.invitations import send_invitation
from digest.delivery.launch import launch_issue
from digest.delivery.notices import send_confirmation, tell_editor
from digest.delivery.send import send_chunk
from digest.delivery.trial import send_test
from digest.feedback import counting
from digest.feedback.bounces import read_mailbox
from digest.feedback.refusals import note_refusals
from digest.issues import approval, first, linkcheck, prepare, rewording, states
from digest.sources import collect
from digest.staff import invitations
from digest.system import log, queue
from digest.system.build import System
from digest.system.errors import Stopped

LEADER = "calendar"
LEAD_SECONDS = 15.0  # a leader that says nothing for so long is replaced


def _prepare(system: System, newsletter_id: int, slot_at: str) -> None:
    prepare.prepare_issue(system, newsletter_id, datetime.fromisoformat(slot_at))


def _read_mailbox(db: Session, now: datetime) -> int:
    return queue.put(db, "read_mailbox", key="all", now=now)


def _regroup(system: System) -> None:
    regroup(system)
    with system.db.write() as db:
        queue_retelling(db, system.clock.now())


JOBS: dict[str, Callable[..., object]] = {
    "collect_source": collect.collect_source,
    runs.KIND: runs.run_import,
    "enrich_article": enrich_article,
    "regroup": _regroup,
    "retell_story": retell_story,
    "prepare_issue": _prepare,
    prepare.FIRST: first.draft_first,
    rewording.KIND: rewording.rewrite_item,
    linkcheck.KIND: linkcheck.check_links,
    "tell_editor": tell_editor,
    approval.KIND: mail_draft,
    "send_confirmation": send_confirmation,
    "send_test": send_test,
    invitations.KIND: send_invitation,
    uncertain.KIND: uncertain.settle,
    "read_mailbox": read_mailbox,
    counting.KIND: counting.count_again,
    counting.SENDS: counting.count_sends,
    "launch_issue": launch_issue,
    "send_chunk": send_chunk,
}
SENDING = frozenset({"launch_issue", "send_chunk"})
OTHERS = frozenset(JOBS) - SENDING
# What nothing may do that woke up in a copied or restored database, until a person says so.
MAILING = SENDING | {
    "tell_editor", approval.KIND, "send_confirmation", "send_test", "read_mailbox", invitations.KIND,
}
HELD = timedelta(seconds=30)  # until a job that was handed over on hold is looked at again


@dataclass(frozen=True, slots=True)
class Pulse:
    """A rule that looks for what is due, every so many seconds, where ``when`` says it is of use."""

    rule: Callable[[Session, datetime], int]
    seconds: float
    when: Callable[[System], bool] | None = None


PULSES: dict[str, Pulse] = {
    "launch": Pulse(states.enqueue_due, 1.0),
    "calendar": Pulse(prepare.plan, 5.0),
    "silence": Pulse(approval.answer_silence, 5.0),
    "collect": Pulse(collect.enqueue_due, 15.0),
    "mailbox": Pulse(_read_mailbox, 60.0, lambda system: bool(system.settings.bounce_mailbox)),
    "refusals": Pulse(note_refusals, 30.0),
    "links": Pulse(linkcheck.queue_due, 15.0),
    "retell": Pulse(queue_retelling, 10.0),  # what editors merged, split or set aside
    "count": Pulse(counting.queue_counting, 30.0),
    "count_sends": Pulse(counting.queue_sends, 2.0),
    "uncertain": Pulse(uncertain.queue_asking, 300.0, uncertain.can_ask),
}


def tick(system: System, holder: str, last: dict[str, datetime]) -> bool:
    """Run the pulses whose time has come, if ``holder`` leads; False while another one does.

    ``last`` remembers when each pulse ran; it belongs to the caller, and losing it costs nothing:
    what the pulses queue has unique keys.
    """
    hold.beat(system)
    now = system.clock.now()
    with system.db.write() as db:
        if not queue.take_lead(db, LEADER, holder, now, LEAD_SECONDS):
            return False
    for name, pulse in PULSES.items():
        if name in last and now - last[name] < timedelta(seconds=pulse.seconds):
            continue
        if pulse.when is not None and not pulse.when(system):
            continue
        last[name] = now
        with system.db.write() as db:
            pulse.rule(db, now)
    return True


def take(system: System, worker: str, kinds: Collection[str]) -> queue.Claim | None:
    """Claim one due job of these kinds, if there is one; none that mails while we are on hold."""
    kinds = frozenset(kinds)
    if kinds & MAILING and not hold.may_send(system):
        kinds -= MAILING
    with system.db.write() as db:
        claims = queue.claim(db, worker, kinds=kinds, now=system.clock.now())
    return claims[0] if claims else None


def run_job(system: System, job: queue.Claim) -> bool:
    """Run a claimed job and write down how it ended; True when it is done.

    A failure of any kind puts the job back with growing delay, and parks it as dead in the end:
    shown in the panel, never lost.
    """
    logger = log.get("jobs")
    if job.kind in MAILING and not hold.may_send(system):
        with system.db.write() as db:
            queue.release(db, job, system.clock.now() + HELD)
        return False
    try:
        JOBS[job.kind](system, **job.args)
    except Stopped:
        with system.db.write() as db:
            queue.release(db, job, system.clock.now())
        return False
    except Exception as error:
        facts = {"job": job.id, "kind": job.kind, **_ids(job.args)}
        with system.db.write() as db:
            state = queue.retry(db, job, _short(error), system.clock.now())
        logger.error("job_failed", state=state.value, exc_info=error, **facts)
        return False
    with system.db.write() as db:
        queue.finish(db, job)
    return True


def drain(system: System, kinds: Collection[str] = frozenset(JOBS), *, worker: str = "",
          most: int = 100_000) -> int:
    """Run jobs that are due, one after another, until none is left; returns how many ran.

    Raises RuntimeError after ``most`` jobs: a job that queues itself for ever would never end.
    """
    name = worker or queue.worker_name(0)
    for count in range(most):
        job = take(system, name, kinds)
        if job is None:
            return count
        run_job(system, job)
    raise RuntimeError("the jobs do not come to an end")


def _ids(args: dict[str, Any]) -> dict[str, Any]:
    """The numbers among a job's arguments: enough to find it, and never an address."""
    return {name: value for name, value in args.items() if isinstance(value, int)}


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
