"""A newsletter's own MJML: edited, tried on the samples, kept in versions, used when it works."""

from __future__ import annotations

from difflib import unified_diff

from flask import Response, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from digest.issues import proof, sandbox
from digest.issues.document import Look, Variant
from digest.issues.queries import look_doc
from digest.issues.render import fill_html, own_parts
from digest.issues.samples import sample_issue
from digest.issues.sandbox import BadTemplate, Fault
from digest.newsletters import looks, templates
from digest.newsletters.manage import get_newsletter
from digest.newsletters.models import Newsletter
from digest.staff.roles import Action
from digest.system.errors import NotFound
from digest.web.admin import bp
from digest.web.admin.board import NOWHERE, in_colours
from digest.web.admin.looks import KINDS, SAMPLES
from digest.web.errors import fill_sentence
from digest.web.fields import number
from digest.web.guard import back, needs, now, system, who
from digest.web.headers import mail_frame

MJML = "/newsletters/<int:newsletter_id>/mjml"
FAULTS: dict[str, LazyString] = {
    "template_large": _l("القالب كبير. اختصره إلى %(what)s كيلوبايت."),
    "template_syntax": _l("لا تُفهم هذه التعليمة: %(what)s"),
    "template_deep": _l("عناصر متداخلة كثيرة. اجعلها أقل من %(what)s."),
    "template_slow": _l("حلقات القالب طويلة. قلّل تكرارها بعضها في بعض."),
    "template_output": _l("الرسالة التي يكتبها القالب كبيرة، وبرامج البريد تقصّها. اختصره."),
    "template_fails": _l("لم يُنفّذ هذا السطر: %(what)s"),
    "template_forbidden": _l("لا يجوز في الرسائل: %(what)s. احذفه."),
    "template_loads": _l("لا يحمّل القالب شيئاً من الشبكة: %(what)s. استعمل الشعار وصور الأخبار."),
    "template_tag": _l("لا عنصر في MJML باسم %(what)s. صحّح اسمه."),
    "template_statement": _l("لا تُستعمل %(what)s في القوالب. استعمل for وif والأسماء المعروضة."),
    "template_name": _l("لا اسم %(what)s في القوالب. استعمل الأسماء المعروضة."),
    "template_filter": _l("لا مرشّح %(what)s في القوالب، ولا أكثر من ثلاثة معاً."),
    "template_call": _l("لا يُستدعى هنا غير قطع part وdesign."),
    "template_unclosed": _l("لم يُغلق هذا العنصر في موضعه: %(what)s"),
    "template_mjml": _l("لا يفهم MJML القالب: %(what)s"),
    "template_misses": _l("ينقص الرسالة ما لا تُرسل بدونه: %(what)s"),
}


@bp.get(MJML)
@needs(Action.SETTINGS)
def mjml(newsletter_id: int) -> ResponseReturnValue:
    """Show a version, the newest unless the address names one, and how it does on the samples."""
    with system().db.read() as db:
        rows = templates.list_versions(db, newsletter_id)
        n = request.args.get("n", rows[0].n if rows else 0, type=int)
        source = templates.source_of(db, newsletter_id, n) if n else proof.first_template()
        return _page(db, newsletter_id, source, n)


@bp.get(f"{MJML}/<int:n>/preview")
@needs(Action.SETTINGS)
def mjml_preview(newsletter_id: int, n: int) -> Response:
    """Answer a sample as a version makes it: the bytes a reader would get."""
    with system().db.read() as db:
        source = templates.source_of(db, newsletter_id, n)
        look = _look(db, newsletter_id)
    doc = sample_issue(request.args.get("sample", ""), look, base_url=system().settings.base_url)
    try:
        html, _text = own_parts(doc, Variant(digits=look.digits), source)
    except BadTemplate as error:
        raise NotFound("template_unproven", n=n) from error
    return mail_frame(in_colours(fill_html(html, NOWHERE), request.args.get("kind")))


