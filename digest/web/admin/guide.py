"""Short pages about how things are done here, in the language of who reads them."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from digest.staff.roles import Action
from digest.web.admin import bp
from digest.web.guard import language, needs

PAGES: dict[str, LazyString] = {
    "first-issue": _l("أول عدد"),
    "sources": _l("المصادر"),
    "board": _l("صفحة العدد ومفاتيحها"),
    "schedule": _l("المواعيد والإرسال الآلي"),
    "readers": _l("المشتركون والاستيراد"),
    "sending": _l("خادم البريد والنطاق"),
    "forms": _l("نموذج في موقعك"),
    "backup": _l("النسخ الاحتياطي والاستعادة"),
}
FIRST = "first-issue"


@bp.get("/help")
@needs(Action.VIEW)
def help_pages() -> ResponseReturnValue:
    """Show the first page."""
    return _page(FIRST)


@bp.get("/help/<about>")
@needs(Action.VIEW)
def help_page(about: str) -> ResponseReturnValue:
    """Show a page; 404 for another name."""
    if about not in PAGES:
        abort(404)
    return _page(about)


@bp.app_template_global("ui")
def ui(label: str) -> Markup:
    """Return a label of the panel as it stands on its page, so that help names it right."""
    return Markup("<b>{}</b>").format(_(label))


def _page(about: str) -> str:
    return render_template(
        "admin/help/page.html", pages=PAGES, about=about,
        text=f"admin/help/{language()}/{about}.html",
    )
