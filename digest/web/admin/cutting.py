"""What is cut from a source's articles: tried on a real one, then saved."""

from __future__ import annotations

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from digest.articles.cleaning import Rules, read_rules
from digest.sources import manage
from digest.sources.preview import preview_rules
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.admin.sources import RulesForm, source_page
from digest.web.admin.trials import TRIALS
from digest.web.fields import LARGEST
from digest.web.forms import blame
from digest.web.guard import back, limiter, needs, now, system, who


@bp.post("/sources/<int:source_id>/rules")
@needs(Action.COLLECT)
def save_rules(source_id: int) -> ResponseReturnValue:
    """Keep the rules; they hold for what is read from now on."""
    form = RulesForm()
    rules = _rules(form)
    if rules is None:
        return source_page(source_id, rules_form=form), 422
    with system().db.write() as db:
        manage.set_rules(db, source_id, rules, by=who().id, now=now())
    flash(_("حُفظت القواعد، وتسري على ما نقرؤه بعد الآن."), "ok")
    return back("admin.source", source_id=source_id, _anchor="rules")


@bp.post("/sources/<int:source_id>/rules/try")
@needs(Action.COLLECT)
@limiter.limit(TRIALS)
def try_rules(source_id: int) -> ResponseReturnValue:
    """Show an article with and without the rules that were typed; nothing is stored."""
    form = RulesForm()
    rules = _rules(form)
    if rules is None:
        return source_page(source_id, rules_form=form), 422
    pick = min(request.form.get("pick", 0, type=int), LARGEST)
    preview = preview_rules(system(), source_id, rules, pick=pick)
    return source_page(source_id, rules_form=form, preview=preview)


def _rules(form: RulesForm) -> Rules | None:
    """Read the rules; None when something is wrong, which then stands beside its field."""
    if not form.validate_on_submit():
        return None
    try:
        return read_rules(
            keep=form.keep.data or "", cut=(form.cut.data or "").split("\n"),
            phrases=(form.phrases.data or "").split("\n"),
        )
    except Refused as error:
        in_keep = error.facts.get("selector") == " ".join((form.keep.data or "").split())
        blame(form, error, bad_css="keep" if in_keep else "cut", short_phrase="phrases",
              too_many_rules="cut")
        return None
