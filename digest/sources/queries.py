"""Sources as the surfaces show them: with their health, their pace and what is used of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Select, column, func, select, table
from sqlalchemy.orm import Session

from digest.articles.cleaning import Rules, from_json
from digest.articles.models import Article, Topic
from digest.sources.health import ILL, PACE_DAYS, health_of
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
    the last 30 days that issues took, from 0 to 1. ``outcome`` is how the last try ended, ``status``
    the code of the reply.
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
    status: int | None
    last_ok_at: datetime | None
    last_item_at: datetime | None
    next_at: datetime | None
    moved_to: str | None
    per_day: float
    used_share: float
    articles: int
    site_host: str = ""
    has_rules: bool = False


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
    """One source with its last attempts, the newest first, and what is cut from its articles."""

    source: SourceRow
    attempts: tuple[AttemptRow, ...]
    rules: Rules


def sources_with_health(db: Session, now: datetime) -> tuple[SourceRow, ...]:
    """Return every source by name, in a fixed number of questions."""
    return _rows(db, select(Source).order_by(Source.name, Source.id), now)


def ill_sources(
    db: Session, now: datetime, *, limit: int
) -> tuple[tuple[SourceRow, ...], int]:
    """Return the first sources that need a person, by name, and how many there are in all."""
    by_name = select(Source).order_by(Source.name, Source.id)
    ill = [one.id for one in db.scalars(by_name) if _health(one, now) in ILL]
    wanted = by_name.where(Source.id.in_(ill[:limit]))
    return (_rows(db, wanted, now) if ill else ()), len(ill)


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
        from_json(db.scalar(select(Source.rules).where(Source.id == source_id))),
    )


def _rows(db: Session, wanted: Select[Source], now: datetime) -> tuple[SourceRow, ...]:
    topics: dict[int, str] = dict(_pairs(db, select(Topic.id, Topic.name)))
    week = _counts(db, wanted, Article.published_at > now - timedelta(days=PACE_DAYS))
    lately = Article.published_at > now - USED_SINCE
    month = _counts(db, wanted, lately)
    in_issue = select(ITEM.c.article_id).where(ITEM.c.article_id == Article.id).exists()
    used = _counts(db, wanted, lately, in_issue)
    total = _counts(db, wanted)
    tries = _last_tries(db, wanted)
    return tuple(
        SourceRow(
            id=one.id, kind=one.kind, name=one.name, url=one.url, state=one.state,
            health=_health(one, now),
            topic_id=one.topic_id, topic_name=topics.get(one.topic_id or 0, ""),
            weight=one.weight, failures=one.failures, outcome=tries.get(one.id, ("", None))[0],
            status=tries.get(one.id, ("", None))[1],
            last_ok_at=one.last_ok_at, last_item_at=one.last_item_at, next_at=one.next_at,
            moved_to=one.moved_to, per_day=week.get(one.id, 0) / PACE_DAYS,
            used_share=used.get(one.id, 0) / month[one.id] if month.get(one.id) else 0.0,
            articles=total.get(one.id, 0), site_host=one.site_host,
            has_rules=bool(from_json(one.rules)),
        )
        for one in db.scalars(wanted)
    )  # fmt: skip


def _health(one: Source, now: datetime) -> str:
    return health_of(
        state=one.state, kind=one.kind, failures=one.failures, last_ok_at=one.last_ok_at,
        last_item_at=one.last_item_at, now=now,
    )


def _counts(db: Session, wanted: Select[Source], *conditions: Any) -> dict[int, int]:
    """How many articles of each wanted source fulfil the conditions."""
    ids = wanted.with_only_columns(Source.id).order_by(None)
    return dict(
        _pairs(
            db,
            select(Article.source_id, func.count(Article.id))
            .where(Article.source_id.in_(ids), *conditions)
            .group_by(Article.source_id),
        )
    )


def _last_tries(db: Session, wanted: Select[Source]) -> dict[int, tuple[str, int | None]]:
    """How the last try of each source ended: its outcome, and the status of the reply."""
    newest = (
        select(FetchAttempt.id)
        .where(FetchAttempt.source_id == Source.id)
        .order_by(FetchAttempt.at.desc(), FetchAttempt.id.desc())
        .limit(1)
        .correlate(Source)
        .scalar_subquery()
    )
    rows = db.execute(
        select(FetchAttempt.source_id, FetchAttempt.outcome, FetchAttempt.status)
        .where(FetchAttempt.id.in_(wanted.with_only_columns(newest).order_by(None)))
    )
    return {row.source_id: (row.outcome, row.status) for row in rows}


def _pairs(db: Session, statement: Select[Any, Any]) -> list[tuple[Any, Any]]:
    return [(row[0], row[1]) for row in db.execute(statement)]
