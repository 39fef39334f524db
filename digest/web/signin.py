"""Accounts: Flask-Security over a session of its own."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import cast

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import user_logged_out
from flask_security import (
    MailUtil,
    Security,
    SQLAlchemySessionUserDatastore,
    hash_password,
    user_authenticated,
    verify_password,
)
from flask_security.proxies import _security
from flask_security.views import login, verify
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from digest.staff import audit
from digest.staff.accounts import end_sessions
from digest.staff.models import Passkey, Role, User
from digest.system.build import System
from digest.system.errors import Refused
from digest.system.seal import derive
from digest.text.clean import strip_controls
from digest.web.factors import (
    TRIES_PER_ACCOUNT,
    TRIES_PER_NETWORK,
    Digests,
    Keys,
    OnceTotp,
    PasskeyAnswer,
    failed,
    init_factors,
)
from digest.web.factors import settings as factor_settings
from digest.web.forms import is_local
from digest.web.guard import limiter

PASSWORD_MIN = 10
STAY = timedelta(days=30)  # "remember me on this device"


def init_signin(app: Flask, system: System) -> None:
    """Give the application users, roles and a sign-in page at /admin/login."""
    https = system.settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=system.settings.secret_key,
        SECURITY_PASSWORD_SALT=derive(system.settings.secret_key, "password-salt"),
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  (the name of the method)
        SECURITY_PASSWORD_LENGTH_MIN=PASSWORD_MIN,
        SECURITY_LOGIN_URL="/admin/login",
        SECURITY_LOGOUT_URL="/admin/logout",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_VERIFY_URL="/admin/verify",
        SECURITY_POST_LOGIN_VIEW="/admin/",
        SECURITY_POST_LOGOUT_VIEW="/admin/login",
        SECURITY_LOGIN_USER_TEMPLATE="admin/security/login.html",
        SECURITY_VERIFY_TEMPLATE="admin/security/verify.html",
        SECURITY_STATIC_FOLDER=None,
        SECURITY_RETURN_GENERIC_RESPONSES=True,  # the same answer for an unknown address
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SESSION_COOKIE_NAME="digest",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        REMEMBER_COOKIE_NAME="digest_stay",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=https,
        REMEMBER_COOKIE_DURATION=STAY,
        **factor_settings(system.settings.secret_key),
        SECURITY_DATETIME_FACTORY=system.clock.now,
        WTF_CSRF_TIME_LIMIT=None,  # a board stays open for hours; the token dies with the session
    )
    sessions = _sessions(app, system)
    store = SQLAlchemySessionUserDatastore(sessions, User, Role, Passkey)
    Security(
        app, store, mail_util_cls=Address, totp_cls=OnceTotp,
        mf_recovery_codes_util_cls=Digests, webauthn_util_cls=Keys,
        wan_signin_response_form=PasskeyAnswer,
    )
    app.view_functions["security.login"] = sign_in
    app.view_functions["security.verify"] = confirm_password
    init_factors(app, system)
    _record(app, system)


def check_password(password: str, again: str) -> str:
    """Return the hash of a good new password.

    Raises Refused("passwords_differ") or Refused("weak_password", least=…).
    """
    if password != again:
        raise Refused("passwords_differ")
    problems, normal = _security._password_util.validate(password, is_register=False)
    if problems or normal is None:
        raise Refused("weak_password", least=PASSWORD_MIN)
    return str(hash_password(normal))


def knows_password(user: User, password: str) -> bool:
    """Tell whether this is the person's password."""
    normal = _security._password_util.normalize(password)
    return bool(user.password and verify_password(normal, user.password))


def _sessions(app: Flask, system: System) -> scoped_session[Session]:
    """A session for Flask-Security in which every statement commits by itself.

    It reads a person and may write one back later in the same request. In one deferred SQLite
    transaction that is the read-to-write upgrade that fails with "database is locked".
    """
    engine = system.db.engine.execution_options(isolation_level="AUTOCOMMIT")
    sessions = scoped_session(sessionmaker(bind=engine, expire_on_commit=False))

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        sessions.remove()

    return sessions


class Address(MailUtil):
    """Reads an address at sign-in exactly as ``accounts.add_user`` wrote it down.

    The library's own reading refuses reserved domains; a newsroom's may well end in ``.local``.
    """

    def normalize(self, email: str) -> str:
        """Return the stored form of an address."""
        return strip_controls(email).strip().lower()


def _account() -> str:
    name = request.form.get("email", "").strip().lower()
    return f"{request.remote_addr}|{hashlib.sha256(name.encode()).hexdigest()}"


# Decorated once: each decoration would count every try again.
@limiter.limit(TRIES_PER_NETWORK, methods=["POST"], deduct_when=failed)
@limiter.limit(TRIES_PER_ACCOUNT, key_func=_account, methods=["POST"], deduct_when=failed)
def sign_in() -> ResponseReturnValue:
    """Flask-Security's sign-in, which never leads to another site and counts wrong passwords."""
    if not is_local(request.values.get("next", "/")):
        return redirect(url_for("security.login"), 303)
    return cast(ResponseReturnValue, login())


@limiter.limit(TRIES_PER_NETWORK, methods=["POST"], deduct_when=failed)
@limiter.limit("10/minute", methods=["POST"], deduct_when=failed)
def confirm_password() -> ResponseReturnValue:
    """Ask for the password again before something that matters."""
    if not is_local(request.values.get("next", "/")):
        return redirect(url_for("security.verify"), 303)
    return cast(ResponseReturnValue, verify())


def _record(app: Flask, system: System) -> None:
    """Write sign-ins into the trail, and end every session of a person who signs out.

    The session lives in a cookie: without this, a copy of it would outlive the sign-out.
    """

    def signed_in(_app: Flask, user: User, **_facts: object) -> None:
        with system.db.write() as db:
            audit.record(
                db,
                "user.sign_in",
                now=system.clock.now(),
                by=user.id,
                subject="user",
                subject_id=user.id,
            )

    def signed_out(_app: Flask, user: User, **_facts: object) -> None:
        with system.db.write() as db:
            end_sessions(db, user.id)

    user_authenticated.connect(signed_in, app, weak=False)
    user_logged_out.connect(signed_out, app, weak=False)
