"""From entries to stored articles: each one once, whatever its source does to its identifiers."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from digest.articles.entry import Entry
from digest.articles.models import Article, ArticleState
from digest.system import queue
from digest.text import urls
from digest.text.clean import clean_html, plain_text
from digest.text.fold import display, fold
from digest.text.split import words

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # older dates are mistakes of the sender: 1970, year 1
TELLING = 20  # words from which two equal texts are the same article, not the same teaser
MAX_HTML = 500_000  # characters
MAX_TAGS = 20


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry with what tells whether we know it; ``link`` is "" when it names no one article."""

    entry: Entry
    key: str
    guid: str
    link: str
    html: str
    text_hash: str


def article_key(link: str, title: str, guid: str = "") -> str:
    """Return the hash under which an article is stored once: canonical link and folded title.

    http and https are one, tracking parameters do not count. Without a usable link the guid
    stands for it.
    """
    try:
        place = urls.canonical(link).partition("://")[2]
    except urls.BadUrl:
        place = f"guid:{guid or link}"
    return _hash(f"{place}\n{' '.join(fold(title).split())}")


def text_hash(title: str, text: str) -> str:
    """Return the hash by which two articles say the same; "" for a text too short to tell.

    The title counts: some sites put one and the same description under everything.
    """
    found = words(text)
    return _hash("\n".join([" ".join(words(title)), *found])) if len(found) >= TELLING else ""


def store_entries(
    db: Session, source_id: int, entries: Sequence[Entry], *, source_name: str, now: datetime
) -> list[int]:
    """Store the entries that are new and queue their reading; returns the new article ids.

    An entry is known by its key anywhere, and within its source by its guid, its link, or its
    title with its whole text: neither new guids nor new links nor corrected titles make a second
    article. An entry with a ``problem`` is kept as unreadable, with that reason.
    """
    rows = _fresh(db, source_id, _distinct(entries))
    if not rows:
        return []
    make = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    # RETURNING names only the rows that were really new; another source may be faster.
    statement = (
        make(Article)
        .on_conflict_do_nothing(index_elements=["article_key"])
        .returning(Article.id, Article.state)
    )
    values = [_values(row, source_id, source_name, now) for row in rows]
    stored = db.execute(statement, values).all()
    queue.put_each(
        db, "enrich_article",
        {str(one): {"article_id": one} for one, state in stored if state == ArticleState.NEW},
        now=now,
    )
    if any(state == ArticleState.UNREADABLE for _, state in stored):
        queue_regroup(db, now)
    return sorted(article_id for article_id, _ in stored)


def queue_regroup(db: Session, now: datetime) -> None:
    """Ask for the grouping of what was just stored.

    A grouping that runs now may have read before this write: then a second one is queued.
    """
    if not queue.put(db, "regroup", key="stories", now=now):
        queue.put(db, "regroup", key="stories:again", now=now)


def _distinct(entries: Sequence[Entry]) -> list[_Row]:
    """The entries as rows, each key once; links and guids that several share tell nothing."""
    links = Counter(entry.link for entry in entries)
    guids = Counter(entry.guid for entry in entries)
    rows: dict[str, _Row] = {}
    for entry in entries:
        row = _row(entry, one_link=links[entry.link] == 1, one_guid=guids[entry.guid] == 1)
        rows.setdefault(row.key, row)
    return list(rows.values())


def _row(entry: Entry, *, one_link: bool, one_guid: bool) -> _Row:
    html = clean_html((entry.html or entry.summary_html)[:MAX_HTML])
    key = article_key(entry.link, entry.title, entry.guid)
    return _Row(
        entry=entry,
        key=key,
        guid=_hash(entry.guid) if entry.guid and one_guid else key,
        link=entry.link if one_link and _names_an_article(entry.link) else "",
        html=html,
        text_hash=text_hash(entry.title, plain_text(html)),
    )


def _names_an_article(link: str) -> bool:
    """Whether a link leads to more than a site's front page."""
    try:
        parts = urls.split(link)
    except urls.BadUrl:
        return False
    return parts.path.strip("/") != "" or parts.query is not None


def _fresh(db: Session, source_id: int, rows: Sequence[_Row]) -> list[_Row]:
    """The rows that are unknown so far; the cheap tests come first."""
    keys = _known(db, Article.article_key, (row.key for row in rows))
    left = [row for row in rows if row.key not in keys]
    for column, name in (
        (Article.guid_hash, "guid"), (Article.link, "link"), (Article.text_hash, "text_hash")
    ):
        known = _known(
            db, column, (getattr(row, name) for row in left), Article.source_id == source_id
        )
        left = [row for row in left if getattr(row, name) not in known]
    texts: set[str] = set()
    fresh = []
    for row in left:
        if not row.text_hash or row.text_hash not in texts:
            fresh.append(row)
        texts.add(row.text_hash)
    return fresh


def _known(db: Session, column: Any, values: Iterable[str], *conditions: Any) -> set[str]:
    """Which of the non-empty values are stored in a column."""
    wanted = {value for value in values if value}
    if not wanted:
        return set()
    return set(db.scalars(select(column).where(column.in_(wanted), *conditions)))


def _values(row: _Row, source_id: int, source_name: str, now: datetime) -> dict[str, Any]:
    entry = row.entry
    state = ArticleState.UNREADABLE if entry.problem else ArticleState.NEW
    return {
        "source_id": source_id, "source_name": source_name[:200], "article_key": row.key,
        "guid_hash": row.guid, "link": entry.link, "title": shown_line(entry.title),
        "author": shown_line(entry.author), "image": entry.image, "html": row.html, "text": "",
        "text_hash": row.text_hash, "words": 0, "tags": list(entry.tags),
        "published_at": _published(entry.published_at, now), "collected_at": now,
        "state": state.value, "reason": entry.problem[:40], "saved": False,
    }  # fmt: skip


def shown_line(text: str) -> str:
    """Return a title or a name as one line to be shown."""
    return re.sub(r"\s+", " ", display(text)).strip()


def merged_tags(*groups: Iterable[str]) -> tuple[str, ...]:
    """Return the tags of all groups as they are shown, each once however it is spelled."""
    tags: dict[str, str] = {}
    for tag in (_tag_line(tag) for group in groups for tag in group):
        if tag:
            tags.setdefault(fold(tag), tag)
    return tuple(tags.values())[:MAX_TAGS]


def _tag_line(tag: str) -> str:
    return shown_line(tag.replace("_", " ")).strip("# ")


def _published(at: datetime | None, now: datetime) -> datetime:
    """When an article came out; a date to come or an impossible one is the hour we saw it."""
    return at if at is not None and EARLIEST <= at <= now else now


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
