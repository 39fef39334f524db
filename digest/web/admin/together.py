"""Several people at one issue: who is here, who writes where, and taking back one's own acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from digest.articles.queries import newer_stories
from digest.issues import locks, presence, states, undo
from digest.issues.earlier import LATELY, told_stories
from digest.issues.locks import Lock
from digest.issues.presence import Colleague
from digest.issues.undo import Step
from digest.staff.roles import Action
from digest.web.admin import bp
from digest.web.admin.edits import ISSUE, SECTION, back_to
from digest.web.fields import number, numbers
from digest.web.guard import needs, now, system, who


@dataclass(frozen=True, slots=True)
class Together:
    """What an editor sees of colleagues, and which own acts can be taken back or done again."""

    colleagues: tuple[Colleague, ...]
    locks: Mapping[int, Lock]
    me: int
    undo: Step | None
    redo: Step | None
    version: int

    @property
    def locked(self) -> frozenset[int]:
        """Return the sections that colleagues write in; 0 is the issue's own words."""
        return frozenset(one.section_id for one in self.locks.values() if one.user_id != self.me)

    @property
    def mine(self) -> tuple[int, ...]:
        """Return the sections that the editor holds."""
        return tuple(one.section_id for one in self.locks.values() if one.user_id == self.me)

    @property
    def state(self) -> str:
        """Return a word that is another one as soon as the page should be drawn again."""
        held = sorted((one.section_id, one.user_id, one.asked_by) for one in self.locks.values())
        here = [one.user_id for one in self.colleagues]
        return f"{self.version} {held} {here}"


def load_together(db: Session, issue_id: int) -> Together:
    """Read who is at an issue and what the signed-in editor may take back."""
    me, at = who().id, now()
    return Together(
        colleagues=presence.others(db, issue_id, than=me, now=at),
        locks=locks.held(db, issue_id, at), me=me, undo=undo.next_undo(db, issue_id, me),
        redo=undo.next_redo(db, issue_id, me), version=states.get(db, issue_id).version,
    )


@bp.post(f"{ISSUE}/here")
@needs(Action.EDIT)
def issue_here(issue_id: int) -> ResponseReturnValue:
    """Say that the page is open and, by ``writing``, in which sections somebody types.

    The answer tells whether the page has become old, and how many stories came after ``seen``.
    """
    with system().db.write() as db:
        newsletter_id = states.still_open(db, issue_id).newsletter_id
        presence.here(db, issue_id, by=who().id, now=now())
        locks.renew(db, issue_id, numbers("writing"), by=who().id, now=now())
    with system().db.read() as db:
        together = load_together(db, issue_id)
        told = told_stories(db, newsletter_id, since=now() - LATELY, without=issue_id)
        fresh = newer_stories(db, number("seen"), now=now(), used=told)
    return jsonify(state=together.state, fresh=fresh)


@bp.post(f"{ISSUE}/undo")
@needs(Action.EDIT)
def undo_act(issue_id: int) -> ResponseReturnValue:
    """Take back one's own last act."""
    with system().db.write() as db:
        undo.undo(db, issue_id, number("seq"), by=who().id, now=now())
    flash(_("تراجعت عن آخر ما فعلته."), "ok")
    return back_to(issue_id)


@bp.post(f"{ISSUE}/redo")
@needs(Action.EDIT)
def redo_act(issue_id: int) -> ResponseReturnValue:
    """Do again what was taken back."""
    with system().db.write() as db:
        undo.redo(db, issue_id, number("seq"), by=who().id, now=now())
    flash(_("أُعيد ما تراجعت عنه."), "ok")
    return back_to(issue_id)


@bp.post(f"{SECTION}/ask")
@needs(Action.EDIT)
def ask_for_section(issue_id: int, section_id: int) -> ResponseReturnValue:
    """Tell the colleague who writes in a section that one would like to."""
    with system().db.write() as db:
        locks.ask(db, issue_id, section_id, by=who().id, now=now())
    flash(_("أُرسل طلبك. يظهر عند زميلك خلال ثوانٍ."), "ok")
    return back_to(issue_id, f"section-{section_id}")


@bp.post(f"{SECTION}/hand-over")
@needs(Action.EDIT)
def hand_over(issue_id: int, section_id: int) -> ResponseReturnValue:
    """Let a section go, so that colleagues may write there."""
    with system().db.write() as db:
        locks.release(db, issue_id, section_id, by=who().id)
    flash(_("سلّمت القسم. يستطيع زملاؤك تحريره الآن."), "ok")
    return back_to(issue_id, f"section-{section_id}")


@bp.post(f"{SECTION}/take-over")
@needs(Action.SETTINGS)
def take_over(issue_id: int, section_id: int) -> ResponseReturnValue:
    """Take a section from a colleague; what was saved stays."""
    with system().db.write() as db:
        locks.take_over(db, issue_id, section_id, by=who().id, now=now())
    flash(_("توليت تحرير هذا القسم. ما حفظه زميلك باقٍ."), "ok")
    return back_to(issue_id, f"section-{section_id}")
