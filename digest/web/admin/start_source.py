"""The first run: a source with one click after the site's address."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length, Optional

from digest.issues import first
from digest.newsletters.manage import NewsletterRow
from digest.sources.collect import add_source
from digest.sources.discover import Trial, full_address, try_address
from digest.sources.models import Source, SourceKind
from digest.staff.roles import Action
from digest.system.db import exists
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.admin.sources import cause
from digest.web.admin.start import first_newsletter, step_page, with_newsletter
from digest.web.admin.trials import FORMS, TEXTS, TRIALS
from digest.web.forms import Form, blame
from digest.web.guard import back, limiter, needs, now, system, who
from digest.web.words import OUTCOMES

KINDS = frozenset({SourceKind.FEED.value, SourceKind.PAGE.value})


class SiteForm(Form):
    """A site's address; the other fields come with what was found behind it."""

    url = StringField(_l("عنوان الموقع"), [InputRequired(), Length(max=2000)])
    kind = HiddenField(default=SourceKind.FEED.value)
    name = HiddenField(validators=[Optional(), Length(max=200)])


@bp.get("/start")
@needs(Action.SETTINGS)
def start() -> ResponseReturnValue:
    """Go to the first step that is still open."""
    with system().db.read() as db:
        row, is_fed = first_newsletter(db), exists(db, select(Source.id))
    if row is None:
        return back("admin.start_newsroom")
    if not row.postal_address:
        return back("admin.start_sender")
    return back("admin.start_issue" if is_fed else "admin.start_source")


@bp.get("/start/source")
@needs(Action.SETTINGS)
@with_newsletter
def start_source(_row: NewsletterRow) -> ResponseReturnValue:
    """Ask for the address of a site."""
    return _page(SiteForm(formdata=None))


@bp.post("/start/source/try")
@needs(Action.SETTINGS)
@limiter.limit(TRIALS)
def try_first_source() -> ResponseReturnValue:
    """Look for feeds behind an address and show what each would bring; nothing is stored."""
    form = SiteForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        return _page(form, try_address(system(), form.url.data))
    except Refused as error:
        blame(form, error, bad_url="url")
        return _page(form), 422


@bp.post("/start/source")
@needs(Action.SETTINGS)
@with_newsletter
def add_first_source(row: NewsletterRow) -> ResponseReturnValue:
    """Add a source, collect it at once and draft the first issue of what it brings."""
    form = SiteForm()
    if not form.validate_on_submit() or form.kind.data not in KINDS:
        return _page(form), 422
    try:
        url = full_address(form.url.data.strip())
        with system().db.write() as db:
            add_source(db, url, kind=SourceKind(form.kind.data), name=form.name.data or "",
                       by=who().id, now=now())
            first.ask(db, row.id, by=who().id, now=now())
    except Refused as error:
        blame(form, error, bad_url="url", source_known="url")
        return _page(form), 422
    return back("admin.start_issue")


def _page(form: SiteForm, trial: Trial | None = None) -> str:
    return step_page(
        "source", "admin/start/source.html", form=form, trial=trial, outcomes=OUTCOMES,
        cause=cause, forms=FORMS, texts=TEXTS,
    )
