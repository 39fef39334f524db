"""News sitemaps (Google's extension of sitemaps.org), for sites that have no feed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape

from digest.articles.entry import Entry
from digest.sources.xmlfeed import MAX_ENTRIES, RawFeed, title_text
from digest.text import urls

MAX_CHILDREN = 4  # sitemaps of an index that are looked at

# Namespaces have whatever prefix the site chose; only the local names count.
_ROOT = re.compile(r"<(?:[\w-]+:)?(urlset|sitemapindex)[\s>]", re.IGNORECASE)
_URL = re.compile(r"<url\b[^>]*>(.*?)</url\s*>", re.IGNORECASE | re.DOTALL)
_CHILD = re.compile(r"<sitemap\b[^>]*>(.*?)</sitemap\s*>", re.IGNORECASE | re.DOTALL)
_LISTED = re.compile(r"^\s*sitemap\s*:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


def is_sitemap(text: str) -> bool:
    """Tell whether a document is a sitemap or an index of sitemaps."""
    return _ROOT.search(text[:4096]) is not None


def read(text: str, url: str) -> RawFeed:
    """Read the articles of a news sitemap, the newest first.

    ``problems`` is ``sitemap`` for one that names no titles: it lists a site's pages, not its news.
    """
    entries = [entry for found in _URL.finditer(text) if (entry := _entry(found[1], url))]
    entries.sort(key=lambda one: one.published_at or datetime.min.replace(tzinfo=UTC), reverse=True)
    problems = [] if entries else ["sitemap"]
    if len(entries) > MAX_ENTRIES:
        problems.append("too_many_entries")
    return RawFeed(entries=tuple(entries[:MAX_ENTRIES]), problems=tuple(problems))


def children(text: str, url: str) -> tuple[str, ...]:
    """Return the sitemaps of an index that may hold news: those named so, then the newest."""
    found = [
        (urls.absolute(url, _value(one[1], "loc")), _value(one[1], "lastmod"))
        for one in _CHILD.finditer(text)
    ]
    found.sort(key=lambda one: one[1], reverse=True)
    found.sort(key=lambda one: not _is_of_news(one[0]))
    return tuple(link for link, _changed in found if link)[:MAX_CHILDREN]


def in_robots(text: str, url: str) -> tuple[str, ...]:
    """Return the sitemaps that a robots.txt lists, those named after news first."""
    found = [urls.absolute(url, link) for link in _LISTED.findall(text[:200_000])]
    found.sort(key=lambda link: not _is_of_news(link))
    return tuple(dict.fromkeys(link for link in found if link))[:MAX_CHILDREN]


def _is_of_news(link: str) -> bool:
    return link != "" and "news" in urls.split(link).path.lower()


def _entry(inside: str, url: str) -> Entry | None:
    link, title = urls.absolute(url, _value(inside, "loc")), _value(inside, "title")
    if not link or not title:
        return None
    named = tuple(tag.strip() for tag in _value(inside, "keywords").split(","))
    return Entry(
        guid=link, link=link, title=title_text(title), published_at=_date(inside),
        tags=tuple(title_text(tag, 80) for tag in named if tag)[:20],
    )  # fmt: skip


def _value(inside: str, name: str) -> str:
    """The text of the first element with a local name; image:loc is no loc."""
    for found in _elements(inside, name):
        plain = _CDATA.sub(lambda one: one[1].replace("<", "&lt;"), found)
        return unescape(plain).strip()
    return ""


def _elements(inside: str, name: str) -> Iterator[str]:
    prefix = "" if name in {"loc", "lastmod"} else r"(?:[\w-]+:)?"
    element = rf"<{prefix}{name}\b[^>]*>(.*?)</{prefix}{name}\s*>"
    for found in re.finditer(element, inside, re.DOTALL | re.IGNORECASE):
        yield found[1]


def _date(inside: str) -> datetime | None:
    for name in ("publication_date", "lastmod"):
        try:
            at = datetime.fromisoformat(_value(inside, name))
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue  # not a W3C date; the other field may be one
    return None
