"""What cleaning rules would do to an article of a source, before they are saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.articles.boilerplate import strip_boilerplate
from digest.articles.cleaning import NO_RULES, Rules, cut_from_body, cut_sentences, hits
from digest.articles.enrich import fuller, needs_page
from digest.articles.entry import Entry
from digest.articles.extract import extract_page
from digest.articles.models import Article
from digest.sources.answers import ACCEPT_FEED, ACCEPT_PAGE, Answer, parse, read_feed
from digest.sources.models import ASKED, Source, SourceKind
from digest.system.build import System
from digest.system.errors import NotFound
from digest.system.fetch import Fetched, FetchRequest, Outcome
from digest.text.clean import plain_text
from digest.text.document import decode_document
from digest.text.split import sentences, words

SECONDS = 8.0  # for the feed, and again for the page
PICKS = 5  # articles to choose from


@dataclass(frozen=True, slots=True)
class Piece:
    """Some sentences of a text; ``is_odd`` when the other version does not have them."""

    text: str
    is_odd: bool


@dataclass(frozen=True, slots=True)
class CutPreview:
    """An article before and after. ``outcome`` is not "ok" when there is nothing to show.

    ``hits`` are the rules with how often each was found, ``picks`` the titles to choose from.
    """

    outcome: str
    picks: tuple[str, ...] = ()
    pick: int = 0
    link: str = ""
    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()
    words_before: int = 0
    words_after: int = 0
    hits: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Texts:
    """What there is of an article before any rule: the feed's body and its page."""

    title: str
    link: str
    html: str
    page: Fetched | None


def preview_rules(system: System, source_id: int, rules: Rules, *, pick: int = 0) -> CutPreview:
    """Read one of a source's articles anew, with and without rules; stores nothing.

    ``pick`` counts from 0 among the first five. Raises NotFound("no_such_source").
    """
    with system.db.read() as db:
        source = db.get(Source, source_id)
        if source is None:
            raise NotFound("no_such_source", source=source_id)
        kind, url = source.kind, source.moved_to or source.url
        entries = _handed_over(db, source_id) if kind not in ASKED else ()
    outcome = "no_entries"
    if kind == SourceKind.PAGE:
        entries = (Entry(guid=url, link=url, title=""),)
    elif kind == SourceKind.FEED:
        answer = _feed(system, url)
        entries, outcome = answer.entries[:PICKS], answer.outcome
    if not entries:
        return CutPreview(outcome)
    pick = min(max(pick, 0), len(entries) - 1)
    picks = tuple(entry.title or entry.link for entry in entries)
    return _shown(_texts(system, entries[pick]), rules, picks, pick)


def _handed_over(db: Session, source_id: int) -> tuple[Entry, ...]:
    """The last articles of a source that nobody asks."""
    rows = db.execute(
        select(Article.link, Article.title, Article.html)
        .where(Article.source_id == source_id)
        .order_by(Article.id.desc())
        .limit(PICKS)
    )
    return tuple(Entry(guid=row.link, link=row.link, title=row.title, html=row.html) for row in rows)


def _fetch(system: System, url: str, accept: str) -> Fetched:
    return system.fetcher.fetch(FetchRequest(url, accept=accept), seconds=SECONDS)


def _feed(system: System, url: str) -> Answer:
    fetched = _fetch(system, url, ACCEPT_FEED)
    if fetched.outcome is not Outcome.OK:
        return Answer(fetched, fetched.outcome.value, fetched.detail)
    return read_feed(fetched, parse(fetched))


def _texts(system: System, entry: Entry) -> _Texts:
    """The page is asked for when an article would be read from it."""
    html = entry.html or entry.summary_html
    wanted = entry.link and needs_page(plain_text(html))
    page = _fetch(system, entry.link, ACCEPT_PAGE) if wanted else None
    return _Texts(entry.title, entry.link, html, page)


def _shown(texts: _Texts, rules: Rules, picks: tuple[str, ...], pick: int) -> CutPreview:
    before, after = _text(texts, NO_RULES), _text(texts, rules)
    if not before:
        outcome = texts.page.outcome if texts.page is not None else Outcome.OK
        code = "no_text" if outcome is Outcome.OK else outcome.value
        return CutPreview(code, picks, pick, texts.link)
    old, new = [one.text for one in sentences(before)], [one.text for one in sentences(after)]
    return CutPreview(
        outcome="ok", picks=picks, pick=pick, link=texts.link,
        before=_pieces(old, new), after=_pieces(new, old),
        words_before=len(words(before)), words_after=len(words(after)),
        hits=hits(_source_html(texts), before, rules),
    )  # fmt: skip


def _text(texts: _Texts, rules: Rules) -> str:
    """The text as it would be kept under some rules."""
    body = cut_sentences(plain_text(cut_from_body(texts.html, rules)), rules)
    page = ""
    if texts.page is not None and texts.page.outcome is Outcome.OK:
        page = extract_page(
            texts.page.content, content_type=texts.page.content_type, url=texts.page.url,
            rules=rules,
        ).text
    return strip_boilerplate(fuller(body, page), title=texts.title)


def _source_html(texts: _Texts) -> str:
    if texts.page is None:
        return texts.html
    return decode_document(texts.page.content, texts.page.content_type).text


def _pieces(own: Sequence[str], other: Sequence[str]) -> tuple[Piece, ...]:
    """A text cut where it differs from another one."""
    matcher = SequenceMatcher(None, own, other, autojunk=False)
    return tuple(
        Piece(" ".join(own[start:end]), tag != "equal")
        for tag, start, end, _from, _to in matcher.get_opcodes()
        if end > start
    )
