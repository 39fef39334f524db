"""Adding sources, finding those that are due, and asking one: the way of everything we read."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.articles import ingest
from digest.articles.cleaning import Rules, from_json
from digest.articles.entry import Entry
from digest.articles.models import Article
from digest.sources import health
from digest.sources.answers import (
    ACCEPT_FEED,
    ACCEPT_PAGE,
    TITLE_AT,
    Answer,
    paragraphs_html,
    parse,
    read_feed,
    read_page,
)
from digest.sources.feeds import FeedKind
from digest.sources.models import ASKED, Source, SourceKind, SourceState
from digest.staff import audit
from digest.system import queue
from digest.system.build import System
from digest.system.db import insert_new
from digest.system.errors import NotFound, Refused
from digest.system.fetch import Fetcher, FetchRequest, Outcome
from digest.text import charset, urls
from digest.text.clean import strip_controls

PER_HOST = 2  # sources of one host queued at once: we are a guest
LOST = timedelta(hours=1)  # a source whose job vanished is asked again after this
MOVED_IF = frozenset({Outcome.DNS, Outcome.NETWORK, Outcome.TLS, Outcome.HTTP_ERROR, Outcome.GONE})
TEXTS = "نصوص"  # the source of texts that come without a name


@dataclass(frozen=True, slots=True)
class CollectResult:
    """What a try brought: its outcome code, entries read, articles that were new."""

    outcome: str
    found: int = 0
    added: int = 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """A source as read before the network was touched."""

    id: int
    kind: str
    name: str
    url: str
    moved_to: str | None
    etag: str | None
    last_modified: str | None
    proven: bool
    rules: Rules


def add_source(
    db: Session, url: str, *, kind: SourceKind | str | None = None, name: str = "",
    topic_id: int | None = None, by: int | None = None, now: datetime,
) -> int:
    """Add a feed, or a page, and queue its first collecting; returns its id.

    Without a name it is called by its host until its own title is read. Raises
    Refused("bad_url", reason=…) for what is no plain web address and Refused("source_known").
    """
    try:
        parts = urls.split(url.strip())
        key = urls.url_key(str(parts))
    except urls.BadUrl as error:
        raise Refused("bad_url", reason=error.code) from None
    kind = SourceKind(kind or SourceKind.FEED)
    if kind.value not in ASKED:
        raise Refused("bad_url", reason="scheme")
    values = _new_row(kind, name.strip() or parts.host, str(parts), key, now)
    values |= {"site_host": parts.host, "topic_id": topic_id, "next_at": now + LOST}
    if not insert_new(db, Source.__table__, values, key=["url_key"]):
        known = db.scalar(select(Source.id).where(Source.url_key == key))
        raise Refused("source_known", source=known)
    source_id = db.scalars(select(Source.id).where(Source.url_key == key)).one()
    enqueue(db, source_id, now=now)
    audit.record(db, "source.add", now=now, by=by, subject="source", subject_id=source_id)
    return source_id


def add_text(
    db: Session, text: str | bytes, *, name: str = TEXTS, title: str = "", link: str = "",
    published_at: datetime | None = None, now: datetime,
) -> list[int]:
    """Store a text from a file or standard input as one article; returns its id if it is new.

    ``name`` is the source that readers see. Bytes are read in whatever encoding they are in. Without a title a short first line is taken.
    Raises Refused("empty_text") and Refused("bad_url", reason=…) for a link that is none.
    """
    decoded = charset.decode(text) if isinstance(text, bytes) else None
    body = strip_controls(decoded.text if decoded else str(text)).strip()
    if not body:
        raise Refused("empty_text")
    if link and not urls.is_http(link):
        raise Refused("bad_url", reason="scheme")
    first, _, rest = body.partition("\n")
    if not title and len(first) <= TITLE_AT and rest.strip():
        title, body = first, rest
    entry = Entry(
        guid=f"text:{hashlib.sha256(body.encode()).hexdigest()}",
        link=link,
        title=" ".join((title or first).split())[:TITLE_AT],
        html=paragraphs_html(body),
        published_at=published_at,
        problem="encoding" if decoded and decoded.doubtful else "",
    )
    source_id = text_source(db, name, now)
    return ingest.store_entries(db, source_id, [entry], source_name=name, now=now)


def enqueue(db: Session, source_id: int, *, now: datetime) -> bool:
    """Queue one source, due or not; False when it is queued already.

    Raises NotFound("no_such_source").
    """
    if db.get(Source, source_id) is None:
        raise NotFound("no_such_source", source=source_id)
    return queue.put(db, "collect_source", key=str(source_id), now=now, source_id=source_id)


def enqueue_due(db: Session, now: datetime, limit: int = 50) -> int:
    """Queue the sources whose time has come, at most two of one host; returns how many."""
    due = db.scalars(
        select(Source)
        .where(
            Source.state == SourceState.ACTIVE, Source.next_at <= now, Source.kind.in_(ASKED)
        )
        .order_by(Source.next_at, Source.id)
        .limit(limit * 4)
    ).all()
    hosts: Counter[str] = Counter()
    queued = 0
    for source in due:
        if queued == limit:
            break
        if hosts[source.site_host] == PER_HOST:
            continue
        hosts[source.site_host] += 1
        source.next_at = now + LOST
        queued += enqueue(db, source.id, now=now)
    return queued


def collect_source(system: System, source_id: int) -> CollectResult:
    """Ask a source once and store what is new. Nothing that a source answers deletes anything.

    Raises NotFound("no_such_source"). A source that is paused, gone or no web address is left
    alone: its outcome is then ``paused``, ``dead``, ``text`` or ``push``.
    """
    with system.db.read() as db:
        source = db.get(Source, source_id)
        if source is None:
            raise NotFound("no_such_source", source=source_id)
        if source.state != SourceState.ACTIVE or source.kind not in ASKED:
            return CollectResult(
                source.state if source.state != SourceState.ACTIVE else source.kind
            )
        asked = _Asked(
            source.id, source.kind, source.name, source.url, source.moved_to, source.etag,
            source.last_modified, proven=source.last_ok_at is not None,
            rules=from_json(source.rules),
        )  # fmt: skip
    answer = _ask(system.fetcher, asked)
    now = system.clock.now()
    with system.db.write() as db:
        return _store(db, asked, answer, now)


def _ask(fetcher: Fetcher, asked: _Asked) -> Answer:
    """Fetch a source, by its known new address when the old one fails, and understand it."""
    accept = ACCEPT_PAGE if asked.kind == SourceKind.PAGE else ACCEPT_FEED
    request = FetchRequest(asked.url, asked.etag, asked.last_modified, accept)
    fetched = fetcher.fetch(request)
    if asked.moved_to and fetched.outcome in MOVED_IF:
        there = fetcher.fetch(replace(request, url=asked.moved_to))
        if there.outcome in {Outcome.OK, Outcome.NOT_MODIFIED}:
            fetched = replace(there, moved_to=there.moved_to or asked.moved_to)
    if fetched.outcome is Outcome.NOT_MODIFIED and not (asked.etag or asked.last_modified):
        fetched = replace(fetched, outcome=Outcome.HTTP_ERROR)  # nobody asked "since when"
    if fetched.outcome is not Outcome.OK:
        return Answer(fetched, fetched.outcome.value, fetched.detail)
    if asked.kind == SourceKind.PAGE:
        return read_page(fetched, asked.rules)
    document = parse(fetched)
    # A web page in the place of a feed that once was right is a fault of the site, not an answer.
    if document.kind is FeedKind.HTML and document.alternates and not asked.proven:
        there = fetcher.fetch(FetchRequest(document.alternates[0], accept=ACCEPT_FEED))
        if there.outcome is not Outcome.OK:
            return Answer(there, there.outcome.value, there.detail or document.alternates[0])
        found_at = there.moved_to or document.alternates[0]
        return replace(read_feed(there, parse(there), asked.rules), found_at=found_at)
    return read_feed(fetched, document, asked.rules)


def _store(db: Session, asked: _Asked, answer: Answer, now: datetime) -> CollectResult:
    """Write down what came of a try: the articles, the attempt, the source's new state."""
    source = db.get(Source, asked.id, with_for_update=True)
    if source is None:  # deleted while we asked
        return CollectResult(answer.outcome, len(answer.entries))
    _remember(db, source, answer)
    added = ingest.store_entries(
        db, source.id, answer.entries, source_name=source.name, now=now
    )
    newest = db.scalar(select(func.max(Article.published_at)).where(Article.id.in_(added)))
    health.record_attempt(
        db, source, answer.outcome, now=now, per_day=pace(db, source.id, now),
        status=answer.fetched.status, detail=answer.detail, found=len(answer.entries),
        added=len(added), newest=newest, retry_after=answer.fetched.retry_after,
    )  # fmt: skip
    return CollectResult(answer.outcome, len(answer.entries), len(added))


