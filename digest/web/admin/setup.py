"""The first administrator: a one-time link, printed where only the operator can read it."""

from __future__ import annotations

from typing import cast

from flask import current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_security import login_user
from flask_security.proxies import _security
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from digest.staff import accounts, audit
from digest.staff.roles import Action
from digest.system.build import System
from digest.system.errors import Refused
from digest.system.tokens import SETUP
from digest.web.admin import bp
from digest.web.admin.start import step_page
from digest.web.forms import AddressField, Form, blame
from digest.web.guard import allowed, back, limiter, now, system
from digest.web.signin import PASSWORD_MIN, check_password

FIRST = 1  # the token signs this number; its purpose is what counts


class SetUpForm(Form):
    """Name, address and password of the first administrator."""

    name = StringField(_l("اسمك"), [InputRequired(), Length(max=120)])
    email = AddressField(_l("بريدك الإلكتروني"), [InputRequired(), Length(max=255)])
    password = PasswordField(_l("كلمة السر"), [InputRequired(), Length(min=PASSWORD_MIN)])
    again = PasswordField(_l("كلمة السر مرة أخرى"), [InputRequired()])


def setup_url(system: System) -> str:
    """Return the address that makes the first administrator while there is nobody yet."""
    return f"{system.settings.base_url}/admin/setup/{system.signer.sign(SETUP, FIRST)}"


@bp.get("/setup/<token>")
@limiter.limit("60/minute")
def set_up(token: str) -> ResponseReturnValue:
    """Show the form; refused once somebody can sign in, who is led on to the next step."""
    _check(token)
    with system().db.read() as db:
        done = accounts.is_set_up(db)
    if done and allowed(Action.SETTINGS):
        return back("admin.start")
    _only_once(done)
    return _page(SetUpForm())


@bp.post("/setup/<token>")
@limiter.limit("20/minute")
def do_set_up(token: str) -> ResponseReturnValue:
    """Make the first administrator and sign in."""
    _check(token)
    form = SetUpForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        hashed = check_password(form.password.data, form.again.data)
    except Refused as error:
        blame(form, error, passwords_differ="again", weak_password="password")  # noqa: S106  (a field)
        return _page(form), 422
    with system().db.write() as db:
        _only_once(accounts.is_set_up(db))
        user_id = accounts.add_user(
            db, form.email.data, name=form.name.data, role="admin", password_hash=hashed, now=now()
        )
        audit.record(db, "user.set_up", now=now(), by=user_id, subject="user", subject_id=user_id)
    sign_in(user_id)
    return redirect(url_for("admin.start_newsroom"), 303)


def sign_in(user_id: int) -> None:
    """Sign in a person who has just proved who they are, from what the database holds now."""
    store = current_app.extensions["security"].datastore
    store.db.session.expire_all()
    login_user(store.find_user(id=user_id), authn_via=["link"])


def enter(user_id: int) -> ResponseReturnValue:
    """Sign in a person who came by a link, after a second factor if they have one."""
    store = current_app.extensions["security"].datastore
    store.db.session.expire_all()
    user = store.find_user(id=user_id)
    asked = _security.two_factor_plugins.tf_enter(user, False, "link", next_loc=None)
    if asked is not None:
        return cast(ResponseReturnValue, asked)
    login_user(user, authn_via=["link"])
    return redirect(url_for("admin.dashboard"), 303)


def _page(form: SetUpForm) -> str:
    return step_page("account", "admin/setup.html", form=form)


def _check(token: str) -> None:
    if system().signer.read(SETUP, token) != (FIRST,):
        raise Refused("bad_token")


def _only_once(done: bool) -> None:
    if done:
        raise Refused("set_up_done")
