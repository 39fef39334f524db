"""Confirming a sign-up: the link opens a page with one button, and only the button confirms.

Programs that check mail open every link (SafeLinks, Barracuda and others), so a GET changes
nothing. The POSTs are exempt from CSRF as ``reader`` explains.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from digest.audience import preferences, signup
from digest.system.errors import NotFound, Refused
from digest.system.tokens import CONFIRM, CONFIRM_HOURS
from digest.web.errors import sentence
from digest.web.guard import csrf, now, system
from digest.web.public import bp
from digest.web.public.face import face_of
from digest.web.public.reader import GONE, TOO_MANY, asker, preferences_path

RENEWABLE_HOURS = 366 * 24  # an expired link may ask for a new one for about a year


@dataclass(frozen=True, slots=True)
class Request:
    """A confirmation link that was read: whose, of which list, for which newsletter."""

    subscriber_id: int
    list_id: int
    newsletter_id: int
    expired: bool


@bp.get("/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """Show the button."""
    wish = _read(token)
    if wish.expired:
        return _expired(wish, token)
    with system().db.read() as db:
        face = face_of(db, wish.newsletter_id)
        try:
            reader = preferences.load(db, wish.subscriber_id, now=now())
        except NotFound:
            return render_template("public/gone.html", face=face), GONE
    return render_template("public/confirm.html", face=face, address=reader.address, token=token)


@bp.post("/confirm/<token>")
@csrf.exempt
def confirmed(token: str) -> ResponseReturnValue:
    """Put the reader on the list; pressed twice it says the same."""
    wish = _read(token)
    if wish.expired:
        return _expired(wish, token)
    with system().db.write() as db:
        face = face_of(db, wish.newsletter_id)
        done = signup.confirm(
            db, wish.subscriber_id, wish.list_id, network=asker(), now=now()
        )
    if not done:
        return render_template("public/gone.html", face=face), GONE
    return render_template(
        "public/confirmed.html", face=face,
        preferences=preferences_path(wish.subscriber_id),
    )


@bp.post("/confirm/<token>/again")
@csrf.exempt
def confirm_again(token: str) -> ResponseReturnValue:
    """Mail a new link for one that ran out, within the limits that sign-ups have."""
    wish = _read(token)
    with system().db.read() as db:
        face = face_of(db, wish.newsletter_id)
    try:
        with system().db.write() as db:
            signup.send_again(
                db, wish.subscriber_id, wish.list_id, wish.newsletter_id, network=asker(),
                now=now(),
            )
    except Refused as error:
        if error.code != "too_many_signups":
            raise
        page = render_template(
            "public/expired.html", face=face, token=token, notice=sentence(error)
        )
        return page, *TOO_MANY
    return render_template("public/sent_again.html", face=face)


def _read(token: str) -> Request:
    """Read a link of a confirmation mail; raises NotFound("bad_token")."""
    signer = system().signer
    try:
        ids = signer.read_timed(CONFIRM, token, hours=CONFIRM_HOURS)
        return _wish(ids, expired=False)
    except Refused as error:
        if error.code != "expired_token":
            raise NotFound("bad_token") from error
    try:
        ids = signer.read_timed(CONFIRM, token, hours=RENEWABLE_HOURS)
        return _wish(ids, expired=True)
    except Refused as error:
        raise NotFound("expired_token") from error


def _wish(ids: tuple[int, ...], *, expired: bool) -> Request:
    subscriber_id, list_id, newsletter_id = ids
    return Request(subscriber_id, list_id, newsletter_id, expired=expired)


def _expired(wish: Request, token: str) -> ResponseReturnValue:
    with system().db.read() as db:
        face = face_of(db, wish.newsletter_id)
    return render_template("public/expired.html", face=face, token=token, notice=""), GONE
