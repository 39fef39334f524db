"""What was sent, for everybody: newsletters, their issues by month, each issue, and a feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from digest.issues import queries
from digest.issues.document import Slot
from digest.issues.queries import ArchivedEdition, ArchivedIssue, ArchivePage
from digest.issues.render import fill_html
from digest.newsletters.manage import NewsletterRow, get_newsletter, list_newsletters
from digest.system import links
from digest.text.calendars import month_name
from digest.text.dates import date_line
from digest.text.numbers import digits
from digest.web.guard import system
from digest.web.public import bp
from digest.web.public.face import Face, face, face_of

# The page is the mail itself: inline styles and pictures, and nothing that runs.
EDITION_CSP = (
    "default-src 'none'; img-src 'self' http: https: data:; style-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
IN_FEED = 20
NO_STORY = Face(name="الأرشيف")


@dataclass(frozen=True, slots=True)
class Entry:
    """An issue in the list, with its date in words and its address."""

    issue: ArchivedIssue
    day: str
    href: str


@dataclass(frozen=True, slots=True)
class Month:
    """The issues of one month, newest first."""

    name: str
    entries: tuple[Entry, ...]


@bp.get("/archive")
def archive() -> ResponseReturnValue:
    """List the newsletters that everybody may read."""
    with system().db.read() as db:
        faces = [face(db, one) for one in list_newsletters(db) if one.public]
    return render_template("public/archive.html", face=NO_STORY, faces=faces)


@bp.get("/archive/<slug>")
def newsletter(slug: str) -> ResponseReturnValue:
    """List a newsletter's issues by month, twenty a page."""
    number = request.args.get("page", 1, type=int)
    with system().db.read() as db:
        page = queries.archive(db, slug, page=number)
        own = get_newsletter(db, page.newsletter_id)
        shown = face(db, own)
    return render_template(
        "public/newsletter.html", face=shown, page=page, months=_by_month(page, own),
        feed=url_for("public.feed", slug=slug),
    )


@bp.get("/archive/<slug>/<int:number>")
def edition(slug: str, number: int) -> Response:
    """Show an issue: the bytes that were sent, its readers' own links leading to public pages."""
    with system().db.read() as db:
        found = queries.archived_edition(db, slug, number)
        html = _filled(db, found)
    response = make_response(html)
    response.headers["Content-Security-Policy"] = EDITION_CSP
    response.set_etag(found.sha256)
    response.make_conditional(request)
    return response


@bp.get("/archive/<slug>/feed.xml")
def feed(slug: str) -> Response:
    """Answer the newest issues as RSS 2.0, whole."""
    base = system().settings.base_url
    with system().db.read() as db:
        page = queries.archive(db, slug)
        editions = [
            (issue, _filled(db, queries.archived_edition(db, slug, issue.number)))
            for issue in page.issues[:IN_FEED]
        ]
    body = render_template(
        "public/feed.xml", page=page, editions=editions,
        home=links.archive_url(base, slug), feed=f"{links.archive_url(base, slug)}/feed.xml",
        address=lambda number: links.archive_url(base, slug, number), rfc822=_rfc822,
    )
    response = make_response(body)
    response.mimetype = "application/rss+xml"
    response.add_etag()
    response.make_conditional(request)
    return response


def _filled(db: Session, found: ArchivedEdition) -> str:
    """The edition for a stranger: no reader's token, but the way to subscribe or to the list."""
    base = system().settings.base_url
    way_in = face_of(db, found.newsletter_id).subscribe
    neutral = f"{base}{way_in}" if way_in else links.archive_url(base, found.slug)
    return fill_html(found.html, dict.fromkeys(Slot, neutral))


def _by_month(page: ArchivePage, own: NewsletterRow) -> list[Month]:
    zone = ZoneInfo(page.zone)

    def month_of(issue: ArchivedIssue) -> tuple[int, int]:
        at = issue.at.astimezone(zone)
        return at.year, at.month

    return [
        Month(
            digits(f"{month_name(month, own.months)} {year}", own.digits),
            tuple(_entry(issue, page.slug, own, zone) for issue in issues),
        )
        for (year, month), issues in groupby(page.issues, month_of)
    ]


def _entry(issue: ArchivedIssue, slug: str, own: NewsletterRow, zone: ZoneInfo) -> Entry:
    day = date_line(issue.at.astimezone(zone).date(), months=own.months, numerals=own.digits)
    href = url_for("public.edition", slug=slug, number=issue.number)
    return Entry(issue, digits(f"العدد {issue.number} · {day}", own.digits), href)


def _rfc822(at: datetime) -> str:
    return at.strftime("%a, %d %b %Y %H:%M:%S +0000")
