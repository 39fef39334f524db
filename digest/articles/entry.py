"""What a source says about one article, before anything is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, one page, or one text handed over; everything as the sender wrote it.

    ``title`` is plain text, ``html`` the fullest body offered and ``summary_html`` the short one.
    ``link`` and ``image`` are absolute http(s) addresses or empty. ``published_at`` is aware.
    ``problem`` is "" or a code that keeps the entry from being published ("encoding").
    """

    guid: str
    link: str
    title: str
    html: str = ""
    summary_html: str = ""
    author: str = ""
    image: str | None = None
    published_at: datetime | None = None
    tags: tuple[str, ...] = ()
    problem: str = ""
