"""What a reader may choose without an account or scripts: digits, a pause, leaving, coming back.

One address, plain forms: the button pressed says what to do. The POST is exempt from CSRF as
``reader`` explains.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from digest.audience import preferences as rules
from digest.audience.models import MembershipState
from digest.audience.preferences import ListChoice, Preferences
from digest.system.errors import NotFound, Refused
from digest.system.tokens import PREFERENCES
from digest.text import dates
from digest.web.errors import sentence
from digest.web.forms import to_utc
from digest.web.guard import csrf, newsroom, now, system
from digest.web.public import bp
from digest.web.public.face import NOBODY, Face
from digest.web.public.reader import GONE, asker, read_token

SPANS = {"week": timedelta(days=7), "month": timedelta(days=30)}
LARGEST = 2**31 - 1  # what every database holds in a column
DIGITS = {"": "كما تختار النشرة", "latn": "123", "arab": "١٢٣"}


@bp.get("/preferences/<token>")
def preferences(token: str) -> ResponseReturnValue:
    """Show the choices; the address is masked, since mails are forwarded."""
    return _page(_read(token), token)


@bp.post("/preferences/<token>")
@csrf.exempt
def change(token: str) -> ResponseReturnValue:
    """Do what the pressed button says, then show the page with what was done."""
    subscriber_id = _read(token)
    act = ACTS.get(request.form.get("do", ""))
    if act is None:
        return _page(subscriber_id, token, error="لم نفهم الطلب. اختر زراً من الصفحة.", status=400)
    try:
        with system().db.write() as db:
            done = act(db, subscriber_id)
    except NotFound:
        return _gone()
    except Refused as error:
        return _page(subscriber_id, token, error=sentence(error), status=422)
    return _page(subscriber_id, token, done=done)


def _save(db: Session, subscriber_id: int) -> str:
    rules.save_digits(db, subscriber_id, request.form.get("digits") or None)
    return "حُفظت تفضيلاتك."


def _pause(db: Session, subscriber_id: int) -> str:
    until = _until(request.form.get("for", ""), request.form.get("until", ""))
    if not rules.pause(db, subscriber_id, until, network=asker(), now=now()):
        return "لا رسائل توقَف: لست على أي قائمة الآن."
    digits = rules.load(db, subscriber_id, now=now()).digits
    return f"أوقفنا الرسائل حتى {_day(until, digits)}."


def _resume(db: Session, subscriber_id: int) -> str:
    rules.resume(db, subscriber_id, network=asker(), now=now())
    return "انتهى التوقف، وستصلك الرسائل من جديد."


def _leave(db: Session, subscriber_id: int) -> str:
    rules.leave_lists(db, subscriber_id, [_list_id()], network=asker(), now=now())
    return "أُلغي اشتراكك في هذه النشرة."


def _leave_all(db: Session, subscriber_id: int) -> str:
    rules.leave_lists(db, subscriber_id, None, network=asker(), now=now())
    return "أُلغي اشتراكك في كل النشرات."


def _back(db: Session, subscriber_id: int) -> str:
    if not rules.come_back(db, subscriber_id, [_list_id()], network=asker(), now=now()):
        raise NotFound("no_such_reader", reader=subscriber_id)
    return "عدت إلى الاشتراك، أهلاً بك."


ACTS: dict[str, Callable[[Session, int], str]] = {
    "save": _save, "pause": _pause, "resume": _resume, "leave": _leave, "leave_all": _leave_all,
    "back": _back,
}  # fmt: skip


def _read(token: str) -> int:
    return read_token(PREFERENCES, token)[0]


def _list_id() -> int:
    """The list a button names, or one that does not exist when it names none."""
    number = request.form.get("list", default=-1, type=int)
    return number if number <= LARGEST else -1


def _until(span: str, day: str) -> datetime:
    """When a pause ends: after a span of SPANS, or as a day begins in the newsroom's zone.

    Raises Refused("bad_pause").
    """
    if span in SPANS:
        return now() + SPANS[span]
    try:
        return to_utc(datetime.fromisoformat(day.strip()).replace(tzinfo=None), newsroom().zone)
    except (ValueError, OverflowError) as error:
        raise Refused("bad_pause") from error


def _page(
    subscriber_id: int, token: str, *, done: str = "", error: str = "", status: int = 200
) -> ResponseReturnValue:
    try:
        with system().db.read() as db:
            found = rules.load(db, subscriber_id, now=now())
    except NotFound:
        return _gone()
    local = now().astimezone(newsroom().zone).date()
    page = render_template(
        "public/preferences.html", face=_face(found), reader=found, token=token, digits=DIGITS,
        current=[one for one in found.lists if one.state in CURRENT],
        left=[one for one in found.lists if one.state == MembershipState.LEFT],
        states={one.list_id: _state(one, found.digits) for one in found.lists},
        paused=_paused(found), done=done, error=error,
        first_day=(local + timedelta(days=1)).isoformat(),
        last_day=(local + timedelta(days=365)).isoformat(),
    )
    return page, status


CURRENT = frozenset({MembershipState.ON, MembershipState.PAUSED, MembershipState.PENDING})


def _state(choice: ListChoice, digits: str | None) -> str:
    if choice.state == MembershipState.PAUSED and choice.paused_until:
        return f"متوقفة حتى {_day(choice.paused_until, digits)}"
    words = {MembershipState.ON: "تصلك", MembershipState.PENDING: "بانتظار تأكيدك"}
    return words.get(choice.state, "")


def _paused(found: Preferences) -> str:
    return _day(found.paused_until, found.digits) if found.paused_until else ""


def _day(at: datetime, digits: str | None) -> str:
    """Return a day in the digits that the reader chose, else in the newsroom's."""
    place = newsroom()
    return dates.date_line(
        at.astimezone(place.zone).date(), months=place.ways.months, numerals=digits or place.digits
    )


def _face(found: Preferences) -> Face:
    """The newsletter's name where the reader knows only one."""
    return Face(name=found.lists[0].name) if len(found.lists) == 1 else NOBODY


def _gone() -> ResponseReturnValue:
    return render_template("public/gone.html", face=NOBODY), GONE
