"""The first run after the account: newsroom, sender, first source, then the first issue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from functools import wraps
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from digest.audience.imports import add_subscriber
from digest.audience.lists import add_list
from digest.newsletters import manage
from digest.newsletters.manage import NewsletterRow, NewsletterValues
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.admin.newsletter_form import ARAB_ZONES, DAYS, other_zones
from digest.web.forms import AddressField, Form, blame, options
from digest.web.guard import View, back, needs, newsroom, now, system, who

ALL_DAYS = tuple(range(len(DAYS)))
LISTS = ListWidget(prefix_label=False)


@dataclass(frozen=True, slots=True)
class Step:
    """A page of the first run; the account has no way back, its link works once."""

    name: str
    label: LazyString
    endpoint: str = ""


STEPS = (
    Step("account", _l("حسابك")),
    Step("newsroom", _l("غرفة الأخبار"), "admin.start_newsroom"),
    Step("sender", _l("المرسل"), "admin.start_sender"),
    Step("source", _l("أول مصدر"), "admin.start_source"),
)


class NewsroomForm(Form):
    """The newsletter's name and its hours."""

    name = StringField(_l("اسم النشرة"), [DataRequired(), Length(max=120)])
    zone = SelectField(_l("المنطقة الزمنية"), validate_choice=False)
    at = TimeField(_l("ساعة الإرسال"), [InputRequired()])
    days = SelectMultipleField(
        _l("أيام الإرسال"), [InputRequired()], coerce=int, widget=LISTS,
        option_widget=CheckboxInput(),
    )

    def offer(self) -> NewsroomForm:
        """Say which zones and days can be chosen."""
        first = newsroom().ways.week_start
        self.days.choices = options(
            (day % 7, DAYS[day % 7]) for day in range(first, first + 7)
        )
        self.zone.choices = [
            *options(ARAB_ZONES.items(), _("مدن")),
            *options(((zone, zone) for zone in other_zones()), _("كل المناطق")),
        ]
        return self


class SenderForm(Form):
    """Who the mails come from."""

    sender_name = StringField(_l("اسم المرسل"), [Optional(), Length(max=120)])
    sender_address = AddressField(_l("بريد المرسل"), [InputRequired(), Length(max=254)])
    postal_address = TextAreaField(_l("العنوان البريدي"), [DataRequired(), Length(max=500)])


def first_newsletter(db: Session) -> NewsletterRow | None:
    """Return the newsletter that the first run is about: the oldest."""
    return next(iter(manage.list_newsletters(db)), None)


def with_newsletter(view: Callable[[NewsletterRow], ResponseReturnValue]) -> View[[]]:
    """Hand the first newsletter to a step that needs it; without one, begin where it is made."""

    @wraps(view)
    def found() -> ResponseReturnValue:
        with system().db.read() as db:
            row = first_newsletter(db)
        return back("admin.start_newsroom") if row is None else view(row)

    return found


@bp.get("/start/newsroom")
@needs(Action.SETTINGS)
def start_newsroom() -> ResponseReturnValue:
    """Ask for the newsletter's name and hours."""
    with system().db.read() as db:
        row = first_newsletter(db)
    return _newsroom_page(_newsroom_form(row).offer(), is_new=row is None)


@bp.post("/start/newsroom")
@needs(Action.SETTINGS)
def save_newsroom() -> ResponseReturnValue:
    """Make the newsletter with a list that the editor is on, or change it."""
    form = NewsroomForm().offer()
    with system().db.read() as db:
        row = first_newsletter(db)
    if not form.validate_on_submit():
        return _newsroom_page(form, is_new=row is None), 422
    changes = {"name": form.name.data.strip(), "zone": form.zone.data, "rule": _rule(form)}
    try:
        with system().db.write() as db:
            if row is None:
                _make(db, changes)
            else:
                manage.update_newsletter(db, row.id, values(row, **changes), now=now(),
                                         by=who().id)
    except Refused as error:
        blame(form, error, no_name="name", bad_zone="zone", bad_rule="at")
        return _newsroom_page(form, is_new=row is None), 422
    return back("admin.start_sender")


@bp.get("/start/sender")
@needs(Action.SETTINGS)
@with_newsletter
def start_sender(row: NewsletterRow) -> ResponseReturnValue:
    """Ask who the mails come from."""
    form = SenderForm(
        formdata=None, sender_name=row.sender_name, sender_address=row.sender_address,
        postal_address=row.postal_address,
    )
    return _sender_page(form, row)


@bp.post("/start/sender")
@needs(Action.SETTINGS)
@with_newsletter
def save_sender(row: NewsletterRow) -> ResponseReturnValue:
    """Store the sender."""
    form = SenderForm()
    if not form.validate_on_submit():
        return _sender_page(form, row), 422
    changes = {name: (form[name].data or "").strip()
               for name in ("sender_name", "sender_address", "postal_address")}
    try:
        with system().db.write() as db:
            manage.update_newsletter(db, row.id, values(row, **changes), now=now(), by=who().id)
    except Refused as error:
        blame(form, error, bad_sender="sender_address")
        return _sender_page(form, row), 422
    return back("admin.start_source")


def values(row: NewsletterRow, **changes: Any) -> NewsletterValues:
    """Return a newsletter's settings with some of them changed."""
    kept = {name: getattr(row, name) for name in NewsletterValues.__dataclass_fields__}
    return NewsletterValues(**(kept | changes))


def step_page(name: str, template: str, **facts: object) -> str:
    """Return a page of the first run, with where it stands among the others."""
    n = next(n for n, step in enumerate(STEPS) if step.name == name)
    before = STEPS[n - 1].endpoint if n else ""
    return render_template(
        template, step=n + 1, steps=STEPS, before=url_for(before) if before else "", **facts
    )


def _make(db: Session, changes: dict[str, Any]) -> None:
    me, at = who(), now()
    slug = manage.free_slug(db, changes["name"])
    list_id = add_list(db, changes["name"], slug, now=at)
    manage.add_newsletter(db, NewsletterValues(
        slug=slug, sender_address=me.email, editor_address=me.email, list_ids=(list_id,),
        **changes,
    ), now=at, by=me.id)
    try:
        add_subscriber(db, list_id, me.email, name=me.name, by=me.id, now=at)
    except Refused as error:
        # A name inside the house, as in "rana@newsroom", gets no newsletter by mail.
        if error.code != "bad_address":
            raise


def _newsroom_form(row: NewsletterRow | None) -> NewsroomForm:
    values = row or NewsletterValues("", "", "")
    return NewsroomForm(
        formdata=None, name=values.name, zone=values.zone, days=values.rule.get("days", ALL_DAYS),
        at=time.fromisoformat(values.rule.get("at", "06:00")),
    )


def _rule(form: NewsroomForm) -> dict[str, object]:
    at, days = form.at.data.strftime("%H:%M"), sorted(set(form.days.data))
    if len(days) == len(ALL_DAYS):
        return {"kind": "daily", "at": at}
    return {"kind": "weekly", "at": at, "days": days}


def _newsroom_page(form: NewsroomForm, *, is_new: bool) -> str:
    return step_page("newsroom", "admin/start/newsroom.html", form=form, is_new=is_new)


def _sender_page(form: SenderForm, row: NewsletterRow) -> str:
    return step_page(
        "sender", "admin/start/sender.html", form=form, captured=system().relay.captures, newsletter=row
    )
