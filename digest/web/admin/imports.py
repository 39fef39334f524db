"""Bringing readers in by file, in four steps: file, columns, run, result."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField

from digest.audience import lists, runs
from digest.audience.csvfile import BadRow, Layout, safe_cell
from digest.audience.lists import ListRow
from digest.audience.preview import look_at
from digest.audience.runs import RunState
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.web.admin import bp, uploads
from digest.web.admin.lists import BOM
from digest.web.admin.tables import csv_answer
from digest.web.admin.uploads import Note
from digest.web.forms import Form, blame, options
from digest.web.guard import back, needs, now, system, who
from digest.web.words import BAD_ROWS

NOBODY = -1  # "no column holds names"
ENCODINGS: dict[str, str | LazyString] = {
    "utf-8-sig": "UTF-8",
    "cp1256": "Windows-1256",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
}
DELIMITERS: dict[str, LazyString] = {
    ",": _l("فاصلة لاتينية ,"),
    ";": _l("فاصلة منقوطة لاتينية ;"),
    "\t": _l("علامة جدولة"),
    "،": _l("فاصلة عربية ،"),
    "؛": _l("فاصلة منقوطة عربية ؛"),
    "|": _l("خط عمودي |"),
}


class UploadForm(Form):
    """A file and where its people go."""

    file = FileField(_l("ملف CSV"), [FileRequired()])
    list_id = SelectField(_l("القائمة"), coerce=int)


class LayoutForm(Form):
    """How the file is to be read, when the guess is wrong."""

    encoding = SelectField(_l("الترميز"), choices=options(ENCODINGS.items()))
    delimiter = SelectField(_l("الفاصل بين الأعمدة"), choices=options(DELIMITERS.items()))
    address_column = SelectField(_l("عمود البريد"), coerce=int)
    name_column = SelectField(_l("عمود الاسم"), coerce=int)
    has_header = BooleanField(_l("السطر الأول أسماء أعمدة"))


@bp.get("/imports")
@needs(Action.READERS)
def all_imports() -> ResponseReturnValue:
    """Show the form for a file, and the files that are kept."""
    return _start(UploadForm(formdata=None))


@bp.post("/imports")
@needs(Action.READERS)
def upload() -> ResponseReturnValue:
    """Keep a file, look at it, and show what it holds; nobody is added yet."""
    form = UploadForm()
    with system().db.read() as db:
        _offer(form, lists.list_lists(db))
    if not form.validate_on_submit():
        return _start(form), 422
    uploads.remove_old(_folder(), now())
    token = uploads.keep(_folder(), form.file.data)
    try:
        preview = look_at(system(), _folder() / f"{token}.csv", form.list_id.data)
    except Refused as error:
        uploads.remove(_folder(), token)
        blame(form, error, not_csv="file", empty_file="file")
        return _start(form), 422
    note = Note(token, uploads.shown_name(form.file.data), form.list_id.data, who().id, now(),
                preview)
    uploads.write_note(_folder(), note)
    return back("admin.one_import", token=token)


@bp.get("/imports/<token>")
@needs(Action.READERS)
def one_import(token: str) -> ResponseReturnValue:
    """Show a kept file: what it holds before the run, what became of it after."""
    note = uploads.read_note(_folder(), token)
    with system().db.read() as db:
        target = lists.get_list(db, note.list_id)
        run = runs.find(db, note.token)
    if run is not None and run.under_way:
        return render_template("admin/imports/running.html", note=note, target=target, run=run)
    if run is not None and run.state is RunState.DONE:
        return render_template("admin/imports/result.html", note=note, target=target, run=run,
                               reasons=BAD_ROWS)
    return render_template(
        "admin/imports/one.html", note=note, target=target, run=run, reasons=BAD_ROWS,
        form=_layout_form(note.preview.layout, note.preview.columns),
        encodings=ENCODINGS, delimiters=DELIMITERS,
    )


@bp.post("/imports/<token>/layout")
@needs(Action.READERS)
def change_layout(token: str) -> ResponseReturnValue:
    """Read the file again the way the editor says."""
    note = uploads.read_note(_folder(), token)
    form = _layout_form(None, note.preview.columns)
    if not form.validate_on_submit():
        raise Refused("bad_layout")
    chosen, before = _layout(form), note.preview.layout
    if (chosen.encoding, chosen.delimiter) != (before.encoding, before.delimiter):
        # The columns on the form were those of the old reading.
        chosen = uploads.read_again(_path(note), chosen.encoding, chosen.delimiter)
    preview = look_at(system(), _path(note), note.list_id, layout=chosen)
    with system().db.write() as db:
        runs.forget(db, token)
    uploads.write_note(_folder(), replace(note, preview=preview))
    return back("admin.one_import", token=token)


@bp.post("/imports/<token>/run")
@needs(Action.READERS)
def run_import(token: str) -> ResponseReturnValue:
    """Queue the import of a file into its list; running again adds nobody twice."""
    note = uploads.read_note(_folder(), token)
    with system().db.write() as db:
        runs.start(
            db, token, note.list_id, note.preview.layout, by=who().id, now=now()
        )
    flash(_("بدأ الاستيراد."), "ok")
    return back("admin.one_import", token=token)


@bp.get("/imports/sample.csv")
@needs(Action.READERS)
def sample_import() -> Response:
    """Answer a small file as an import likes it."""
    header = (str(_("البريد الإلكتروني")), str(_("الاسم")))
    return csv_answer("sample.csv", header, [
        ("rim@example.net", str(_("ريم"))), ("nader@example.net", str(_("نادر"))),
        ("salma@example.net", ""),
    ])


@bp.get("/imports/<token>/rejected.csv")
@needs(Action.READERS)
def rejected(token: str) -> ResponseReturnValue:
    """Answer every row that stays out, with its line and reason, as a CSV file."""
    note = uploads.read_note(_folder(), token)
    rows = uploads.bad_rows(_path(note), note.preview.layout)
    header = (str(_("السطر")), str(_("السبب")), str(_("النص")))
    reasons = {code: str(text) for code, text in BAD_ROWS.items()}
    answer = Response(_rejected_csv(header, rows, reasons), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="rejected.csv"'
    return answer


@bp.post("/imports/<token>/remove")
@needs(Action.READERS)
def remove_import(token: str) -> ResponseReturnValue:
    """Remove a kept file; the people it brought stay."""
    note = uploads.read_note(_folder(), token)
    with system().db.write() as db:
        runs.forget(db, note.token)
    uploads.remove(_folder(), note.token)
    flash(_("حُذف الملف. من أُضيف منه باقٍ."), "ok")
    return redirect(url_for("admin.all_imports"), 303)


def _start(form: UploadForm) -> str:
    with system().db.read() as db:
        rows = lists.list_lists(db)
    _offer(form, rows)
    notes = uploads.list_notes(_folder())
    with system().db.read() as db:
        states = {note.token: runs.find(db, note.token) for note in notes}
    names = {row.id: row.name for row in rows}
    return render_template("admin/imports/list.html", form=form, notes=notes, names=names,
                           lists=rows, states=states)


def _folder() -> Path:
    return runs.folder(system())


def _path(note: Note) -> Path:
    return uploads.file_of(_folder(), note)


def _offer(form: UploadForm, rows: tuple[ListRow, ...]) -> None:
    form.list_id.choices = options((row.id, row.name) for row in rows)


def _layout_form(layout: Layout | None, columns: tuple[str, ...]) -> LayoutForm:
    """The form of a reading; with None it takes what was sent."""
    form = LayoutForm() if layout is None else LayoutForm(
        formdata=None, encoding=layout.encoding, delimiter=layout.delimiter,
        address_column=layout.address_column, has_header=layout.has_header,
        name_column=NOBODY if layout.name_column is None else layout.name_column,
    )
    named = [(n, _("%(n)s: %(name)s", n=n + 1, name=text)) for n, text in enumerate(columns)]
    form.address_column.choices = options(named)
    form.name_column.choices = options([(NOBODY, _("بلا أسماء")), *named])
    return form


def _layout(form: LayoutForm) -> Layout:
    name_column = form.name_column.data
    return Layout(
        encoding=form.encoding.data, delimiter=form.delimiter.data,
        address_column=form.address_column.data, has_header=form.has_header.data,
        name_column=None if name_column == NOBODY else name_column,
    )


def _rejected_csv(
    header: tuple[str, ...], rows: Iterable[BadRow], reasons: dict[str, str]
) -> Iterator[str]:
    """The lines of a file that a spreadsheet opens without running anything in it."""
    yield BOM
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow(header)
    for row in rows:
        writer.writerow((row.line, reasons.get(row.reason, row.reason), safe_cell(row.text)))
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()
