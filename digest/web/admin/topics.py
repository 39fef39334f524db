"""Topics: the newsroom's sections, the words that hint at them, and what corrections taught."""

from __future__ import annotations

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from digest.articles import lessons, topics
from digest.staff import audit
from digest.staff.roles import Action
from digest.system.errors import NotFound, Refused
from digest.web.admin import bp
from digest.web.fields import optional_number
from digest.web.forms import Form, blame
from digest.web.guard import back, needs, now, system, who


class TopicForm(Form):
    """A topic's name and its hints."""

    name = StringField(_l("اسم الموضوع"), [InputRequired(), Length(max=80)])
    hints = TextAreaField(_l("كلمات تدل عليه"), [Length(max=20_000)])


@bp.get("/topics")
@needs(Action.VIEW)
def all_topics() -> ResponseReturnValue:
    """Show the topics in their order, what was learned, and the form for one more."""
    return _page(TopicForm(formdata=None))


@bp.post("/topics")
@needs(Action.COLLECT)
def add_topic() -> ResponseReturnValue:
    """Add a topic at the end."""
    form = TopicForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        with system().db.write() as db:
            topic_id = topics.add_topic(db, form.name.data, form.hints.data or "")
            _record(db, "topic.add", topic_id)
    except Refused as error:
        blame(form, error, no_name="name", topic_taken="name")
        return _page(form), 422
    flash(_("أُضيف الموضوع، وتُفرز إليه الأخبار القادمة."), "ok")
    return back("admin.all_topics")


@bp.get("/topics/<int:topic_id>")
@needs(Action.VIEW)
def one_topic(topic_id: int) -> ResponseReturnValue:
    """Show one topic: name, hints, deletion."""
    return _one(topic_id, None)


@bp.post("/topics/<int:topic_id>")
@needs(Action.COLLECT)
def change_topic(topic_id: int) -> ResponseReturnValue:
    """Give a topic another name or other hints."""
    form = TopicForm()
    if not form.validate_on_submit():
        return _one(topic_id, form), 422
    try:
        with system().db.write() as db:
            topics.change_topic(db, topic_id, name=form.name.data, hints=form.hints.data or "")
            _record(db, "topic.change", topic_id)
    except Refused as error:
        blame(form, error, no_name="name", topic_taken="name")
        return _one(topic_id, form), 422
    flash(_("حُفظ الموضوع. تُفرز به الأخبار القادمة."), "ok")
    return back("admin.all_topics")


@bp.post("/topics/<int:topic_id>/up")
@needs(Action.COLLECT)
def raise_topic(topic_id: int) -> ResponseReturnValue:
    """Move a topic one place up."""
    with system().db.write() as db:
        topics.move_topic(db, topic_id, by=-1)
    return back("admin.all_topics")


@bp.post("/topics/<int:topic_id>/down")
@needs(Action.COLLECT)
def lower_topic(topic_id: int) -> ResponseReturnValue:
    """Move a topic one place down."""
    with system().db.write() as db:
        topics.move_topic(db, topic_id, by=1)
    return back("admin.all_topics")


@bp.post("/topics/<int:topic_id>/delete")
@needs(Action.COLLECT)
def delete_topic(topic_id: int) -> ResponseReturnValue:
    """Delete a topic; its stories go to the one that was chosen, or are unsorted."""
    heir_id = optional_number("heir_id")
    with system().db.write() as db:
        topics.delete_topic(db, topic_id, heir_id=heir_id)
        _record(db, "topic.delete", topic_id)
    flash(_("حُذف الموضوع."), "ok")
    return back("admin.all_topics")


def _page(form: TopicForm) -> str:
    with system().db.read() as db:
        rows, progress = topics.list_topics(db), lessons.progress(db)
    return render_template(
        "admin/topics/list.html", rows=rows, progress=progress, enough=lessons.ENOUGH, form=form
    )


def _one(topic_id: int, form: TopicForm | None) -> str:
    with system().db.read() as db:
        rows = topics.list_topics(db)
    row = next((one for one in rows if one.id == topic_id), None)
    if row is None:
        raise NotFound("no_such_topic", topic=topic_id)
    form = form or TopicForm(formdata=None, name=row.name, hints="، ".join(row.hints))
    others = [one for one in rows if one.id != topic_id]
    return render_template("admin/topics/one.html", row=row, others=others, form=form)


def _record(db: Session, action: str, topic_id: int) -> None:
    audit.record(db, action, now=now(), by=who().id, subject="topic", subject_id=topic_id)
