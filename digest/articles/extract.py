"""From a web page to the article in it: trafilatura finds the text, its metadata are checked. Pure."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape

from digest.articles.cleaning import NO_RULES, Rules, cut_from_page, cut_sentences
from digest.text import urls
from digest.text.clean import plain_text, strip_controls
from digest.text.document import decode_document
from digest.text.fold import fold

MAX_PAGE = 3_000_000  # characters; longer pages are data, not reading matter
MAX_DEPTH = 250  # nested elements; lxml and its callers recurse

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
_META = re.compile(r"<meta\b[^<>]{1,2000}>", re.IGNORECASE)
_LINK = re.compile(r"<link\b[^<>]{1,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z:_-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_TITLE = re.compile(r"<title\b[^>]*>(.{0,2000}?)</title", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"<h1\b[^>]*>(.{0,3000}?)</h1", re.IGNORECASE | re.DOTALL)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
     "wbr", "p", "li"}
)  # fmt: skip
_DATES = (
    "article:published_time", "og:article:published_time", "datepublished", "date",
    "dc.date", "pubdate", "parsely-pub-date",
)


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a page says: plain text, a blank line between paragraphs; "" for what is not there.

    ``link`` is the address that the page gives itself, on its own host; ``image`` is absolute.
    ``doubtful`` when the page's characters could not be read with certainty.
    """

    title: str = ""
    text: str = ""
    author: str = ""
    published_at: datetime | None = None
    image: str | None = None
    link: str = ""
    doubtful: bool = False


def extract_page(
    content: bytes, *, content_type: str, url: str, rules: Rules = NO_RULES
) -> Extracted:
    """Decode a page and take the article out of it; never raises for what is in it."""
    decoded = decode_document(content, content_type)
    found = extract_text(decoded.text, url, rules)
    return found if not decoded.doubtful else Extracted(title=found.title, doubtful=True)


def extract_text(html: str, url: str, rules: Rules = NO_RULES) -> Extracted:
    """Take title, text, author, date, picture and canonical link out of a page's HTML.

    ``rules`` say what of the page is not the article's text.
    """
    html = strip_controls(html[:MAX_PAGE])
    if not html.strip() or _too_deep(html):
        return Extracted()
    facts = _facts(html)
    heading = _heading(html)
    title = _title(html, facts, heading)
    image = facts.get("og:image") or facts.get("twitter:image") or ""
    return Extracted(
        title=title,
        text=_text(html, {fold(title), fold(heading)}, rules),
        author=_line(facts.get("author", ""), 200),
        published_at=_date(facts),
        image=(urls.absolute(url, image) or None) if image else None,
        link=_canonical(html, facts, url),
    )


def _text(html: str, titles: set[str], rules: Rules) -> str:
    """The article's own words, without a first line that only repeats its title."""
    page, kept = cut_from_page(html, rules)
    found = plain_text(page) if kept else _find_text(page)
    lines = [line.strip() for line in strip_controls(found).split("\n") if line.strip()]
    if lines and fold(lines[0]) in titles:
        del lines[0]
    return cut_sentences("\n\n".join(lines), rules)


def _find_text(html: str) -> str:
    with warnings.catch_warnings():
        # urllib3, which trafilatura loads and we never use, warns of a proxy library it misses.
        warnings.simplefilter("ignore")
        from trafilatura import extract

    found = extract(html, output_format="txt", include_comments=False, include_tables=False)
    return found or ""


def _too_deep(html: str) -> bool:
    """Whether elements are nested deeper than any page for readers."""
    depth = deepest = 0
    for tag in _TAG.finditer(html):
        if tag[3] or tag[2].lower() in _VOID:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest > MAX_DEPTH


def _facts(html: str) -> dict[str, str]:
    """The page's <meta> values by lower-case name; the first of a name counts."""
    facts: dict[str, str] = {}
    for tag in _META.findall(html):
        values = _attributes(tag)
        name = values.get("property") or values.get("name") or values.get("itemprop") or ""
        if name and values.get("content"):
            facts.setdefault(name.lower(), values["content"])
    return facts


def _attributes(tag: str) -> dict[str, str]:
    return {
        found[1].lower(): unescape(found[2] or found[3] or found[4] or "").strip()
        for found in _ATTRIBUTE.finditer(tag)
    }


def _heading(html: str) -> str:
    """The page's first heading; pages with more than one of them name sections by it."""
    found = _HEADING.findall(html)
    return _line(plain_text(found[0]), 500) if len(found) == 1 else ""


def _title(html: str, facts: dict[str, str], heading: str) -> str:
    """The title meant for sharing, else the heading, else the window's title."""
    named = facts.get("og:title") or facts.get("twitter:title") or heading
    found = _TITLE.search(html)
    return _line(named or (unescape(found[1]) if found else ""), 500)


def _canonical(html: str, facts: dict[str, str], url: str) -> str:
    """The page's own address if it lies on the same host and is no front page."""
    named = [
        _attributes(tag).get("href", "")
        for tag in _LINK.findall(html)
        if _attributes(tag).get("rel", "").lower() == "canonical"
    ]
    for link in [*named, facts.get("og:url", "")]:
        full = urls.absolute(url, link) if link else ""
        if full and urls.host(full) == urls.host(url) and urls.split(full).path != "/":
            return full
    return ""


def _date(facts: dict[str, str]) -> datetime | None:
    for name in _DATES:
        if value := facts.get(name):
            try:
                at = datetime.fromisoformat(value.strip())
                return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
            except (ValueError, OverflowError):
                continue  # worded by hand, or out of range; another field may be plain
    return None


def _line(text: str, limit: int) -> str:
    return " ".join(text.split())[:limit]
