"""One's own account: language and password."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import InputRequired

from digest.staff import accounts, audit
from digest.staff.models import User
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.admin.setup import sign_in
from digest.web.admin.users import ROLES, NewPasswordForm
from digest.web.forms import safe_back
from digest.web.guard import back, limiter, needs, now, signed_in, system, who
from digest.web.signin import check_password, knows_password

LANGUAGES = frozenset({"ar", "en"})


class ChangePasswordForm(NewPasswordForm):
    """The old password proves that it is still the same person at the keyboard."""

    current = PasswordField(_l("كلمة السر الحالية"), [InputRequired()])


@bp.post("/language")
def set_language() -> ResponseReturnValue:
    """Switch the panel's language, also before signing in."""
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        session["language"] = chosen
        if signed_in():
            with system().db.write() as db:
                db.get_one(User, who().id).language = chosen
    return redirect(safe_back(url_for("admin.dashboard")), 303)


@bp.get("/profile")
@needs(Action.VIEW, owing=True)
def profile() -> ResponseReturnValue:
    """Show one's own account."""
    return _page(ChangePasswordForm())


@bp.post("/profile")
@needs(Action.VIEW)
@limiter.limit("10/minute")
def change_password() -> ResponseReturnValue:
    """Change one's own password; sessions on other devices end."""
    form = ChangePasswordForm()
    if not form.validate_on_submit():
        return _page(form), 422
    if not knows_password(who(), form.current.data):
        raise Refused("wrong_password")
    hashed, user_id = check_password(form.password.data, form.again.data), who().id
    with system().db.write() as db:
        accounts.set_password(db, user_id, hashed)
        audit.record(db, "user.password", now=now(), by=user_id, subject="user", subject_id=user_id)
    sign_in(user_id)
    flash(_("تغيّرت كلمة السر، وانتهت جلساتك على الأجهزة الأخرى."), "ok")
    return back("admin.profile")


def _page(form: ChangePasswordForm) -> str:
    role = ROLES[accounts.role_of(who())]
    return render_template("admin/profile.html", form=form, email=who().email, role=role)
