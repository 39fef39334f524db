"""The mail with a draft: what is in it, when it goes, and the two links «اعتمد» and «أوقف»."""

from __future__ import annotations

import secrets
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from digest.audience.lists import count_recipients
from digest.delivery.compose import mailable, plain_mail
from digest.delivery.keys import signer_for
from digest.delivery.post import post
from digest.delivery.queries import load_sender
from digest.delivery.signing import signed
from digest.issues import approval, states
from digest.issues.models import Issue, IssueState
from digest.issues.queries import board
from digest.issues.render import render_plain_mail
from digest.newsletters.models import Newsletter, Unanswered
from digest.system.build import System
from digest.system.links import approve_url, issue_url, stop_url
from digest.text.dates import clock_time
from digest.text.plural import count

TOLD = 5  # headlines in the mail; the page behind the button shows the draft itself
SILENCE = {
    Unanswered.HOLD: "إن لم يجب أحد بقيت مسودة ولم تُرسل.",
    Unanswered.SEND: "إن لم يجب أحد أُرسلت كما هي.",
    Unanswered.LEAD: "إن لم يجب أحد أُرسل الخبر الرئيس وحده.",
}


def mail_draft(system: System, issue_id: int, user_id: int) -> None:
    """Show one person the present draft; one that has gone its way since is not mailed.

    Raises what ``post.post`` raises.
    """
    base_url = system.settings.base_url
    with system.db.read() as db:
        issue = states.get(db, issue_id)
        user = approval.answerer(db, user_id)
        if user is None or issue.state not in states.EDITABLE:
            return
        newsletter = db.get_one(Newsletter, issue.newsletter_id)
        sender = load_sender(db, newsletter.id, base_url=base_url)
        signer = signer_for(db, sender.domain, system.settings.secret_key)
        to, title = mailable(user.email), _title(issue, newsletter)
        waits, brand = issue.state == IssueState.DRAFT, newsletter.brand
        body = "\n".join(_body(db, issue, newsletter, readers=count_recipients(
            db, newsletter.id, system.clock.now()
        )))
        version = issue.version
    page, text = render_plain_mail(
        "draft", name=sender.name, title=title, body=body, brand=brand,
        url=approve_url(base_url, system.signer, issue_id, version, user_id) if waits else "",
        stop=stop_url(base_url, system.signer, issue_id, version, user_id),
        board=issue_url(base_url, issue_id),
    )
    post(system, signed(signer, plain_mail(
        sender, to, subject=title, page=page, text=text,
        message_id=f"d{issue_id}.{secrets.token_hex(10)}", at=system.clock.now(),
    )))


def _title(issue: Issue, newsletter: Newsletter) -> str:
    named = f"مسودة {newsletter.name}" + (f" {issue.number}" if issue.number else "")
    return f"{named} جاهزة" if issue.state == IssueState.DRAFT else f"{named} مجدولة"


def _body(db: Session, issue: Issue, newsletter: Newsletter, *, readers: int) -> list[str]:
    """Subject, headlines, hour and readers, and what happens when nobody answers."""
    told = [item.title for section in board(db, issue.id).sections for item in section.items]
    lines = [f"العنوان: «{issue.subject}»" if issue.subject else "العدد بلا عنوان بعد."]
    lines += [f"• {title}" for title in told[:TOLD]]
    if len(told) > TOLD:
        rest = count("story", len(told) - TOLD, lang="ar", numerals=newsletter.digits)
        lines.append(f"ومعها: {rest}.")
    lines.append(f"يصل إلى: {count('subscriber', readers, lang='ar', numerals=newsletter.digits)}.")
    at = issue.send_at if issue.state == IssueState.SCHEDULED else issue.slot_at
    if at is not None:
        local = at.astimezone(ZoneInfo(newsletter.zone)).time()
        clock = clock_time(local, numerals=newsletter.digits, lang="ar")
        lines.append(f"الموعد: {clock} بتوقيت النشرة، أي {at:%H:%M} UTC.")
    if issue.state == IssueState.SCHEDULED:
        lines.append("يُرسل وحده في موعده، ويمكنك إيقافه حتى ذلك الحين.")
    elif issue.slot_at is not None and not issue.held:
        lines.append(SILENCE[Unanswered(newsletter.unanswered)])
    return lines
