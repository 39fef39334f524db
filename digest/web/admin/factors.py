"""Second factors: one's own app, recovery codes and passkeys, and what the house asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security.proxies import _security
from flask_security.utils import check_and_get_token_status, check_and_update_authn_fresh
from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.staff import factors
from digest.staff.models import Passkey, User
from digest.staff.roles import Action
from digest.web.admin import bp
from digest.web.admin.setup import sign_in
from digest.web.factors import (
    DRIFT,
    FRESH,
    FRESH_GRACE,
    TRIES_PER_ACCOUNT,
    digest_of,
    new_codes,
)
from digest.web.fields import text
from digest.web.guard import back, house, limiter, needs, now, system, who

WITHIN = FRESH  # how long a set-up may take, too


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A passkey in one's account."""

    id: int
    name: str
    made_at: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True)
class OwnFactors:
    """What a person has; ``must`` when the house asks for one."""

    app: bool
    codes: int
    keys: tuple[KeyRow, ...]
    must: bool


@bp.app_template_global()
def own_factors_now() -> OwnFactors:
    """Return what the part of the account page about second factors needs."""
    with system().db.read() as db:
        return own_factors(db, db.get_one(User, who().id))


@bp.app_template_global()
def factor_demanded() -> bool:
    """Tell whether the house asks for second factors, for its setting."""
    with system().db.read() as db:
        return factors.is_demanded(db)


def own_factors(db: Session, user: User) -> OwnFactors:
    """Return a person's second factors."""
    keys = db.scalars(select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id))
    return OwnFactors(
        app=bool(user.tf_primary_method), codes=len(user.mf_recovery_codes or ()),
        keys=tuple(KeyRow(one.id, one.name, one.create_datetime, one.lastuse_datetime)
                   for one in keys),
        must=factors.must_have(db, user),
    )


@bp.post("/profile/app")
@needs(Action.VIEW, owing=True)
def start_app() -> ResponseReturnValue:
    """Show a new secret for an app as a picture; nothing is stored before a code proves it."""
    if not _is_fresh():
        return _password_first()
    return _app_page(_security.totp_factory.generate_totp_secret())


@bp.post("/profile/app/confirm")
@needs(Action.VIEW, owing=True)
@limiter.limit(TRIES_PER_ACCOUNT)
def confirm_app() -> ResponseReturnValue:
    """Store the app once its code is right, and show the recovery codes, this once."""
    if not _is_fresh():
        return _password_first()
    expired, invalid, state = check_and_get_token_status(text("state"), "tf_setup", WITHIN)
    if expired or invalid or state["user"] != who().id:
        flash(_("انتهت مدة الإعداد. ابدأه من جديد."), "info")
        return back("admin.profile", _anchor="factors")
    secret, user_id = state["secret"], who().id
    if not _security.totp_factory.verify_totp(text("code"), secret, who(), DRIFT):
        return _app_page(secret, wrong=True), 422
    codes = new_codes()
    with system().db.write() as db:
        factors.set_app(db, user_id, secret, [digest_of(one) for one in codes], now=now())
    sign_in(user_id)
    return render_template("admin/factors/codes.html", codes=codes, is_new=True)


@bp.post("/profile/app/remove")
@needs(Action.VIEW)
def remove_app() -> ResponseReturnValue:
    """Ask for no codes of an app any more."""
    if not _is_fresh():
        return _password_first()
    with system().db.write() as db:
        factors.remove_app(db, who().id, now=now())
    flash(_("أُزيل تطبيق الرموز من حسابك."), "ok")
    return back("admin.profile", _anchor="factors")


@bp.post("/profile/codes")
@needs(Action.VIEW)
def make_codes() -> ResponseReturnValue:
    """Make new recovery codes and show them, this once; the old ones are void."""
    if not _is_fresh():
        return _password_first()
    codes = new_codes()
    with system().db.write() as db:
        factors.set_codes(db, who().id, [digest_of(one) for one in codes], now=now())
    return render_template("admin/factors/codes.html", codes=codes, is_new=False)


@bp.post("/profile/passkeys/<int:passkey_id>/remove")
@needs(Action.VIEW)
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Forget a passkey."""
    if not _is_fresh():
        return _password_first()
    with system().db.write() as db:
        factors.remove_passkey(db, who().id, passkey_id, now=now())
    flash(_("أُزيل مفتاح المرور. احذفه من جهازك أيضاً."), "ok")
    return back("admin.profile", _anchor="factors")


@bp.post("/users/second-factor")
@needs(Action.USERS)
def demand_factor() -> ResponseReturnValue:
    """Ask whoever sends or administers for a second factor, or no more."""
    on = bool(request.form.get("on"))
    with system().db.write() as db:
        factors.demand(db, on, house(), by=who().id, now=now())
    flash(_("يُطلب عامل ثانٍ الآن ممن يرسل أو يدير.") if on
          else _("لم يعد العامل الثاني مطلوباً."), "ok")
    return back("admin.users")


@bp.post("/users/<int:user_id>/factors")
@needs(Action.USERS)
def reset_factors(user_id: int) -> ResponseReturnValue:
    """Take all factors of a person who lost them."""
    if not _is_fresh():
        return _password_first(url_for("admin.user", user_id=user_id))
    with system().db.write() as db:
        factors.start_over(db, user_id, by=who().id, now=now())
    flash(_("أُزيلت عوامله الثانية وانتهت جلساته."), "ok")
    if user_id == who().id:
        return redirect(url_for("security.login"), 303)
    return back("admin.user", user_id=user_id)


def _is_fresh() -> bool:
    """Tell whether the person proved themselves lately: a screen left open changes nothing here."""
    return bool(check_and_update_authn_fresh(FRESH, FRESH_GRACE))


def _password_first(target: str = "") -> ResponseReturnValue:
    flash(_("أكّد كلمة سرك أولاً، ثم أعد ما أردت."), "info")
    target = target or url_for("admin.profile", _anchor="factors")
    return redirect(url_for("security.verify", next=target), 303)


def _app_page(secret: str, *, wrong: bool = False) -> str:
    shown = _security.totp_factory.fetch_setup_values(secret, who())
    state = _security.tf_setup_serializer.dumps({"secret": secret, "user": who().id})
    return render_template(
        "admin/factors/app.html", picture=shown["image"], key=shown["key"],
        state=state, wrong=wrong, email=who().email,
    )
