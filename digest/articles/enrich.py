"""From an entry to something to read: its text, cleaned once, its topic and its first summary."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.articles import ingest, lessons
from digest.articles.boilerplate import strip_boilerplate
from digest.articles.cleaning import Rules, cut_sentences, from_json
from digest.articles.extract import Extracted, extract_page
from digest.articles.models import Article, ArticleState, Summary, search_key
from digest.articles.queries import SOURCE
from digest.articles.sorting import Lesson, Sorter, sort_article
from digest.articles.stories import look_again
from digest.articles.summarise import Method, summarise
from digest.articles.topics import ensure_topics
from digest.system import queue
from digest.system.build import System
from digest.system.fetch import Fetched, FetchRequest, Outcome
from digest.text import charset
from digest.text.clean import plain_text
from digest.text.fold import display
from digest.text.hashtags import hashtags
from digest.text.split import words

ENOUGH = 120  # words of a feed's body from which its page is not asked for
LONGER = 1.2  # a page's text replaces the feed's when it is so much longer
MAX_TEXT = 200_000  # characters
DUPLICATE = "duplicate"
RETRIES = (timedelta(minutes=10), timedelta(hours=2))
# An article that has a teaser does not wait for its page as long: the next issue may want it.
SOON = (timedelta(minutes=1), timedelta(minutes=5))
# A page that failed in one of these ways may well be there later.
PASSING = frozenset({Outcome.TIMEOUT, Outcome.BUSY, Outcome.DNS, Outcome.NETWORK, Outcome.TLS})
SERVER_FAILS = 500  # and the codes above: the fault of the site, which it mends
_CUT = re.compile(r"(?:…|\.\.\.|\[\.\.\.\]|\[…\]|المزيد|اقرأ المزيد|read more)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Known:
    """An article as its feed gave it, and what helps to place it."""

    id: int
    link: str
    title: str
    html: str
    tags: tuple[str, ...]
    sorter: Sorter
    source_topic: int | None
    rules: Rules
    lesson: Lesson | None  # what an editor said of it while it had no text


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was made of an article; without text, ``reason`` says why.

    ``passing`` when its page was wanted and may well answer later.
    """

    text: str = ""
    summary: str = ""
    reason: str = ""
    words: int = 0
    tags: tuple[str, ...] = ()
    topic_id: int | None = None
    page: Extracted = field(default_factory=Extracted)
    passing: bool = False


def enrich_article(system: System, article_id: int, attempt: int = 1) -> None:
    """Read an article: its page if the feed's body is short, then text, topic and summary 1.

    An article without any text becomes unreadable and gets no summary; when its page may be back
    later it is tried again, twice. With a teaser it waits for the page for some minutes, then the
    teaser stays. Running it again on an article that was read does nothing.
    """
    now = system.clock.now()
    known = _known(system, article_id, attempt)
    if known is None:
        return
    body = plain_text(known.html)
    page, failure = Extracted(), None
    if known.link and needs_page(body):
        fetched = system.fetcher.fetch(FetchRequest(known.link, accept="text/html, */*;q=0.1"))
        page, failure = _page(fetched, known.rules)
    reading = _read(known, body, page, failure)
    with system.db.write() as db:
        _save(db, article_id, reading, attempt, now)


def needs_page(body: str) -> bool:
    """Tell whether a feed's body is too short, or cut, to be the whole article."""
    return len(words(body)) < ENOUGH or _CUT.search(body[-40:]) is not None


def _known(system: System, article_id: int, attempt: int) -> _Known | None:
    """Read an article that waits for its text, with the topics there are; None if it does not."""
    with system.db.read() as db:
        known = _load(db, article_id, attempt)
    if known is None or known.sorter.topics:
        return known
    with system.db.write() as db:  # the first article of a new house
        ensure_topics(db)
    with system.db.read() as db:
        return _load(db, article_id, attempt)


def _load(db: Session, article_id: int, attempt: int) -> _Known | None:
    article = db.get(Article, article_id)
    if article is None or not _waits(article, attempt):
        return None
    of_source = select(SOURCE.c.topic_id, SOURCE.c.rules).where(SOURCE.c.id == article.source_id)
    source = db.execute(of_source).first()
    return _Known(
        article.id, article.link, article.title, article.html, tuple(article.tags),
        lessons.sorter(db), source.topic_id if source else None,
        from_json(source.rules if source else None), lessons.lesson_of(db, article_id),
    )  # fmt: skip


def _waits(article: Article, attempt: int) -> bool:
    again = attempt > 1 and article.state == ArticleState.UNREADABLE
    return again or article.state == ArticleState.NEW


