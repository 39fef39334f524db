"""Readers: the table, one person with the whole history, adding one, erasing one."""

from __future__ import annotations

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from digest.audience import imports, lists, preferences, queries, suppress
from digest.audience.lists import ListRow
from digest.feedback import reported
from digest.staff import audit
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.fields import asked_number
from digest.web.forms import AddressField, Form, blame, options
from digest.web.guard import back, needs, now, system, who
from digest.web.words import CONSENTS, MEMBERSHIPS, READER_STATES, UNHEEDED


class AddForm(Form):
    """One reader whose consent the editor holds."""

    address = AddressField(_l("البريد الإلكتروني"), [InputRequired(), Length(max=320)])
    name = StringField(_l("الاسم"), [Optional(), Length(max=200)])
    list_id = SelectField(_l("القائمة"), coerce=int)


@bp.get("/subscribers")
@needs(Action.READERS)
def subscribers() -> ResponseReturnValue:
    """Show a page of readers, filtered as the address line says."""
    return _page(None)


@bp.post("/subscribers")
@needs(Action.READERS)
def add_subscriber() -> ResponseReturnValue:
    """Put one reader on a list."""
    form = AddForm()
    with system().db.read() as db:
        _offer(form, lists.list_lists(db))
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        with system().db.write() as db:
            done = imports.add_subscriber(
                db, form.list_id.data, form.address.data, name=(form.name.data or "").strip(),
                by=who().id, now=now(),
            )
    except Refused as error:
        blame(form, error, bad_address="address")
        return _page(form), 422
    flash(*_told(done))
    return back("admin.subscribers")


@bp.get("/subscribers/<int:subscriber_id>")
@needs(Action.READERS)
def subscriber(subscriber_id: int) -> ResponseReturnValue:
    """Show everything known of one reader."""
    with system().db.read() as db:
        person = queries.person(db, subscriber_id)
        reports = reported.of_reader(db, subscriber_id)
    return render_template(
        "admin/subscribers/one.html", person=person, states=READER_STATES,
        memberships=MEMBERSHIPS, consents=CONSENTS, reports=reports,
    )


@bp.post("/subscribers/<int:subscriber_id>/leave/<int:list_id>")
@needs(Action.READERS)
def take_off(subscriber_id: int, list_id: int) -> ResponseReturnValue:
    """Take a reader off one list, as asked for by letter or telephone."""
    with system().db.write() as db:
        queries.person(db, subscriber_id)
        left = preferences.leave_lists(db, subscriber_id, [list_id], network="", now=now())
        if left:
            audit.record(db, "subscribers.leave", now=now(), by=who().id, subject="subscriber",
                         subject_id=subscriber_id, list=list_id)
    flash(_("خرج المشترك من القائمة، ولن يعيده أي استيراد."), "ok")
    return back("admin.subscriber", subscriber_id=subscriber_id)


@bp.post("/subscribers/<int:subscriber_id>/erase")
@needs(Action.READERS)
def erase_subscriber(subscriber_id: int) -> ResponseReturnValue:
    """Forget a reader; nothing brings the address back by mistake."""
    with system().db.write() as db:
        queries.person(db, subscriber_id)
        suppress.erase(db, subscriber_id, now=now())
        audit.record(db, "subscribers.erase", now=now(), by=who().id, subject="subscriber",
                     subject_id=subscriber_id)
    flash(_("مُحيت بيانات المشترك كلها."), "ok")
    return back("admin.subscribers")


def _page(form: AddForm | None) -> str:
    """The table with its filters; ``form`` is a refused one, to be corrected."""
    words = request.args
    search, status = words.get("q", "")[:200], words.get("status", "")
    chosen, number = asked_number("list"), asked_number("page") or 1
    with system().db.read() as db:
        rows = lists.list_lists(db)
        page = queries.subscribers(
            db, search=search, status=status or None, list_id=chosen,
            page=number,
        )
        counts = queries.count_by_status(db)
        told = status in {"bounced", "complained"}
        not_believed = reported.unheeded(db, now()) if told else {}
    if form is None:
        form = AddForm(formdata=None)
        _offer(form, rows)
    return render_template(
        "admin/subscribers/list.html", page=page, counts=counts, lists=rows, form=form,
        search=search, status=status, chosen=chosen, states=READER_STATES,
        filtered=bool(search or status or chosen), not_believed=not_believed,
        unheeded_words=UNHEEDED,
    )


def _offer(form: AddForm, rows: tuple[ListRow, ...]) -> None:
    form.list_id.choices = options((row.id, row.name) for row in rows)


def _told(done: imports.ImportResult) -> tuple[str, str]:
    """What became of one added reader, and the tone to say it in."""
    if done.added:
        return str(_("أُضيف المشترك إلى القائمة.")), "ok"
    if done.existing:
        return str(_("هذا العنوان على القائمة من قبل. لم يتغيّر شيء.")), "info"
    return str(_("صاحب هذا العنوان ألغى اشتراكه أو لا يصله البريد، فلا نعيده. "
                 "يستطيع أن يشترك بنفسه من النموذج.")), "warn"
