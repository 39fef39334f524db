"""RSS and Atom through feedparser, with bounds on what it is given. Pure."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from digest.articles.entry import Entry
from digest.text import urls
from digest.text.clean import plain_text, strip_controls

MAX_ENTRIES = 500
MAX_TAGS = 250_000  # feedparser's tolerant parser takes about 4 s for these (measured)
MAX_TITLE = 500  # characters
MAX_BODY = 500_000  # characters
MAX_NAME = 200
MAX_LABELS = 20

_DOCTYPE = re.compile(r"<!DOCTYPE\b[^>\[]*(\[)?", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_DECLARATION = re.compile(r"^<\?xml[^>]*\?>")
# Characters that XML 1.0 forbids; the strict parser would stop at the first one.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ITEM = re.compile(r"<(?:[\w-]+:)?(?:item|entry)[\s>]")
_LAST_ITEM = re.compile(r"</(?:[\w-]+:)?(?:item|entry)\s*>")
# feedparser's work grows with the square of the attributes of one tag: 20 000 took 4.3 s.
_MANY_ATTRIBUTES = re.compile(r"""<\w[^<>"']*+(?:(?:"[^"<]*+"|'[^'<]*+')[^<>"']*+){300}""")
_MARKUP = re.compile(r"</?[A-Za-z!]|&(?:#\d+|#x[0-9a-fA-F]+|\w+);")
_IMAGE = re.compile(r"""<img\b[^>]{0,2000}?\bsrc\s*=\s*["']([^"'<>]{1,2000})["']""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RawFeed:
    """A parsed feed before its text was judged."""

    title: str = ""
    link: str = ""
    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()


def read(text: str, url: str) -> RawFeed:
    """Read RSS or Atom from decoded text; ``url`` resolves relative links.

    A DOCTYPE that defines entities is refused before any parser sees it (billion laughs, XXE).
    """
    problems: list[str] = []
    doctype = _DOCTYPE.search(text[:20_000])
    if _ENTITY.search(text[:100_000]) or (doctype and doctype[1]):
        return RawFeed(problems=("entities",))
    text = _FORBIDDEN.sub("", _DECLARATION.sub("", text, count=1))
    text = _first_entries(text, problems)
    if text.count("<") > MAX_TAGS or _MANY_ATTRIBUTES.search(text):
        return RawFeed(problems=("too_complex",))
    parsed = _parse(text, url)
    if parsed.bozo:
        problems.append("broken_xml")
    entries = tuple(_entries(parsed.entries[:MAX_ENTRIES], url, problems))
    if not entries and not parsed.version:
        problems.append("not_a_feed")
    feed = parsed.feed
    return RawFeed(
        title=title_text(_string(feed.get("title")), MAX_NAME),
        link=urls.absolute(url, _string(feed.get("link"))),
        entries=entries,
        problems=tuple(problems),
    )


def title_text(text: str, limit: int = MAX_TITLE) -> str:
    """Make one clipped line of plain text from a title that may carry markup or entities."""
    text = text[: limit * 20]
    if _MARKUP.search(text):
        text = plain_text(text)
    return " ".join(strip_controls(text).split())[:limit]


def first_image(html: str, url: str) -> str | None:
    """Return the absolute address of the first picture in a body."""
    found = _IMAGE.search(html[:50_000])
    return (urls.absolute(url, found[1].replace("&amp;", "&")) or None) if found else None


def _parse(text: str, url: str) -> Any:
    """Give feedparser bytes, never an address: it would fetch by itself."""
    import feedparser

    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    return feedparser.parse(
        text.encode("utf-8", "replace"),
        response_headers=headers,
        resolve_relative_uris=False,
        sanitize_html=False,  # cleaning is done once, at the door of the articles room
    )


