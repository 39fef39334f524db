"""What was sent, for everybody: newsletters, their issues by month, each issue, and a feed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from digest.audience import forms
from digest.audience.forms import FormRow
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
from digest.web.public.face import Face, face
from digest.web.public.subscribe import NOTHING, shown_at

# The page is the mail itself: inline styles and pictures, and nothing that runs.
EDITION_CSP = (
    "default-src 'none'; img-src 'self' http: https: data:; style-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
LARGEST = 2**31 - 1  # of an issue's number: what every database holds in a column
MINUTES_KEPT = 300  # seconds a cache may show an archive page without asking again
HOUSE = Face(name="نشرة")


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


@bp.get("/")
def home() -> ResponseReturnValue:
    """Lead passers-by to what they may read."""
    return redirect(url_for("public.archive"))


@bp.get("/archive")
def archive() -> ResponseReturnValue:
    """List the newsletters that everybody may read."""
    with system().db.read() as db:
        faces = [face(db, one) for one in list_newsletters(db) if one.public]
    return render_template("public/archive.html", face=HOUSE, faces=faces)


@bp.get("/archive/<slug>")
def newsletter(slug: str) -> ResponseReturnValue:
    """List a newsletter's issues by month, twenty a page, and offer the form."""
    number = request.args.get("page", 1, type=int)
    with system().db.read() as db:
        page = queries.archive(db, slug, page=number)
        own = get_newsletter(db, page.newsletter_id)
        shown, form = face(db, own), _form(db, own)
    return render_template(
        "public/newsletter.html", face=shown, page=page, months=_by_month(page, own), form=form,
        feed=url_for("public.feed", slug=slug), asked=NOTHING,
        address_error="", no_consent=False, time=shown_at(form) if form else "",
    )


@bp.get(f"/archive/<slug>/<int(max={LARGEST}):number>")
def edition(slug: str, number: int) -> Response:
    """Show an issue: the bytes that were sent, its readers' own links leading to public pages.

    What other archives write into the page, its own address and its neighbours, is said in a
    Link header (RFC 8288), so the bytes stay those of the mail.
    """
    with system().db.read() as db:
        found = queries.archived_edition(db, slug, number)
    response = make_response(filled(found))
    response.headers["Content-Security-Policy"] = EDITION_CSP
    response.headers["Link"] = ", ".join(_links(found))
    return kept(response)


def filled(found: ArchivedEdition) -> str:
    """Return the edition for a stranger: where a reader's own links stood, the archive's page.

    That page says where readers find them.
    """
    there = links.archive_url(system().settings.base_url, found.slug)
    return fill_html(found.html, dict.fromkeys(Slot, there))


def kept(response: Response) -> Response:
    """Let caches keep a public answer for minutes, and ask again by its ETag."""
    response.headers["Cache-Control"] = f"public, max-age={MINUTES_KEPT}"
    response.add_etag()
    response.make_conditional(request)
    return response


def _links(found: ArchivedEdition) -> list[str]:
    base, slug = system().settings.base_url, found.slug
    numbers = {"canonical": found.number, "prev": found.previous, "next": found.next}
    return [
        f'<{links.archive_url(base, slug, number)}>; rel="{name}"'
        for name, number in numbers.items() if number is not None
    ] + [
        f'<{links.archive_url(base, slug)}>; rel="index"',
        f'<{links.archive_url(base, slug)}/feed.xml>; rel="alternate"; type="application/rss+xml"',
    ]


def _form(db: Session, own: NewsletterRow) -> FormRow | None:
    key = forms.key_for(db, own.id)
    return forms.form_by_key(db, key) if key else None


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

