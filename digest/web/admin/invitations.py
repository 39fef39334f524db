"""Everybody, and inviting one more: a mail with a link that is good once."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length, Optional

from digest.delivery.invitations import sender_newsletter
from digest.staff import invitations
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.admin.setup import sign_in
from digest.web.admin.users import ROLES, RoleForm, list_users
from digest.web.forms import AddressField, Form, blame
from digest.web.guard import back, limiter, needs, now, system, who
from digest.web.signin import PASSWORD_MIN, check_password


class InviteForm(RoleForm):
    """A new colleague."""

    email = AddressField(_l("البريد الإلكتروني"), [InputRequired(), Length(max=255)])


class AcceptForm(Form):
    """What the invited person says: a name and a password, twice."""

    name = StringField(_l("اسمك"), [Optional(), Length(max=120)])
    password = PasswordField(_l("كلمة السر"), [InputRequired(), Length(min=PASSWORD_MIN)])
    again = PasswordField(_l("كلمة السر مرة أخرى"), [InputRequired()])


@bp.get("/users")
@needs(Action.USERS)
def users() -> ResponseReturnValue:
    """Show everybody and the form for one more."""
    return _page(InviteForm(formdata=None))


@bp.post("/users")
@needs(Action.USERS)
@limiter.limit("30/hour")
def invite_user() -> ResponseReturnValue:
    """Invite a colleague; the next page also shows the link to hand over."""
    form = InviteForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        with system().db.write() as db:
            user_id = invitations.invite(
                db, form.email.data, role=form.role.data, by=who().id, now=now()
            )
    except Refused as error:
        blame(form, error, user_exists="email", bad_address="email")
        return _page(form), 422
    _tell()
    return back("admin.user", user_id=user_id)


@bp.post("/users/<int:user_id>/invite")
@needs(Action.USERS)
@limiter.limit("30/hour")
def invite_again(user_id: int) -> ResponseReturnValue:
    """Send a new invitation; the old link is void."""
    with system().db.write() as db:
        invitations.invite_again(db, user_id, by=who().id, now=now())
    _tell()
    return back("admin.user", user_id=user_id)


@bp.post("/users/<int:user_id>/withdraw")
@needs(Action.USERS)
def withdraw_invitation(user_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    with system().db.write() as db:
        invitations.withdraw(db, user_id, by=who().id, now=now())
    flash(_("سُحبت الدعوة، ولم يعد رابطها يعمل."), "ok")
    return back("admin.users")


@bp.get("/invitation/<token>")
@limiter.limit("60/minute")
def invitation(token: str) -> ResponseReturnValue:
    """Show the form of an invitation."""
    return _accept_page(AcceptForm(formdata=None), _email(token))


@bp.post("/invitation/<token>")
@limiter.limit("20/minute")
def accept_invitation(token: str) -> ResponseReturnValue:
    """Store the name and the password, once, and sign in."""
    form, email = AcceptForm(), _email(token)
    if not form.validate_on_submit():
        return _accept_page(form, email), 422
    try:
        hashed = check_password(form.password.data, form.again.data)
    except Refused as error:
        blame(form, error, passwords_differ="again", weak_password="password")  # noqa: S106
        return _accept_page(form, email), 422
    with system().db.write() as db:
        user_id = invitations.accept(
            db, system().signer, token, name=form.name.data or "", password_hash=hashed, now=now()
        )
    sign_in(user_id)
    return redirect(url_for("admin.dashboard"), 303)


def _email(token: str) -> str:
    with system().db.read() as db:
        return invitations.find(db, system().signer, token, now=now()).email


def _tell() -> None:
    with system().db.read() as db:
        mailed = sender_newsletter(db) is not None
    if mailed:
        flash(_("تُرسل الدعوة الآن بالبريد. الرابط هنا أيضاً إن أردت تسليمه بنفسك."), "ok")


def _page(form: InviteForm) -> str:
    with system().db.read() as db:
        rows, mailed = list_users(db), sender_newsletter(db) is not None
    over = {row.id for row in rows if row.invited_at and invitations.is_over(row.invited_at, now())}
    return render_template(
        "admin/users/list.html", rows=rows, roles=ROLES, form=form, mailed=mailed, over=over
    )


def _accept_page(form: AcceptForm, email: str) -> str:
    return render_template("admin/security/invitation.html", form=form, email=email)
