"""The summaries of an issue's stories: fitted to their place, written anew, never lost."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from digest.articles import lengths
from digest.articles.lengths import Length
from digest.articles.models import Article, Origin
from digest.articles.retell import METHOD, Part, Told, retell
from digest.articles.summarise import Method, summarise
from digest.articles.telling import story_basis, told_articles
from digest.articles.versions import (
    Shown,
    add_version,
    is_version,
    latest_summary,
    shown_text,
)
from digest.issues.models import Item, Role
from digest.system.errors import Refused
from digest.text.split import sentences as split_sentences

SENTENCES = {Role.LEAD: 3, Role.SECOND: 1, Role.BRIEF: 1}  # of a machine summary (DESIGN §5)
TOLD = {Role.LEAD: 4, Role.SECOND: 1, Role.BRIEF: 1}  # of what several sources tell


@dataclass(frozen=True, slots=True)
class Sources:
    """What an item's summary can be written from; ``present`` counts its sentences now."""

    title: str
    text: str
    articles: tuple[Told, ...]
    present: int


@dataclass(frozen=True, slots=True)
class Written:
    """A new summary; ``parts`` only when several sources tell it."""

    shown: Shown
    method: str
    parts: tuple[Part, ...] = ()


def fit_summary(shown: Shown, role: Role) -> Shown:
    """Return as many first sentences of a machine summary as a role has room for."""
    if shown.told:
        kept = shown.told[: TOLD[role]]
        return Shown(" ".join(one.text for one in kept), kept)
    found = split_sentences(shown.text)[: SENTENCES[role]]
    return Shown(shown.text[: found[-1].end] if found else shown.text)


def put(item: Item, shown: Shown) -> None:
    """Let an item have a summary, and who says what in it."""
    item.summary = shown.text
    item.told = [[one.source, one.text] for one in shown.told]


def see(item: Item) -> None:
    """Note that a person has a summary before the eyes."""
    item.seen_hash = _hash(item.summary)


def is_unseen(item: Item) -> bool:
    """Tell whether a summary that readers get was opened by nobody as it is now."""
    shown = item.role != Role.BRIEF and bool(item.summary.strip())
    return shown and item.seen_hash != _hash(item.summary)


def give_role(db: Session, item: Item, role: Role) -> None:
    """Change how large an item stands; a machine summary is fitted, an editor's stays as it is."""
    machine = latest_summary(db, item.article_id, item.story_id)
    if machine.text and item.summary == fit_summary(machine, Role(item.role)).text:
        put(item, fit_summary(machine, role))
    item.role = role.value


def sources_of(db: Session, item: Item) -> Sources:
    """Read what an item's summary can be written from; raises Refused("no_source_text")."""
    article = db.get(Article, item.article_id) if item.article_id else None
    if article is None or not article.text.strip():
        raise Refused("no_source_text", item=item.id)
    articles = told_articles(db, item.story_id) if item.story_id else []
    return Sources(
        article.title, article.text, tuple(articles), len(split_sentences(item.summary))
    )


def write_anew(sources: Sources, method: Method | None, length: Length) -> Written:
    """Write a summary as long as the present one, shorter or longer.

    Without a method it is told from all sources of the story, or, of one source, as usual.
    """
    most = lengths.sentences(length, sources.present)
    if method is None and len({one.source for one in sources.articles}) > 1:
        told = retell(sources.articles, sentences=most)
        return Written(shown_text(told), METHOD, told.parts)
    method = method or Method.MIX
    summary = summarise(sources.text, title=sources.title, sentences=most, method=method)
    return Written(Shown(summary.text), method.value)


def store(db: Session, item: Item, written: Written, now: datetime) -> None:
    """Give an item its new summary. What an editor wrote before is kept as a version, as is this."""
    keep(db, item, now)
    put(item, written.shown)
    add_written(db, item, written, now)


def keep(db: Session, item: Item, now: datetime) -> None:
    """Keep what an editor wrote as a version, before something else takes its place."""
    if item.summary.strip() and not _is_machines(db, item):
        add_version(
            db, item.summary, article_id=item.article_id, method="editor", origin=Origin.EDITOR,
            now=now,
        )


def add_written(db: Session, item: Item, written: Written, now: datetime) -> None:
    """Keep a new summary as a version; the item stays as it is."""
    if written.parts and item.story_id is not None:
        add_version(
            db, written.shown.text, story_id=item.story_id, method=written.method,
            parts=written.parts, basis=story_basis(db, item.story_id), now=now,
        )
    else:
        add_version(
            db, written.shown.text, article_id=item.article_id, method=written.method, now=now
        )


def _is_machines(db: Session, item: Item) -> bool:
    """Whether an item's summary stands in some version already, whole or cut to a role."""
    return is_version(
        db, item.article_id, item.story_id, lambda shown: item.summary in texts_of(shown)
    )


def texts_of(shown: Shown) -> set[str]:
    """Return a version's text, whole and cut to each role."""
    return {shown.text, *(fit_summary(shown, one).text for one in Role)}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
