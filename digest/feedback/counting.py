"""Counting in the background what pages show, where there is too much to count it for each page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.audience import growth, lists, queries
from digest.audience.models import Subscriber
from digest.feedback import numbers
from digest.issues.models import Issue
from digest.newsletters.models import Newsletter
from digest.system import queue, tally
from digest.system.build import System

KIND = "count"
LARGE = 50_000  # readers; fewer are counted in a few milliseconds, so nothing is kept
ISSUES = 30  # the latest, those that pages show beside each other
FRESH = timedelta(days=7)  # in which readers still open and leave in numbers
DAY = timedelta(days=1)
Count = Callable[[Session, datetime], Any]


def queue_counting(db: Session, now: datetime) -> int:
    """Queue the counting where there is much to count; returns how many jobs were new."""
    if (db.scalar(select(func.max(Subscriber.id))) or 0) < LARGE:
        return 0
    return int(queue.put(db, KIND, key="all", now=now))


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
    }
    for one in newsletters:
        work[lists.recipients_name(one)] = _recipients_of(one)
    for one in issues:
        work[numbers.name(one)] = _numbers_of(one)
    for name, count in work.items():
        with system.db.read() as db:
            facts = count(db, now)
        with system.db.write() as db:
            tally.keep(db, name, facts, now=now)


def _recipients_of(newsletter_id: int) -> Count:
    return lambda db, now: lists.count_recipients_now(db, newsletter_id, now)


def _numbers_of(issue_id: int) -> Count:
    return lambda db, now: numbers.facts(numbers.count_issue(db, issue_id, now=now))


def _due(db: Session, now: datetime) -> list[int]:
    """The latest issues that went out: young ones each time, the others once a day."""
    rows = db.execute(
        select(Issue.id, Issue.send_at)
        .where(Issue.state.in_([one.value for one in numbers.WENT_OUT]))
        .order_by(Issue.send_at.desc(), Issue.id.desc()).limit(ISSUES)
    ).all()
    found = tally.kept_each(db, [numbers.name(row[0]) for row in rows])
    return [
        issue_id for issue_id, send_at in rows
        if numbers.name(issue_id) not in found
        or send_at is None or now - send_at < FRESH
        or now - found[numbers.name(issue_id)].at > DAY
    ]