@bp.post(MJML)
@needs(Action.SETTINGS)
def save_mjml(newsletter_id: int) -> ResponseReturnValue:
    """Keep a text as a new version; what is wrong with it is shown by lines."""
    with system().db.write() as db:
        get_newsletter(db, newsletter_id)
        n = templates.save_version(
            db, newsletter_id, request.form.get("source", ""), now=now(), by=who().id
        )
    flash(_("حُفظت النسخة %(n)s. لا تُرسل بها الأعداد حتى تستعملها.", n=n), "ok")
    return back("admin.mjml", newsletter_id=newsletter_id)


@bp.post(f"{MJML}/restore")
@needs(Action.SETTINGS)
def restore_mjml(newsletter_id: int) -> ResponseReturnValue:
    """Make an old version the newest again."""
    with system().db.write() as db:
        source = templates.source_of(db, newsletter_id, number("n"))
        n = templates.save_version(db, newsletter_id, source, now=now(), by=who().id)
    flash(_("استُعيدت، وهي الآن النسخة %(n)s.", n=n), "ok")
    return back("admin.mjml", newsletter_id=newsletter_id)


@bp.post(f"{MJML}/use")
@needs(Action.SETTINGS)
def use_mjml(newsletter_id: int) -> ResponseReturnValue:
    """Send with a version from now on, if it makes every sample."""
    with system().db.write() as db:
        proof.use_template(db, newsletter_id, number("n"), base_url=system().settings.base_url,
                           now=now(), by=who().id)
    flash(_("تُرسم الأعداد بهذه النسخة من الآن."), "ok")
    return back("admin.mjml", newsletter_id=newsletter_id)


@bp.post(f"{MJML}/stop")
@needs(Action.SETTINGS)
def stop_mjml(newsletter_id: int) -> ResponseReturnValue:
    """Go back to the design; the versions stay."""
    with system().db.write() as db:
        get_newsletter(db, newsletter_id)
        templates.stop_using(db, newsletter_id, now=now(), by=who().id)
    flash(_("عاد التصميم المختار. بقيت نسخ القالب."), "ok")
    return back("admin.mjml", newsletter_id=newsletter_id)


def in_words(fault: Fault) -> str:
    """Return what is wrong, in the reader's language."""
    return fill_sentence(FAULTS[fault.code], {"what": fault.what})


def _page(db: Session, newsletter_id: int, source: str, n: int) -> str:
    row = get_newsletter(db, newsletter_id)
    rows = templates.list_versions(db, newsletter_id)
    in_use = looks.get_look(db, newsletter_id).template
    against = request.args.get("against", type=int)
    old = templates.source_of(db, newsletter_id, against) if against else ""
    trials = proof.prove(source, _look(db, newsletter_id), base_url=system().settings.base_url)
    sample, kind = request.args.get("sample", ""), request.args.get("kind", "")
    return render_template(
        "admin/newsletters/mjml.html", row=row, rows=rows, source=source, n=n, in_use=in_use,
        faults=[(one.line, in_words(one)) for one in sandbox.faults(source)],
        trials=[(one, in_words(one.fault) if one.fault else "") for one in trials],
        works=bool(trials) and not any(one.fault for one in trials), samples=SAMPLES, kinds=KINDS,
        sample=sample if sample in SAMPLES else "seven", kind=kind if kind in KINDS else "phone",
        against=against, changes=_changes(old, source) if against else (),
        names=sorted(sandbox.NAMES), largest=sandbox.LARGEST,
    )


def _changes(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """The lines that differ, each with its sign, and three around them."""
    lines = list(unified_diff(old.splitlines(), new.splitlines(), lineterm=""))[2:]
    return tuple((line[:1], line[1:]) for line in lines)


def _look(db: Session, newsletter_id: int) -> Look:
    get_newsletter(db, newsletter_id)
    row = db.get_one(Newsletter, newsletter_id)
    return look_doc(db, row, looks.look_of(row), base_url=system().settings.base_url)