def _first_entries(text: str, problems: list[str]) -> str:
    """Cut out what follows the 500th entry, keeping the end that closes the document."""
    starts = _ITEM.finditer(text)
    beyond = next((found for n, found in enumerate(starts) if n == MAX_ENTRIES), None)
    if beyond is None:
        return text
    problems.append("too_many_entries")
    end = beyond.start()
    for found in _LAST_ITEM.finditer(text, max(beyond.start(), len(text) - 10_000)):
        end = found.end()
    return text[: beyond.start()] + (text[end:] if end > beyond.start() else "")


def _entries(found: list[Any], url: str, problems: list[str]) -> Iterator[Entry]:
    for place, raw in enumerate(found):
        try:
            entry = _entry(raw, url)
        except (ValueError, TypeError, AttributeError, KeyError, LookupError, OverflowError) as error:
            # feedparser's values follow the feed; one poisoned entry must not spoil the rest.
            problems.append(f"entry_failed:{place}:{type(error).__name__}")
            continue
        if entry.title or entry.html or entry.summary_html:
            yield entry
        else:
            problems.append(f"entry_empty:{place}")


def _entry(raw: Any, url: str) -> Entry:
    contents = [_body(one) for one in raw.get("content") or []]
    summary = _body(raw.get("summary_detail") or {"value": raw.get("summary")})
    html = max([*contents, summary], key=len)
    guid = _string(raw.get("id"))[:2000]
    link = urls.absolute(url, _string(raw.get("link")))
    if not link and urls.is_http(guid):
        link = urls.absolute(url, guid)
    return Entry(
        guid=guid or link,
        link=link,
        title=title_text(_string(raw.get("title"))) or _opening(html),
        html=html[:MAX_BODY],
        summary_html=summary[:MAX_BODY] if summary != html else "",
        author=title_text(_string(raw.get("author")), MAX_NAME),
        image=_picture(raw, url) or first_image(html, url),
        published_at=_date(raw),
        tags=tuple(_labels(raw)),
    )


def _body(detail: Any) -> str:
    """A content value as HTML; plain text that feedparser left as such is escaped."""
    value = _string(detail.get("value"))
    if _string(detail.get("type")) == "text/plain" and not _MARKUP.search(value):
        return escape(value, quote=False)
    return value


def _opening(html: str) -> str:
    """The first words of a body, as the title of an entry that has none."""
    words = plain_text(html[:5_000]).split()
    return " ".join(words[:12])[:MAX_NAME] + ("…" if len(words) > 12 else "")


def _picture(raw: Any, url: str) -> str | None:
    """The picture named by the entry itself: media, enclosure or iTunes image."""
    named = [one for one in raw.get("media_content") or [] if _is_image(one, "medium")]
    named += raw.get("media_thumbnail") or []
    named += [one for one in raw.get("enclosures") or [] if _is_image(one, "type")]
    if raw.get("image"):
        named.append(raw["image"])
    for one in named:
        if link := urls.absolute(url, _string(one.get("url") or one.get("href"))):
            return link
    return None


def _is_image(media: Any, key: str) -> bool:
    kinds = (_string(media.get(key)), _string(media.get("type")))
    return any(kind.lower().startswith("image") for kind in kinds)


def _date(raw: Any) -> datetime | None:
    """The date as feedparser reads it, else as Arabic newsrooms word it."""
    from digest.text.dates import parse_arabic_date

    for name in ("published", "updated", "created"):
        stamp = raw.get(f"{name}_parsed")
        if stamp:
            try:
                return datetime.fromtimestamp(calendar.timegm(stamp), UTC)
            except (ValueError, OverflowError, OSError):
                continue  # a year that no calendar has; the next date may be good
        if text := _string(raw.get(name)):
            found = parse_arabic_date(text[:200])
            if found is not None:
                return found
    return None


def _labels(raw: Any) -> Iterator[str]:
    terms = (_string(tag.get("term") or tag.get("label")) for tag in raw.get("tags") or [])
    named = dict.fromkeys(title_text(term, 80) for term in terms if term)
    yield from [name for name in named if name][:MAX_LABELS]


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
