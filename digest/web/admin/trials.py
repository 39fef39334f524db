"""Adding a source: looking behind an address, and seeing what would come before it is saved."""

from __future__ import annotations

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from digest.sources.collect import add_source as add
from digest.sources.discover import full_address, try_address
from digest.sources.models import SourceKind
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.admin.sources import AddSourceForm, cause, list_page, with_topics
from digest.web.forms import blame
from digest.web.guard import back, limiter, needs, now, system, who
from digest.web.words import OUTCOMES

TRIALS = "30/minute"  # each asks up to thirty addresses of somebody else's

# What a document is, and where the text of an entry would come from.
FORMS: dict[str, LazyString] = {
    "rss": _l("خلاصة RSS"),
    "atom": _l("خلاصة Atom"),
    "json": _l("خلاصة JSON"),
    "sitemap": _l("خريطة أخبار"),
    "page": _l("صفحة واحدة"),
}
TEXTS: dict[str, tuple[LazyString, str]] = {
    "body": (_l("النص في الخلاصة"), "ok"),
    "page": (_l("النص من صفحة الخبر"), "ok"),
    "teaser": (_l("مقدمة قصيرة فقط"), "warn"),
    "none": (_l("لا نص"), "danger"),
    "untried": (_l("يُقرأ من صفحة الخبر"), "plain"),
}


@bp.post("/sources/try")
@needs(Action.COLLECT)
@limiter.limit(TRIALS)
def try_source() -> ResponseReturnValue:
    """Look for feeds behind an address and show what each would bring; nothing is stored."""
    form = with_topics(AddSourceForm())
    if not form.validate_on_submit():
        return list_page(form), 422
    try:
        trial = try_address(system(), form.url.data)
    except Refused as error:
        blame(form, error, bad_url="url")
        return list_page(form), 422
    return render_template(
        "admin/sources/try.html", trial=trial, form=form, outcomes=OUTCOMES, cause=cause,
        forms=FORMS, texts=TEXTS,
    )


@bp.post("/sources")
@needs(Action.COLLECT)
def add_source() -> ResponseReturnValue:
    """Add a source; its first collecting is queued with it."""
    form = with_topics(AddSourceForm())
    if not form.validate_on_submit():
        return list_page(form), 422
    try:
        url = full_address(form.url.data.strip())
        with system().db.write() as db:
            source_id = add(
                db, url, kind=SourceKind(form.kind.data), name=form.name.data or "",
                topic_id=form.topic_id.data or None, by=who().id, now=now(),
            )
    except Refused as error:
        blame(form, error, bad_url="url", source_known="url")
        return list_page(form), 422
    flash(_("أُضيف المصدر، ونقرؤه الآن. حدّث الصفحة بعد قليل لترى النتيجة."), "ok")
    return back("admin.source", source_id=source_id)
