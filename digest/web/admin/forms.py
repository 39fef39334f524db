"""Sign-up forms: adding, changing, and the code to paste into a site."""

from __future__ import annotations

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from digest.audience import forms, lists
from digest.audience.forms import CONSENT, FormRow, FormValues
from digest.newsletters import manage
from digest.staff import audit
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.system.links import subscribe_url
from digest.web.admin import bp
from digest.web.forms import Form, blame, options
from digest.web.guard import back, needs, now, system, who
from digest.web.public.embed import embed_html, embed_script

SEPARATOR = ":"  # between the two ids of a choice


class SignUpForm(Form):
    """What a sign-up form says and where it leads."""

    name = StringField(_l("اسم النموذج عندك"), [InputRequired(), Length(max=120)])
    target = SelectField(_l("يشترك القارئ في"))
    heading = StringField(_l("العنوان"), [Optional(), Length(max=200)])
    text = TextAreaField(_l("النص تحت العنوان"), [Optional(), Length(max=1000)])
    consent_text = StringField(_l("نص الموافقة"), [InputRequired(), Length(max=500)],
                               default=CONSENT)
    origins = TextAreaField(_l("المواقع المسموحة"), [Optional(), Length(max=4000)])


@bp.get("/forms")
@needs(Action.READERS)
def sign_up_forms() -> ResponseReturnValue:
    """Show every form with how many asked and confirmed."""
    with system().db.read() as db:
        rows, ready = forms.list_forms(db), bool(_targets(db))
    return render_template("admin/forms/list.html", rows=rows, ready=ready)


@bp.get("/forms/new")
@needs(Action.READERS)
def new_form() -> ResponseReturnValue:
    """Show an empty form."""
    return _page(SignUpForm(formdata=None), None)


@bp.post("/forms/new")
@needs(Action.READERS)
def add_form() -> ResponseReturnValue:
    """Add a form; the next page shows the code to paste."""
    form = SignUpForm()
    try:
        values = _read(form)
        if values is None:
            return _page(form, None), 422
        with system().db.write() as db:
            form_id = forms.add_form(db, values, now=now())
            _record(db, "form.add", form_id)
    except Refused as error:
        _blame(form, error)
        return _page(form, None), 422
    flash(_("أُضيف النموذج. انسخ شيفرته إلى موقعك."), "ok")
    return back("admin.sign_up_form", form_id=form_id)


@bp.get("/forms/<int:form_id>")
@needs(Action.READERS)
def sign_up_form(form_id: int) -> ResponseReturnValue:
    """Show one form: what it says, the code to paste, and its own page."""
    with system().db.read() as db:
        row = forms.get_form(db, form_id)
    return _page(_filled(row), row)


@bp.post("/forms/<int:form_id>")
@needs(Action.READERS)
def change_form(form_id: int) -> ResponseReturnValue:
    """Change a form; copies that sites hold go on working."""
    form = SignUpForm()
    with system().db.read() as db:
        row = forms.get_form(db, form_id)
    try:
        values = _read(form)
        if values is None:
            return _page(form, row), 422
        with system().db.write() as db:
            forms.update_form(db, form_id, values)
            _record(db, "form.change", form_id)
    except Refused as error:
        _blame(form, error)
        return _page(form, row), 422
    flash(_("حُفظ النموذج. إن تغيّر نصه فانسخ شيفرته من جديد."), "ok")
    return back("admin.sign_up_form", form_id=form_id)


@bp.post("/forms/<int:form_id>/delete")
@needs(Action.READERS)
def delete_form(form_id: int) -> ResponseReturnValue:
    """Remove a form; people who came through it stay."""
    with system().db.write() as db:
        forms.delete_form(db, form_id)
        _record(db, "form.delete", form_id)
    flash(_("حُذف النموذج. من اشترك به باقٍ."), "ok")
    return back("admin.sign_up_forms")


def _page(form: SignUpForm, row: FormRow | None) -> str:
    with system().db.read() as db:
        form.target.choices = options(_targets(db))
    base_url = system().settings.base_url
    return render_template(
        "admin/forms/one.html", form=form, row=row,
        snippet_html=embed_html(row, base_url) if row else "",
        snippet_script=embed_script(base_url),
        page_url=subscribe_url(base_url, row.public_key) if row else "",
    )


def _targets(db: Session) -> list[tuple[str, str]]:
    """Every pair of a newsletter and a list that it is sent to."""
    names = {row.id: row.name for row in lists.list_lists(db)}
    return [
        (f"{one.id}{SEPARATOR}{list_id}", f"{one.name} ← {names[list_id]}")
        for one in manage.list_newsletters(db) for list_id in one.list_ids
    ]


def _filled(row: FormRow) -> SignUpForm:
    return SignUpForm(
        formdata=None, name=row.name, target=f"{row.newsletter_id}{SEPARATOR}{row.list_id}",
        heading=row.heading, text=row.text, consent_text=row.consent_text,
        origins="\n".join(row.allowed_origins),
    )


def _read(form: SignUpForm) -> FormValues | None:
    """The form as typed, or None when a field is wrong; raises Refused("bad_origin")."""
    with system().db.read() as db:
        form.target.choices = options(_targets(db))
    if not form.validate_on_submit():
        return None
    newsletter_id, _colon, list_id = form.target.data.partition(SEPARATOR)
    return FormValues(
        name=form.name.data, list_id=int(list_id), newsletter_id=int(newsletter_id),
        heading=form.heading.data or "", text=form.text.data or "",
        consent_text=form.consent_text.data or "",
        allowed_origins=forms.read_origins(form.origins.data or ""),
    )


def _blame(form: SignUpForm, error: Refused) -> None:
    blame(form, error, no_name="name", list_not_sent="target", bad_origin="origins")


def _record(db: Session, action: str, form_id: int) -> None:
    audit.record(db, action, now=now(), by=who().id, subject="form", subject_id=form_id)
