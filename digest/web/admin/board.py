"""The issue page: inbox, issue and preview side by side. Changes live in ``edits`` and ``sends``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from markupsafe import escape
from sqlalchemy.orm import Session

from digest.articles.queries import InboxPage, inbox
from digest.articles.summarise import Method
from digest.audience.lists import ListRow, count_recipients, list_lists
from digest.delivery.queries import FailureRow, failures, outbox
from digest.issues.document import Rendered, Slot
from digest.issues.models import IssueState
from digest.issues.queries import Board, IssueRow, board, get_issue, preview
from digest.issues.render import fill_html
from digest.issues.states import EDITABLE
from digest.newsletters.calendar import next_slots
from digest.newsletters.manage import NewsletterRow, get_newsletter
from digest.staff.roles import Action
from digest.web.admin import bp
from digest.web.admin.actions import ACTIONS
from digest.web.admin.audit import AuditRow, read_history
from digest.web.fields import asked_number
from digest.web.guard import needs, newsroom, now, system
from digest.web.headers import mail_frame
from digest.web.words import DELIVERY_STATES, FINDINGS, METHODS

SIDES = ("preview", "checks", "schedule", "history")
KINDS: dict[str, tuple[LazyString, str]] = {
    "phone": (_l("هاتف"), "phone"),
    "desktop": (_l("حاسوب"), "screen"),
    "dark": (_l("داكن"), "star"),
    "text": (_l("نص"), "text"),
}
RUNNING = frozenset({IssueState.FROZEN, IssueState.SENDING, IssueState.PAUSED})
DONE = frozenset({IssueState.SENT, IssueState.CANCELLED})
NOWHERE = dict.fromkeys(Slot, "#")  # a preview belongs to no reader
SUBJECT_GOOD, PREHEADER_GOOD = 50, 90  # letters (DESIGN §3)
TEXT_FRAME = (
    '<!doctype html><html lang="ar" dir="rtl"><meta charset="utf-8"><meta name="color-scheme" '
    'content="light dark"><body style="margin:16px;font:15px/1.8 Tahoma,sans-serif">'
    '<pre style="margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:inherit">{}</pre>'
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A send in figures: mails by state, and those that a person should know of."""

    counts: Mapping[str, int]
    lost: tuple[FailureRow, ...]

    @property
    def total(self) -> int:
        """Return how many mails the issue has."""
        return sum(self.counts.values())

    @property
    def sent(self) -> int:
        """Return how many the relay took."""
        return self.counts.get("sent", 0)

    @property
    def failed(self) -> int:
        """Return how many did not go out, or may not have."""
        return self.counts.get("failed", 0) + self.counts.get("uncertain", 0)


@dataclass(frozen=True, slots=True)
class IssuePage:
    """All that the page shows. ``usual_at`` is the next time of the newsletter's calendar."""

    issue: IssueRow
    board: Board
    newsletter: NewsletterRow
    lists: tuple[ListRow, ...]
    recipients: int
    rendered: Rendered
    inbox: InboxPage | None
    used: frozenset[int]
    usual_at: datetime | None
    ledger: Ledger | None
    history: tuple[AuditRow, ...]

    @property
    def open(self) -> bool:
        """Tell whether the issue may still be edited."""
        return self.issue.state in EDITABLE

    @property
    def running(self) -> bool:
        """Tell whether its mails are on their way."""
        return self.issue.state in RUNNING

    @property
    def errors(self) -> int:
        """Return how many findings block sending; without recipients there is one more."""
        return len(self.rendered.errors) + (not self.recipients)

    @property
    def warnings(self) -> int:
        """Return how many findings do not block sending."""
        return len(self.rendered.findings) - len(self.rendered.errors)


@bp.get("/issues/<int:issue_id>")
@needs(Action.VIEW)
def issue(issue_id: int) -> ResponseReturnValue:
    """Show an issue; the address line says what the inbox and the side panel show."""
    side, kind = request.args.get("side", ""), request.args.get("kind", "")
    search = request.args.get("q", "")[:200]
    tab = request.args.get("tab", "")
    tab = tab if tab in {"new", "saved", "excluded"} else "new"
    with system().db.read() as db:
        page = load_page(db, issue_id, tab=tab, search=search, now=now())
    if side not in SIDES:
        side = "preview"
    return render_template(
        "admin/board/page.html",
        page=page,
        side=side,
        kind=kind if kind in KINDS else "phone",
        kinds=KINDS,
        tab=tab,
        search=search,
        editing=asked_number("edit"),
        at=now(),
        findings=FINDINGS,
        methods=METHODS,
        method=Method.MIX.value,
        actions=ACTIONS,
        delivery_states=DELIVERY_STATES,
        zone=newsroom().zone.key,
        subject_good=SUBJECT_GOOD,
        preheader_good=PREHEADER_GOOD,
    )


@bp.get("/issues/<int:issue_id>/preview")
@needs(Action.VIEW)
def issue_preview(issue_id: int) -> Response:
    """Answer the mail as it would be sent now, for the frame; no reader's links are in it."""
    with system().db.read() as db:
        rendered = preview(db, issue_id, base_url=system().settings.base_url, now=now())
    if request.args.get("kind") == "text":
        words = rendered.text
        for slot, value in NOWHERE.items():
            words = words.replace(slot.value, value)
        return mail_frame(TEXT_FRAME.format(escape(words)))
    return mail_frame(fill_html(rendered.html, NOWHERE))


def load_page(
    db: Session, issue_id: int, *, tab: str, search: str, now: datetime
) -> IssuePage:
    """Read the page's facts; raises NotFound("no_such_issue")."""
    one = get_issue(db, issue_id)
    newsletter = get_newsletter(db, one.newsletter_id)
    parts = board(db, issue_id)
    used = frozenset(
        item.story_id for section in parts.sections for item in section.items if item.story_id
    )
    is_open = one.state in EDITABLE
    started = one.state in RUNNING | DONE
    return IssuePage(
        issue=one,
        board=parts,
        newsletter=newsletter,
        lists=tuple(row for row in list_lists(db) if row.id in newsletter.list_ids),
        recipients=count_recipients(db, newsletter.id, now),
        rendered=preview(db, issue_id, base_url=system().settings.base_url, now=now),
        inbox=inbox(db, search=search, tab=tab, now=now) if is_open else None,
        used=used,
        usual_at=usual_time(one, newsletter, now) if is_open else None,
        ledger=Ledger(outbox(db, issue_id), failures(db, issue_id)) if started else None,
        history=read_history(db, "issue", issue_id),
    )


def usual_time(issue: IssueRow, newsletter: NewsletterRow, now: datetime) -> datetime | None:
    """Return the time the issue was made for, else the calendar's next one."""
    if issue.slot_at is not None and issue.slot_at > now:
        return issue.slot_at
    return next(iter(next_slots(newsletter.rule, newsletter.zone, now, 1)), None)
