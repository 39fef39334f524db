"""One story close up: its summary beside the texts of its sources, and the versions that were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.articles.fidelity.check import Doubt, unsupported
from digest.articles.models import Article, Origin, Story
from digest.articles.used import Stretch, stretches
from digest.articles.versions import Kept, kept_versions, latest_summary
from digest.issues.models import Item
from digest.issues.summaries import texts_of
from digest.system.errors import NotFound

MOST = 12  # sources that are shown
VERSIONS = 20  # of a summary, the newest


@dataclass(frozen=True, slots=True)
class SourceText:
    """What a source says; ``own`` is the one the story links to, ``used`` what the summary took."""

    article_id: int
    title: str
    source_name: str
    link: str
    image: str | None
    at: datetime
    own: bool
    stretches: tuple[Stretch, ...]

    @property
    def used(self) -> bool:
        """Tell whether the summary has something from here."""
        return any(one.used for one in self.stretches)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A kept version; ``n`` counts from 1, ``present`` tells whether the item has it now."""

    id: int
    n: int
    method: str
    text: str
    at: datetime
    present: bool


@dataclass(frozen=True, slots=True)
class CloseUp:
    """A story with all that it was made from. ``edited``: its summary is an editor's own."""

    story_id: int | None
    topic_id: int | None
    title: str
    summary: str
    doubts: tuple[Doubt, ...]
    sources: tuple[SourceText, ...]
    versions: tuple[VersionRow, ...]
    edited: bool

    @property
    def images(self) -> tuple[tuple[str, str], ...]:
        """Return the pictures of the sources, each once, with the source's name."""
        found: dict[str, str] = {}
        for one in self.sources:
            if one.image:
                found.setdefault(one.image, one.source_name)
        return tuple(found.items())

    @property
    def shared(self) -> bool:
        """Tell whether several sources tell it."""
        return len({one.source_name for one in self.sources}) > 1


def item_close_up(db: Session, issue_id: int, item_id: int) -> CloseUp:
    """Return an item of an issue close up; raises NotFound("no_such_item")."""
    item = item_of(db, issue_id, item_id)
    kept = kept_versions(db, item.article_id, item.story_id)
    return _close_up(
        db, item.story_id, item.article_id, title=item.title, summary=item.summary, kept=kept,
        edited=is_edited(item.summary, kept),
    )


def story_close_up(db: Session, story_id: int) -> CloseUp:
    """Return a story of the inbox close up; raises NotFound("no_such_story")."""
    story = db.get(Story, story_id)
    if story is None:
        raise NotFound("no_such_story", story=story_id)
    summary = latest_summary(db, story.representative_id, story_id).text
    return _close_up(
        db, story_id, story.representative_id, title=story.label, summary=summary,
        kept=kept_versions(db, story.representative_id, story_id), edited=False,
    )


def is_edited(summary: str, kept: Sequence[Kept]) -> bool:
    """Tell whether a summary is in no machine's words, whole or cut to a role."""
    return bool(summary.strip()) and not any(
        one.origin == Origin.MACHINE and summary in texts_of(one.shown) for one in kept
    )


def item_of(db: Session, issue_id: int, item_id: int) -> Item:
    """Return an item of an issue; raises NotFound("no_such_item")."""
    item = db.get(Item, item_id)
    if item is None or item.issue_id != issue_id:
        raise NotFound("no_such_item", item=item_id)
    return item


def _close_up(
    db: Session, story_id: int | None, article_id: int | None, *, title: str, summary: str,
    kept: Sequence[Kept], edited: bool,
) -> CloseUp:
    story = db.get(Story, story_id) if story_id else None
    articles = _articles(db, story_id, article_id)
    texts = [f"{one.title}\n\n{one.text}" for one in articles if one.text.strip()]
    rows = [
        VersionRow(one.id, n, one.method, one.shown.text, one.at, summary in texts_of(one.shown))
        for n, one in enumerate(kept, start=1)
    ]
    return CloseUp(
        story_id=story.id if story else None, topic_id=story.topic_id if story else None,
        title=title, summary=summary, doubts=unsupported(summary, texts) if texts else (),
        sources=tuple(_source(one, summary, own=one.id == article_id) for one in articles[:MOST]),
        versions=tuple(reversed(rows[-VERSIONS:])), edited=edited,
    )


def _articles(db: Session, story_id: int | None, article_id: int | None) -> list[Article]:
    """The articles of a story, its own first, then the newest."""
    found = list(
        db.scalars(
            select(Article).where(Article.story_id == story_id)
            .order_by(Article.published_at.desc(), Article.id)
        )
    ) if story_id else []
    own = db.get(Article, article_id) if article_id else None
    return [own, *(one for one in found if one.id != own.id)] if own else found


def _source(article: Article, summary: str, *, own: bool) -> SourceText:
    return SourceText(
        article.id, article.title, article.source_name, article.link, article.image,
        article.published_at, own, stretches(article.text, summary),
    )
