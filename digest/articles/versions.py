"""Versions of summaries: those of an article, and those of a story that several sources tell."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from digest.articles.models import Article, ArticleState, Origin, Summary
from digest.articles.retell import Part, StoryText
from digest.text.fold import display

SOME = 5000  # ids in one question: below SQLite's limit of parameters


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence of a summary and the source that says it."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A summary to show; ``told`` are its sentences by source, () for one article's summary."""

    text: str
    told: tuple[Saying, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """Who wrote a version of a story's summary, and from which articles."""

    story_id: int
    origin: str
    basis: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A version that was kept: who wrote it, how, and when."""

    id: int
    origin: str
    method: str
    shown: Shown
    at: datetime


def shown_summaries(db: Session, stories: Mapping[int, int]) -> dict[int, Shown]:
    """Return what to show of stories, each with its representative: {story id: article id}.

    The newest version of the story's summary where several sources tell it, else that of the
    article. A story without a summary is left out.
    """
    found: dict[int, Shown] = {}
    ids = list(stories)
    for start in range(0, len(ids), SOME):
        found |= _shown(db, {one: stories[one] for one in ids[start : start + SOME]})
    return found


def latest_summary(db: Session, article_id: int | None, story_id: int | None = None) -> Shown:
    """Return what to show of an article, or of its story where several sources tell it."""
    if article_id is not None and story_id is not None:
        return shown_summaries(db, {story_id: article_id}).get(story_id, Shown(""))
    row = db.execute(_newest(Summary.article_id, [article_id or 0])).first()
    return Shown(row.text if row else "")


def is_version(
    db: Session, article_id: int | None, story_id: int | None, fits: Callable[[Shown], bool]
) -> bool:
    """Tell whether any version of an article's or its story's summary is what is looked for."""
    rows = db.execute(
        select(Summary.text, Summary.parts).where(
            or_(Summary.article_id == article_id, Summary.story_id == story_id)
        )
    )
    return any(fits(_shown_row(row)) for row in rows)


def kept_versions(
    db: Session, article_id: int | None, story_id: int | None
) -> tuple[Kept, ...]:
    """Return all versions of an article's and its story's summary, the oldest first."""
    rows = db.execute(
        select(Summary.id, Summary.origin, Summary.method, Summary.text, Summary.parts,
               Summary.created_at)
        .where(or_(Summary.article_id == article_id, Summary.story_id == story_id))
        .order_by(Summary.created_at, Summary.id)
    )
    return tuple(
        Kept(row.id, row.origin, row.method, _shown_row(row), row.created_at) for row in rows
    )


def add_version(
    db: Session, text: str, *, article_id: int | None = None, story_id: int | None = None,
    method: str, origin: Origin = Origin.MACHINE, parts: Sequence[Part] = (), basis: str = "",
    now: datetime,
) -> bool:
    """Add a version of the summary of an article or of a story; False when it is the newest already.

    Exactly one of the two is named. Versions count from 1 and none is ever changed.
    """
    owner = Summary.article_id if story_id is None else Summary.story_id
    last = db.execute(_newest(owner, [article_id or story_id or 0])).first()
    if last is not None and (last.text, last.basis) == (text, basis):
        return False
    db.add(
        Summary(
            article_id=article_id, story_id=story_id, n=last.n + 1 if last else 1, method=method,
            origin=origin.value, text=text, text_hash=hashlib.sha256(text.encode()).hexdigest(),
            parts=[_part(one) for one in parts], basis=basis, created_at=now,
        )
    )  # fmt: skip
    db.flush()
    return True


def newest_versions(db: Session, story_ids: Sequence[int]) -> list[Version]:
    """Return the newest version of each story's summary."""
    rows = db.execute(_newest(Summary.story_id, story_ids))
    return [Version(row.story_id, row.origin, row.basis) for row in rows]


def shared_stories(db: Session, story_ids: Sequence[int]) -> frozenset[int]:
    """Return those of these stories that more than one source tells in readable articles."""
    found = db.scalars(
        select(Article.story_id)
        .where(Article.story_id.in_(story_ids), Article.state == ArticleState.READY)
        .group_by(Article.story_id)
        .having(func.count(Article.source_name.distinct()) > 1)
    )
    return frozenset(one for one in found if one is not None)


def shown_text(told: StoryText) -> Shown:
    """Return a story's new summary as it is shown."""
    return Shown(
        told.text,
        tuple(Saying(one.source, display(one.sentence.text)) for one in told.parts),
    )


def _shown(db: Session, stories: Mapping[int, int]) -> dict[int, Shown]:
    of_story = {
        row.story_id: _shown_row(row)
        for row in db.execute(_newest(Summary.story_id, list(stories)))
        if row.text
    }
    shared = shared_stories(db, list(of_story))
    of_article = {
        row.article_id: Shown(row.text)
        for row in db.execute(_newest(Summary.article_id, list(stories.values())))
        if row.text
    }
    return {
        story_id: of_story[story_id] if story_id in shared else of_article[article_id]
        for story_id, article_id in stories.items()
        if story_id in shared or article_id in of_article
    }


def _shown_row(row: Row[*tuple[Any, ...]]) -> Shown:
    return Shown(row.text, tuple(Saying(one["source"], one["text"]) for one in row.parts))


def _part(one: Part) -> dict[str, Any]:
    return {
        "article": one.article_id, "source": one.source, "start": one.sentence.start,
        "end": one.sentence.end, "text": display(one.sentence.text),
    }  # fmt: skip


def _newest(owner: InstrumentedAttribute[int | None], ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """The newest version of each owner."""
    last = (
        select(owner.label("owner"), func.max(Summary.n).label("n"))
        .where(owner.in_(ids)).group_by(owner).subquery()
    )
    return select(
        Summary.article_id, Summary.story_id, Summary.n, Summary.text, Summary.parts,
        Summary.origin, Summary.basis,
    ).join(last, and_(last.c.owner == owner, last.c.n == Summary.n))


