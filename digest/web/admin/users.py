"""People: list, role, suspend, and new passwords. Inviting is beside this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from wtforms import PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from digest.delivery.invitations import sender_newsletter
from digest.staff import accounts, audit, invitations
from digest.staff.invitations import is_over
from digest.staff.models import User
from digest.staff.roles import Action
from digest.system.errors import NotFound, Refused
from digest.system.tokens import PASSWORD
from digest.web.admin import bp
from digest.web.admin.setup import enter
from digest.web.forms import Form
from digest.web.guard import back, limiter, needs, now, system, who
from digest.web.signin import PASSWORD_MIN, check_password

LINK_HOURS = 72
ROLES: dict[str, LazyString] = {
    "author": _l("كاتب"),
    "editor": _l("محرّر"),
    "publisher": _l("ناشر"),
    "audience": _l("مسؤول المشتركين"),
    "admin": _l("مدير"),
}


@dataclass(frozen=True, slots=True)
class UserRow:
    """A person as the screens show them."""

    id: int
    name: str
    email: str
    role: str
    active: bool
    has_password: bool
    created_at: datetime
    invited_at: datetime | None
    has_factor: bool

    @property
    def is_invited(self) -> bool:
        """Tell whether an invitation waits for an answer."""
        return not self.has_password and self.invited_at is not None


class RoleForm(Form):
    """A role."""

    role = SelectField(
        _l("الدور"),
        default="editor",
        choices=[SelectChoice(value, label) for value, label in ROLES.items()],
    )


class NewPasswordForm(Form):
    """A password, twice."""

    password = PasswordField(_l("كلمة السر الجديدة"), [InputRequired(), Length(min=PASSWORD_MIN)])
    again = PasswordField(_l("كلمة السر مرة أخرى"), [InputRequired()])


def list_users(db: Session) -> tuple[UserRow, ...]:
    """Return everybody, oldest account first."""
    everybody = select(User).options(selectinload(User.webauthn)).order_by(User.id)
    return tuple(_row(user) for user in db.scalars(everybody))


def password_link(user: User) -> str:
    """Return a link, good once and for three days, by which a person sets a password."""
    token = system().signer.sign_timed(PASSWORD, user.id, accounts.fingerprint(user))
    return f"{system().settings.base_url}/admin/password/{token}"


@bp.get("/users/<int:user_id>")
@needs(Action.USERS)
def user(user_id: int) -> ResponseReturnValue:
    """Show one person: role, state, and the link while no password is set."""
    with system().db.read() as db:
        one = _get(db, user_id)
        row, link = _row(one), _link(one)
        mailed = sender_newsletter(db) is not None
    return render_template(
        "admin/users/one.html", row=row, link=link, roles=ROLES, form=RoleForm(role=row.role),
        mailed=mailed, over=row.invited_at is not None and is_over(row.invited_at, now()),
    )


@bp.post("/users/<int:user_id>/role")
@needs(Action.USERS)
def change_role(user_id: int) -> ResponseReturnValue:
    """Give a person another role."""
    form = RoleForm()
    role = form.role.data or ""
    with system().db.write() as db:
        accounts.change_role(db, user_id, role)
        _record(db, "user.role", user_id, role=role)
    flash(_("تغيّر الدور."), "ok")
    return back("admin.user", user_id=user_id)


@bp.post("/users/<int:user_id>/suspend")
@needs(Action.USERS)
def suspend_user(user_id: int) -> ResponseReturnValue:
    """Shut a person out and end their sessions."""
    _not_myself(user_id)
    with system().db.write() as db:
        accounts.set_active(db, user_id, False)
        _record(db, "user.suspend", user_id)
    flash(_("أُوقف الحساب وانتهت جلساته."), "ok")
    return back("admin.user", user_id=user_id)


@bp.post("/users/<int:user_id>/admit")
@needs(Action.USERS)
def admit_user(user_id: int) -> ResponseReturnValue:
    """Let a suspended person in again."""
    with system().db.write() as db:
        accounts.set_active(db, user_id, True)
        _record(db, "user.admit", user_id)
    flash(_("عاد الحساب نشطاً."), "ok")
    return back("admin.user", user_id=user_id)


@bp.post("/users/<int:user_id>/reset")
@needs(Action.USERS)
def reset_password(user_id: int) -> ResponseReturnValue:
    """Make the old password useless; the page then shows a link for a new one."""
    _not_myself(user_id)
    with system().db.write() as db:
        _get(db, user_id).password = None
        accounts.end_sessions(db, user_id)
        _record(db, "user.reset", user_id)
    flash(_("أُلغيت كلمة السر القديمة. أرسل الرابط الجديد إلى صاحب الحساب."), "ok")
    return back("admin.user", user_id=user_id)


@bp.get("/password/<token>")
@limiter.limit("60/minute")
def new_password(token: str) -> ResponseReturnValue:
    """Show the form of a link that sets a password."""
    with system().db.read() as db:
        email = _by_link(db, token).email
    return render_template("admin/security/new_password.html", form=NewPasswordForm(), email=email)


@bp.post("/password/<token>")
@limiter.limit("20/minute")
def set_password(token: str) -> ResponseReturnValue:
    """Store the password, end older sessions and links, and sign in."""
    form = NewPasswordForm()
    with system().db.read() as db:
        email = _by_link(db, token).email
    if not form.validate_on_submit():
        page = render_template("admin/security/new_password.html", form=form, email=email)
        return page, 422
    hashed = check_password(form.password.data, form.again.data)
    with system().db.write() as db:
        user_id = _by_link(db, token).id
        accounts.set_password(db, user_id, hashed)
        audit.record(db, "user.password", now=now(), by=user_id, subject="user", subject_id=user_id)
    return enter(user_id)


def _link(user: User) -> str:
    """The link to hand over while somebody has no password: the invitation's, or a new one."""
    if user.password or not user.active:
        return ""
    if user.invited_at is None:
        return password_link(user)
    if is_over(user.invited_at, now()):
        return ""
    return invitations.link(user, system().signer, system().settings.base_url)


def _by_link(db: Session, token: str) -> User:
    """Return the person a link was made for; raises Refused when used, old or forged."""
    user_id, mark = system().signer.read_timed(PASSWORD, token, hours=LINK_HOURS)
    user = db.get(User, user_id)
    if user is None or not user.active or accounts.fingerprint(user) != mark:
        raise Refused("used_link")
    return user


def _get(db: Session, user_id: int) -> User:
    user = db.get(User, user_id)
    if user is None:
        raise NotFound("no_such_user", user=user_id)
    return user


def _row(user: User) -> UserRow:
    return UserRow(
        user.id,
        user.name,
        user.email,
        accounts.role_of(user),
        user.active,
        bool(user.password),
        user.created_at,
        user.invited_at,
        bool(user.tf_primary_method or user.webauthn),
    )


def _not_myself(user_id: int) -> None:
    if user_id == who().id:
        raise Refused("not_yourself")


def _record(db: Session, action: str, user_id: int, **facts: object) -> None:
    audit.record(db, action, now=now(), by=who().id, subject="user", subject_id=user_id, **facts)
