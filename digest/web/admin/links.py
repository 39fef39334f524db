"""One story by its link: from the inbox, or from anywhere on the web by the bookmarklet."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length, Optional

from digest.sources.links import add_link as add
from digest.sources.links import known_link
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.text.clean import strip_controls
from digest.web.admin import bp
from digest.web.admin.trials import TRIALS
from digest.web.errors import sentence
from digest.web.forms import Form, safe_back
from digest.web.guard import limiter, needs, system, who
from digest.web.words import OUTCOMES

# Runs on somebody else's page, so it only opens ours; what it adds is confirmed there.
BOOKMARKLET = (
    "javascript:(()=>{{const s=(window.getSelection()+'').trim().slice(0,300);"
    "window.open('{page}?url='+encodeURIComponent(location.href)"
    "+'&title='+encodeURIComponent(s||document.title),'digest','width=560,height=640')}})()"
)


class LinkForm(Form):
    """A link, and its title as it stands on the page that it was taken from."""

    url = StringField("", [InputRequired(), Length(max=4096)])
    title = StringField("", [Optional(), Length(max=1000)])
    back = HiddenField("")


@bp.get("/inbox/add")
@needs(Action.EDIT)
def link_page() -> ResponseReturnValue:
    """Show a link that the bookmarklet brings, to be confirmed; without one, the bookmarklet."""
    url = strip_controls(request.args.get("url", ""))[:4096].strip()
    title = " ".join(strip_controls(request.args.get("title", "")).split())[:500]
    return _page(url, title)


@bp.post("/inbox/link")
@needs(Action.EDIT)
@limiter.limit(TRIALS)
def add_link() -> ResponseReturnValue:
    """Read a page and take it into the inbox as an article."""
    form = LinkForm()
    if not form.validate_on_submit():
        return _page(form.url.data or "", form.title.data or "", form.url.errors), 422
    url, title = form.url.data.strip(), form.title.data or ""
    try:
        added = add(system(), url, title=title, by=who().id)
    except Refused as error:
        return _page(url, title, [sentence(error)]), 422
    if added.article_id is None:
        why = OUTCOMES.get(added.outcome, added.outcome)
        return _page(url, title, [_("لم يُضف شيء. %(why)s", why=why)]), 422
    if added.known:
        flash(_("هذا الخبر عندنا من قبل، ولم يُضف ثانية."), "info")
    elif added.outcome == "ok":
        flash(_("أُضيف الخبر. يظهر في الوارد خلال دقيقة."), "ok")
    else:
        flash(_("أُضيف الخبر بعنوانه ورابطه، ولم نستطع قراءة نصه بعد."), "info")
    return redirect(safe_back(url_for("admin.link_page", added=1)), 303)


def bookmarklet() -> str:
    """Return the address that a browser keeps as a bookmark."""
    base = system().settings.base_url.rstrip("/")
    page = base + url_for("admin.link_page").removeprefix(request.script_root)
    return BOOKMARKLET.format(page=page.replace("'", "%27"))


def _page(url: str, title: str, errors: Iterable[object] = ()) -> str:
    known = None
    if url:
        with system().db.read() as db:
            known = known_link(db, url)
    return render_template(
        "admin/inbox/add.html", url=url, title=title, known=known, errors=list(errors),
        added="added" in request.args, bookmarklet=bookmarklet(),
    )
