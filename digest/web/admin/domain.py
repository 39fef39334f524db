"""A newsletter's sending domain: the keys that sign, and whether others will believe its mails."""

from __future__ import annotations

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from digest.delivery import keys
from digest.delivery.dkim import KINDS
from digest.delivery.preflight import examine
from digest.newsletters.manage import get_newsletter
from digest.staff.roles import Action
from digest.system.errors import NotFound
from digest.web.admin import bp
from digest.web.fields import text
from digest.web.findings import SUBJECTS, in_words
from digest.web.guard import back, needs, now, system, who

DOMAIN = "/newsletters/<int:newsletter_id>/domain"
KEY = f"{DOMAIN}/keys/<int:key_id>"
STATES: dict[str, tuple[LazyString, str]] = {
    "waiting": (_l("ينتظر نشر سجله"), "info"),
    "active": (_l("يوقّع الرسائل"), "ok"),
    "retired": (_l("متقاعد"), "plain"),
}
RESULTS: dict[str, tuple[LazyString, str]] = {
    "ok": (_l("سليم"), "ok"),
    "warn": (_l("انتبه"), "warn"),
    "bad": (_l("يحتاج إصلاحاً"), "danger"),
}


@bp.get(DOMAIN)
@needs(Action.SETTINGS)
def domain(newsletter_id: int) -> ResponseReturnValue:
    """Show the keys; asked by ``check=1`` also what the DNS and the relay say now."""
    with system().db.read() as db:
        row = get_newsletter(db, newsletter_id)
        name = keys.domain_of(row.sender_address)
        rows = keys.list_keys(db, name)
    asked = request.args.get("check") == "1"
    found = examine(system(), row.sender_address) if asked else []
    return render_template(
        "admin/newsletters/domain.html", row=row, domain=name, keys=rows, asked=asked,
        findings=[(one, SUBJECTS[one.subject], in_words(one)) for one in found],
        states=STATES, results=RESULTS,
    )


@bp.post(f"{DOMAIN}/keys")
@needs(Action.SETTINGS)
def add_key(newsletter_id: int) -> ResponseReturnValue:
    """Make a key, or one of each kind; nothing is signed before its record is published."""
    name = _domain(newsletter_id)
    with system().db.write() as db:
        for algorithm in KINDS.get(text("kind"), KINDS["rsa"]):
            keys.generate(db, name, algorithm, secret=system().settings.secret_key, now=now(),
                          by=who().id)
    flash(_("أُنشئ المفتاح. انشر سجله ثم ابدأ التوقيع به."), "ok")
    return back("admin.domain", newsletter_id=newsletter_id)


@bp.post(f"{KEY}/activate")
@needs(Action.SETTINGS)
def activate_key(newsletter_id: int, key_id: int) -> ResponseReturnValue:
    """Sign with a key from now on."""
    _check(newsletter_id, key_id)
    with system().db.write() as db:
        keys.activate(db, key_id, now=now(), by=who().id)
    flash(_("نوقّع بهذا المفتاح من الآن."), "ok")
    return back("admin.domain", newsletter_id=newsletter_id)


@bp.post(f"{KEY}/retire")
@needs(Action.SETTINGS)
def retire_key(newsletter_id: int, key_id: int) -> ResponseReturnValue:
    """Sign with a key no more."""
    _check(newsletter_id, key_id)
    with system().db.write() as db:
        keys.retire(db, key_id, now=now(), by=who().id)
    flash(_("لا نوقّع بهذا المفتاح بعد الآن. أبقِ سجله منشوراً أسبوعاً."), "ok")
    return back("admin.domain", newsletter_id=newsletter_id)


@bp.post(f"{KEY}/forget")
@needs(Action.SETTINGS)
def forget_key(newsletter_id: int, key_id: int) -> ResponseReturnValue:
    """Strike a key that is not in use from the list."""
    _check(newsletter_id, key_id)
    with system().db.write() as db:
        keys.forget(db, key_id, now=now(), by=who().id)
    flash(_("حُذف المفتاح. احذف سجله أيضاً."), "ok")
    return back("admin.domain", newsletter_id=newsletter_id)


def _domain(newsletter_id: int) -> str:
    with system().db.read() as db:
        return keys.domain_of(get_newsletter(db, newsletter_id).sender_address)


def _check(newsletter_id: int, key_id: int) -> None:
    """Refuse a key of another domain than the page shows."""
    name = _domain(newsletter_id)
    with system().db.read() as db:
        if key_id not in {one.id for one in keys.list_keys(db, name)}:
            raise NotFound("no_such_key", key=key_id)
