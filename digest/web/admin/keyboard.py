"""One's own keyboard: whether single letters are shortcuts."""

from __future__ import annotations

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from digest.staff import accounts
from digest.staff.roles import Action
from digest.web.admin import bp
from digest.web.guard import back, needs, system, who


@bp.post("/profile/keys")
@needs(Action.VIEW)
def save_keys() -> ResponseReturnValue:
    """Switch shortcuts of one letter on or off, for whoever speaks to the machine (WCAG 2.1.4)."""
    with system().db.write() as db:
        accounts.set_single_keys(db, who().id, "single_keys" in request.form)
    flash(_("حُفظ اختيارك للاختصارات."), "ok")
    return back("admin.profile")
