"""What a newsletter looks like: chosen without code, seen at once as the mail itself."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from digest.issues.document import Variant
from digest.issues.queries import look_doc
from digest.issues.render import fill_html, render_issue
from digest.issues.samples import sample_issue, sample_picture
from digest.newsletters import logos, looks
from digest.newsletters.colours import CHOSEN, unreadable
from digest.newsletters.looks import BLOCKS, COLOUR, DESIGNS, FIXED, FONTS, LookValues
from digest.newsletters.manage import get_newsletter
from digest.newsletters.models import Newsletter
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.admin.board import NOWHERE, in_colours
from digest.web.errors import sentence
from digest.web.guard import back, needs, now, system, who
from digest.web.headers import mail_frame

LOOK = "/newsletters/<int:newsletter_id>/look"
ASKED = "look"  # the hidden field that says that the address carries a look
COLOURS: dict[str, LazyString] = {
    "brand": _l("لون النشرة"), "ink": _l("لون النص"), "surface": _l("لون البطاقة"),
    "ground": _l("لون الخلفية"),
}
DESIGN_NAMES: dict[str, tuple[LazyString, LazyString]] = {
    "simple": (_l("بسيط"), _l("بطاقة بيضاء وصورة عريضة للخبر الرئيس")),
    "paper": (_l("صحيفة"), _l("ترويسة في الوسط وعناوين كبيرة بين خطوط")),
    "brief": (_l("موجز"), _l("أخبار مرقّمة متقاربة بلا صور")),
}
FONT_NAMES: dict[str, LazyString] = {
    "segoe": _l("سيغو، وتاهوما حيث لا يوجد"), "tahoma": _l("تاهوما"), "arial": _l("أريال"),
    "naskh": _l("نسخ، كخط الكتب"),
}
BLOCK_NAMES: dict[str, LazyString] = {
    "top": _l("سطر القراءة في المتصفح"), "masthead": _l("الترويسة: الاسم أو الشعار"),
    "dates": _l("سطر التاريخ والعدد"), "note": _l("كلمة المحرّر"), "sections": _l("الأقسام وأخبارها"),
    "share": _l("الدعوة إلى الاشتراك"),
}
SAMPLES: dict[str, LazyString] = {
    "seven": _l("سبعة أخبار"), "long": _l("عناوين طويلة"), "bare": _l("بلا صور"),
    "one": _l("خبر واحد"), "latin": _l("كلمات لاتينية"),
}
KINDS: dict[str, LazyString] = {
    "phone": _l("هاتف"), "desktop": _l("حاسوب"), "dark": _l("داكن"),
}


@bp.get(LOOK)
@needs(Action.SETTINGS)
def look(newsletter_id: int) -> ResponseReturnValue:
    """Show the look as stored, or the one in the address, with what is wrong with it."""
    with system().db.read() as db:
        stored = looks.get_look(db, newsletter_id)
    return _page(newsletter_id, _asked(stored))


@bp.get(f"{LOOK}/preview")
@needs(Action.SETTINGS)
def look_preview(newsletter_id: int) -> Response:
    """Answer a sample issue in the look of the address: the bytes a reader would get."""
    base_url = system().settings.base_url
    with system().db.read() as db:
        get_newsletter(db, newsletter_id)
        row = db.get_one(Newsletter, newsletter_id)
        values = _paintable(_asked(looks.look_of(row)))
        doc = sample_issue(
            request.args.get("sample", ""), look_doc(db, row, values, base_url=base_url),
            base_url=base_url,
        )
    rendered = render_issue(doc, Variant(digits=doc.look.digits))
    return mail_frame(in_colours(fill_html(rendered.html, NOWHERE), request.args.get("kind")))


@bp.get("/newsletters/sample.png")
@needs(Action.SETTINGS)
def sample_image() -> Response:
    """Answer the picture of the sample issues."""
    return Response(sample_picture(), mimetype="image/png")


@bp.post(LOOK)
@needs(Action.SETTINGS)
def save_look(newsletter_id: int) -> ResponseReturnValue:
    """Store the look; one that cannot be read is shown again with the nearest that can."""
    values = _values(request.form)
    try:
        with system().db.write() as db:
            looks.save_look(db, newsletter_id, values, now=now(), by=who().id)
    except Refused as error:
        if error.code not in {"unreadable", "bad_colour"}:
            raise
        return _page(newsletter_id, values, wrong=sentence(error)), 422
    flash(_("حُفظ شكل النشرة. تراه في كل عدد لم يُرسل."), "ok")
    return back("admin.look", newsletter_id=newsletter_id)


@bp.post(f"{LOOK}/reset")
@needs(Action.SETTINGS)
def reset_look(newsletter_id: int) -> ResponseReturnValue:
    """Go back to the usual look."""
    with system().db.write() as db:
        looks.reset_look(db, newsletter_id, now=now(), by=who().id)
    flash(_("عاد الشكل المعتاد."), "ok")
    return back("admin.look", newsletter_id=newsletter_id)


@bp.post(f"{LOOK}/logo")
@needs(Action.SETTINGS)
def add_logo(newsletter_id: int) -> ResponseReturnValue:
    """Take a picture in; one that mails cannot show is refused with its reason."""
    upload = request.files.get("logo")
    data = upload.stream.read(logos.LARGEST + 1) if upload else b""
    try:
        with system().db.write() as db:
            logos.add_logo(db, newsletter_id, data, now=now(), by=who().id)
    except Refused as error:
        if not error.code.startswith("logo_"):
            raise
        with system().db.read() as db:
            values = looks.get_look(db, newsletter_id)
        return _page(newsletter_id, values, logo_wrong=sentence(error)), 422
    flash(_("يظهر الشعار في ترويسة كل عدد لم يُرسل."), "ok")
    return back("admin.look", newsletter_id=newsletter_id)


@bp.post(f"{LOOK}/logo/off")
@needs(Action.SETTINGS)
def remove_logo(newsletter_id: int) -> ResponseReturnValue:
    """Show the name instead of the logo."""
    with system().db.write() as db:
        logos.remove_logo(db, newsletter_id, now=now(), by=who().id)
    flash(_("عاد اسم النشرة إلى الترويسة."), "ok")
    return back("admin.look", newsletter_id=newsletter_id)


def _asked(stored: LookValues) -> LookValues:
    if ASKED not in request.args:
        return stored
    return _values(request.args, logo=stored.logo)


def _values(sent: MultiDict[str, str], *, logo: str = "") -> LookValues:
    """Read a look as typed; what is missing is as usual, what is wrong is refused on saving."""
    usual = LookValues()
    places = {block: sent.get(f"place-{block}", 0, type=int) for block in BLOCKS}
    typed = {name: sent.get(name, "").strip() or CHOSEN[name] for name in COLOURS}
    return LookValues(
        brand=typed["brand"], ink=typed["ink"], surface=typed["surface"], ground=typed["ground"],
        design=sent.get("design", usual.design), font=sent.get("font", usual.font),
        blocks=looks.arranged(sent.getlist("block"), places), logo=logo,
    )


def _paintable(values: LookValues) -> LookValues:
    """The look with what cannot be drawn left as usual: colours may be half typed."""
    usual = LookValues()
    colours = {name: value if COLOUR.fullmatch(value) else CHOSEN[name]
               for name, value in values.colours.items()}
    return LookValues(
        brand=colours["brand"], ink=colours["ink"], surface=colours["surface"],
        ground=colours["ground"],
        design=values.design if values.design in DESIGNS else usual.design,
        font=values.font if values.font in FONTS else usual.font, blocks=values.blocks,
        logo=values.logo,
    )


def _choice(known: Mapping[str, object], name: str) -> str:
    """What the address chooses among known things; the first when it is none of them."""
    asked = request.args.get(name, "")
    return asked if asked in known else next(iter(known))


def _page(
    newsletter_id: int, values: LookValues, *, wrong: str = "", logo_wrong: str = ""
) -> str:
    with system().db.read() as db:
        row = get_newsletter(db, newsletter_id)
        stored = looks.get_look(db, newsletter_id)
    drawn = _paintable(values)
    kind, sample = _choice(KINDS, "kind"), _choice(SAMPLES, "sample")
    shown = {
        **drawn.colours, ASKED: "1", "design": drawn.design, "font": drawn.font,
        "block": drawn.blocks, "kind": kind, "sample": sample,
        **{f"place-{block}": n for n, block in enumerate(drawn.blocks, 1)},
    }
    order = (*drawn.blocks, *(block for block in BLOCKS if block not in drawn.blocks))
    return render_template(
        "admin/newsletters/look.html", row=row, values=values, wrong=wrong, shown=shown,
        logo_wrong=logo_wrong, pairs=unreadable(drawn.colours), order=order, logo=stored.logo,
        colours=COLOURS, designs=DESIGN_NAMES, fonts=FONT_NAMES, blocks=BLOCK_NAMES, fixed=FIXED,
        samples=SAMPLES, kinds=KINDS, kind=kind, sample=sample, limits=logos,
    )


