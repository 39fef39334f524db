"""How a source is doing: when it is asked again, and what each try left behind."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from digest.sources.models import ASKED, FetchAttempt, Source, SourceKind, SourceState

SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(hours=6)
PAGE_INTERVAL = timedelta(hours=6)  # one page rarely changes
AT_MOST = timedelta(hours=24)  # for any delay, whatever a server asks for
ASKS_PER_ITEM = 2.0  # a source is asked about twice for each new item it brings
KEPT = timedelta(days=7)  # of attempts: about a thousand of a busy feed
PACE_DAYS = 7  # days of articles from which a source's pace is known
BROKEN_AT = 3  # failures in a row
QUIET = timedelta(days=3)  # without an item a source is slow
SILENT = timedelta(days=7)  # and then stopped
ILL = frozenset({"broken", "stopped", "slow", "dead"})  # what a person should look at
GOOD = frozenset({"ok", "not_modified"})


def interval(per_day: float) -> timedelta:
    """Return how long to wait between two tries of a feed with so many items a day."""
    if per_day <= 0:
        return LONGEST
    return min(max(timedelta(days=1 / (per_day * ASKS_PER_ITEM)), SHORTEST), LONGEST)


def backoff(failures: int) -> timedelta:
    """Return the wait after so many failures in a row: 10 minutes, doubled each time, to 24 h."""
    return min(SHORTEST * (1 << min(max(failures - 1, 0), 16)), AT_MOST)


def next_check(
    now: datetime, *, source_id: int, failures: int, wait: timedelta,
    retry_after: int | None = None,
) -> datetime:
    """Return when to ask again: after ``wait``, or as the server asked, within 24 hours.

    Up to a tenth is taken off by the source's id, so that sources do not all come at once and a
    test knows the moment. ``retry_after`` is in seconds and is never undercut.
    """
    if failures:
        wait = max(wait, backoff(failures))
    wait *= 1 - _share(source_id, failures) / 10
    if retry_after is not None:
        wait = max(wait, timedelta(seconds=min(retry_after, AT_MOST.total_seconds())))
    return now + min(wait, AT_MOST)


def health_of(
    *, state: str, kind: str, failures: int, last_ok_at: datetime | None,
    last_item_at: datetime | None, now: datetime,
) -> str:
    """Return one of new, active, slow, stopped, broken, paused, dead."""
    if state != SourceState.ACTIVE:
        return state
    if failures >= BROKEN_AT or (failures and last_ok_at is None):
        return "broken"
    if last_ok_at is None:
        return "new" if kind in ASKED else "active"
    quiet = now - (last_item_at or last_ok_at) if kind == SourceKind.FEED else timedelta()
    if quiet > SILENT:
        return "stopped"
    return "slow" if failures or quiet > QUIET else "active"


def record_attempt(
    db: Session, source: Source, outcome: str, *, now: datetime, per_day: float,
    status: int | None = None, detail: str = "", found: int = 0, added: int = 0,
    newest: datetime | None = None, retry_after: int | None = None,
) -> None:
    """Write a try down and set what follows from it; a source that is gone (410) is not asked again.

    ``newest`` is when the youngest of the added articles came out.
    """
    db.add(
        FetchAttempt(source_id=source.id, at=now, status=status, outcome=outcome,
                     detail=detail[:500], found=found, added=added)
    )
    db.execute(
        delete(FetchAttempt).where(
            FetchAttempt.source_id == source.id, FetchAttempt.at < now - KEPT
        )
    )
    if outcome in GOOD:
        source.failures, source.last_ok_at = 0, now
    else:
        source.failures += 1
    if newest is not None:
        source.last_item_at = max(newest, source.last_item_at or newest)
    if outcome == "gone":
        source.state, source.next_at = SourceState.DEAD.value, None
        return
    wait = PAGE_INTERVAL if source.kind == SourceKind.PAGE else interval(per_day)
    source.next_at = next_check(
        now, source_id=source.id, failures=source.failures, wait=wait, retry_after=retry_after
    )


def _share(source_id: int, failures: int) -> float:
    """A number from 0 to 1 that looks random and is not."""
    digest = hashlib.sha256(f"{source_id}:{failures}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
