"""Who is asking, what they may do, and the few things every view needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import ParamSpec, cast
from zoneinfo import ZoneInfo

from flask import Response, abort, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import select

from digest.newsletters.manage import FIRST_ZONE
from digest.newsletters.models import Newsletter
from digest.staff import factors
from digest.staff.accounts import role_of
from digest.staff.models import User
from digest.staff.roles import Action, may
from digest.staff.ways import OwnWays, Ways, followed, house_ways, own_ways
from digest.system.build import System

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

FIRST_NEWSROOM = (FIRST_ZONE, "both", "latn", False, 0)  # until there is a newsletter

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://")


@dataclass(frozen=True, slots=True)
class Newsroom:
    """Its clocks, those of the first newsletter, and how dates and numbers are written here."""

    zone: ZoneInfo
    ways: Ways

    @property
    def digits(self) -> str:
        """Return the shape of digits."""
        return self.ways.digits


def system() -> System:
    """Return the System of this application."""
    return cast(System, current_app.extensions["digest"])


def now() -> datetime:
    """Return the present (aware, UTC) by the System's clock."""
    return system().clock.now()


def signed_in() -> bool:
    """Tell whether the request comes from a person who signed in and is not suspended."""
    return bool(current_user and current_user.is_authenticated)


def who() -> User:
    """Return the person who signed in; use only behind ``needs``."""
    return cast(User, current_user._get_current_object())


def allowed(action: Action | str) -> bool:
    """Tell whether the person who asks may do something; for templates and views."""
    return signed_in() and may(role_of(who()), Action(action))


def needs(action: Action, *, owing: bool = False) -> Callable[[View[P]], View[P]]:
    """Let only people through whose role includes ``action``.

    Anonymous readers are sent to the sign-in page (401 for JSON), others get a 403 page. Who owes
    the house a second factor is sent to set one up; only pages for that are ``owing``. The wrapped
    view carries ``needs_action``, so a test can prove that no admin route lacks a rule.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if not signed_in():
                return _sign_in_first()
            if not allowed(action):
                abort(403)
            if not owing and owes_factor():
                return _factor_first()
            return view(*args, **kwargs)

        guarded.needs_action = action  # type: ignore[attr-defined]
        return guarded

    return decorate


def owes_factor() -> bool:
    """Tell whether the house asks the person who signed in for a second factor they lack."""
    with system().db.read() as db:
        return factors.owes(db, who())


def _factor_first() -> ResponseReturnValue:
    if wants_json():
        abort(403)
    flash(_("أضف عاملاً ثانياً إلى حسابك أولاً، ثم تابع عملك."), "info")
    return redirect(url_for("admin.profile", _anchor="factors"), 303)


def _sign_in_first() -> ResponseReturnValue:
    if wants_json():
        abort(401)
    flash(_("سجّل الدخول أولاً لترى هذه الصفحة."), "info")
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("security.login", next=target), 303)


def wants_json() -> bool:
    """Tell whether the answer should be JSON: a JSON body came, or only JSON is accepted."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.is_json or best == "application/json"


def newsroom() -> Newsroom:
    """Return the clocks and the ways of writing of this answer, asked once per request.

    In the panel those of the person, then of the newsroom; without either, the first newsletter's.
    """
    if "newsroom" not in g:
        g.newsroom = _newsroom()
    return cast(Newsroom, g.newsroom)


def house() -> Ways:
    """Return the ways of the newsroom, whoever asks: as chosen, else the first newsletter's."""
    return _house()[1]


def _newsroom() -> Newsroom:
    zone, ways = _house()
    own = own_ways(who()) if signed_in() and not is_public() else OwnWays()
    return Newsroom(ZoneInfo(zone), followed(ways, own))


def _house() -> tuple[str, Ways]:
    first = select(
        Newsletter.zone, Newsletter.months, Newsletter.digits, Newsletter.hijri,
        Newsletter.hijri_offset,
    )
    with system().db.read() as db:
        row = db.execute(first.order_by(Newsletter.id).limit(1)).first()
        chosen = house_ways(db)
    zone, months, digits, hijri, offset = row or FIRST_NEWSROOM
    # A newsletter has room for both names of a month, the panel only where somebody wants it.
    short = "levant" if months == "both" and not is_public() else months
    return zone, chosen or Ways(short, digits, hijri, offset)


def is_public() -> bool:
    """Tell whether this is a page of readers, which looks the same whoever looks at it."""
    return (request.endpoint or "").startswith("public.")


def language() -> str:
    """Return the language of this answer: of the person, else of the session, else Arabic.

    Public pages speak the newsletter's language, whoever looks at them.
    """
    if is_public():
        return "ar"
    chosen = who().language if signed_in() else session.get("language")
    return chosen if chosen in {"ar", "en"} else "ar"


def back(endpoint: str, **values: object) -> Response:
    """Answer a change: 303 to a page, so a reload does not repeat the change."""
    return cast(Response, redirect(url_for(endpoint, **values), 303))  # type: ignore[arg-type]
