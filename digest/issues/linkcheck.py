"""Whether the links of an issue lead where they should: asked in the background, kept by address."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from digest.articles.extract import extract_page
from digest.issues import states
from digest.issues.document import Reach
from digest.issues.mailview import web_address
from digest.issues.models import Issue, Item, LinkCheck
from digest.system import queue
from digest.system.build import System
from digest.system.errors import Refused
from digest.system.fetch import Fetched, Fetcher, FetchRequest, Outcome
from digest.text import urls
from digest.text.fold import fold
from digest.text.split import sentences

KIND = "check_links"
FRESH = timedelta(hours=6)  # a link that answered is asked again after so long
AGAIN = timedelta(minutes=20)  # and one that did not
VALID = timedelta(hours=24)  # an older answer says nothing about today
KEPT = timedelta(days=30)  # answers that no issue asked for again
LIVE = timedelta(days=14)  # drafts older than this are given up, and their links left alone
SAME = timedelta(days=3)  # a page that nobody asked for so long is read as if for the first time
SECONDS = 10.0  # for one link
AT_ONCE = 6
ALIVE = frozenset({Outcome.OK, Outcome.TOO_BIG})
MOST_SAID = 400  # sentences of a page


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of asking one link; ``said`` are the hashed sentences of a page that was read."""

    url: str
    fetched: Fetched
    seconds: float
    said: tuple[str, ...]


def queue_due(db: Session, now: datetime) -> int:
    """Queue the checks of open issues with links that nobody asked lately; returns how many."""
    rows = db.execute(
        select(Item.issue_id, Item.link, Item.image)
        .join(Issue, Issue.id == Item.issue_id)
        .where(Issue.state.in_(states.EDITABLE), Issue.created_at > now - LIVE)
    ).all()
    known = _known(db, _addresses((row.link, row.image) for row in rows))
    due = {
        row.issue_id for row in rows
        if any(_is_due(known.get(url), now) for url in _addresses([(row.link, row.image)]))
    }
    return sum(queue.put(db, KIND, key=str(one), now=now, issue_id=one) for one in sorted(due))


def ask_again(db: Session, issue_id: int, *, now: datetime) -> None:
    """Have all links of an issue asked, however fresh their answers are.

    Raises Refused("issue_closed") once nothing can be mended any more.
    """
    issue = states.get(db, issue_id)
    if issue.state not in states.EDITABLE:
        raise Refused("issue_closed", state=issue.state)
    if not queue.put(db, KIND, key=str(issue_id), now=now, issue_id=issue_id, anew=True):
        queue.put(db, KIND, key=f"{issue_id}:anew", now=now, issue_id=issue_id, anew=True)


def check_links(system: System, issue_id: int, *, anew: bool = False) -> None:
    """Ask the links of an issue that are due, or all, a few at a time, and keep what came of it."""
    now = system.clock.now()
    with system.db.read() as db:
        pages = set(_addresses((one, None) for one in _column(db, Item.link, issue_id)))
        images = set(_addresses((None, one) for one in _column(db, Item.image, issue_id)))
        known = _known(db, pages | images)
        due = [url for url in sorted(pages | images) if anew or _is_due(known.get(url), now)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda url: _ask(system, url, page=url in pages), due))
    now = system.clock.now()
    with system.db.write() as db:
        for answer in answers:
            _store(db, answer, now)
        db.execute(delete(LinkCheck).where(LinkCheck.checked_at < now - KEPT))


def reaches(db: Session, addresses: Collection[str], *, now: datetime) -> dict[str, Reach]:
    """Return what is known of these addresses, less what is too old to count."""
    return {
        url: Reach(
            url=url, outcome=one.outcome, status=one.status, lands_on=one.lands_on,
            seconds=one.seconds, kept=one.kept, at=one.checked_at,
        )
        for url, one in _known(db, addresses).items() if one.checked_at > now - VALID
    }


def checking(db: Session, issue_id: int) -> bool:
    """Tell whether links of an issue are being asked, or soon will be."""
    return not {str(issue_id), f"{issue_id}:anew"}.isdisjoint(queue.open_keys(db, KIND))


def link_key(url: str) -> str:
    """Return the key under which what came of asking an address is kept."""
    return hashlib.sha256(url.encode()).hexdigest()


def _addresses(pairs: Iterable[tuple[str | None, str | None]]) -> list[str]:
    return [url for pair in pairs for one in pair if (url := web_address(one))]


def _column(db: Session, column: InstrumentedAttribute[Any], issue_id: int) -> list[Any]:
    return list(db.scalars(select(column).where(Item.issue_id == issue_id)))


def _known(db: Session, addresses: Collection[str]) -> dict[str, LinkCheck]:
    by_key = {link_key(url): url for url in addresses}
    rows = db.scalars(select(LinkCheck).where(LinkCheck.url_key.in_(by_key)))
    return {by_key[row.url_key]: row for row in rows}


def _is_due(known: LinkCheck | None, now: datetime) -> bool:
    if known is None:
        return True
    return known.checked_at < now - (FRESH if known.outcome in ALIVE else AGAIN)


def _ask(system: System, url: str, *, page: bool) -> _Answer:
    """HEAD, then GET where HEAD did not do or where the page is to be read."""
    start = system.clock.ticks()
    fetched = _fetch(system.fetcher, url, head=True)
    seconds = system.clock.ticks() - start
    is_html = "html" in fetched.content_type
    if fetched.outcome is not Outcome.OK or (page and is_html):
        start = system.clock.ticks()
        fetched = _fetch(system.fetcher, url, head=False)
        seconds = system.clock.ticks() - start
    said: tuple[str, ...] = ()
    if page and fetched.outcome is Outcome.OK and "html" in fetched.content_type:
        found = extract_page(fetched.content, content_type=fetched.content_type, url=fetched.url)
        said = _said(found.text)
    return _Answer(url, fetched, seconds, said)


def _fetch(fetcher: Fetcher, url: str, *, head: bool) -> Fetched:
    return fetcher.fetch(FetchRequest(url, head=head), seconds=SECONDS)


def _said(text: str) -> tuple[str, ...]:
    """Return the sentences of a page, hashed, in the form for comparison."""
    found = (" ".join(fold(one.text).split()) for one in sentences(text)[:MOST_SAID])
    return tuple(dict.fromkeys(hashlib.sha256(one.encode()).hexdigest()[:12] for one in found if one))


def _store(db: Session, answer: _Answer, now: datetime) -> None:
    row = db.get(LinkCheck, link_key(answer.url), with_for_update=True)
    if row is None:
        row = LinkCheck(url_key=link_key(answer.url), url=answer.url, said=[], kept=1.0)
        db.add(row)
    elif row.checked_at < now - SAME:
        row.said, row.kept = [], 1.0
    if answer.said and not row.said:
        row.said = list(answer.said)
    elif answer.said:
        row.kept = len(set(row.said) & set(answer.said)) / len(row.said)
    row.checked_at, row.seconds = now, round(answer.seconds, 2)
    row.outcome, row.status = answer.fetched.outcome.value, answer.fetched.status
    row.lands_on = "" if _same(answer.url, answer.fetched.url) else answer.fetched.url


def _same(asked: str, landed: str) -> bool:
    """Tell whether an answer came from where it was asked for; http and https are one."""
    try:
        return urls.url_key(asked) == urls.url_key(landed)
    except urls.BadUrl:
        return True
