"""Pairs of articles that an editor told apart (cannot-link), and what groupings ask of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from digest.articles.models import Apart, Article
from digest.system.db import insert_new

SOME = 5000  # ids in one question: below SQLite's limit of parameters


def tell(db: Session, article_id: int, other_ids: Iterable[int]) -> None:
    """Keep an article apart from others, for good."""
    for other in other_ids:
        low, high = sorted((article_id, other))
        insert_new(db, Apart.__table__, {"article_id": low, "other_id": high},
                   key=["article_id", "other_id"])


def forget(db: Session, article_ids: Collection[int]) -> None:
    """Let articles be together again, each with each of them; other pairs stay."""
    ids = set(article_ids)
    for low, high in _pairs(db, ids):
        if low in ids and high in ids:
            db.execute(delete(Apart).where(Apart.article_id == low, Apart.other_id == high))


def apart_since(db: Session, at: datetime) -> list[tuple[int, int]]:
    """Return the pairs whose first article came out after ``at``, smaller id first, in order."""
    rows = db.execute(
        select(Apart.article_id, Apart.other_id)
        .join(Article, Article.id == Apart.article_id)
        .where(Article.published_at > at)
        .order_by(Apart.article_id, Apart.other_id)
    )
    return [(row.article_id, row.other_id) for row in rows]


def _pairs(db: Session, ids: Collection[int]) -> list[tuple[int, int]]:
    """The pairs whose first article is one of these."""
    wanted, found = sorted(ids), list[tuple[int, int]]()
    for start in range(0, len(wanted), SOME):
        rows = db.execute(
            select(Apart.article_id, Apart.other_id)
            .where(Apart.article_id.in_(wanted[start : start + SOME]))
        )
        found += [(row.article_id, row.other_id) for row in rows]
    return found
