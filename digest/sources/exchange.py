"""Lists of sources that come in and go out as OPML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.articles.topics import topic_names
from digest.sources import opml
from digest.sources.collect import add_source
from digest.sources.models import ASKED, Source
from digest.sources.opml import Outline
from digest.system.errors import Refused
from digest.text.fold import fold


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one feed of a list: ``code`` is added, source_known or bad_url."""

    url: str
    title: str
    code: str
    source_id: int | None = None


def take_list(
    db: Session, outlines: Sequence[Outline], *, by: int | None, now: datetime
) -> tuple[Taken, ...]:
    """Add the feeds of a list that are new; a folder called like a topic gives its topic."""
    topics = {fold(name): topic_id for topic_id, name in topic_names(db)}
    return tuple(_take(db, one, topics.get(fold(one.folder)), by, now) for one in outlines)


def give_list(db: Session, *, title: str, now: datetime) -> bytes:
    """Return all feeds and pages as OPML, a folder for each topic."""
    names = dict(topic_names(db))
    rows = db.scalars(
        select(Source).where(Source.kind.in_(ASKED)).order_by(Source.name, Source.id)
    )
    return opml.write(
        title,
        [Outline(one.url, one.name, names.get(one.topic_id or 0, ""), one.kind) for one in rows],
        now,
    )


def _take(
    db: Session, one: Outline, topic_id: int | None, by: int | None, now: datetime
) -> Taken:
    try:
        source_id = add_source(
            db, one.url, kind=one.kind, name=one.title, topic_id=topic_id, by=by, now=now
        )
    except Refused as error:
        known = error.facts.get("source")
        return Taken(one.url, one.title, error.code, known if isinstance(known, int) else None)
    return Taken(one.url, one.title, "added", source_id)
