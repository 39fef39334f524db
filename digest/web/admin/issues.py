"""Issues: all of them by state, and the start of a new one."""

from __future__ import annotations

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from digest.issues.models import IssueState
from digest.issues.prepare import new_draft, prepare_issue
from digest.issues.queries import list_issues
from digest.newsletters.manage import list_newsletters
from digest.staff.roles import Action
from digest.web.admin import bp
from digest.web.fields import asked_number, number, text
from digest.web.guard import back, needs, now, system, who

SHOWN = 200
# The tabs of the list: the word in the address line, its label, and the states under it.
TABS: dict[str, tuple[LazyString, frozenset[IssueState]]] = {
    "": (_l("الكل"), frozenset(IssueState)),
    "draft": (_l("المسودات"), frozenset({IssueState.DRAFT})),
    "scheduled": (_l("المجدولة"), frozenset({IssueState.SCHEDULED, IssueState.FROZEN})),
    "sending": (_l("تُرسل الآن"), frozenset({IssueState.SENDING, IssueState.PAUSED})),
    "sent": (_l("المرسلة"), frozenset({IssueState.SENT})),
    "other": (
        _l("لم تُرسل"),
        frozenset({IssueState.FAILED, IssueState.SKIPPED, IssueState.CANCELLED}),
    ),
}


@bp.get("/issues")
@needs(Action.VIEW)
def issues() -> ResponseReturnValue:
    """Show the issues of a tab, newest first, and the form for a new one."""
    tab = request.args.get("state", "")
    tab = tab if tab in TABS else ""
    chosen = asked_number("newsletter")
    with system().db.read() as db:
        rows = list_issues(db, limit=SHOWN, newsletter_id=chosen)
        newsletters = list_newsletters(db)
    states = TABS[tab][1]
    return render_template(
        "admin/issues/list.html",
        rows=tuple(row for row in rows if row.state in states),
        newsletters=newsletters,
        chosen=chosen,
        tab=tab,
        tabs_of=TABS,
    )


@bp.post("/issues")
@needs(Action.EDIT)
def add_issue() -> ResponseReturnValue:
    """Start an issue: from the stories of the newsletter's period, or empty."""
    newsletter_id = number("newsletter_id")
    if text("how") == "empty":
        with system().db.write() as db:
            issue_id: int | None = new_draft(db, newsletter_id, by=who().id, now=now())
    else:
        issue_id = prepare_issue(system(), newsletter_id, None, by=who().id)
    flash(_("المسودة جاهزة. رتّب الأخبار وراجع الملخصات ثم جدوِل الإرسال."), "ok")
    return back("admin.issue", issue_id=issue_id)
