"""Sources: their health, and one source with its settings and last attempts."""

from __future__ import annotations

from typing import TypeVar

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from digest.articles.cleaning import Rules
from digest.articles.topics import topic_names
from digest.sources import manage
from digest.sources.health import ILL
from digest.sources.models import SourceKind
from digest.sources.preview import CutPreview
from digest.sources.queries import source as get_source
from digest.sources.queries import sources_with_health
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.fields import MOST, asked_number, numbers, optional_number
from digest.web.forms import Form
from digest.web.guard import back, needs, now, system, who
from digest.web.words import OUTCOMES, STATUS_CAUSES

TABS: dict[str, LazyString] = {
    "all": _l("الكل"),
    "attention": _l("تحتاج انتباهك"),
    "paused": _l("الموقوفة"),
}
HEALTH_OF = {"attention": ILL, "paused": frozenset({"paused"})}


class TopicForm(Form):
    """A choice of the newsroom's topics."""

    topic_id = SelectField(_l("الموضوع"), coerce=int, default=0)


F = TypeVar("F", bound=TopicForm)


class AddSourceForm(TopicForm):
    """A feed, a site that has one, or one page."""

    url = StringField(_l("عنوان الموقع أو الخلاصة"), [InputRequired(), Length(max=2000)])
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


class RulesForm(Form):
    """What is cut from the articles of a source, each rule on a line."""

    keep = StringField(_l("أين نص الخبر في الصفحة"), [Optional(), Length(max=200)])
    cut = TextAreaField(_l("أجزاء تُحذف من الصفحة"), [Optional(), Length(max=5000)])
    phrases = TextAreaField(_l("عبارات تُحذف جملها"), [Optional(), Length(max=5000)])


@bp.get("/sources")
@needs(Action.VIEW)
def sources() -> ResponseReturnValue:
    """Show every source and the form for one more."""
    return list_page(with_topics(AddSourceForm(formdata=None)))


@bp.get("/sources/<int:source_id>")
@needs(Action.VIEW)
def source(source_id: int) -> ResponseReturnValue:
    """Show one source: health, settings, the last attempts in plain words."""
    return source_page(source_id)


@bp.post("/sources/<int:source_id>")
@needs(Action.COLLECT)
def change_source(source_id: int) -> ResponseReturnValue:
    """Set a source's name, topic and weight."""
    form = with_topics(SourceForm())
    if not form.validate_on_submit():
        return source_page(source_id, form), 422
    with system().db.write() as db:
        manage.change_source(
            db, source_id, name=form.name.data, topic_id=form.topic_id.data or None,
            weight=float(form.weight.data), by=who().id, now=now(),
        )
    flash(_("حُفظ المصدر."), "ok")
    return back("admin.source", source_id=source_id)


@bp.post("/sources/<int:source_id>/pause")
@needs(Action.COLLECT)
def pause_source(source_id: int) -> ResponseReturnValue:
    """Leave a source alone."""
    with system().db.write() as db:
        manage.pause_source(db, source_id, by=who().id, now=now())
    flash(_("أُوقف المصدر. لن نقرأه حتى تستأنفه."), "ok")
    return back("admin.source", source_id=source_id)


@bp.post("/sources/<int:source_id>/resume")
@needs(Action.COLLECT)
def resume_source(source_id: int) -> ResponseReturnValue:
    """Ask a source again that was left alone or given up."""
    with system().db.write() as db:
        manage.resume_source(db, source_id, by=who().id, now=now())
    flash(_("عاد المصدر، ونقرؤه الآن."), "ok")
    return back("admin.source", source_id=source_id)


@bp.post("/sources/<int:source_id>/move")
@needs(Action.COLLECT)
def move_source(source_id: int) -> ResponseReturnValue:
    """Take the address that the source moved to as its own."""
    with system().db.write() as db:
        manage.accept_move(db, source_id, by=who().id, now=now())
    flash(_("حُفظ الرابط الجديد."), "ok")
    return back("admin.source", source_id=source_id)


@bp.post("/sources/<int:source_id>/collect")
@needs(Action.COLLECT)
def collect_source(source_id: int) -> ResponseReturnValue:
    """Ask a source soon."""
    with system().db.write() as db:
        manage.collect_now(db, now(), source_id=source_id)
    flash(_("نقرأ المصدر الآن. حدّث الصفحة بعد قليل لترى النتيجة."), "ok")
    return back("admin.source", source_id=source_id)


