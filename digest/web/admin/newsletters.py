"""Newsletters: what an editor decides about each, and when it will come out next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from digest.audience import lists
from digest.newsletters import calendar, manage
from digest.newsletters.manage import NewsletterRow, NewsletterValues
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.admin.newsletter_form import NewsletterForm, suggested_list
from digest.web.filters import slot_in
from digest.web.forms import blame
from digest.web.guard import back, needs, newsroom, now, system, who

COMING = 3  # slots told on the page
BLAMED = {
    "no_name": "name", "bad_slug": "slug", "slug_taken": "slug", "bad_brand": "brand",
    "bad_sender": "sender_address", "bad_zone": "zone",
    "four_eyes_alone": "four_eyes",
}
RULE_FIELDS = {"cron": "cron", "at": "at", "days": "days", "kind": "kind"}


@dataclass(frozen=True, slots=True)
class Coming:
    """A newsletter in the table: its next slot in words, and how many people it reaches."""

    row: NewsletterRow
    slot: str
    readers: int


@bp.get("/newsletters")
@needs(Action.SETTINGS)
def newsletters() -> ResponseReturnValue:
    """Show every newsletter with its next slot."""
    with system().db.read() as db:
        rows = [_coming(db, row) for row in manage.list_newsletters(db)]
    return render_template("admin/newsletters/list.html", rows=rows)


@bp.get("/newsletters/new")
@needs(Action.SETTINGS)
def new_newsletter() -> ResponseReturnValue:
    """Show the form for one more newsletter."""
    with system().db.read() as db:
        rows = lists.list_lists(db)
    return _page(NewsletterForm.empty(suggested_list(rows)), None)


@bp.post("/newsletters/new")
@needs(Action.SETTINGS)
def add_newsletter() -> ResponseReturnValue:
    """Add a newsletter; its first slot is the next one from now."""
    form = NewsletterForm()
    values = _read(form)
    if values is None:
        return _page(form, None), 422
    try:
        with system().db.write() as db:
            newsletter_id = manage.add_newsletter(db, values, now=now(), by=who().id)
    except Refused as error:
        _blame(form, error)
        return _page(form, None), 422
    flash(_("أُضيفت النشرة."), "ok")
    return back("admin.newsletter", newsletter_id=newsletter_id)


@bp.get("/newsletters/<int:newsletter_id>")
@needs(Action.SETTINGS)
def newsletter(newsletter_id: int) -> ResponseReturnValue:
    """Show one newsletter: every setting, and the next three slots in words."""
    with system().db.read() as db:
        row = manage.get_newsletter(db, newsletter_id)
    return _page(NewsletterForm.of(row), row)


@bp.post("/newsletters/<int:newsletter_id>")
@needs(Action.SETTINGS)
def change_newsletter(newsletter_id: int) -> ResponseReturnValue:
    """Store the settings; a changed calendar counts from now."""
    form = NewsletterForm()
    values = _read(form)
    with system().db.read() as db:
        row = manage.get_newsletter(db, newsletter_id)
    if values is None:
        return _page(form, row), 422
    try:
        with system().db.write() as db:
            manage.update_newsletter(db, newsletter_id, values, now=now(), by=who().id)
    except Refused as error:
        _blame(form, error)
        return _page(form, row), 422
    flash(_("حُفظت إعدادات النشرة."), "ok")
    return back("admin.newsletter", newsletter_id=newsletter_id)


def slots_in_words(values: NewsletterValues, after: datetime, n: int) -> tuple[str, ...]:
    """Return the next slots as "weekday date, hour" in the newsletter's own zone; none inactive."""
    if not values.active:
        return ()
    slots = calendar.next_slots(values.rule, values.zone, after, n)
    return tuple(slot_in(slot, values.zone) for slot in slots)


def _coming(db: Session, row: NewsletterRow) -> Coming:
    slots = slots_in_words(row, now(), 1)
    return Coming(row, slots[0] if slots else "", lists.count_recipients(db, row.id, now()))


def _read(form: NewsletterForm) -> NewsletterValues | None:
    """The settings as typed, or None when a field is wrong."""
    with system().db.read() as db:
        form.offer(lists.list_lists(db))
    return form.values() if form.validate_on_submit() else None


def _blame(form: NewsletterForm, error: Refused) -> None:
    rule = RULE_FIELDS.get(str(error.facts.get("reason")), "kind")
    blame(form, error, bad_rule=rule, **BLAMED)


def _page(form: NewsletterForm, row: NewsletterRow | None) -> str:
    form.begin_week(newsroom().ways.week_start)
    with system().db.read() as db:
        form.offer(lists.list_lists(db))
        readers = lists.count_recipients(db, row.id, now()) if row else 0
    slots = slots_in_words(row, now(), COMING) if row else ()
    return render_template("admin/newsletters/one.html", form=form, row=row, slots=slots,
                           readers=readers)