def _remember(db: Session, source: Source, answer: Answer) -> None:
    """Keep the validators of a good answer, a new address and the source's own name."""
    if answer.outcome in health.GOOD:
        source.moved_to = answer.fetched.moved_to or source.moved_to
    if answer.outcome != "ok":
        # Validators stay those of the last good answer, so that an ill one is read again.
        return
    source.etag, source.last_modified = answer.fetched.etag, answer.fetched.last_modified
    if answer.found_at:
        _settle(db, source, answer.found_at)
    if answer.title and source.name == urls.host(source.url):
        source.name = answer.title[:200]


def _settle(db: Session, source: Source, url: str) -> None:
    """Take the feed that a page named as the source's address; as a move if another has it."""
    key = urls.url_key(url)
    if db.scalar(select(Source.id).where(Source.url_key == key, Source.id != source.id)):
        source.moved_to = url
    else:
        source.url, source.url_key, source.site_host = url, key, urls.host(url)
        source.moved_to = None


def pace(db: Session, source_id: int, now: datetime) -> float:
    """Return how many articles a day a source brought lately."""
    since = now - timedelta(days=health.PACE_DAYS)
    count = select(func.count(Article.id)).where(
        Article.source_id == source_id, Article.published_at > since
    )
    return (db.scalar(count) or 0) / health.PACE_DAYS


def text_source(db: Session, name: str, now: datetime) -> int:
    """Return the source of what is handed over under a name; made when it is missing."""
    key = hashlib.sha256(f"text:{name}".encode()).hexdigest()
    insert_new(
        db, Source.__table__, _new_row(SourceKind.TEXT, name, "", key, now), key=["url_key"]
    )
    return db.scalars(select(Source.id).where(Source.url_key == key)).one()


def _new_row(kind: SourceKind, name: str, url: str, key: str, now: datetime) -> dict[str, object]:
    return {
        "kind": kind.value, "name": name[:200], "url": url, "url_key": key, "site_host": "",
        "state": SourceState.ACTIVE.value, "weight": 1.0, "failures": 0, "rules": {},
        "created_at": now,
    }  # fmt: skip
