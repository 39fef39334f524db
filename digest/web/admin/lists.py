"""Lists of readers: counts, adding, renaming, taking a list away as a file."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from digest.audience import imports, lists
from digest.newsletters import manage
from digest.staff import audit
from digest.staff.roles import Action
from digest.system.build import System
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.forms import Form, blame
from digest.web.guard import back, needs, now, system, who

BOM = "\ufeff"  # without it spreadsheet programs read Arabic as Windows-1252


class RenameForm(Form):
    """The name of a list, which only the newsroom sees."""

    name = StringField(_l("اسم القائمة"), [InputRequired(), Length(max=120)])


class AddListForm(RenameForm):
    """A new list."""

    slug = StringField(_l("المعرّف اللاتيني"), [InputRequired(), Length(max=62)])


@bp.get("/lists")
@needs(Action.READERS)
def all_lists() -> ResponseReturnValue:
    """Show every list with its counts, and the form for one more."""
    return _page(AddListForm(formdata=None))


@bp.post("/lists")
@needs(Action.READERS)
def add_list() -> ResponseReturnValue:
    """Add a list."""
    form = AddListForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        with system().db.write() as db:
            list_id = lists.add_list(db, form.name.data, form.slug.data.strip(), now=now())
            _record(db, "list.add", list_id)
    except Refused as error:
        blame(form, error, no_name="name", bad_slug="slug", slug_taken="slug")
        return _page(form), 422
    flash(_("أُضيفت القائمة. أضف إليها مشتركين، أو أرسل إليها نشرة."), "ok")
    return back("admin.one_list", list_id=list_id)


@bp.get("/lists/<int:list_id>")
@needs(Action.READERS)
def one_list(list_id: int) -> ResponseReturnValue:
    """Show one list: counts, newsletters, name, file."""
    return _one(list_id, None)


@bp.post("/lists/<int:list_id>/rename")
@needs(Action.READERS)
def rename_list(list_id: int) -> ResponseReturnValue:
    """Give a list another name."""
    form = RenameForm()
    if not form.validate_on_submit():
        return _one(list_id, form), 422
    try:
        with system().db.write() as db:
            lists.rename_list(db, list_id, form.name.data)
            _record(db, "list.rename", list_id)
    except Refused as error:
        blame(form, error, no_name="name")
        return _one(list_id, form), 422
    flash(_("تغيّر اسم القائمة."), "ok")
    return back("admin.one_list", list_id=list_id)


@bp.post("/lists/<int:list_id>/export")
@needs(Action.READERS)
def export_list(list_id: int) -> ResponseReturnValue:
    """Answer a list as a CSV file; a POST, since who takes addresses away is written down."""
    with system().db.write() as db:
        row = lists.get_list(db, list_id)
        _record(db, "subscribers.export", list_id)
    answer = Response(_csv(system(), list_id), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.slug}.csv"'
    return answer


def _csv(system: System, list_id: int) -> Iterator[str]:
    """The file line by line, so a long list never lies in memory at once."""
    yield BOM
    with system.db.read() as db:
        yield from imports.export_csv(db, list_id)


def _page(form: AddListForm) -> str:
    with system().db.read() as db:
        rows = lists.list_lists(db)
    return render_template("admin/lists/list.html", rows=rows, form=form)


def _one(list_id: int, form: RenameForm | None) -> str:
    with system().db.read() as db:
        row = lists.get_list(db, list_id)
        sending = [one for one in manage.list_newsletters(db) if list_id in one.list_ids]
    form = form or RenameForm(formdata=None, name=row.name)
    return render_template("admin/lists/one.html", row=row, form=form, newsletters=sending)


def _record(db: Session, action: str, list_id: int) -> None:
    audit.record(db, action, now=now(), by=who().id, subject="list", subject_id=list_id)
