"""How dates and numbers are written: the newsroom's settings, and one's own beside the account."""

from __future__ import annotations

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from digest.staff.roles import Action
from digest.staff.ways import Ways, followed, own_ways, save_house, save_own
from digest.text.plural import count
from digest.web.admin import bp
from digest.web.admin.newsletter_form import DAYS
from digest.web.admin.ways_form import HouseWaysForm, OwnWaysForm
from digest.web.filters import written_day
from digest.web.guard import back, house, language, needs, newsroom, now, system, who

SAMPLE = 1250


@bp.get("/settings")
@needs(Action.SETTINGS)
def settings() -> ResponseReturnValue:
    """Show the newsroom's ways, or those of the address with their sample; nothing is stored."""
    form = HouseWaysForm(request.args) if request.args else HouseWaysForm.of(house())
    return _house_page(form, form.ways() if _chosen(form) else house())


@bp.post("/settings")
@needs(Action.SETTINGS)
def save_settings() -> ResponseReturnValue:
    """Store the newsroom's ways."""
    form = HouseWaysForm()
    if not form.validate_on_submit():
        return _house_page(form, house()), 422
    with system().db.write() as db:
        save_house(db, form.ways(), by=who().id, now=now())
    flash(_("حُفظت. تُكتب بها التواريخ والأرقام عند كل من لم يختر غيرها."), "ok")
    return back("admin.settings")


@bp.get("/profile/ways")
@needs(Action.VIEW)
def ways() -> ResponseReturnValue:
    """Show one's own ways, or those of the address with their sample; nothing is stored."""
    form = OwnWaysForm(request.args) if request.args else OwnWaysForm.of(own_ways(who()))
    chosen = form.own() if _chosen(form) else own_ways(who())
    return render_template("admin/ways/own_page.html", **_own(form, followed(house(), chosen)))


@bp.post("/profile/ways")
@needs(Action.VIEW)
def save_ways() -> ResponseReturnValue:
    """Store one's own ways."""
    form = OwnWaysForm()
    if not form.validate_on_submit():
        return render_template("admin/ways/own_page.html", **_own(form, newsroom().ways)), 422
    with system().db.write() as db:
        save_own(db, who().id, form.own())
    flash(_("حُفظت. تُكتب بها التواريخ والأرقام لك وحدك."), "ok")
    return back("admin.profile")


@bp.app_template_global()
def own_ways_now() -> dict[str, object]:
    """Return what the part of the account page about one's own ways needs."""
    return _own(OwnWaysForm.of(own_ways(who())), newsroom().ways)


def _chosen(form: HouseWaysForm | OwnWaysForm) -> bool:
    """Tell whether an address carries choices of ours; a token is asked only of what is stored."""
    form.form_errors = []
    return bool(request.args) and all(
        field.validate(form) for field in form if field.name != "csrf_token"
    )


def _house_page(form: HouseWaysForm, ways: Ways) -> str:
    return render_template("admin/ways/house.html", form=form, **_sample(ways))


def _own(form: OwnWaysForm, ways: Ways) -> dict[str, object]:
    return {"form": form, **_sample(ways)}


def _sample(ways: Ways) -> dict[str, object]:
    local = now().astimezone(newsroom().zone)
    readers = count("subscriber", SAMPLE, lang=language(), numerals=ways.digits)
    return {
        "sample": f"{written_day(local, ways)} · {readers}", "first_day": DAYS[ways.week_start],
    }
