"""What a source answered, understood: a feed, a page, or what went wrong. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from html import escape

from digest.articles.cleaning import NO_RULES, Rules, cut_from_body
from digest.articles.entry import Entry
from digest.articles.extract import extract_page
from digest.sources.feeds import FeedDocument, parse_feed
from digest.system.fetch import Fetched

ACCEPT_FEED = (
    "application/feed+json, application/atom+xml, application/rss+xml, application/xml;q=0.9, "
    "text/xml;q=0.9, text/html;q=0.5, */*;q=0.1"
)
ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=0.1"
TITLE_AT = 160  # characters of a text's first line that can be its title


@dataclass(frozen=True, slots=True)
class Answer:
    """``outcome`` is a code of ``fetch_attempt``; ``found_at`` the feed that a web page named."""

    fetched: Fetched
    outcome: str
    detail: str
    entries: tuple[Entry, ...] = ()
    title: str = ""
    found_at: str | None = None


def parse(fetched: Fetched) -> FeedDocument:
    """Read what was fetched as a feed."""
    return parse_feed(fetched.content, content_type=fetched.content_type, url=fetched.url)


def read_feed(fetched: Fetched, document: FeedDocument, rules: Rules = NO_RULES) -> Answer:
    """A feed is well if it holds an entry that can be read; its first problem names the illness."""
    problems = [problem.partition(":")[0] for problem in document.problems]
    readable = any(not entry.problem for entry in document.entries)
    return Answer(
        fetched=fetched,
        outcome="ok" if readable else (problems or ["no_entries"])[0],
        detail=", ".join(f"{name} ×{count}" for name, count in Counter(problems).items()),
        entries=tuple(_cut(entry, rules) for entry in document.entries),
        title=document.title,
    )


def read_page(fetched: Fetched, rules: Rules = NO_RULES) -> Answer:
    """One page is one article; its address is its identity."""
    page = extract_page(
        fetched.content, content_type=fetched.content_type, url=fetched.url, rules=rules
    )
    if page.doubtful or not page.text:
        return Answer(fetched, "encoding" if page.doubtful else "no_text", "", title=page.title)
    link = page.link or fetched.url
    entry = Entry(
        guid=link, link=link, title=page.title or page.text.split("\n")[0][:TITLE_AT],
        html=paragraphs_html(page.text), author=page.author, image=page.image,
        published_at=page.published_at,
    )  # fmt: skip
    return Answer(fetched, "ok", "", (entry,), page.title)


def paragraphs_html(text: str) -> str:
    """Return plain text as HTML: a paragraph for each block between blank lines."""
    blocks = [block.strip() for block in text.split("\n\n")]
    return "\n".join(
        f"<p>{escape(block, quote=False).replace(chr(10), '<br>')}</p>" for block in blocks if block
    )


def _cut(entry: Entry, rules: Rules) -> Entry:
    if not rules.cut:
        return entry
    return replace(
        entry, html=cut_from_body(entry.html, rules),
        summary_html=cut_from_body(entry.summary_html, rules),
    )  # fmt: skip
