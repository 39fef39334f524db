"""From the bytes of a feed to entries: RSS, Atom, JSON Feed, news sitemaps, in any encoding. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from html.parser import HTMLParser

from digest.articles.entry import Entry
from digest.sources import jsonfeed, sitemap, xmlfeed
from digest.text import charset, urls
from digest.text.charset import Decoded
from digest.text.document import decode_document

HEAD = 4096  # characters in which a document shows what it is
JUDGED = 3000  # characters of a body that show its encoding; its whole text is judged when read
HEAD_HTML = 400_000  # characters of a page searched for links to its feeds

_FEED_ROOT = re.compile(r"<(?:[\w-]+:)?(rss|feed|rdf)\b", re.IGNORECASE)
_HTML_ROOT = re.compile(r"<!doctype\s+html|<html\b|<head\b|<body\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json",
               "application/rdf+xml", "text/xml", "application/xml"}


class FeedKind(StrEnum):
    """What a document turned out to be."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"
    SITEMAP = "sitemap"
    HTML = "html"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed as read. ``problems`` are codes.

    ``alternates`` are the feeds that a web page names, or the sitemaps of an index.
    """

    kind: FeedKind
    title: str = ""
    link: str = ""
    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()
    alternates: tuple[str, ...] = ()


def parse_feed(content: bytes, *, content_type: str, url: str) -> FeedDocument:
    """Read a feed. Never raises for what is in it: what cannot be used is named in ``problems``.

    ``content_type`` is the HTTP header, ``url`` the address the bytes came from. At most 500
    entries are read; a broken or unreadable entry does not touch the others. Problems: ``empty``,
    ``entities`` (a DOCTYPE that defines entities), ``too_complex``, ``bad_json``, ``html``,
    ``not_a_feed``, ``sitemap`` (one without news), ``no_entries``, ``broken_xml``,
    ``too_many_entries``, ``entry_encoding:N``, ``entry_failed:N`` and ``entry_empty:N``.
    """
    decoded = decode_document(content, content_type)
    text = decoded.text.lstrip("\ufeff \t\r\n\x00")
    if not text:
        return FeedDocument(FeedKind.UNKNOWN, problems=("empty",))
    if text[0] in "{[":
        return _finish(FeedKind.JSON, jsonfeed.read(text, url), decoded)
    root = _FEED_ROOT.search(text[: HEAD * 4])
    page = _HTML_ROOT.search(text[:HEAD])
    if page and (root is None or page.start() < root.start()):
        return FeedDocument(
            FeedKind.HTML, problems=("html",), alternates=_alternates(text[:HEAD_HTML], url)
        )
    if root is None and sitemap.is_sitemap(text):
        found = _finish(FeedKind.SITEMAP, sitemap.read(text, url), decoded)
        return replace(found, alternates=sitemap.children(text, url))
    if root is None:
        return FeedDocument(FeedKind.UNKNOWN, problems=("not_a_feed",))
    kind = FeedKind.ATOM if root[1].lower() == "feed" else FeedKind.RSS
    return _finish(kind, xmlfeed.read(text, url), decoded)


def _finish(kind: FeedKind, raw: xmlfeed.RawFeed, decoded: Decoded) -> FeedDocument:
    """Mark entries that were garbled on the way; empty feeds are named as such."""
    problems = list(raw.problems)
    entries = []
    for place, entry in enumerate(raw.entries):
        if decoded.doubtful or not _readable(entry):
            problems.append(f"entry_encoding:{place}")
            entry = _held(entry)
        entries.append(entry)
    if not entries and not problems:
        problems.append("no_entries")
    readable = not decoded.doubtful and charset.readable(raw.title)
    return FeedDocument(
        kind=kind,
        title=raw.title if readable else "",
        link=raw.link,
        entries=tuple(entries),
        problems=tuple(problems),
    )


def _readable(entry: Entry) -> bool:
    # Tags go first: <p>خبر</p> looks like one word of two scripts.
    body = _TAG.sub(" ", (entry.html or entry.summary_html)[:JUDGED])
    return charset.readable(entry.title) and charset.readable(body)


def _held(entry: Entry) -> Entry:
    return replace(entry, problem="encoding")


class _FeedLinks(HTMLParser):
    """Collects <link rel="alternate"> addresses of feeds."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        named = values.get("type", "").partition(";")[0].strip().lower() in _FEED_TYPES
        if tag == "link" and "alternate" in values.get("rel", "").lower().split() and named:
            self.found.append(values.get("href", ""))


def _alternates(page: str, url: str) -> tuple[str, ...]:
    parser = _FeedLinks()
    parser.feed(page)
    return tuple(_distinct(urls.absolute(url, link) for link in parser.found))[:10]


def _distinct(links: Iterable[str]) -> list[str]:
    return [link for link in dict.fromkeys(links) if link]
