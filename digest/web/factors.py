"""Second factors by Flask-Security: where its parts are made to fit this house.

A code of an app is taken once, recovery codes are kept as digests only. A passkey always asks its
owner to prove themselves to the device, so it is both factors in one; it also serves as the second
after a password.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from datetime import timedelta
from typing import Any, cast

from flask import Flask, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import MfRecoveryCodesUtil, Totp, UserMixin, WebauthnUtil
from flask_security.proxies import _security
from flask_security.recovery_codes import mf_recovery
from flask_security.signals import wan_registered
from flask_security.views import two_factor_token_validation
from flask_security.webauthn import (
    WebAuthnSigninResponseForm,
    WebAuthnTfPlugin,
    webauthn_register,
    webauthn_signin,
    webauthn_signin_response,
)
from passlib.exc import TokenError
from passlib.totp import TotpMatch

from digest.staff import audit, factors
from digest.staff.models import User
from digest.system.build import System
from digest.system.errors import Refused
from digest.system.seal import derive
from digest.web.forms import is_local
from digest.web.guard import limiter, now, signed_in, system

CODES = 10  # recovery codes
DRIFT = 30  # seconds that a phone's clock may be wrong
NAME_LETTERS = ["L", "M", "N", "P", "Z"]  # of a passkey's name: letters and marks, no symbols
ISSUER = "Digest"  # what an authenticator calls this place
# What the library offers and this house does by pages of its own, or not at all.
UNUSED = ("two_factor_setup", "two_factor_setup_validate", "two_factor_rescue",
          "mf_recovery_codes", "wan_delete")
FRESH = timedelta(minutes=30)  # so long after the password nobody is asked again
FRESH_GRACE = timedelta(minutes=10)
# A stranger may guess so often from one address, and so often for one account from one address.
# Counting an account from everywhere would let a stranger lock its owner out.
TRIES_PER_NETWORK = "30/minute;200/hour"
TRIES_PER_ACCOUNT = "6/minute;30/hour"


def settings(secret: str) -> dict[str, object]:
    """Return what Flask-Security is told about second factors."""
    return {
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_FLASH_MESSAGES": False,  # each page says in its own words what happened
        "SECURITY_FRESHNESS": FRESH,
        "SECURITY_FRESHNESS_GRACE_PERIOD": FRESH_GRACE,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": [factors.APP],
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": DRIFT,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_IMPLEMENTATIONS": {
            "code": "flask_security.twofactor.CodeTfPlugin",
            "webauthn": "digest.web.factors.PasskeyTf",
        },
        "SECURITY_TWO_FACTOR_SETUP_URL": "/admin/factor/setup",
        "SECURITY_TWO_FACTOR_RESCUE_URL": "/admin/factor/rescue",
        "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/admin/factor/code",
        "SECURITY_TWO_FACTOR_SELECT_URL": "/admin/factor",
        "SECURITY_TWO_FACTOR_VERIFY_CODE_TEMPLATE": "admin/security/code.html",
        "SECURITY_TWO_FACTOR_SELECT_TEMPLATE": "admin/security/select.html",
        "SECURITY_TOTP_SECRETS": {"1": derive(secret, "totp")},
        "SECURITY_TOTP_ISSUER": ISSUER,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": "/admin/factor/codes",
        "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/admin/factor/recovery",
        "SECURITY_MULTI_FACTOR_RECOVERY_TEMPLATE": "admin/security/recovery.html",
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_RP_NAME": ISSUER,
        "SECURITY_WAN_REGISTER_URL": "/admin/passkey/new",
        "SECURITY_WAN_SIGNIN_URL": "/admin/passkey",
        "SECURITY_WAN_DELETE_URL": "/admin/passkey/delete",
        "SECURITY_WAN_SIGNIN_TEMPLATE": "admin/security/passkey.html",
        "SECURITY_WAN_ALLOW_USER_HINTS": False,
        "SECURITY_WAN_ALLOW_AS_VERIFY": None,
        "SECURITY_WAN_NAME_ALLOWED_CHARS": NAME_LETTERS,
    }


class OnceTotp(Totp):
    """Codes of an app, each taken once (RFC 6238 5.2), in whatever digits they are typed."""

    def verify_totp(self, token: str, totp_secret: str, user: UserMixin, window: int = 0) -> bool:
        """Tell whether a code is right, and take it."""
        return bool(super().verify_totp(_western(token), totp_secret, user, window))

    def get_last_counter(self, user: UserMixin) -> int | None:
        """Return which half minute's code was taken last."""
        return ours(user).tf_counter

    def set_last_counter(self, user: UserMixin, tmatch: TotpMatch) -> None:
        """Take a code; raises TokenError when another request was faster."""
        with system().db.write() as db:
            if not factors.use_counter(db, ours(user).id, tmatch.counter):
                raise TokenError


class Digests(MfRecoveryCodesUtil):
    """Recovery codes of which only digests are kept, each taken once."""

    def check_recovery_code(self, user: UserMixin, code: str) -> bool:
        """Tell whether a person has this code."""
        return digest_of(code) in (ours(user).mf_recovery_codes or ())

    def delete_recovery_code(self, user: UserMixin, code: str) -> bool:
        """Take a code; raises Refused("used_code") when another request was faster."""
        with system().db.write() as db:
            user_id = ours(user).id
            if not factors.use_code(db, user_id, digest_of(code)):
                raise Refused("used_code")
            audit.record(db, "user.recovered", now=now(), by=user_id, subject="user",
                         subject_id=user_id)
        return True


