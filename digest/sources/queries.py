"""Sources as the surfaces show them: with their health, their pace and what is used of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Select, column, func, select, table
from sqlalchemy.orm import Session

from digest.articles.models import Article, Topic
from digest.sources.health import PACE_DAYS, health_of
from digest.sources.models import FetchAttempt, Source
from digest.system.errors import NotFound

USED_SINCE = timedelta(days=30)
ATTEMPTS = 5
# The room of issues is beside this one; of its table, only this column matters here.
ITEM = table("item", column("article_id", Integer))


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source in a table.

    ``per_day`` are articles a day in the last week, ``used_share`` is the part of the articles of
    the last 30 days that issues took, from 0 to 1. ``outcome`` is how the last try ended.
    """

    id: int
    kind: str
    name: str
    url: str
    state: str
    health: str
    topic_id: int | None
    topic_name: str
    weight: float
    failures: int
    outcome: str
    last_ok_at: datetime | None
    last_item_at: datetime | None
    next_at: datetime | None
    moved_to: str | None
    per_day: float
    used_share: float
    articles: int


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One try to read a source."""

    at: datetime
    status: int | None
    outcome: str
    detail: str
    found: int
    added: int


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One source with its last attempts, the newest first."""

    source: SourceRow
    attempts: tuple[AttemptRow, ...]


def sources_with_health(db: Session, now: datetime) -> tuple[SourceRow, ...]:
    """Return every source by name, in a fixed number of questions."""
    return _rows(db, select(Source).order_by(Source.name, Source.id), now)


def source(db: Session, source_id: int, now: datetime) -> SourcePage:
    """Return one source with its last five attempts. Raises NotFound("no_such_source")."""
    rows = _rows(db, select(Source).where(Source.id == source_id), now)
    if not rows:
        raise NotFound("no_such_source", source=source_id)
    attempts = db.scalars(
        select(FetchAttempt)
        .where(FetchAttempt.source_id == source_id)
        .order_by(FetchAttempt.at.desc(), FetchAttempt.id.desc())
        .limit(ATTEMPTS)
    )
    return SourcePage(
        rows[0],
        tuple(
            AttemptRow(one.at, one.status, one.outcome, one.detail, one.found, one.added)
            for one in attempts
        ),
    )


def _rows(db: Session, wanted: Select[Source], now: datetime) -> tuple[SourceRow, ...]:
    topics: dict[int, str] = dict(_pairs(db, select(Topic.id, Topic.name)))
    week = _counts(db, Article.published_at > now - timedelta(days=PACE_DAYS))
    month = _counts(db, Article.collected_at > now - USED_SINCE)
    used = _counts(
        db, Article.collected_at > now - USED_SINCE, Article.id.in_(select(ITEM.c.article_id))
    )
    total = _counts(db)
    outcomes = _last_outcomes(db)
    return tuple(
        SourceRow(
            id=one.id, kind=one.kind, name=one.name, url=one.url, state=one.state,
            health=health_of(
                state=one.state, kind=one.kind, failures=one.failures, last_ok_at=one.last_ok_at,
                last_item_at=one.last_item_at, now=now,
            ),
            topic_id=one.topic_id, topic_name=topics.get(one.topic_id or 0, ""),
            weight=one.weight, failures=one.failures, outcome=outcomes.get(one.id, ""),
            last_ok_at=one.last_ok_at, last_item_at=one.last_item_at, next_at=one.next_at,
            moved_to=one.moved_to, per_day=week.get(one.id, 0) / PACE_DAYS,
            used_share=used.get(one.id, 0) / month[one.id] if month.get(one.id) else 0.0,
            articles=total.get(one.id, 0),
        )
        for one in db.scalars(wanted)
    )  # fmt: skip


def _counts(db: Session, *conditions: Any) -> dict[int, int]:
    """How many articles of each source fulfil the conditions."""
    return dict(
        _pairs(
            db,
            select(Article.source_id, func.count(Article.id))
            .where(Article.source_id.is_not(None), *conditions)
            .group_by(Article.source_id),
        )
    )


def _last_outcomes(db: Session) -> dict[int, str]:
    newest = select(func.max(FetchAttempt.id)).group_by(FetchAttempt.source_id)
    return dict(
        _pairs(
            db,
            select(FetchAttempt.source_id, FetchAttempt.outcome).where(
                FetchAttempt.id.in_(newest)
            ),
        )
    )


def _pairs(db: Session, statement: Select[Any, Any]) -> list[tuple[Any, Any]]:
    return [(row[0], row[1]) for row in db.execute(statement)]
