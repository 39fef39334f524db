"""The first run's end: what is being collected, the first draft, and the first mail."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from digest.audience.lists import count_recipients
from digest.delivery.ready import require_ready
from digest.issues import first, states
from digest.issues.first import Progress
from digest.issues.models import IssueState
from digest.issues.queries import IssueRow, board, get_issue
from digest.newsletters.manage import NewsletterRow
from digest.staff.roles import Action
from digest.system.errors import NotFound
from digest.web.admin import bp
from digest.web.admin.mailbox import list_mails
from digest.web.admin.start import with_newsletter
from digest.web.fields import number
from digest.web.guard import back, needs, now, system, who

SHOWN = 5  # headlines
GOING = (IssueState.SCHEDULED, IssueState.FROZEN, IssueState.SENDING)


@dataclass(frozen=True, slots=True)
class FirstIssue:
    """What the page shows. ``mail`` leads to the captured mail, "" while there is none."""

    progress: Progress
    issue: IssueRow | None
    titles: tuple[str, ...]
    readers: int
    going: bool
    mail: str


@bp.get("/start/issue")
@needs(Action.SETTINGS)
@with_newsletter
def start_issue(row: NewsletterRow) -> ResponseReturnValue:
    """Show how far the collecting is, then the draft, then where its mail lies."""
    captured = system().relay.captures
    with system().db.read() as db:
        page = _first_issue(db, row, captured=captured)
    return render_template(
        "admin/start/issue.html", page=page, captured=captured, newsletter=row,
        waits=page.going or (page.issue is None and page.progress.waits), shown=SHOWN,
    )


@bp.post("/start/issue")
@needs(Action.SETTINGS)
@with_newsletter
def send_first_issue(row: NewsletterRow) -> ResponseReturnValue:
    """Send the first issue now, by the way of every send."""
    at = now()
    with system().db.read() as db:
        issue_id = first.first_issue(db, row.id)
        if issue_id is None:
            raise NotFound("no_such_issue")
        require_ready(db, issue_id, base_url=system().settings.base_url, now=at)
    with system().db.write() as db:
        states.editable(db, issue_id, number("based_on"))
        states.schedule(db, issue_id, at, by=who().id, now=at)
    return back("admin.start_issue")


def _first_issue(db: Session, row: NewsletterRow, *, captured: bool) -> FirstIssue:
    progress = first.progress(db, row.id)
    issue = get_issue(db, progress.issue_id) if progress.issue_id is not None else None
    parts = board(db, issue.id).sections if issue else ()
    return FirstIssue(
        progress=progress, issue=issue,
        titles=tuple(item.title for section in parts for item in section.items),
        readers=count_recipients(db, row.id, now()),
        going=issue is not None and issue.state in GOING,
        mail=_mail(issue) if issue and issue.state == IssueState.SENT and captured else "",
    )


def _mail(issue: IssueRow) -> str:
    """Where the captured mail of an issue is shown; the whole mailbox when it is not found."""
    mails = list_mails(system().settings.mailbox_dir)
    mine = (one.name for one in mails
            if one.subject == issue.subject and who().email in one.recipient)
    name = next(mine, None)
    if name is None:
        return url_for("admin.mailbox")
    return url_for("admin.captured_mail", name=name)
