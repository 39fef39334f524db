"""A draft and its answer: who is asked, approving, stopping, and the rule for silence."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.issues import board, states
from digest.issues.foureyes import last_editor
from digest.issues.models import Issue, IssueState, Item, Role, Section
from digest.newsletters.models import Late, Newsletter, Policy, Unanswered
from digest.staff import audit
from digest.staff.accounts import role_of
from digest.staff.models import User
from digest.staff.roles import Action, may
from digest.system import queue
from digest.system.errors import Refused

KIND = "mail_draft"
PROMPT = timedelta(seconds=60)  # an hour that passed so lately is not missed


def answerers(db: Session, newsletter: Newsletter) -> tuple[User, ...]:
    """Return who may answer for a draft: its editor; all who may send where two people must agree."""
    statement = select(User).where(User.active).order_by(User.id)
    if not newsletter.four_eyes:
        owner = newsletter.editor_address.casefold()
        statement = statement.where(func.lower(User.email) == owner)
    return tuple(one for one in db.scalars(statement) if may(role_of(one), Action.SEND))


def answerer(db: Session, user_id: int) -> User | None:
    """Return a person who was asked, if they still work here and may send."""
    user = db.get(User, user_id)
    return user if user and user.active and may(role_of(user), Action.SEND) else None


def ask(db: Session, issue_id: int, *, now: datetime, by: int | None = None) -> int:
    """Queue a mail with the draft to each who may answer; returns how many were asked.

    Where two people must agree, whoever changed it last isn't asked. Asked by a person it is
    written down; raises Refused("nobody_to_ask") then when there is nobody.
    """
    issue = states.get(db, issue_id)
    newsletter = db.get_one(Newsletter, issue.newsletter_id)
    author = last_editor(db, issue_id) if newsletter.four_eyes else None
    asked = [one.id for one in answerers(db, newsletter) if one.id != author]
    for user_id in asked:
        ask_one(db, issue, user_id, now=now)
    if by is not None:
        if not asked:
            raise Refused("nobody_to_ask")
        audit.record(db, "issue.ask", now=now, by=by, subject="issue", subject_id=issue_id,
                     version=issue.version, asked=asked)
    return len(asked)


def ask_one(db: Session, issue: Issue, user_id: int, *, now: datetime) -> bool:
    """Queue the mail with the present draft to one person; False while one is on its way."""
    return queue.put(db, KIND, key=f"{issue.id}:{user_id}", now=now, issue_id=issue.id,
                     user_id=user_id)


def approve(db: Session, issue_id: int, version: int, *, by: int, now: datetime) -> datetime:
    """Schedule the version that a person saw: at its hour, or in a minute; returns the time.

    The same approval twice is one. Raises Conflict("stale_issue") and what ``states.schedule``
    raises; what the checks say is the caller's to ask (``delivery.ready``).
    """
    issue = states.get(db, issue_id)
    if (
        issue.state == IssueState.SCHEDULED and issue.send_at is not None
        and issue.approved_version == issue.version == version
    ):
        return issue.send_at
    states.editable(db, issue_id, version)
    send_at = max(issue.slot_at or now, now + states.HOLD)
    note(db, issue, by=by, now=now)
    states.schedule(db, issue_id, send_at, by=by, now=now)
    return send_at


def note(db: Session, issue: Issue, *, by: int, now: datetime) -> None:
    """Write down who approves which version, and who changed it last."""
    audit.record(db, "issue.approve", now=now, by=by, subject="issue", subject_id=issue.id,
                 version=issue.version, editor=last_editor(db, issue.id))


def stop(db: Session, issue_id: int, *, by: int, now: datetime) -> None:
    """Let nothing but a person send it; one that is scheduled is a draft again.

    Any version may be stopped: whoever says stop means the issue, not its wording. Raises
    Refused("too_late") once it is frozen.
    """
    issue = states.get(db, issue_id)
    if issue.state == IssueState.SCHEDULED:
        states.unschedule(db, issue_id, by=by, now=now)
        return
    if issue.state != IssueState.DRAFT:
        raise Refused("too_late", state=issue.state)
    if not issue.held:
        issue.held = True
        audit.record(db, "issue.stop", now=now, by=by, subject="issue", subject_id=issue_id,
                     version=issue.version)


def answer_silence(db: Session, now: datetime) -> int:
    """Do what the newsletters say about drafts whose hour comes unanswered; returns how many.

    Looked at a minute early: the last minute before the hour is left to cancel in.
    """
    found = db.execute(
        select(Issue, Newsletter)
        .join(Newsletter, Newsletter.id == Issue.newsletter_id)
        .where(
            Issue.state == IssueState.DRAFT, ~Issue.held, Issue.slot_at <= now + states.HOLD,
            Newsletter.active, Newsletter.policy == Policy.REVIEW,
            Newsletter.unanswered != Unanswered.HOLD,
        )
        .order_by(Issue.slot_at, Issue.id)
        .with_for_update(of=Issue)
    )
    return sum(_answer(db, issue, newsletter, now=now) for issue, newsletter in found.all())


def _answer(db: Session, issue: Issue, newsletter: Newsletter, *, now: datetime) -> bool:
    """Send one draft by its newsletter's rule. What can't be sent is held, and the editor told."""
    slot = issue.slot_at or now
    if slot + _grace(newsletter) < now:
        return _hold(db, issue, "missed", now=now)
    try:
        with db.begin_nested():
            if newsletter.unanswered == Unanswered.LEAD:
                _keep_the_lead(db, issue.id, now=now)
            audit.record(db, "issue.silence", now=now, subject="issue", subject_id=issue.id,
                         rule=newsletter.unanswered, version=issue.version)
            states.schedule(db, issue.id, max(slot, now), by=None, now=now)
    except Refused as error:
        return _hold(db, issue, error.code, now=now)
    return True


def _grace(newsletter: Newsletter) -> timedelta:
    late = newsletter.late == Late.SEND
    return max(timedelta(minutes=newsletter.grace_minutes), PROMPT) if late else PROMPT


def _hold(db: Session, issue: Issue, why: str, *, now: datetime) -> bool:
    issue.held = True
    audit.record(db, "issue.held", now=now, subject="issue", subject_id=issue.id, reason=why)
    queue.put(db, "tell_editor", key=f"held:{issue.id}", now=now, issue_id=issue.id)
    return False


def _keep_the_lead(db: Session, issue_id: int, *, now: datetime) -> None:
    """Take out all but the first lead story, or the first of all; its section keeps its name."""
    rows = db.execute(
        select(Item.id, Item.role, Item.title)
        .join(Section, Section.id == Item.section_id)
        .where(Item.issue_id == issue_id)
        .order_by(Section.position, Section.id, Item.position, Item.id)
    ).all()
    if not rows:
        return
    kept = next((row for row in rows if row.role == Role.LEAD), rows[0])
    for row in rows:
        if row.id != kept.id:
            issue = states.get(db, issue_id)
            board.remove_item(db, issue_id, row.id, based_on=issue.version, by=None, now=now)
    issue = states.get(db, issue_id)
    # A subject that names stories which are gone would promise what the mail does not hold.
    board.edit_issue(
        db, issue_id, subject=kept.title, preheader="", note=issue.note, note_by=issue.note_by,
        based_on=issue.version, by=None, now=now,
    )