class Keys(WebauthnUtil):
    """Passkeys: kept by the device, which asks for a finger, a face or a PIN each time."""

    def authenticator_selection(self, user: UserMixin, usage: str) -> Any:
        """Say which devices will do."""
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(self, user: UserMixin | None, usage: list[str]) -> Any:
        """Ask the device to ask its owner."""
        from webauthn.helpers.structs import UserVerificationRequirement

        return UserVerificationRequirement.REQUIRED


class PasskeyTf(WebAuthnTfPlugin):
    """Whoever has a passkey is asked for it after a password, too."""

    def get_setup_methods(self, user: UserMixin) -> list[tuple[str, str]]:
        """Return this way for whoever has a passkey."""
        return [("webauthn", "webauthn")] if ours(user).webauthn else []


class PasskeyAnswer(WebAuthnSigninResponseForm):
    """What the device answered. All our passkeys are good for signing in by themselves."""

    def validate(self, **words: Any) -> bool:
        """Check the signature; also after a password it is checked as a whole sign-in."""
        self.is_secondary = False
        return bool(super().validate(**words))


def init_factors(app: Flask, system: System) -> None:
    """Put limits on the library's pages, shut those that are not used, and keep the trail."""
    views = app.view_functions
    for name in UNUSED:
        views[f"security.{name}"] = not_here
    views["security.two_factor_token_validation"] = check_code
    views["security.mf_recovery"] = recover
    views["security.wan_signin"] = ask_passkey
    views["security.wan_signin_response"] = check_passkey
    views["security.wan_register"] = new_passkey

    def registered(_app: Flask, user: User, **_facts: object) -> None:
        with system.db.write() as db:
            audit.record(db, "user.passkey_add", now=system.clock.now(), by=user.id,
                         subject="user", subject_id=user.id)

    wan_registered.connect(registered, app, weak=False)


def ours(user: UserMixin) -> User:
    """Return a person of the library as the one that it is here."""
    return cast(User, user)


def new_codes() -> list[str]:
    """Return fresh recovery codes, to be shown once."""
    return list(_security.totp_factory.generate_recovery_codes(CODES))


def digest_of(code: str) -> str:
    """Return what is kept of a recovery code: useless without the installation's secret."""
    plain = "".join(letter for letter in _western(code).lower() if letter.isalnum())
    key = derive(system().settings.secret_key, "recovery")
    return hmac.new(key.encode(), plain.encode(), hashlib.sha256).hexdigest()


def failed(response: Any) -> bool:
    """Tell whether a try failed: only what is right is answered by leading on."""
    return response.status_code not in {302, 303}


def not_here(**_words: object) -> ResponseReturnValue:
    """Answer as if there were nothing."""
    abort(404)


def _trier() -> str:
    return f"{request.remote_addr}|{session.get('tf_user_id', '')}"


# Decorated once: each decoration would count every try again.
@limiter.limit(TRIES_PER_NETWORK, methods=["POST"], deduct_when=failed)
@limiter.limit(TRIES_PER_ACCOUNT, key_func=_trier, methods=["POST"], deduct_when=failed)
def check_code() -> ResponseReturnValue:
    """Ask for the code of an app after the password."""
    if signed_in():  # the library would sign out whoever comes here by an old tab
        return redirect(url_for("admin.dashboard"), 303)
    return _stays() or cast(ResponseReturnValue, two_factor_token_validation())


@limiter.limit(TRIES_PER_NETWORK, methods=["POST"], deduct_when=failed)
@limiter.limit(TRIES_PER_ACCOUNT, key_func=_trier, methods=["POST"], deduct_when=failed)
def recover() -> ResponseReturnValue:
    """Ask for a recovery code instead."""
    return _stays() or cast(ResponseReturnValue, mf_recovery())


@limiter.limit("60/minute", methods=["POST"])
def ask_passkey() -> ResponseReturnValue:
    """Show the page of the passkey; scripts ask for what the device has to sign."""
    if request.method == "POST" and not request.is_json:
        abort(404)
    return _stays() or cast(ResponseReturnValue, webauthn_signin())


@limiter.limit(TRIES_PER_NETWORK, methods=["POST"])
def check_passkey(token: str) -> ResponseReturnValue:
    """Check what the device signed."""
    if not request.is_json:
        abort(404)
    return _stays() or cast(ResponseReturnValue, webauthn_signin_response(token))


@limiter.limit("60/minute")
def new_passkey() -> ResponseReturnValue:
    """Answer what a device needs to make a passkey; every one of ours is a whole sign-in."""
    if not request.is_json or request.get_json().get("usage") != "first":
        abort(404)
    return cast(ResponseReturnValue, webauthn_register())


def _stays() -> ResponseReturnValue | None:
    """Refuse to lead to another site afterwards. The library names our own pages in full."""
    target = request.values.get("next", "/")
    if target.startswith(request.host_url):
        target = "/" + target.removeprefix(request.host_url)
    if is_local(target):
        return None
    return redirect(url_for("security.login"), 303)


def _western(text: str) -> str:
    return "".join(
        str(unicodedata.digit(one)) if one.isdigit() else one for one in text.strip()
    )
