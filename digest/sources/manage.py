"""What an editor does with a source. All raise NotFound("no_such_source")."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.articles.cleaning import Rules, to_json
from digest.sources.collect import enqueue
from digest.sources.models import ASKED, Source, SourceState
from digest.staff import audit
from digest.system.errors import NotFound, Refused
from digest.text import urls


class Act(StrEnum):
    """What can be done with several sources at once."""

    PAUSE = "pause"
    RESUME = "resume"
    COLLECT = "collect"
    TOPIC = "topic"
    DELETE = "delete"


def change_source(
    db: Session, source_id: int, *, name: str, topic_id: int | None, weight: float,
    by: int | None, now: datetime,
) -> None:
    """Set a source's name, default topic and weight. Raises Refused("no_name")."""
    source = _source(db, source_id)
    name = " ".join(name.split())[:200]
    if not name:
        raise Refused("no_name")
    source.name, source.topic_id, source.weight = name, topic_id, weight
    _done(db, source, "change", by, now)


def set_rules(
    db: Session, source_id: int, rules: Rules, *, by: int | None, now: datetime
) -> None:
    """Set what is cut from the articles that a source brings from now on."""
    source = _source(db, source_id)
    source.rules = to_json(rules)
    _done(db, source, "rules", by, now)


def pause_source(db: Session, source_id: int, *, by: int | None, now: datetime) -> None:
    """Leave a source alone until it is resumed."""
    source = _source(db, source_id)
    source.state, source.next_at = SourceState.PAUSED.value, None
    _done(db, source, "pause", by, now)


def resume_source(db: Session, source_id: int, *, by: int | None, now: datetime) -> None:
    """Ask a paused or given up source again, at once and with its failures forgotten."""
    source = _source(db, source_id)
    source.state, source.failures, source.next_at = SourceState.ACTIVE.value, 0, now
    _done(db, source, "resume", by, now)
    collect_now(db, now, source_id=source_id)


def accept_move(db: Session, source_id: int, *, by: int | None, now: datetime) -> None:
    """Take the address that a permanent redirect leads to as the source's own.

    Raises Refused("not_moved") and Refused("source_known") when another source has it.
    """
    source = _source(db, source_id)
    if source.moved_to is None:
        raise Refused("not_moved", source=source_id)
    key = urls.url_key(source.moved_to)
    known = db.scalar(select(Source.id).where(Source.url_key == key, Source.id != source_id))
    if known is not None:
        raise Refused("source_known", source=known)
    source.url, source.url_key = source.moved_to, key
    source.site_host, source.moved_to = urls.host(source.url), None
    _done(db, source, "move", by, now)


def delete_source(db: Session, source_id: int, *, by: int | None, now: datetime) -> None:
    """Forget a source and its attempts; its articles stay, with the name they came under."""
    source = _source(db, source_id)
    _done(db, source, "delete", by, now)
    db.delete(source)
    db.flush()


def change_many(
    db: Session, source_ids: Sequence[int], act: Act, *, topic_id: int | None = None,
    by: int | None, now: datetime,
) -> int:
    """Do the same with several sources, passing over those that are gone; returns with how many."""
    done = 0
    for source in db.scalars(
        select(Source).where(Source.id.in_(source_ids)).order_by(Source.id).with_for_update()
    ).all():
        match act:
            case Act.PAUSE:
                pause_source(db, source.id, by=by, now=now)
            case Act.RESUME:
                resume_source(db, source.id, by=by, now=now)
            case Act.COLLECT:
                collect_now(db, now, source_id=source.id)
            case Act.TOPIC:
                change_source(db, source.id, name=source.name, topic_id=topic_id,
                              weight=source.weight, by=by, now=now)
            case Act.DELETE:
                delete_source(db, source.id, by=by, now=now)
        done += 1
    return done


def collect_now(db: Session, now: datetime, *, source_id: int | None = None) -> int:
    """Queue one source, or every active one, due or not; returns how many were queued."""
    if source_id is not None:
        return int(enqueue(db, source_id, now=now))
    active = db.scalars(
        select(Source.id)
        .where(Source.state == SourceState.ACTIVE, Source.kind.in_(ASKED))
        .order_by(Source.id)
    ).all()
    return sum(enqueue(db, one, now=now) for one in active)


def _source(db: Session, source_id: int) -> Source:
    source = db.get(Source, source_id, with_for_update=True)
    if source is None:
        raise NotFound("no_such_source", source=source_id)
    return source


def _done(db: Session, source: Source, act: str, by: int | None, now: datetime) -> None:
    audit.record(
        db, f"source.{act}", now=now, by=by, subject="source", subject_id=source.id,
        name=source.name,
    )
    db.flush()
