"""Counting in the background what pages show, where there is too much to count it for each page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.orm import Session

from digest.audience import forms, growth, lists, queries
from digest.audience.models import Subscriber
from digest.delivery import flow
from digest.feedback import numbers, reactions
from digest.issues.models import Issue, IssueState
from digest.newsletters.models import Newsletter
from digest.system import queue, tally
from digest.system.build import System
from digest.system.tally import Tally

KIND = "count"
SENDS = "count_sends"  # those that run, which move faster than all else that is counted
LARGE = 50_000  # readers; fewer are counted in a few milliseconds, so nothing is kept
ISSUES = 30  # the latest, those that pages show beside each other
EARLIER = 20  # issues of before anything was kept that are counted at a time
FRESH = timedelta(days=7)  # in which readers still open and leave in numbers
DAY = timedelta(days=1)
THRIFT = 20  # a number that took a second is left alone for so many
Count = Callable[[Session, datetime], Any]


def queue_counting(db: Session, now: datetime) -> int:
    """Queue the counting where there is much to count; returns how many jobs were new."""
    return int(queue.put(db, KIND, key="all", now=now)) if _is_large(db) else 0


def queue_sends(db: Session, now: datetime) -> int:
    """Queue the counting of the sends that run, where they may be large."""
    running = select(Issue.id).where(Issue.state == IssueState.SENDING.value).limit(1)
    if db.scalar(running) is None or not _is_large(db):
        return 0
    return int(queue.put(db, SENDS, key="all", now=now))


def count_sends(system: System) -> None:
    """Count the mails of every send that runs."""
    with system.db.read() as db:
        running = list(db.scalars(select(Issue.id).where(Issue.state == IssueState.SENDING.value)))
    for issue_id in running:
        flow.keep(system, issue_id)


def count_again(system: System) -> None:
    """Count everything that is kept, each number in a transaction of its own."""
    now = system.clock.now()
    with system.db.read() as db:
        newsletters = list(db.scalars(select(Newsletter.id)))
        issues = _due(db, now)
    work: dict[str, Count] = {
        lists.KEPT: lambda db, _now: lists.count_lists(db),
        queries.KEPT: lambda db, _now: queries.count_statuses(db),
        growth.NAME: lambda db, at: growth.count_growth(db, now=at),
        forms.KEPT: lambda db, _now: forms.count_forms(db),
    }
    for one in newsletters:
        work[lists.recipients_name(one)] = _recipients_of(one)
    for name in _affordable(system, work, now):
        begun = system.clock.ticks()
        _keep(system, name, work[name])
        _spent(system, name, begun)
    by_name = {numbers.name(one): one for one in issues}
    for name in _affordable(system, by_name, now):
        begun = system.clock.ticks()
        _count_issue(system, by_name[name])
        _spent(system, name, begun)


def _count_issue(system: System, issue_id: int) -> None:
    """Its mails, its clicks, and then the numbers that are made of both."""
    flow.keep(system, issue_id)
    _keep(system, reactions.name(issue_id), lambda db, _: reactions.count_reactions(db, issue_id))
    _keep(system, numbers.name(issue_id),
          lambda db, now: numbers.facts(numbers.count_issue(db, issue_id, now=now)))


def _keep(system: System, name: str, count: Count) -> None:
    now = system.clock.now()
    with system.db.read() as db:
        facts = count(db, now)
    with system.db.write() as db:
        tally.keep(db, name, facts, now=now)


def _affordable(system: System, names: Iterable[str], now: datetime) -> list[str]:
    """The names whose last counting is long enough ago for what it cost."""
    costs: dict[str, float] = system.memory.get("count", {})
    with system.db.read() as db:
        found = tally.kept_each(db, names)
    return [
        one for one in names
        if one not in found
        or now - found[one].at >= timedelta(seconds=THRIFT * costs.get(one, 0.0))
    ]


def _spent(system: System, name: str, begun: float) -> None:
    system.memory.setdefault("count", {})[name] = system.clock.ticks() - begun


def _is_large(db: Session) -> bool:
    return (db.scalar(select(func.max(Subscriber.id))) or 0) >= LARGE


def _recipients_of(newsletter_id: int) -> Count:
    return lambda db, now: lists.count_recipients_now(db, newsletter_id, now)


def _due(db: Session, now: datetime) -> list[int]:
    """Issues that went out: young ones each time, the latest once a day, all others once."""
    went_out = Issue.state.in_([one.value for one in numbers.WENT_OUT])
    rows = db.execute(
        select(Issue.id, Issue.send_at, Issue.state).where(went_out)
        .order_by(Issue.send_at.desc().nulls_last(), Issue.id.desc()).limit(ISSUES)
    ).all()
    found = tally.kept_each(db, [numbers.name(row[0]) for row in rows])
    latest = [
        issue_id for issue_id, send_at, state in rows
        if numbers.name(issue_id) not in found
        or state in {IssueState.SENDING, IssueState.PAUSED}
        or send_at is None or now - send_at < FRESH
        or now - found[numbers.name(issue_id)].at > DAY
    ]
    never = ~select(Tally.name).where(
        Tally.name == literal(numbers.KEPT) + cast(Issue.id, String)
    ).exists()
    earlier = db.scalars(
        select(Issue.id).where(went_out, never, Issue.id.not_in([row[0] for row in rows]))
        .order_by(Issue.id.desc()).limit(EARLIER)
    )
    return [*latest, *earlier]
