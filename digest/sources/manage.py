"""What an editor decides about a source: its name, its topic, whether it is asked at all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.sources.models import Source, SourceKind, SourceState
from digest.staff import audit
from digest.system import queue
from digest.system.errors import NotFound, Refused


def change_source(
    db: Session, source_id: int, *, name: str, topic_id: int | None, weight: float,
    by: int | None, now: datetime,
) -> None:
    """Set name, topic and weight; articles that were collected before keep theirs.

    Raises Refused("no_name") or NotFound("no_such_source").
    """
    if not name.strip():
        raise Refused("no_name")
    source = _source(db, source_id)
    source.name, source.topic_id = " ".join(name.split())[:200], topic_id
    source.weight = weight
    _record(db, "change", source_id, by=by, now=now)


def pause_source(db: Session, source_id: int, *, by: int | None, now: datetime) -> None:
    """Leave a source alone until ``resume_source``."""
    source = _source(db, source_id)
    source.state, source.next_at = SourceState.PAUSED.value, None
    _record(db, "pause", source_id, by=by, now=now)


def resume_source(db: Session, source_id: int, *, by: int | None, now: datetime) -> None:
    """Ask a source again, now, as if it had never failed."""
    source = _source(db, source_id)
    source.state, source.next_at, source.failures = SourceState.ACTIVE.value, now, 0
    db.flush()
    collect_now(db, now, source_id=source_id)
    _record(db, "resume", source_id, by=by, now=now)


def delete_source(db: Session, source_id: int, *, by: int | None, now: datetime) -> None:
    """Forget a source and its attempts; its articles stay, under the name they came by."""
    db.delete(_source(db, source_id))
    _record(db, "delete", source_id, by=by, now=now)


def collect_now(db: Session, now: datetime, *, source_id: int | None = None) -> int:
    """Queue one source, or every active one, at once; returns how many were not queued already."""
    statement = select(Source.id).where(
        Source.state == SourceState.ACTIVE, Source.kind != SourceKind.TEXT
    )
    if source_id is not None:
        _source(db, source_id)
        statement = statement.where(Source.id == source_id)
    return sum(
        queue.put(db, "collect_source", key=str(one), now=now, source_id=one)
        for one in db.scalars(statement.order_by(Source.id)).all()
    )


def _source(db: Session, source_id: int) -> Source:
    source = db.get(Source, source_id)
    if source is None:
        raise NotFound("no_such_source", source=source_id)
    return source


def _record(
    db: Session, act: str, source_id: int, *, by: int | None, now: datetime
) -> None:
    audit.record(db, f"source.{act}", now=now, by=by, subject="source", subject_id=source_id)
    db.flush()
