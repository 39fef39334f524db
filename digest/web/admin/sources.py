"""Sources: their health, adding one, and one source with its last attempts."""

from __future__ import annotations

from typing import TypeVar

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from digest.articles.topics import topic_names
from digest.sources import manage
from digest.sources.collect import add_source as add
from digest.sources.models import SourceKind
from digest.sources.queries import source as get_source
from digest.sources.queries import sources_with_health
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.forms import Form, blame
from digest.web.guard import back, needs, now, system, who
from digest.web.words import OUTCOMES


class TopicForm(Form):
    """A choice of the newsroom's topics."""

    topic_id = SelectField(_l("الموضوع"), coerce=int, default=0)


F = TypeVar("F", bound=TopicForm)


class AddSourceForm(TopicForm):
    """A feed, or one page."""

    url = StringField(_l("الرابط"), [InputRequired(), Length(max=2000)])
    kind = SelectField(
        _l("النوع"),
        default=SourceKind.FEED.value,
        choices=[
            SelectChoice(SourceKind.FEED.value, _l("خلاصة أو موقع له خلاصة")),
            SelectChoice(SourceKind.PAGE.value, _l("صفحة واحدة")),
        ],
    )
    name = StringField(_l("الاسم"), [Optional(), Length(max=200)])


class SourceForm(TopicForm):
    """What an editor decides about a source."""

    name = StringField(_l("الاسم"), [InputRequired(), Length(max=200)])
    weight = DecimalField(_l("الوزن"), [InputRequired(), NumberRange(0, 5)], places=1)


@bp.get("/sources")
@needs(Action.VIEW)
def sources() -> ResponseReturnValue:
    """Show every source and the form for one more."""
    return _list(_with_topics(AddSourceForm(formdata=None)))


@bp.post("/sources")
@needs(Action.EDIT)
def add_source() -> ResponseReturnValue:
    """Add a source; its first collecting is queued with it."""
    form = _with_topics(AddSourceForm())
    if not form.validate_on_submit():
        return _list(form), 422
    try:
        with system().db.write() as db:
            source_id = add(
                db, form.url.data, kind=SourceKind(form.kind.data), name=form.name.data or "",
                topic_id=form.topic_id.data or None, by=who().id, now=now(),
            )
    except Refused as error:
        blame(form, error, bad_url="url", source_known="url")
        return _list(form), 422
    flash(_("أُضيف المصدر، ونقرؤه الآن. حدّث الصفحة بعد قليل لترى النتيجة."), "ok")
    return back("admin.source", source_id=source_id)


@bp.get("/sources/<int:source_id>")
@needs(Action.VIEW)
def source(source_id: int) -> ResponseReturnValue:
    """Show one source: health, settings, the last attempts in plain words."""
    return _one(source_id, None)


@bp.post("/sources/<int:source_id>")
@needs(Action.EDIT)
def change_source(source_id: int) -> ResponseReturnValue:
    """Set a source's name, topic and weight."""
    form = _with_topics(SourceForm())
    if not form.validate_on_submit():
        return _one(source_id, form), 422
    with system().db.write() as db:
        manage.change_source(
            db, source_id, name=form.name.data, topic_id=form.topic_id.data or None,
            weight=float(form.weight.data), by=who().id, now=now(),
        )
    flash(_("حُفظ المصدر."), "ok")
    return back("admin.source", source_id=source_id)


@bp.post("/sources/<int:source_id>/pause")
@needs(Action.EDIT)
def pause_source(source_id: int) -> ResponseReturnValue:
    """Leave a source alone."""
    with system().db.write() as db:
        manage.pause_source(db, source_id, by=who().id, now=now())
    flash(_("أُوقف المصدر. لن نقرأه حتى تستأنفه."), "ok")
    return back("admin.source", source_id=source_id)


@bp.post("/sources/<int:source_id>/resume")
@needs(Action.EDIT)
def resume_source(source_id: int) -> ResponseReturnValue:
    """Ask a source again that was left alone or given up."""
    with system().db.write() as db:
        manage.resume_source(db, source_id, by=who().id, now=now())
    flash(_("عاد المصدر، ونقرؤه الآن."), "ok")
    return back("admin.source", source_id=source_id)


@bp.post("/sources/<int:source_id>/move")
@needs(Action.EDIT)
def move_source(source_id: int) -> ResponseReturnValue:
    """Take the address that the source moved to as its own."""
    with system().db.write() as db:
        manage.accept_move(db, source_id, by=who().id, now=now())
    flash(_("حُفظ الرابط الجديد."), "ok")
    return back("admin.source", source_id=source_id)


@bp.post("/sources/<int:source_id>/collect")
@needs(Action.EDIT)
def collect_source(source_id: int) -> ResponseReturnValue:
    """Ask a source soon."""
    with system().db.write() as db:
        manage.collect_now(db, now(), source_id=source_id)
    flash(_("نقرأ المصدر الآن. حدّث الصفحة بعد قليل لترى النتيجة."), "ok")
    return back("admin.source", source_id=source_id)


@bp.post("/sources/<int:source_id>/delete")
@needs(Action.EDIT)
def delete_source(source_id: int) -> ResponseReturnValue:
    """Forget a source; its articles stay."""
    with system().db.write() as db:
        manage.delete_source(db, source_id, by=who().id, now=now())
    flash(_("حُذف المصدر. أخباره السابقة باقية."), "ok")
    return back("admin.sources")


def _list(form: AddSourceForm) -> str:
    with system().db.read() as db:
        rows = sources_with_health(db, now())
    return render_template("admin/sources/list.html", rows=rows, form=form)


def _one(source_id: int, form: SourceForm | None) -> str:
    with system().db.read() as db:
        page = get_source(db, source_id, now())
    if form is None:
        row = page.source
        form = _with_topics(
            SourceForm(formdata=None, name=row.name, topic_id=row.topic_id or 0, weight=row.weight)
        )
    return render_template("admin/sources/one.html", page=page, form=form, outcomes=OUTCOMES)


def _with_topics(form: F) -> F:
    with system().db.read() as db:
        topics = topic_names(db)
    named = [SelectChoice(topic_id, name) for topic_id, name in topics]
    form.topic_id.choices = [SelectChoice(0, _("يُعرف من النص")), *named]
    return form
