"""From whatever address an editor has to the feeds behind it, and what each of them would bring.

Nothing is stored. What a site names itself comes first (link rel=alternate), then its links that
look like feeds, then the usual paths and the news sitemaps of its robots.txt; each next step is
taken only when the one before found nothing, as we are a guest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from digest.sources import sitemap
from digest.sources.answers import ACCEPT_FEED, ACCEPT_PAGE, Answer, parse, read_feed, read_page
from digest.sources.feeds import FeedDocument, FeedKind
from digest.sources.models import Source, SourceKind
from digest.sources.samples import Sample, pace_of, sample_of
from digest.system.build import System
from digest.system.errors import Refused
from digest.system.fetch import Fetched, FetchRequest, Outcome
from digest.text import charset, urls
from digest.text.document import decode_document

SECONDS = 18.0  # for a whole trial: a person waits for it
FIRST = 8.0  # seconds for the address itself
EACH = 5.0  # seconds for any other
AT_ONCE = 6  # connections
MOST_TRIED = 10  # addresses of one step
MOST_FOUND = 6  # feeds shown
SAMPLES = 5  # entries shown of each
PAGES = 3  # pages read to see whether they hold text
PATHS = (
    "/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json",
    "/?feed=rss2", "/arabic/rss.xml",
)  # fmt: skip
# An address that cannot be asked has no other paths either.
HOPELESS = frozenset({Outcome.BAD_URL, Outcome.REFUSED_ADDRESS, Outcome.DNS, Outcome.TLS,
                      Outcome.NETWORK, Outcome.TIMEOUT})  # fmt: skip

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ANCHOR = re.compile(r"""<a\b[^<>]{0,500}?\bhref\s*=\s*["']([^"'<>]{1,500})["']""", re.IGNORECASE)
_LOOKS_LIKE = re.compile(
    r"(?:^|[/._?=&-])(?:rss|feeds?|atom)\d?(?:$|[/._?=&-])|rss/?$", re.IGNORECASE
)
_COMMENTS = re.compile(r"comments|تعليقات", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A feed, or the page itself, as it would be added.

    ``form`` is the kind of document (rss, atom, json, sitemap, page), ``per_day`` how many articles
    a day it seems to bring (None when its dates do not tell), ``known`` the source that it is.
    """

    url: str
    kind: str
    form: str
    title: str
    outcome: str
    entries: int
    newest: datetime | None
    per_day: float | None
    samples: tuple[Sample, ...]
    known: int | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What an address led to. Without anything found ``outcome`` says why, ``status`` the reply."""

    url: str
    outcome: str
    status: int | None
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class _Asker:
    """Asks many addresses at once, within what is left of a trial's time."""

    system: System
    until: float

    def ask(self, address: str, accept: str = ACCEPT_FEED, seconds: float = EACH) -> Fetched:
        left = self.until - self.system.clock.ticks()
        if left < 1:
            return Fetched(Outcome.TIMEOUT, address)
        request = FetchRequest(address, accept=accept)
        return self.system.fetcher.fetch(request, seconds=min(seconds, left))

    def each(self, addresses: Iterable[str], accept: str = ACCEPT_FEED) -> list[Fetched]:
        wanted = list(dict.fromkeys(addresses))[:MOST_TRIED]
        if not wanted:
            return []
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="trial") as pool:
            return list(pool.map(lambda one: self.ask(one, accept), wanted))


def try_address(system: System, address: str) -> Trial:
    """Look for the feeds behind an address and read what they offer; stores nothing.

    The scheme may be missing. Takes at most about 18 seconds. Raises Refused("bad_url", reason=…).
    """
    asker = _Asker(system, system.clock.ticks() + SECONDS)
    fetched = _first(asker, address.strip())
    answers = _look(asker, fetched) if fetched.outcome is Outcome.OK else []
    if not answers and fetched.outcome not in HOPELESS:
        answers = _guess(asker, fetched.url)
    page = read_page(fetched) if fetched.outcome is Outcome.OK and not answers else None
    found = [_found(asker, form, answer, number == 0) for number, (form, answer)
             in enumerate(_distinct(answers)[:MOST_FOUND])]
    if page is not None and page.outcome == "ok" and _has_path(fetched.url):
        found.append(_found(asker, SourceKind.PAGE.value, page, False))
    return Trial(
        url=fetched.url,
        outcome=_outcome(fetched, found),
        status=fetched.status,
        found=_known(system, found),
    )


def full_address(address: str) -> str:
    """Return what a person typed as an address: https where no scheme was written.

    Raises Refused("bad_url", reason=…).
    """
    typed = address if _SCHEME.match(address) and "://" in address else f"https://{address}"
    try:
        return str(urls.split(typed))
    except urls.BadUrl as error:
        raise Refused("bad_url", reason=error.code) from None


def _first(asker: _Asker, address: str) -> Fetched:
    """Ask the address itself; by http, too, when no scheme was typed and https does not answer."""
    fetched = asker.ask(full_address(address), seconds=FIRST)
    if fetched.outcome in {Outcome.TLS, Outcome.NETWORK} and "://" not in address:
        plain = asker.ask(full_address(f"http://{address}"), seconds=FIRST)
        return plain if plain.outcome is Outcome.OK else fetched
    return fetched


