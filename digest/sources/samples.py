"""What an entry of a feed would become: shown before a source is saved. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.articles.enrich import needs_page
from digest.articles.entry import Entry
from digest.articles.extract import extract_page
from digest.system.fetch import Fetched, Outcome
from digest.text.clean import plain_text
from digest.text.split import words

DAY = 86_400.0  # seconds
SHORTEST = 1 / 24  # days over which a pace is reckoned at least


@dataclass(frozen=True, slots=True)
class Sample:
    """An entry, and where its text would come from.

    ``text`` is ``body`` (whole in the feed), ``page`` (found on its page), ``teaser`` (a few words,
    and no more on its page), ``none``, or ``untried`` (its page was not asked). ``words`` are those
    of the text that was found.
    """

    title: str
    at: datetime | None
    link: str
    text: str
    words: int
    problem: str = ""


def sample_of(entry: Entry, page: Fetched | None = None) -> Sample:
    """Describe an entry; ``page`` is its page as fetched, None when it was not asked for."""
    body = plain_text(entry.html or entry.summary_html)
    count = len(words(body))
    text = "untried" if entry.link and needs_page(body) else "body"
    problem = entry.problem
    if text == "untried" and page is not None:
        text, count, problem = _with_page(page, count)
    elif text == "body" and not count:
        text = "none"
    return Sample(entry.title, entry.published_at, entry.link, text, count, problem)


def pace_of(dates: Sequence[datetime]) -> float | None:
    """Return articles a day over the span of some dates; None when they do not tell."""
    if len(dates) < 2:
        return None
    days = (max(dates) - min(dates)).total_seconds() / DAY
    return (len(dates) - 1) / days if days >= SHORTEST else None


def _with_page(page: Fetched, count: int) -> tuple[str, int, str]:
    if page.outcome is not Outcome.OK:
        return ("teaser" if count else "none"), count, page.outcome.value
    read = extract_page(page.content, content_type=page.content_type, url=page.url)
    found = len(words(read.text))
    if found > count:
        return "page", found, ""
    return ("teaser" if count else "none"), count, "encoding" if read.doubtful else "no_text"
