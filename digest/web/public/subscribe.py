"""The form: a page of its own, and the address that forms on other sites post to."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, abort, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue

from digest.audience import forms, signup
from digest.audience.forms import FormRow
from digest.audience.typos import likely_domain
from digest.system.errors import NotFound, Refused
from digest.system.tokens import FORM_TIME
from digest.web.errors import sentence
from digest.web.guard import csrf, now, system
from digest.web.headers import CSP
from digest.web.public import bp
from digest.web.public.embed import ADDRESS, CONSENT, TIME, TRAP, heading_of
from digest.web.public.face import face_of
from digest.web.public.reader import TOO_MANY, asker

NO_CONSENT = "لا نرسل شيئاً بلا موافقتك. ضع علامة في المربع ثم اشترك."
LEAST_SECONDS = 2  # nobody reads, types an address and ticks a box faster


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form sent; ``time`` is the token of our own page, empty from a pasted form."""

    address: str
    consent: bool
    trap: str
    time: str


NOTHING = Asked("", consent=False, trap="", time="")


@bp.get("/subscribe/<key>")
def subscribe(key: str) -> ResponseReturnValue:
    """Show the form as a page; sites may link to it or frame it."""
    return _page(_form(key), NOTHING)


# Exempt: the form stands on other people's pages, which can have no token and no cookie of ours.
# A forged request gains nothing: it costs at most one mail a day, and only the mailbox's owner
# can confirm. The origin list, the trap, the time and the limits keep the noise low.
@bp.post("/subscribe/<key>")
@csrf.exempt
def ask(key: str) -> ResponseReturnValue:
    """Take a request to subscribe; the answer is the same whoever the address belongs to."""
    form, asked = _form(key), _read()
    origin = request.headers.get("Origin")
    if not forms.origin_allowed(form, origin, own=[system().settings.base_url]):
        return _wrong_origin(form, origin)
    if _is_machine(form, asked):
        return _one_step_left(form, asked)
    try:
        signup.read_address(asked.address)
        address_error = ""
    except Refused as error:
        address_error = sentence(error)
    if address_error or not asked.consent:
        if _wants_json():
            wrong = {ADDRESS: address_error, CONSENT: "" if asked.consent else NO_CONSENT}
            return _json(errors={name: words for name, words in wrong.items() if words}), 422
        return _page(form, asked, address_error=address_error, sent=True), 422
    try:
        with system().db.write() as db:
            signup.sign_up(
                db, form.list_id, asked.address, form_id=form.id,
                newsletter_id=form.newsletter_id, wording=form.consent_text, network=asker(),
                now=now(),
            )
    except Refused as error:
        if error.code != "too_many_signups":
            raise
        words = sentence(error)
        page = _json(notice=words) if _wants_json() else _page(form, asked, notice=words)
        return page, *TOO_MANY
    return _one_step_left(form, asked)


def shown_at(form: FormRow) -> str:
    """Return the token that says when a page of ours showed the form."""
    return system().signer.sign(FORM_TIME, form.id, int(now().timestamp()))


def _form(key: str) -> FormRow:
    try:
        with system().db.read() as db:
            return forms.form_by_key(db, key)
    except NotFound:  # the house's sentence speaks to editors
        abort(404)


def _read() -> Asked:
    sent = request.form
    return Asked(
        address=sent.get(ADDRESS, "").strip(), consent=bool(sent.get(CONSENT)),
        trap=sent.get(TRAP, ""), time=sent.get(TIME, ""),
    )


def _is_machine(form: FormRow, asked: Asked) -> bool:
    """Tell whether a program filled the form: it fell for the trap, or was faster than people.

    The time is only judged when it was sent: a form pasted into another page has none.
    """
    if asked.trap:
        return True
    if not asked.time:
        return False
    try:
        form_id, shown_at = system().signer.read(FORM_TIME, asked.time)
    except (Refused, ValueError):  # forged, or a token of another shape
        return True
    return form_id != form.id or now().timestamp() - shown_at < LEAST_SECONDS


def _page(
    form: FormRow, asked: Asked, *, address_error: str = "", notice: str = "", sent: bool = False
) -> Response:
    with system().db.read() as db:
        shown = face_of(db, form.newsletter_id)
    page = render_template(
        "public/subscribe.html", face=shown, form=form, heading=heading_of(form), asked=asked,
        address_error=address_error, notice=notice, no_consent=NO_CONSENT if sent and not asked.consent else "",
        time=shown_at(form),
    )
    return _framable(make_response(page), form)


def _one_step_left(form: FormRow, asked: Asked) -> Response:
    """Say what to do next, in words that fit every address: new, known, or never to be mailed."""
    if _wants_json():
        better = likely_domain(asked.address)
        return _json(
            title="بقيت خطوة واحدة",
            text=f"أرسلنا رابط تأكيد إلى \u2066{asked.address}\u2069. افتحه خلال 48 ساعة، ثم اضغط الزر.",
            better=better, question=f"هل تقصد \u2066{better}\u2069؟ " if better else "",
            yes="نعم، أرسل إليه",
        )
    with system().db.read() as db:
        shown = face_of(db, form.newsletter_id)
    page = render_template(
        "public/one_step.html", face=shown, form=form, address=asked.address,
        better=likely_domain(asked.address),
    )
    return _framable(make_response(page), form)


def _wrong_origin(form: FormRow, origin: str | None) -> ResponseReturnValue:
    with system().db.read() as db:
        shown = face_of(db, form.newsletter_id)
    page = render_template("public/wrong_origin.html", face=shown, origin=origin or "—")
    return _framable(make_response(page, 403), form)


def _wants_json() -> bool:
    """Whether the script of ``embed.js`` asks, which shows the answer where the form stands."""
    return request.accept_mimetypes.best == "application/json"


def _json(**facts: object) -> Response:
    """Answer the script on a page that may post the form; its origin was looked at before."""
    response = jsonify(facts)
    if origin := request.headers.get("Origin"):
        response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Vary"] = "Origin"
    return response


def _framable(response: Response, form: FormRow) -> Response:
    """Let the sites that may post the form frame it; no other page of ours may be framed."""
    frames = " ".join(("'self'", *form.allowed_origins)) if form.allowed_origins else "*"
    response.headers["Content-Security-Policy"] = CSP.replace(
        "frame-ancestors 'none'", f"frame-ancestors {frames}"
    )
    return response
