"""Mails whose last reply was lost: who they are, and what an editor decides about them."""

from __future__ import annotations

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from digest.delivery import uncertain
from digest.issues.queries import get_issue
from digest.staff.roles import Action
from digest.system import queue
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.fields import asked_number, numbers
from digest.web.filters import count
from digest.web.guard import back, needs, now, system, who

URL = "/issues/<int:issue_id>/uncertain"
SHOWN = 100  # as many as one form may tick


@bp.get(URL)
@needs(Action.READERS)
def uncertain_mails(issue_id: int) -> ResponseReturnValue:
    """List an issue's mails of unknown fate, a page at a time."""
    after = asked_number("after") or 0
    with system().db.read() as db:
        issue = get_issue(db, issue_id)
        domain = uncertain.sender_domain(db, issue_id, base_url=system().settings.base_url)
        rows = uncertain.doubts(db, issue_id, domain=domain, after=after, limit=SHOWN)
        total = uncertain.count(db, issue_id)
        asking = str(issue_id) in queue.open_keys(db, uncertain.KIND)
    return render_template(
        "admin/issues/uncertain.html", issue=issue, rows=rows, total=total, asking=asking,
        can_ask=uncertain.can_ask(system()), may_again=issue.state in uncertain.OPEN_ENDED,
        more=rows[-1].subscriber_id if len(rows) == SHOWN else None,
    )


@bp.post(f"{URL}/sent")
@needs(Action.SEND)
def count_as_sent(issue_id: int) -> ResponseReturnValue:
    """Call the ticked mails, or all, sent."""
    with system().db.write() as db:
        n = uncertain.count_as_sent(db, issue_id, _chosen(), by=who().id, now=now())
    flash(_("حُسبت مسلّمة: %(mails)s.", mails=count(n, "mail")), "ok")
    return back("admin.uncertain_mails", issue_id=issue_id)


@bp.post(f"{URL}/again")
@needs(Action.SEND)
def send_doubts_again(issue_id: int) -> ResponseReturnValue:
    """Queue the ticked mails, or all, once more."""
    with system().db.write() as db:
        n = uncertain.send_again(db, issue_id, _chosen(), by=who().id, now=now())
    flash(_("تُرسل مرة أخرى: %(mails)s.", mails=count(n, "mail")), "ok")
    return back("admin.uncertain_mails", issue_id=issue_id)


@bp.post(f"{URL}/ask")
@needs(Action.SEND)
def ask_relay(issue_id: int) -> ResponseReturnValue:
    """Queue the question to the relay's log or to the provider; this request asks nobody."""
    with system().db.write() as db:
        get_issue(db, issue_id)
        queue.put(db, uncertain.KIND, key=f"{issue_id}", now=now(), issue_id=issue_id)
    flash(_("نسأل خادم البريد الآن. حدّث الصفحة بعد قليل."), "ok")
    return back("admin.uncertain_mails", issue_id=issue_id)


def _chosen() -> list[int] | None:
    """The readers that the form names, or None for all. Raises Refused("nothing_chosen")."""
    if request.form.get("all"):
        return None
    chosen = numbers("reader")
    if not chosen:
        raise Refused("nothing_chosen")
    return chosen