def _look(asker: _Asker, fetched: Fetched) -> list[tuple[str, Answer]]:
    """The document itself if it is a feed, else those that it names or links to."""
    document = parse(fetched)
    if document.kind is not FeedKind.HTML:
        return _read(asker, [fetched], deeper=True)
    answers = _read(asker, asker.each(document.alternates))
    if answers:
        return answers
    linked = asker.each(_anchors(fetched))
    answers = _read(asker, linked)
    if answers:
        return answers
    # Many newsrooms have a page that lists their feeds.
    lists = [one for one in linked if one.outcome is Outcome.OK and one.url != fetched.url]
    listed = [link for one in lists for link in (*parse(one).alternates, *_anchors(one))]
    asked = {one.url for one in linked}
    return _read(asker, asker.each(link for link in listed if link not in asked))


def _guess(asker: _Asker, url: str) -> list[tuple[str, Answer]]:
    """Try the usual paths, below the address and at the top of the site, then its sitemaps."""
    below = [urls.absolute(url.rstrip("/") + "/", "feed/")] if _has_path(url) else []
    tried = [*below, *(urls.absolute(url, path) for path in PATHS)]
    robots = urls.absolute(url, "/robots.txt")
    answers = _read(asker, asker.each(tried))
    if answers:
        return answers
    listed = _robots(asker.ask(robots, "text/plain, */*;q=0.1"))
    return _read(asker, asker.each(listed or [urls.absolute(url, "/sitemap.xml")]), deeper=True)


def _robots(fetched: Fetched) -> tuple[str, ...]:
    if fetched.outcome is not Outcome.OK:
        return ()
    return sitemap.in_robots(charset.decode(fetched.content).text, fetched.url)


def _read(
    asker: _Asker, fetched: Sequence[Fetched], *, deeper: bool = False
) -> list[tuple[str, Answer]]:
    """The feeds among some answers; ``deeper`` also looks into an index of sitemaps."""
    good: list[tuple[str, Answer]] = []
    below: list[str] = []
    for one in fetched:
        if one.outcome is not Outcome.OK:
            continue
        document = parse(one)
        if document.kind in {FeedKind.HTML, FeedKind.UNKNOWN}:
            continue
        answer = read_feed(one, document)
        if answer.outcome == "ok" or _is_honest(document):
            good.append((document.kind.value, answer))
        below += document.alternates
    if not good and deeper and below:
        return _read(asker, asker.each(below))
    return sorted(good, key=lambda one: _is_about_comments(one[1]))


def _is_honest(document: FeedDocument) -> bool:
    """A real feed without any entry today is a feed all the same."""
    return document.problems == ("no_entries",)


def _is_about_comments(answer: Answer) -> bool:
    return _COMMENTS.search(f"{answer.fetched.url} {answer.title}") is not None


def _anchors(fetched: Fetched) -> list[str]:
    """The links of a page that look like feeds."""
    page = decode_document(fetched.content, fetched.content_type).text
    links = (found[1].replace("&amp;", "&") for found in _ANCHOR.finditer(page))
    return [full for link in links if _LOOKS_LIKE.search(link.partition("#")[0])
            and (full := urls.absolute(fetched.url, link))]  # fmt: skip


def _distinct(answers: Sequence[tuple[str, Answer]]) -> list[tuple[str, Answer]]:
    """Each feed once, however many forms and addresses it has: the first counts."""
    seen: set[tuple[str, ...]] = set()
    kept = []
    for form, answer in answers:
        marks = tuple(entry.link or entry.title for entry in answer.entries[:3])
        mark = marks or (urls.url_key(answer.fetched.url),)
        if mark not in seen:
            kept.append((form, answer))
        seen.add(mark)
    return kept


def _found(asker: _Asker, form: str, answer: Answer, with_pages: bool) -> Found:
    """Describe a feed; of the first one some pages are read, to see whether they hold text."""
    shown = answer.entries[:SAMPLES]
    samples = [sample_of(entry) for entry in shown]
    if with_pages:
        wanted = [one.link for one in samples if one.text == "untried" and one.link][:PAGES]
        pages = dict(zip(wanted, asker.each(wanted, ACCEPT_PAGE), strict=True))
        samples = [sample_of(entry, pages.get(entry.link)) for entry in shown]
    dates = [entry.published_at for entry in answer.entries if entry.published_at]
    is_page = form == SourceKind.PAGE.value
    return Found(
        url=answer.fetched.moved_to or answer.fetched.url,
        kind=(SourceKind.PAGE if is_page else SourceKind.FEED).value, form=form,
        title=answer.title or urls.host(answer.fetched.url), outcome=answer.outcome,
        entries=len(answer.entries), newest=max(dates, default=None),
        per_day=None if is_page else pace_of(dates), samples=tuple(samples),
    )  # fmt: skip


def _outcome(fetched: Fetched, found: Sequence[Found]) -> str:
    if found:
        return "ok"
    return "html" if fetched.outcome is Outcome.OK else fetched.outcome.value


def _known(system: System, found: Sequence[Found]) -> tuple[Found, ...]:
    keys = {one.url: urls.url_key(one.url) for one in found}
    with system.db.read() as db:
        rows = db.execute(
            select(Source.url_key, Source.id).where(Source.url_key.in_(keys.values()))
        )
        known = {row.url_key: row.id for row in rows}
    return tuple(replace(one, known=known.get(keys[one.url])) for one in found)


def _has_path(url: str) -> bool:
    parts = urls.split(url)
    return parts.path.strip("/") != "" or parts.query is not None
