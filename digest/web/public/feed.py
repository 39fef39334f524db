"""A newsletter's issues as RSS 2.0, whole, so that a feed reader needs no other page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import format_datetime

from flask import Response, make_response, render_template
from sqlalchemy.orm import Session

from digest.issues import queries
from digest.issues.document import Slot
from digest.issues.queries import ArchivedIssue
from digest.system import links
from digest.text.clean import strip_controls
from digest.web.guard import system
from digest.web.public import bp
from digest.web.public.archive import kept

# Feed readers have styles of their own and drop style sheets: the order, headings, links and
# pictures of the mail are kept, the boxes it is laid out with are not.
TAGS = {"h1", "h2", "h3", "p", "br", "a", "img", "strong", "b", "ul", "ol", "li", "span", "div",
        "blockquote", "hr"}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "*": {"dir", "lang"}}
BODY = re.compile(r"<body\b[^>]*>(.*)</body>", re.DOTALL | re.IGNORECASE)
# The preheader, for the list of a mail program; an item's description says the same.
UNSEEN = re.compile(r'<div\b[^>]*style="[^"]*display:\s*none[^"]*"[^>]*>.*?</div>', re.DOTALL)
# Lines about a reader's own links; a feed has no readers that it knows.
_SLOTS = "|".join(slot.value for slot in Slot)
OWN = re.compile(rf"<p\b[^>]*>(?:(?!</p>).)*?(?:{_SLOTS})(?:(?!</p>).)*</p>", re.DOTALL)
EMPTY = re.compile(r'<(div|span|p)(?: dir="\w+"| lang="\w+")*>(?:\s|&nbsp;)*</\1>')
GAPS = re.compile(r"\n\s*\n+")


@dataclass(frozen=True, slots=True)
class Entry:
    """An issue in the feed; its address is its name for ever, ``at`` is in RFC 5322's form."""

    issue: ArchivedIssue
    address: str
    at: str
    html: str


@bp.get("/archive/<slug>/feed.xml")
def feed(slug: str) -> Response:
    """Answer the newest issues; the same issues give the same bytes."""
    with system().db.read() as db:
        page = queries.archive(db, slug)
        entries = [_entry(db, slug, one) for one in page.issues]
    home = links.archive_url(system().settings.base_url, slug)
    body = render_template(
        "public/feed.xml", page=page, entries=entries, home=home, feed=f"{home}/feed.xml",
        built=entries[0].at if entries else "",
    )
    response = make_response(body)
    response.headers["Content-Type"] = "application/rss+xml; charset=utf-8"
    return kept(response)


def reading_html(mail: str) -> str:
    """Return what people read of a mail: right to left, without its boxes, styles and own links."""
    import nh3

    found = BODY.search(mail)
    inside = OWN.sub("", UNSEEN.sub("", found[1] if found else mail))
    clean = nh3.clean(
        inside, tags=TAGS, attributes=ATTRIBUTES, link_rel=None,
        url_schemes={"http", "https", "mailto"},
    )
    before = ""
    while clean != before:  # boxes that only held boxes
        before, clean = clean, EMPTY.sub("", clean)
    text = GAPS.sub("\n", clean).strip()
    return f'<div dir="rtl" lang="ar">{text}</div>'


def _entry(db: Session, slug: str, issue: ArchivedIssue) -> Entry:
    found = queries.archived_edition(db, slug, issue.number)
    return Entry(
        issue, links.archive_url(system().settings.base_url, slug, issue.number),
        format_datetime(issue.at, usegmt=True), strip_controls(reading_html(found.html)),
    )
