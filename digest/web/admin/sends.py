"""From a draft to a send: the test mail, the time, and what can be done while mails go out."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from digest.delivery import control
from digest.delivery.ready import require_ready
from digest.issues import approval, states
from digest.issues.queries import get_issue
from digest.newsletters.manage import get_newsletter
from digest.staff.roles import Action
from digest.system import queue
from digest.system.errors import Refused
from digest.text.address import BadAddress, parse
from digest.web.admin import bp
from digest.web.admin.board import usual_time
from digest.web.fields import number, text
from digest.web.filters import when_in
from digest.web.forms import safe_back, to_utc
from digest.web.guard import back, needs, now, system, who

ISSUE = "/issues/<int:issue_id>"


@bp.post(f"{ISSUE}/test")
@needs(Action.SEND)
def send_test(issue_id: int) -> ResponseReturnValue:
    """Queue a test mail; the sender process talks to the relay, this request does not."""
    address = _address(text("address"))
    with system().db.write() as db:
        states.get(db, issue_id)
        queue.put(db, "send_test", key=f"{issue_id}:{address}"[:120], now=now(),
                  issue_id=issue_id, address=address)
    flash(_("تُرسل الرسالة التجريبية الآن إلى %(address)s.", address=address), "ok")
    return back("admin.issue", issue_id=issue_id)


@bp.post(f"{ISSUE}/schedule")
@needs(Action.SEND)
def schedule(issue_id: int) -> ResponseReturnValue:
    """Fix the time: in a minute, the usual one, or another one in the newsletter's own zone."""
    at = now()
    with system().db.read() as db:
        issue = get_issue(db, issue_id)
        newsletter = get_newsletter(db, issue.newsletter_id)
        require_ready(db, issue_id, base_url=system().settings.base_url, now=at)
    usual = usual_time(issue, newsletter, at)
    send_at = _time(text("when"), usual, at, ZoneInfo(newsletter.zone))
    with system().db.write() as db:
        row = states.editable(db, issue_id, number("based_on"))
        if newsletter.four_eyes:
            approval.note(db, row, by=who().id, now=at)
        states.schedule(db, issue_id, send_at, by=who().id, now=at)
    if text("when") == "now":
        flash(_("يُرسل بعد دقيقة، يمكنك الإلغاء."), "ok")
    else:
        flash(_("ثُبّت الموعد: %(when)s.", when=when_in(send_at, newsletter.zone)), "ok")
    return back("admin.issue", issue_id=issue_id)


@bp.post(f"{ISSUE}/ask")
@needs(Action.EDIT)
def ask_approval(issue_id: int) -> ResponseReturnValue:
    """Mail the draft to those who may approve it."""
    with system().db.write() as db:
        states.editable(db, issue_id, number("based_on"))
        approval.ask(db, issue_id, now=now(), by=who().id)
    flash(_("أُرسلت المسودة إلى من يعتمدها، برابطين: اعتمد وأوقف."), "ok")
    return back("admin.issue", issue_id=issue_id)


@bp.post(f"{ISSUE}/unschedule")
@needs(Action.SEND)
def unschedule(issue_id: int) -> ResponseReturnValue:
    """Take the time back."""
    with system().db.write() as db:
        states.unschedule(db, issue_id, by=who().id, now=now())
    flash(_("أُلغي الموعد. العدد مسودة من جديد."), "ok")
    return back("admin.issue", issue_id=issue_id)


@bp.post(f"{ISSUE}/cancel")
@needs(Action.SEND)
def cancel(issue_id: int) -> ResponseReturnValue:
    """End an issue for good."""
    with system().db.write() as db:
        control.stop(db, issue_id, by=who().id, now=now())
    flash(_("أُلغي العدد. ما أُرسل منه لا يُستردّ."), "ok")
    return back("admin.issue", issue_id=issue_id)


@bp.post(f"{ISSUE}/pause")
@needs(Action.SEND)
def pause(issue_id: int) -> ResponseReturnValue:
    """Stop sending after the mail in hand."""
    with system().db.write() as db:
        control.pause(db, issue_id, by=who().id, now=now())
    flash(_("توقّف الإرسال. استأنف متى شئت، ولن يُرسل إلى أحد مرتين."), "ok")
    return redirect(safe_back(url_for("admin.issue", issue_id=issue_id)), 303)


@bp.post(f"{ISSUE}/resume")
@needs(Action.SEND)
def resume(issue_id: int) -> ResponseReturnValue:
    """Go on sending."""
    with system().db.write() as db:
        control.resume(db, issue_id, by=who().id, now=now())
    flash(_("استُؤنف الإرسال."), "ok")
    return redirect(safe_back(url_for("admin.issue", issue_id=issue_id)), 303)


@bp.post(f"{ISSUE}/reopen")
@needs(Action.SEND)
def reopen(issue_id: int) -> ResponseReturnValue:
    """Make a failed issue a draft again."""
    with system().db.write() as db:
        states.reopen(db, issue_id, by=who().id, now=now())
    flash(_("العدد مسودة من جديد. صحّح الأخطاء ثم جدوِله."), "ok")
    return back("admin.issue", issue_id=issue_id)


def _address(typed: str) -> str:
    try:
        return parse(typed).address
    except BadAddress:
        raise Refused("bad_address") from None


def _time(choice: str, usual: datetime | None, at: datetime, zone: ZoneInfo) -> datetime:
    if choice == "now":
        return at + states.HOLD
    if choice == "usual" and usual is not None:
        return usual
    try:
        typed = datetime.fromisoformat(text("at"))
    except ValueError:
        raise Refused("no_time") from None
    return to_utc(typed.replace(tzinfo=None), zone)
