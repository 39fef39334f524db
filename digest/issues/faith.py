"""What in the summaries of an issue its sources do not bear out, for an editor to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from digest.articles.fidelity.check import Doubt, unsupported
from digest.articles.models import Article
from digest.issues.models import Item

MANY = 256  # summaries with their sources, of some 20 KB each


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a summary; ``kind`` is that of the doubt that lies on it, or ""."""

    text: str
    kind: str = ""


def doubts(db: Session, issue_id: int) -> dict[int, tuple[Doubt, ...]]:
    """Return the doubts about the summaries of an issue by item; items without any are left out.

    A summary is held against the texts and titles of all articles of its story. One whose articles
    are gone is held against nothing.
    """
    items = db.execute(
        select(Item.id, Item.summary, Item.article_id, Item.story_id)
        .where(Item.issue_id == issue_id, Item.summary != "")
    ).all()
    texts = _texts(db, [one.article_id for one in items], [one.story_id for one in items])
    found = {}
    for one in items:
        sources = tuple(
            text for article_id, story_id, text in texts
            if article_id == one.article_id or (story_id is not None and story_id == one.story_id)
        )
        if sources and (doubtful := _doubts(one.summary, sources)):
            found[one.id] = doubtful
    return found


@lru_cache(maxsize=MANY)
def _doubts(summary: str, sources: tuple[str, ...]) -> tuple[Doubt, ...]:
    """The doubts about a summary; of an issue that is edited, all but one stay as they were."""
    return unsupported(summary, sources)


def source_texts(db: Session, item: Item) -> list[str]:
    """Return the texts an item can be written from, its own article's first, titles apart."""
    own = [text for _, _, text in _texts(db, [item.article_id], [], titled=False)]
    others = [
        text for article_id, _, text in _texts(db, [], [item.story_id], titled=False)
        if article_id != item.article_id
    ]
    return own + others


def pieces(summary: str, found: Sequence[Doubt]) -> Iterator[Piece]:
    """Yield a summary cut where doubts begin and end; put together it is the summary."""
    end = 0
    for doubt in found:
        if doubt.start > end:
            yield Piece(summary[end : doubt.start])
        yield Piece(doubt.text, doubt.kind.value)
        end = doubt.end
    if end < len(summary):
        yield Piece(summary[end:])


def _texts(
    db: Session, article_ids: Sequence[int | None], story_ids: Sequence[int | None], *,
    titled: bool = True,
) -> list[tuple[int, int | None, str]]:
    """Return articles with text as (id, story, text, the title before it unless told otherwise)."""
    rows = db.execute(
        select(Article.id, Article.story_id, Article.title, Article.text)
        .where(
            Article.text != "",
            or_(
                Article.id.in_([one for one in article_ids if one is not None]),
                Article.story_id.in_([one for one in story_ids if one is not None]),
            ),
        )
        .order_by(Article.id)
    )
    return [
        (one.id, one.story_id, f"{one.title}\n\n{one.text}" if titled else one.text)
        for one in rows
    ]
