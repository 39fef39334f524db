"""What an editor chooses for a story of an issue: a kept version, another source, a new summary.

What an editor wrote gives way only when asked, and is kept as a version then.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from digest.articles.lengths import Length
from digest.articles.models import Article
from digest.articles.summarise import Method
from digest.articles.versions import kept_versions, latest_summary
from digest.issues import board, journal, summaries
from digest.issues.closeup import is_edited, item_of
from digest.issues.models import Item, Role
from digest.system.build import System
from digest.system.errors import NotFound


def use_version(
    db: Session, issue_id: int, item_id: int, version_id: int, *, based_on: int, by: int | None,
    now: datetime,
) -> int:
    """Put a kept version of its summary into an item; returns the issue's new version.

    Raises NotFound("no_such_version"), and what every change of an issue raises.
    """
    act = journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
    item = item_of(db, issue_id, item_id)
    kept = kept_versions(db, item.article_id, item.story_id)
    chosen = next((one for one in kept if one.id == version_id), None)
    if chosen is None:
        raise NotFound("no_such_version", version=version_id)
    summaries.keep(db, item, now)
    summaries.put(item, chosen.shown)
    return act.done("use_version", item=item_id, summary=version_id)


def use_source(
    db: Session, issue_id: int, item_id: int, article_id: int, *, replace: bool, based_on: int,
    by: int | None, now: datetime,
) -> int:
    """Let another article of its story stand for an item: title, link, image and summary.

    A title or a summary that an editor wrote stays unless ``replace``; a summary of all sources
    stays as well. Raises NotFound("no_such_article") for an article of another story.
    """
    act = journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
    item = item_of(db, issue_id, item_id)
    article = db.get(Article, article_id)
    if article is None or item.story_id is None or article.story_id != item.story_id:
        raise NotFound("no_such_article", article=article_id)
    old = db.get(Article, item.article_id) if item.article_id else None
    if replace or old is None or item.title == old.title:
        item.title = article.title
    summary_stays = bool(item.told) or is_edited(
        item.summary, kept_versions(db, item.article_id, item.story_id)
    )
    if replace or not summary_stays:
        _summarise_from(db, item, article, now)
    item.article_id, item.link, item.source_name = article.id, article.link, article.source_name
    item.words, item.image = article.words, article.image
    item.image_alt = article.title if article.image else ""
    return act.done("use_source", item=item_id, article=article_id)


def write_summary(
    system: System, issue_id: int, item_id: int, *, method: Method | None, length: Length,
    based_on: int, by: int | None,
) -> bool:
    """Write an item's summary anew; one that an editor wrote stays, and the new one is kept beside it.

    Returns whether the item has the new one. Raises Refused("no_source_text").
    """
    with system.db.read() as db:
        item = item_of(db, issue_id, item_id)
        edited = is_edited(item.summary, kept_versions(db, item.article_id, item.story_id))
        sources = summaries.sources_of(db, item) if edited else None
    if sources is None:
        board.regenerate_summary(
            system, issue_id, item_id, method=method, length=length, based_on=based_on, by=by
        )
        return True
    written = summaries.write_anew(sources, method, length)
    now = system.clock.now()
    with system.db.write() as db:
        journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
        summaries.add_written(db, item_of(db, issue_id, item_id), written, now)
    return False


def _summarise_from(db: Session, item: Item, article: Article, now: datetime) -> None:
    summaries.keep(db, item, now)
    summaries.put(item, summaries.fit_summary(latest_summary(db, article.id), Role(item.role)))