@bp.post("/sources/<int:source_id>/delete")
@needs(Action.COLLECT)
def delete_source(source_id: int) -> ResponseReturnValue:
    """Forget a source; its articles stay."""
    with system().db.write() as db:
        manage.delete_source(db, source_id, by=who().id, now=now())
    flash(_("حُذف المصدر. أخباره السابقة باقية."), "ok")
    return back("admin.sources")


@bp.post("/sources/many")
@needs(Action.COLLECT)
def change_sources() -> ResponseReturnValue:
    """Do the same with all sources that are ticked; deleting asks once more."""
    source_ids = numbers("source_id")
    try:
        act = manage.Act(request.form.get("act", ""))
    except ValueError:
        raise Refused("nothing_ticked") from None
    if not source_ids:
        raise Refused("nothing_ticked")
    if act is manage.Act.DELETE and not request.form.get("sure"):
        with system().db.read() as db:
            rows = [one for one in sources_with_health(db, now()) if one.id in set(source_ids)]
        return render_template("admin/sources/delete.html", rows=rows)
    with system().db.write() as db:
        manage.change_many(
            db, source_ids, act, topic_id=optional_number("topic_id") or None, by=who().id,
            now=now(),
        )
    flash(DONE[act], "ok")
    return back("admin.sources")


DONE: dict[manage.Act, LazyString] = {
    manage.Act.PAUSE: _l("أُوقفت المصادر المختارة. لن نقرأها حتى تستأنفها."),
    manage.Act.RESUME: _l("عادت المصادر المختارة، ونقرؤها الآن."),
    manage.Act.COLLECT: _l("نقرأ المصادر المختارة الآن."),
    manage.Act.TOPIC: _l("تغيّر موضوع المصادر المختارة."),
    manage.Act.DELETE: _l("حُذفت المصادر المختارة. أخبارها السابقة باقية."),
}


def list_page(form: AddSourceForm) -> str:
    """Return the page of all sources around a form for one more."""
    tab = request.args.get("show", "all")
    tab = tab if tab in TABS else "all"
    with system().db.read() as db:
        rows = sources_with_health(db, now())
        topics = topic_names(db)
    counts = {
        name: len([one for one in rows if name == "all" or one.health in HEALTH_OF[name]])
        for name in TABS
    }
    shown = [one for one in rows if tab == "all" or one.health in HEALTH_OF[tab]]
    pages = max(1, -(-len(shown) // MOST))
    page = min(asked_number("page") or 1, pages)
    return render_template(
        "admin/sources/list.html", rows=shown[(page - 1) * MOST : page * MOST], form=form, tab=tab,
        tabs_of=TABS, counts=counts, topics=topics, cause=cause, ill=ILL,
        page=page, pages=pages,
    )


def source_page(
    source_id: int, form: SourceForm | None = None, rules_form: RulesForm | None = None,
    preview: CutPreview | None = None,
) -> str:
    """Return the page of one source; its forms hold what is stored, unless they are given."""
    with system().db.read() as db:
        page = get_source(db, source_id, now())
    row = page.source
    return render_template(
        "admin/sources/one.html", page=page, outcomes=OUTCOMES, cause=cause, preview=preview,
        form=form or with_topics(
            SourceForm(formdata=None, name=row.name, topic_id=row.topic_id or 0, weight=row.weight)
        ),
        rules_form=rules_form or _rules_form(page.rules),
    )  # fmt: skip


def cause(outcome: str, status: int | None) -> str:
    """Return in words how a try ended."""
    told = STATUS_CAUSES.get(min(status or 0, 500)) if outcome == "http_error" else None
    return str(told or OUTCOMES.get(outcome, outcome))


def with_topics(form: F) -> F:
    """Give a form the newsroom's topics to choose from."""
    with system().db.read() as db:
        topics = topic_names(db)
    named = [SelectChoice(topic_id, name) for topic_id, name in topics]
    form.topic_id.choices = [SelectChoice(0, _("يُعرف من النص")), *named]
    return form


def _rules_form(rules: Rules) -> RulesForm:
    return RulesForm(
        formdata=None, keep=rules.keep, cut="\n".join(rules.cut), phrases="\n".join(rules.phrases)
    )