def _page(fetched: Fetched, rules: Rules) -> tuple[Extracted, Fetched | None]:
    """What a fetched page says, or the fetch that failed."""
    if fetched.outcome is not Outcome.OK:
        return Extracted(), fetched
    kind = fetched.content_type.partition(";")[0].strip().lower()
    if kind and "html" not in kind and not kind.startswith("text/"):
        return Extracted(), None  # a picture, a film, a document: nothing to read here
    page = extract_page(
        fetched.content, content_type=fetched.content_type, url=fetched.url, rules=rules
    )
    return page, None


def fuller(body: str, page: str) -> str:
    """Return the text of an article: the feed's, unless its page says much more."""
    whole = page if len(words(page)) > LONGER * len(words(body)) else body
    return whole[:MAX_TEXT]


def is_passing(failure: Fetched) -> bool:
    """Tell whether a page that failed so may well be there some minutes later."""
    return failure.outcome in PASSING or (failure.status or 0) >= SERVER_FAILS


def _read(known: _Known, body: str, page: Extracted, failure: Fetched | None) -> _Reading:
    """Choose the fuller text, clean it once and make of it what readers see."""
    whole = fuller(cut_sentences(body, known.rules), page.text)
    passing = failure is not None and is_passing(failure)
    title = _title(known.title, known.link, page)
    text = display(strip_boilerplate(whole, title=title))
    found = words(text)
    if not found or found == words(title):
        reason = f"page_{failure.outcome.value}" if failure else "no_text"
        return _Reading(
            reason="encoding" if page.doubtful else reason, page=page, passing=passing
        )
    if not charset.readable(text):
        return _Reading(reason="encoding", page=page)
    tags = ingest.merged_tags(known.tags, hashtags(whole))
    topic = _topic(known, title, text, tags)
    summary = summarise(text, title=title, method=Method.MIX).text
    return _Reading(text, summary, "", len(found), tags, topic, page, passing)


def _topic(known: _Known, title: str, text: str, tags: Sequence[str]) -> int | None:
    """An editor's word, then the source's topic, then what sorting is sure of."""
    if known.lesson is not None:
        return known.lesson.topic_id
    return known.source_topic or sort_article(title, text, tags, known.sorter).topic_id


def _save(db: Session, article_id: int, reading: _Reading, attempt: int, now: datetime) -> None:
    """Store a reading unless somebody else has read the article meanwhile."""
    article = db.get(Article, article_id, with_for_update=True)
    if article is None or not _waits(article, attempt):
        return
    _take_from_page(article, reading.page)
    waits = SOON if reading.text else RETRIES
    again = reading.passing and attempt <= len(waits)
    if again:
        queue.put(
            db, "enrich_article", key=f"{article_id}:{attempt + 1}", now=now,
            run_at=now + waits[attempt - 1], article_id=article_id, attempt=attempt + 1,
        )  # fmt: skip
    if not reading.text:
        article.state, article.reason = ArticleState.UNREADABLE.value, reading.reason
    elif not again:
        _fill(db, article, reading, now)
    ingest.queue_regroup(db, now)


def _take_from_page(article: Article, page: Extracted) -> None:
    """Fill what the feed left out; what the feed said stays."""
    article.title = _title(article.title, article.link, page)
    article.search_key = search_key(article.title, article.source_name)
    article.author = article.author or ingest.shown_line(page.author)
    article.image = article.image or page.image
    article.link = page.link or article.link
    undated = article.published_at == article.collected_at
    if undated and page.published_at and ingest.EARLIEST <= page.published_at < article.collected_at:
        article.published_at = page.published_at


def _title(title: str, link: str, page: Extracted) -> str:
    """The title as it came; the page's, where only a link was known."""
    return ingest.shown_line(page.title) or title if title in {"", link} else title


def _fill(db: Session, article: Article, reading: _Reading, now: datetime) -> None:
    article.text, article.words = reading.text, reading.words
    article.tags, article.topic_id = list(reading.tags), reading.topic_id
    article.state, article.reason = ArticleState.READY.value, ""
    article.text_hash = article.text_hash or ingest.text_hash(article.title, reading.text)
    if article.story_id is not None:  # its title alone had to find it a story
        look_again(db, article.story_id)
    if _copy_of(db, article):
        article.state, article.reason = ArticleState.EXCLUDED.value, DUPLICATE
    db.add(
        Summary(
            article_id=article.id, n=1, method=Method.MIX.value, text=reading.summary,
            text_hash=hashlib.sha256(reading.summary.encode()).hexdigest(), created_at=now,
        )
    )  # fmt: skip


def _copy_of(db: Session, article: Article) -> int | None:
    """The older article of the same source with the very same text, if there is one."""
    if not article.text_hash:
        return None
    return db.scalar(
        select(Article.id).where(
            Article.source_id == article.source_id, Article.text_hash == article.text_hash,
            Article.id < article.id, Article.state == ArticleState.READY,
        ).limit(1)
    )  # fmt: skip
