"""Freezing an issue and fanning it out: all of it in one write, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

from sqlalchemy import String, func, insert, literal, select
from sqlalchemy.orm import Session

from digest.audience.suppress import recipients, sole_list
from digest.delivery.compose import skeleton
from digest.delivery.models import Chunk, Delivery, DeliveryState
from digest.delivery.queries import load_sender
from digest.issues import states
from digest.issues.document import IssueDoc, Rendered, Variant
from digest.issues.models import Edition, Issue, IssueState, Link
from digest.issues.prepare import PROMPT
from digest.issues.queries import load_document
from digest.issues.render import broken_templates, render_issue
from digest.issues.tracked import track
from digest.newsletters import templates
from digest.newsletters.models import Late, Newsletter
from digest.system import queue
from digest.system.build import System
from digest.system.db import UTC
from digest.system.errors import Conflict, Refused
from digest.system.links import click_mark
from digest.text.urls import host

CHUNK = 2000  # mails of one job; ten seconds or less with a good relay
TRIES = 5  # an editor who saves at this very moment is faster at most so often


@dataclass(frozen=True, slots=True)
class Loaded:
    """A due issue as it was read: to be frozen only if nothing has changed since."""

    doc: IssueDoc
    digits: str
    variants: frozenset[str]
    track_opens: bool
    track_clicks: bool


def launch_issue(system: System, issue_id: int) -> None:
    """Freeze a due issue, store its editions and queue a mail for each reader, once.

    An issue that is not scheduled or not yet due is left alone; one that is empty, too late,
    without readers or with errors fails with its reason and the editor is told. Raises
    Conflict("stale_issue") when it never stood still.
    """
    for _ in range(TRIES):
        now = system.clock.now()
        with system.db.write() as db:
            if not _ready(db, issue_id, now):
                return
        with system.db.read() as db:
            loaded = _load(db, issue_id, base_url=system.settings.base_url, now=now)
        rendered = {
            name: render_issue(loaded.doc, Variant(digits=name))
            for name in sorted(loaded.variants)
        }
        rendered, targets = track(
            rendered, clicks=loaded.track_clicks, opens=loaded.track_opens,
            own_host=host(system.settings.base_url),
            mark=partial(click_mark, system.signer, issue_id),
        )
        problem = _problem(system, loaded, rendered)
        with system.db.write() as db:
            if problem:
                states.fail(db, issue_id, problem, now=now)
                return
            for n in broken_templates(rendered.values()):
                templates.mark_broken(db, loaded.doc.newsletter_id, n, now=now)
            if _freeze(db, loaded, rendered, targets, now=now):
                return
    raise Conflict("stale_issue", issue=issue_id)


def _ready(db: Session, issue_id: int, now: datetime) -> bool:
    """Whether to send it now. One whose hour passed long ago, as after a restore, fails."""
    issue = states.get(db, issue_id)
    if issue.state != IssueState.SCHEDULED or issue.send_at is None or issue.send_at > now:
        return False
    newsletter = db.get_one(Newsletter, issue.newsletter_id)
    late = newsletter.late == Late.SEND
    grace = max(timedelta(minutes=newsletter.grace_minutes), PROMPT) if late else PROMPT
    # Who pressed "send" a moment ago and waited for a busy machine is not late.
    if now > issue.send_at + grace:
        states.fail(db, issue_id, "missed", now=now)
        return False
    if newsletter.four_eyes and issue.approved_version != issue.version:
        states.fail(db, issue_id, "not_approved", now=now)
        return False
    return True


def _load(db: Session, issue_id: int, *, base_url: str, now: datetime) -> Loaded:
    doc = load_document(db, issue_id, base_url=base_url, now=now)
    newsletter = db.get_one(Newsletter, doc.newsletter_id)
    return Loaded(
        doc=doc, digits=doc.look.digits,
        variants=_variants(db, doc.newsletter_id, default=doc.look.digits, now=now),
        track_opens=newsletter.track_opens, track_clicks=newsletter.track_clicks,
    )


def _variants(
    db: Session, newsletter_id: int, *, default: str, now: datetime
) -> frozenset[str]:
    found = recipients(
        newsletter_id, now=now, default_digits=default, only_list=sole_list(db, newsletter_id)
    ).order_by(None).subquery().c
    return frozenset(db.scalars(select(found[1]).distinct()))


def _problem(system: System, loaded: Loaded, rendered: Mapping[str, Rendered]) -> str:
    """Why an issue must not be sent: a code of ``web.words.REASONS``, or nothing."""
    doc = loaded.doc
    if not doc.items:
        return "empty"
    if not loaded.variants:
        return "no_recipients"
    if any(one.errors for one in rendered.values()):
        return "has_errors"
    try:
        with system.db.read() as db:
            sender = load_sender(db, doc.newsletter_id, base_url=system.settings.base_url)
        for one in rendered.values():
            skeleton(doc.issue_id, one.subject, one.html, one.text, sender)
    except Refused as error:  # a sender or subject that no mail header may hold
        return error.code
    return ""


def _freeze(
    db: Session, loaded: Loaded, rendered: Mapping[str, Rendered], targets: Mapping[int, str], *,
    now: datetime,
) -> bool:
    """Write all that sending needs; False when the issue or its readers changed meanwhile."""
    doc = loaded.doc
    issue = db.get_one(Issue, doc.issue_id, with_for_update=True, populate_existing=True)
    if issue.state != IssueState.SCHEDULED:
        return True
    variants = _variants(db, doc.newsletter_id, default=loaded.digits, now=now)
    if issue.version != doc.version or variants != loaded.variants:
        return False
    states.change(
        db, doc.issue_id, IssueState.SCHEDULED, IssueState.FROZEN, frozen_at=now,
        track_opens=loaded.track_opens, track_clicks=loaded.track_clicks,
    )
    db.execute(insert(Edition), [
        {"issue_id": doc.issue_id, "variant": name, "subject": one.subject, "html": one.html,
         "text": one.text, "sha256": one.sha256, "size": one.size}
        for name, one in rendered.items()
    ])
    if targets:
        db.execute(insert(Link), [
            {"issue_id": doc.issue_id, "n": n, "url": url} for n, url in targets.items()
        ])
    _fan_out(db, doc.issue_id, doc.newsletter_id, digits=loaded.digits, now=now)
    chunks = {
        f"{doc.issue_id}:{n}": {"issue_id": doc.issue_id, "n": n} for n in _cut(db, doc.issue_id)
    }
    queue.put_each(db, "send_chunk", chunks, now=now)
    return True


def _fan_out(
    db: Session, issue_id: int, newsletter_id: int, *, digits: str, now: datetime
) -> None:
    """One row per reader, in one statement inside the database (``bench/grow.py`` times it)."""
    people = recipients(
        newsletter_id, now=now, default_digits=digits, only_list=sole_list(db, newsletter_id)
    )
    columns = Delivery.__table__.c
    db.execute(
        insert(Delivery).from_select(
            [columns.subscriber_id, columns.variant, columns.issue_id, columns.state,
             columns.attempts, columns.at, columns.reply],
            people.add_columns(
                literal(issue_id), literal(DeliveryState.QUEUED.value, columns.state.type),
                literal(0), literal(now, UTC), literal("", String),
            ),
            include_defaults=False,
        )
    )


def _cut(db: Session, issue_id: int) -> list[int]:
    """Cut the rows into chunks of CHUNK readers and return their numbers.

    Walks along the primary key from one last reader to the next: numbering the rows instead takes
    ten times as long.
    """
    def last(after: int, place: int) -> int | None:
        return db.scalar(
            select(Delivery.subscriber_id)
            .where(Delivery.issue_id == issue_id, Delivery.subscriber_id > after)
            .order_by(Delivery.subscriber_id)
            .offset(place)
            .limit(1)
        )

    ends = [0]
    while (end := last(ends[-1], CHUNK - 1)) is not None:
        ends.append(end)
    rest = select(func.max(Delivery.subscriber_id)).where(Delivery.issue_id == issue_id)
    if (end := db.scalar(rest) or 0) > ends[-1]:
        ends.append(end)
    rows = [
        {"issue_id": issue_id, "n": n, "first_id": before + 1, "last_id": end, "epoch": 0}
        for n, (before, end) in enumerate(pairwise(ends))
    ]
    if rows:
        db.execute(insert(Chunk), rows)
    return list(range(len(rows)))
