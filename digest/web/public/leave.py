"""Leaving: a page by GET, one click by POST from the mail program (RFC 8058), one button here.

The POSTs are exempt from CSRF: RFC 8058 forbids to ask for cookies or anything but the body it
names, and ``reader`` explains why our own buttons need no more than their link.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from digest.audience import preferences
from digest.feedback import leave as rules
from digest.feedback.leaver import Leaver
from digest.system.errors import NotFound
from digest.system.tokens import LEAVE
from digest.web.guard import csrf, now, system
from digest.web.public import bp
from digest.web.public.face import face_of
from digest.web.public.reader import GONE, asker, preferences_path, read_token

ONE_CLICK = ("List-Unsubscribe", "One-Click")  # RFC 8058 3.1: exactly this pair
OUR_PAGE = ("from", "page")
REASONS = {
    "too_many": "الرسائل كثيرة",
    "not_relevant": "المواضيع لا تهمّني",
    "not_asked": "لم أطلب هذه النشرة",
    "other": "سبب آخر",
}


@dataclass(frozen=True, slots=True)
class Mail:
    """What the link of a mail names: its reader, newsletter and issue (0 for none)."""

    subscriber_id: int
    newsletter_id: int
    issue_id: int


@bp.get("/leave/<token>")
def leave(token: str) -> ResponseReturnValue:
    """Show the button; nothing changes, since mail filters open every link."""
    mail = _read(token)
    with system().db.read() as db:
        face = face_of(db, mail.newsletter_id)
        address = _address(db, mail)
    return render_template(
        "public/leave.html", face=face, address=address, token=token, sent_from=OUR_PAGE,
        preferences=preferences_path(mail.subscriber_id),
    )


@bp.post("/leave/<token>")
@csrf.exempt
def left(token: str) -> ResponseReturnValue:
    """Take the reader off the newsletter's lists, by the mail program's click or by our button.

    A mail program gets a plain 200, never a redirect, however often and however late it asks.
    """
    mail = _read(token)
    by_program = request.form.get(ONE_CLICK[0]) == ONE_CLICK[1]
    if not by_program and request.form.get(OUR_PAGE[0]) != OUR_PAGE[1]:
        abort(400)
    leaver = cast(Leaver, current_app.extensions["leaver"])
    leaver.leave(
        rules.Click(mail.subscriber_id, mail.newsletter_id, mail.issue_id or None, asker())
    )
    if by_program:
        return Response("أُلغي اشتراكك.\n", mimetype="text/plain")
    return _done(mail, token)


@bp.post("/leave/<token>/why")
@csrf.exempt
def say_why(token: str) -> ResponseReturnValue:
    """Keep the reason of a reader who left, once; nobody has to give one."""
    mail = _read(token)
    why = request.form.get("why", "")
    if not why:
        return _done(mail, token)
    with system().db.write() as db:
        rules.say_why(
            db, mail.subscriber_id, mail.newsletter_id, why, issue_id=mail.issue_id or None,
            now=now(),
        )
    return _done(mail, token, thanks=True)


@bp.post("/leave/<token>/back")
@csrf.exempt
def come_back(token: str) -> ResponseReturnValue:
    """Undo a leaving at once: who holds the link of the mail owns the mailbox."""
    mail = _read(token)
    with system().db.write() as db:
        face = face_of(db, mail.newsletter_id)
        back = rules.back(
            db, mail.subscriber_id, mail.newsletter_id, network=asker(), now=now()
        )
    if not back:
        return render_template("public/gone.html", face=face), GONE
    return render_template(
        "public/back.html", face=face,
        preferences=preferences_path(mail.subscriber_id),
    )


def _read(token: str) -> Mail:
    return Mail(*read_token(LEAVE, token))


def _address(db: Session, mail: Mail) -> str:
    """The masked address, or nothing when the reader is gone: the page answers all the same."""
    try:
        return preferences.load(db, mail.subscriber_id, now=now()).address
    except NotFound:
        return ""


def _done(mail: Mail, token: str, *, thanks: bool = False) -> str:
    with system().db.read() as db:
        face = face_of(db, mail.newsletter_id)
        known = _address(db, mail) != ""
    return render_template(
        "public/left.html", face=face, token=token, known=known, thanks=thanks, reasons=REASONS
    )
