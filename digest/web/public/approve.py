"""Answering for a draft from its mail, signed out: a page to look, and one button to change.

The token is the proof: it names a person, an issue and the version that they were shown. Programs
that check mail open every link, so a GET changes nothing. The POSTs are exempt from CSRF as
``reader`` explains.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from digest.audience.lists import count_recipients
from digest.delivery.ready import require_ready
from digest.issues import approval, states
from digest.issues.document import Slot
from digest.issues.foureyes import require_other
from digest.issues.models import IssueState
from digest.issues.queries import IssueRow, get_issue, preview
from digest.issues.render import fill_html
from digest.newsletters.manage import NewsletterRow, get_newsletter
from digest.system.errors import NotFound, Refused
from digest.system.links import issue_url
from digest.system.tokens import ANSWER_HOURS, APPROVE, STOP
from digest.text.dates import ago, clock_time
from digest.web.errors import sentence
from digest.web.guard import csrf, limiter, now, system
from digest.web.headers import mail_frame
from digest.web.public import bp
from digest.web.public.face import face
from digest.web.public.reader import GONE
from digest.web.words import ISSUE_STATES

RENEWABLE_HOURS = 31 * 24  # an old link may ask for a new one for a month
NOWHERE = dict.fromkeys(Slot, "#")  # a preview belongs to no reader
PURPOSES = {"approve": APPROVE, "stop": STOP}


@dataclass(frozen=True, slots=True)
class Answer:
    """A link that was read: which version of which issue was shown to whom."""

    issue_id: int
    version: int
    user_id: int
    expired: bool


@dataclass(frozen=True, slots=True)
class Leaf:
    """What the page shows; ``blocked`` says why it can't be approved."""

    issue: IssueRow
    readers: int
    at: datetime | None
    local: str
    left: str
    zone: str
    digits: str
    stale: bool
    blocked: str

    @property
    def waits(self) -> bool:
        """Tell whether it is still a draft."""
        return self.issue.state == IssueState.DRAFT

    @property
    def state(self) -> str:
        """Return its state in words."""
        return str(ISSUE_STATES[self.issue.state][0])


@bp.get("/approve/<token>")
def approve(token: str) -> ResponseReturnValue:
    """Show the draft as it is sent, and the button."""
    return _page("approve", token, _read("approve", token))


@bp.post("/approve/<token>")
@csrf.exempt
def approved(token: str) -> ResponseReturnValue:
    """Fix the time of the version that was shown; pressed twice it says the same."""
    wish = _read("approve", token)
    if wish.expired:
        return _page("approve", token, wish)
    at = now()
    try:
        with system().db.write() as db:
            require_ready(db, wish.issue_id, base_url=system().settings.base_url, now=at)
            approval.approve(db, wish.issue_id, wish.version, by=wish.user_id, now=at)
    except Refused as error:
        return _page("approve", token, wish, notice=sentence(error), status=409)
    return _page("approve", token, wish)


@bp.get("/stop/<token>")
def stop(token: str) -> ResponseReturnValue:
    """Show the button that stops it."""
    return _page("stop", token, _read("stop", token))


@bp.post("/stop/<token>")
@csrf.exempt
def stopped(token: str) -> ResponseReturnValue:
    """Let nothing but a person send it."""
    wish = _read("stop", token)
    if wish.expired:
        return _page("stop", token, wish)
    try:
        with system().db.write() as db:
            approval.stop(db, wish.issue_id, by=wish.user_id, now=now())
    except Refused as error:
        return _page("stop", token, wish, notice=sentence(error), status=409)
    return _page("stop", token, wish)


@bp.get("/<any(approve, stop):kind>/<token>/draft")
def draft(kind: str, token: str) -> ResponseReturnValue:
    """Answer the mail as it would be sent now, for the frame of the page."""
    wish = _read(kind, token)
    with system().db.read() as db:
        rendered = preview(db, wish.issue_id, base_url=system().settings.base_url, now=now())
    return mail_frame(fill_html(rendered.html, NOWHERE))


@bp.post("/<any(approve, stop):kind>/<token>/again")
@csrf.exempt
@limiter.limit("10 per hour")
def answer_again(kind: str, token: str) -> ResponseReturnValue:
    """Mail the present draft with new links to whom the old link was sent."""
    wish = _read(kind, token)
    with system().db.write() as db:
        issue = states.get(db, wish.issue_id)
        approval.ask_one(db, issue, wish.user_id, now=now())
    return _page(kind, token, wish, notice="أُرسلت إليك رسالة بالمسودة الحالية ورابطين جديدين.",
                 tone="ok")


def _page(
    kind: str, token: str, wish: Answer, *, notice: str = "", tone: str = "danger",
    status: int = 200,
) -> ResponseReturnValue:
    with system().db.read() as db:
        newsletter = get_newsletter(db, get_issue(db, wish.issue_id).newsletter_id)
        leaf = _leaf(db, wish, newsletter)
        shown = face(db, newsletter)
    if wish.expired:
        status = GONE
    # Who may approve may stop; never the other way round, or old links would renew each other.
    halt = "" if wish.expired or kind == "stop" else system().signer.sign_timed(
        STOP, wish.issue_id, wish.version, wish.user_id
    )
    return render_template(
        f"public/{kind}.html", face=shown, leaf=leaf, token=token, kind=kind, notice=notice,
        tone=tone, expired=wish.expired, halt=halt,
        board=issue_url(system().settings.base_url, wish.issue_id),
    ), status


def _leaf(db: Session, wish: Answer, newsletter: NewsletterRow) -> Leaf:
    issue = get_issue(db, wish.issue_id)
    at, hour = now(), issue.send_at or issue.slot_at
    local = hour.astimezone(ZoneInfo(newsletter.zone)).time() if hour else None
    return Leaf(
        issue=issue, readers=count_recipients(db, newsletter.id, at), at=hour,
        local=clock_time(local, numerals=newsletter.digits, lang="ar") if local else "",
        left=ago(hour, at, lang="ar", numerals=newsletter.digits) if hour else "",
        zone=newsletter.zone, digits=newsletter.digits,
        stale=issue.state in states.EDITABLE and issue.version != wish.version,
        blocked=_blocked(db, issue, wish, at),
    )


def _blocked(db: Session, issue: IssueRow, wish: Answer, at: datetime) -> str:
    """Why this person can't approve it now, in a sentence; "" when they can."""
    if issue.state != IssueState.DRAFT:
        return ""
    try:
        require_ready(db, issue.id, base_url=system().settings.base_url, now=at)
        if issue.four_eyes:
            require_other(db, issue.id, wish.user_id)
    except Refused as error:
        return sentence(error)
    return ""


def _read(kind: str, token: str) -> Answer:
    """Read a link; raises NotFound("bad_token") also when its person may send no more."""
    signer, purpose, expired = system().signer, PURPOSES[kind], False
    try:
        ids = signer.read_timed(purpose, token, hours=ANSWER_HOURS)
    except Refused as error:
        if error.code != "expired_token":
            raise NotFound("bad_token") from error
        expired = True
        try:
            ids = signer.read_timed(purpose, token, hours=RENEWABLE_HOURS)
        except Refused as older:
            raise NotFound("expired_token") from older
    issue_id, version, user_id = ids
    with system().db.read() as db:
        if approval.answerer(db, user_id) is None:
            raise NotFound("bad_token")
        get_issue(db, issue_id)
    return Answer(issue_id, version, user_id, expired=expired)
