"""JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not read. Pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html import escape
from typing import Any

from digest.articles.entry import Entry
from digest.sources.xmlfeed import (
    MAX_BODY,
    MAX_ENTRIES,
    MAX_LABELS,
    MAX_NAME,
    RawFeed,
    first_image,
    title_text,
)
from digest.text import urls


def read(text: str, url: str) -> RawFeed:
    """Read a JSON Feed; ``problems`` says ``bad_json`` or ``not_a_feed`` when it is none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):  # too deep a nesting ends as RecursionError
        return RawFeed(problems=("bad_json",))
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list):
        return RawFeed(problems=("not_a_feed",))
    problems = ["too_many_entries"] if len(items) > MAX_ENTRIES else []
    entries = []
    for place, item in enumerate(items[:MAX_ENTRIES]):
        entry = _entry(item, url) if isinstance(item, dict) else None
        if entry is None or not (entry.title or entry.html):
            problems.append(f"entry_empty:{place}")
        else:
            entries.append(entry)
    return RawFeed(
        title=title_text(_string(data.get("title")), MAX_NAME),
        link=urls.absolute(url, _string(data.get("home_page_url"))),
        entries=tuple(entries),
        problems=tuple(problems),
    )


def _entry(item: dict[str, Any], url: str) -> Entry:
    link = urls.absolute(url, _string(item.get("url")))
    link = link or urls.absolute(url, _string(item.get("external_url")))
    html = _string(item.get("content_html")) or escape(_string(item.get("content_text")), False)
    summary = escape(_string(item.get("summary")), quote=False)
    body = (html or summary)[:MAX_BODY]
    image = _string(item.get("image")) or _string(item.get("banner_image"))
    return Entry(
        guid=str(item.get("id") or link)[:2000],
        link=link,
        title=title_text(_string(item.get("title"))),
        html=body,
        summary_html=summary[:MAX_BODY] if html else "",
        author=_author(item),
        image=(urls.absolute(url, image) or None) if image else first_image(body, url),
        published_at=_date(item),
        tags=_tags(item.get("tags")),
    )


def _author(item: dict[str, Any]) -> str:
    """Version 1.1 has a list ``authors``, version 1 one ``author``."""
    people = item.get("authors") or [item.get("author")]
    names = [
        _string(one.get("name"))
        for one in (people if isinstance(people, list) else [])
        if isinstance(one, dict)
    ]
    return title_text("، ".join(name for name in names if name), MAX_NAME)


def _date(item: dict[str, Any]) -> datetime | None:
    for name in ("date_published", "date_modified"):
        try:
            at = datetime.fromisoformat(_string(item.get(name)))
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue  # not a date of RFC 3339; the other field may hold one
    return None


def _tags(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else []
    names = [title_text(tag, 80) for tag in listed if isinstance(tag, str)]
    return tuple(dict.fromkeys(name for name in names if name))[:MAX_LABELS]


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
