"""One article by its address, as an editor finds it on the web."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from digest.articles import ingest
from digest.articles.cleaning import from_json
from digest.articles.enrich import is_passing
from digest.articles.entry import Entry
from digest.articles.models import Article
from digest.sources.answers import ACCEPT_PAGE, Answer, read_page
from digest.sources.collect import text_source
from digest.sources.discover import full_address
from digest.sources.models import Source, SourceKind, SourceState
from digest.staff import audit
from digest.system.build import System
from digest.system.fetch import FetchRequest, Outcome
from digest.text import urls
from digest.text.clean import strip_controls

SECONDS = 12.0  # a person waits for it
NEVER = frozenset({Outcome.BAD_URL, Outcome.REFUSED_ADDRESS})  # not even as a bare link


@dataclass(frozen=True, slots=True)
class AddedLink:
    """What became of a link.

    ``article_id`` is None when there is nothing to be had at this address; ``outcome`` then says
    why, or why only title and link were taken. ``known`` when we had the article before.
    """

    article_id: int | None
    outcome: str
    known: bool = False


@dataclass(frozen=True, slots=True)
class KnownLink:
    """An article that we have, with its story."""

    article_id: int
    story_id: int | None
    title: str


def known_link(db: Session, url: str) -> KnownLink | None:
    """Return the article at an address, however its tracking parameters differ; None if unknown."""
    try:
        spelled = {url, str(urls.split(url)), urls.canonical(url)}
    except urls.BadUrl:
        return None
    row = db.execute(
        select(Article.id, Article.story_id, Article.title)
        .where(Article.link.in_(spelled)).order_by(Article.id).limit(1)
    ).first()
    return KnownLink(*row) if row else None


def add_link(system: System, url: str, *, title: str = "", by: int | None) -> AddedLink:
    """Read the page at an address and store it as an article of its site's source, or of a new one.

    ``title`` is used when the page can't be read: then title and link are taken alone, and the text
    is tried again when the failure may pass. Raises Refused("bad_url", reason=…).
    """
    url = full_address(url)
    with system.db.read() as db:
        known = known_link(db, url)
        source = _source_of(db, url)
        rules = from_json(source.rules if source else None)
    if known is not None:
        return AddedLink(known.article_id, "ok", known=True)
    request = FetchRequest(url, accept=ACCEPT_PAGE)
    fetched = system.fetcher.fetch(request, seconds=SECONDS)
    answer = (
        read_page(fetched, rules) if fetched.outcome is Outcome.OK
        else Answer(fetched, fetched.outcome.value, fetched.detail)
    )  # fmt: skip
    entry = _entry(url, answer, " ".join(strip_controls(title).split()))
    if entry is None:
        return AddedLink(None, answer.outcome)
    now = system.clock.now()
    with system.db.write() as db:
        return _store(db, entry, answer, by, now)


def _entry(url: str, answer: Answer, title: str) -> Entry | None:
    """The article that was read; without its text, what the editor knows of it.

    A page that gave a title, or was open in an editor's browser, is there, whatever we were told.
    """
    if answer.entries:
        return answer.entries[0]
    title, outcome = title or answer.title, answer.fetched.outcome
    if outcome in NEVER:
        return None
    if not title and (outcome is Outcome.DNS or not is_passing(answer.fetched)):
        return None
    return Entry(guid=url, link=url, title=title[:500] or url)


def _store(
    db: Session, entry: Entry, answer: Answer, by: int | None, now: datetime
) -> AddedLink:
    source = _source_of(db, entry.link)
    if source is None:
        name = urls.host(entry.link).removeprefix("www.")
        source = db.get_one(Source, text_source(db, name, now))
    ids = ingest.store_entries(db, source.id, [entry], source_name=source.name, now=now)
    if not ids:
        known = known_link(db, entry.link)
        return AddedLink(known.article_id if known else None, answer.outcome, known=True)
    audit.record(db, "article.add", now=now, by=by, subject="article", subject_id=ids[0],
                 link=entry.link)
    return AddedLink(ids[0], answer.outcome)


def _source_of(db: Session, url: str) -> Source | None:
    """The source that articles of this site come from, one that is read before one that is not."""
    asked = case((Source.state == SourceState.ACTIVE, 0), else_=1)
    return db.scalar(
        select(Source)
        .where(Source.site_host == urls.host(url), Source.kind != SourceKind.PAGE)
        .order_by(asked, Source.id)
        .limit(1)
    )
