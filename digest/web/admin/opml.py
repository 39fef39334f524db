"""Lists of feeds: taken in from other readers of feeds, and given out."""

from __future__ import annotations

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from digest.sources import opml
from digest.sources.exchange import give_list, take_list
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.forms import Form, blame
from digest.web.guard import needs, now, system, who

FATES: dict[str, tuple[LazyString, str]] = {
    "added": (_l("أُضيف"), "ok"),
    "source_known": (_l("مضاف من قبل"), "plain"),
    "bad_url": (_l("رابط غير صالح"), "danger"),
}


class ListForm(Form):
    """A file of feeds."""

    file = FileField(_l("ملف OPML"), [FileRequired(_l("اختر ملفاً أولاً."))])


@bp.get("/sources/opml")
@needs(Action.COLLECT)
def feed_lists() -> ResponseReturnValue:
    """Offer both ways."""
    return render_template("admin/sources/opml.html", form=ListForm(formdata=None), taken=None)


@bp.post("/sources/opml")
@needs(Action.COLLECT)
def take_feeds() -> ResponseReturnValue:
    """Add the feeds of a file that are new, and say what became of each."""
    form = ListForm()
    if not form.validate_on_submit():
        return render_template("admin/sources/opml.html", form=form, taken=None), 422
    try:
        outlines = opml.read(form.file.data.read(opml.MAX_BYTES + 1))
        with system().db.write() as db:
            taken = take_list(db, outlines, by=who().id, now=now())
    except Refused as error:
        blame(form, error, bad_opml="file", too_many_feeds="file")
        return render_template("admin/sources/opml.html", form=form, taken=None), 422
    counts = {code: len([one for one in taken if one.code == code]) for code in FATES}
    return render_template(
        "admin/sources/opml.html", form=ListForm(formdata=None), taken=taken, counts=counts,
        fates=FATES,
    )


@bp.get("/sources/opml/file")
@needs(Action.VIEW)
def give_feeds() -> ResponseReturnValue:
    """Give all sources as a file for other readers of feeds."""
    with system().db.read() as db:
        content = give_list(db, title=_("مصادر نشرة"), now=now())
    headers = {"Content-Disposition": 'attachment; filename="digest-sources.opml"'}
    return Response(content, mimetype="text/x-opml", headers=headers)
