"""The issue page: inbox, issue and preview side by side. Changes live in ``edits`` and ``sends``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from markupsafe import escape
from sqlalchemy.orm import Session

from digest.articles.fidelity.check import Doubt
from digest.articles.queries import InboxPage, InboxStory, inbox, newer_stories, newest_story
from digest.articles.retell import METHOD as RETELL
from digest.articles.summarise import Method
from digest.articles.topics import topic_names
from digest.audience.lists import ListRow, count_recipients, list_lists
from digest.delivery.flow import Flow, told
from digest.delivery.queries import FailureRow, failures
from digest.feedback import reported
from digest.feedback.reactions import Reactions, reactions
from digest.feedback.reported import CameBack
from digest.issues import rewording
from digest.issues.document import Finding, Rendered, Slot
from digest.issues.earlier import LATELY, EarlierIssue, earlier_issue, told_stories
from digest.issues.faith import pieces
from digest.issues.foureyes import last_editor
from digest.issues.models import IssueState
from digest.issues.queries import Board, IssueRow, board, get_issue, preview
from digest.issues.render import fill_html, fill_text
from digest.issues.rewording import Outcome
from digest.issues.states import EDITABLE, HOLD
from digest.issues.subjects import Proposal, by_weight, propose
from digest.newsletters.calendar import next_slots
from digest.newsletters.manage import NewsletterRow, get_newsletter
from digest.staff.roles import Action
from digest.system.errors import NotFound
from digest.system.queue import open_keys
from digest.web.admin import bp
from digest.web.admin.actions import ACTIONS
from digest.web.admin.audit import AuditRow, read_history
from digest.web.admin.checks import check_panel
from digest.web.admin.together import Together, load_together
from digest.web.errors import fill_sentence
from digest.web.fields import asked_number
from digest.web.guard import needs, now, system, who
from digest.web.headers import mail_frame
from digest.web.words import DELIVERY_STATES, DOUBTS, FINDINGS, LINK_CAUSES, METHODS, REWORDINGS

SIDES = ("preview", "checks", "schedule", "history")
PARTS = ("inbox", "issue", "side")  # on a narrow screen one of them is shown
KINDS: dict[str, tuple[LazyString, str]] = {
    "phone": (_l("هاتف"), "phone"),
    "desktop": (_l("حاسوب"), "screen"),
    "dark": (_l("داكن"), "moon"),
    "text": (_l("نص"), "text"),
}
RUNNING = frozenset({IssueState.FROZEN, IssueState.SENDING, IssueState.PAUSED})
DONE = frozenset({IssueState.SENT, IssueState.CANCELLED})
FIELDS = {  # the field of the page that mends a finding
    "no_subject": "subject",
    "subject_long": "subject",
    "subject_latin_first": "subject",
    "no_preheader": "preheader",
    "preheader_long": "preheader",
    "preheader_repeats_subject": "preheader",
    # of an item: its number follows
    "missing_alt": "alt",
    "unopened": "summary",
    "bad_image": "image",
    "lead_without_image": "image",
    "bad_link": "link",
    "foreign_host": "link",
    "duplicate_link": "link",
    "link_dead": "link",
    "link_broken": "link",
    "link_moved_home": "link",
    "link_slow": "link",
    "no_title": "item-title",
    "no_summary": "summary",
    "unfaithful": "summary",
    "source_changed": "summary",
    "two_spellings": "summary",
}
SETTINGS = frozenset({"no_postal_address"})
NOWHERE = dict.fromkeys(Slot, "#")  # a preview belongs to no reader
KEPT = "board-inbox"  # the part that a page keeps when an act leaves it as it is
STEP = 30  # stories beside an issue, and how many more of them are shown on demand
MOST = 200
LOST = 100  # mails that did not arrive, in the table of a page that asks every two seconds
SUBJECT_GOOD, PREHEADER_GOOD = 50, 90  # letters (DESIGN §3)
DARK_IF = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)")
TEXT_FRAME = (
    '<!doctype html><html lang="ar" dir="rtl"><meta charset="utf-8">'
    '<body style="margin:16px;background:#fff;color:#1b2430;font:15px/1.8 Tahoma,sans-serif">'
    '<pre style="margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:inherit">{}</pre>'
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A send in figures, and the mails that a person should know of."""

    flow: Flow
    lost: tuple[FailureRow, ...]
    came_back: Mapping[str, int]
    reports: tuple[CameBack, ...]


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A finding in words, and where its cause is: an item, a section, a field or the settings."""

    level: str
    text: str
    item_id: int | None
    section_id: int | None
    field: str
    settings: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """An issue and its send; the part of the page that moves by itself."""

    issue: IssueRow
    ledger: Ledger | None

    @property
    def running(self) -> bool:
        """Tell whether its mails are on their way."""
        return self.issue.state in RUNNING

    @property
    def moving(self) -> bool:
        """Tell whether its state changes by itself, so that the page should ask again."""
        return self.running or self.issue.state == IssueState.SCHEDULED


@dataclass(frozen=True, slots=True)
class IssuePage(Progress):
    """All that the page shows. ``usual_at`` is the next time of the newsletter's calendar."""

    board: Board
    newsletter: NewsletterRow
    lists: tuple[ListRow, ...]
    recipients: int
    reactions: Reactions | None
    rendered: Rendered
    inbox: InboxPage | None
    earlier: Mapping[int, EarlierIssue]
    used: frozenset[int]
    usual_at: datetime | None
    history: tuple[AuditRow, ...]
    topic_names: tuple[tuple[int, str], ...]
    rewordings: Mapping[int, Outcome]
    rewording: frozenset[int]
    together: Together
    seen: int
    fresh: int
    shown: int

    @property
    def doubts(self) -> Mapping[int, tuple[Doubt, ...]]:
        """Return the doubts about summaries by item, as the checks found them."""
        return {
            one.item_id: cast(tuple[Doubt, ...], one.facts["doubts"])
            for one in self.rendered.findings if one.code == "unfaithful" and one.item_id
        }

    @property
    def open(self) -> bool:
        """Tell whether the issue may still be edited."""
        return self.issue.state in EDITABLE

    @property
    def topics(self) -> tuple[tuple[str, int, tuple[InboxStory, ...]], ...]:
        """Return the inbox by topic: name, how many stories it has in all, those shown."""
        if self.inbox is None:
            return ()
        groups = (
            (topic.name, topic.stories, tuple(_of_topic(self.inbox.stories, topic.id)))
            for topic in self.inbox.topics
        )
        return tuple(group for group in groups if group[2])

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """Return subject lines made of the issue's headlines, but for the one it has."""
        told = (
            (item.role, item.title) for section in self.board.sections for item in section.items
        )
        found = propose(by_weight(told), numerals=self.newsletter.digits)
        return tuple(one for one in found if one.subject != self.board.subject)

    @property
    def checks(self) -> tuple[CheckRow, ...]:
        """Return the findings in words, errors first."""
        return tuple(_check(one) for one in self.rendered.findings)

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
    search, part = request.args.get("q", "")[:200], request.args.get("part", "")
    tab = request.args.get("tab", "")
    tab = tab if tab in {"new", "saved", "excluded"} else "new"
    shown = min(asked_number("shown") or STEP, MOST)
    with system().db.read() as db:
        page = load_page(
            db, issue_id, tab=tab, search=search, seen=asked_number("seen"), now=now(),
            shown=0 if KEPT in request.headers.get("X-Keeps", "") else shown,
        )
        author = last_editor(db, issue_id)
        panel = check_panel(db, page.board, page.rendered, now()) if side == "checks" else None
    if side not in SIDES:
        side = "preview"
    return render_template(
        "admin/board/page.html",
        page=page,
        panel=panel,
        link_causes=LINK_CAUSES,
        side=side,
        kind=kind if kind in KINDS else "phone",
        kinds=KINDS,
        tab=tab,
        search=search,
        editing=asked_number("edit"),
        opened=_opened(),
        shown=shown,
        step=STEP,
        most=MOST,
        at=now(),
        part=part if part in PARTS else "issue",
        actions=ACTIONS,
        **_writing(),
        delivery_states=DELIVERY_STATES,
        is_author=author == who().id,
        soon=now() + HOLD,
        subject_good=SUBJECT_GOOD,
        preheader_good=PREHEADER_GOOD,
    )


@bp.get("/issues/<int:issue_id>/items/<int:item_id>/form")
@needs(Action.EDIT)
def item_form(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Answer the form of one story, for a fold of the page that was opened; the page, if it may not be."""
    with system().db.read() as db:
        page = load_page(db, issue_id, tab="", search="", seen=None, now=now(), shown=0)
    places = {
        item.id: (section.id, item) for section in page.board.sections for item in section.items
    }
    section_id, item = places.get(item_id, (0, None))
    if item is None:
        raise NotFound("no_such_item", item=item_id)
    if not page.open or section_id in page.together.locked:
        return redirect(url_for("admin.issue", issue_id=issue_id))
    return render_template(
        "admin/board/lazy.html", page=page, section_id=section_id, item=item,
        here=request.args.get("back", ""), **_writing(),
    )


def _opened() -> frozenset[int]:
    """The stories whose forms are open in the page that this one takes the place of."""
    words = request.headers.get("X-Open", "").split()[:MOST]
    return frozenset(int(one) for one in words if one.isdecimal())


def _writing() -> dict[str, object]:
    """What the form of a story speaks of."""
    return {
        "methods": METHODS, "method": Method.MIX.value, "retell": RETELL,
        "has_model": system().llm.is_on, "pieces": pieces, "doubt_sentences": doubt_sentences,
        "reworded": REWORDINGS,
    }


@bp.get("/issues/<int:issue_id>/progress")
@needs(Action.VIEW)
def issue_progress(issue_id: int) -> ResponseReturnValue:
    """Answer how far the send is, for a page that asks every two seconds."""
    with system().db.read() as db:
        one = get_issue(db, issue_id)
        page = Progress(one, _ledger(db, one))
    return render_template("admin/board/progress.html", page=page, delivery_states=DELIVERY_STATES)


@bp.get("/issues/<int:issue_id>/preview")
@needs(Action.VIEW)
def issue_preview(issue_id: int) -> Response:
    """Answer the mail as it would be sent now, for the frame; no reader's links are in it."""
    with system().db.read() as db:
        rendered = preview(db, issue_id, base_url=system().settings.base_url, now=now())
    if request.args.get("kind") == "text":
        return mail_frame(TEXT_FRAME.format(escape(fill_text(rendered.text, NOWHERE))))
    return mail_frame(in_colours(fill_html(rendered.html, NOWHERE), request.args.get("kind")))


def in_colours(html: str, kind: str | None) -> str:
    """Show the mail's dark or light colours, whatever the editor's own screen prefers.

    No browser lets a page choose that for a frame, so the condition in the bytes is answered here.
    """
    return DARK_IF.sub("@media all" if kind == "dark" else "@media not all", html)


def load_page(
    db: Session, issue_id: int, *, tab: str, search: str, seen: int | None, now: datetime, shown: int
) -> IssuePage:
    """Read the page's facts; raises NotFound("no_such_issue").

    Stories newer than ``seen`` stay behind a bar until the editor asks for them. ``shown`` is how
    many there are at most, 0 for a part of the page that has none.
    """
    seen = newest_story(db) if seen is None else seen
    one = get_issue(db, issue_id)
    newsletter = get_newsletter(db, one.newsletter_id)
    parts = board(db, issue_id)
    used = frozenset(
        item.story_id for section in parts.sections for item in section.items if item.story_id
    )
    is_open = one.state in EDITABLE
    told = told_stories(db, one.newsletter_id, since=now - LATELY, without=one.id) if is_open else ()
    stories = inbox(
        db, search=search, tab=tab, now=now, used=told, per_page=shown, until=seen
    ) if is_open and shown else None
    return IssuePage(
        issue=one,
        board=parts,
        newsletter=newsletter,
        lists=tuple(row for row in list_lists(db) if row.id in newsletter.list_ids),
        recipients=count_recipients(db, newsletter.id, now),
        reactions=reactions(db, issue_id) if one.state in RUNNING | DONE else None,
        rendered=preview(db, issue_id, base_url=system().settings.base_url, now=now),
        inbox=stories,
        earlier=earlier_issue(
            db, used.union(story.story_id for story in stories.stories) if stories else used,
            without=one.id,
        ),
        used=used,
        usual_at=usual_time(one, newsletter, now) if is_open else None,
        ledger=_ledger(db, one),
        history=read_history(db, "issue", issue_id),
        topic_names=topic_names(db),
        rewordings=rewording.outcomes(db, issue_id) if is_open else {},
        rewording=frozenset(int(key) for key in open_keys(db, rewording.KIND)),
        together=load_together(db, issue_id),
        seen=seen,
        fresh=newer_stories(db, seen, now=now, used=told) if is_open else 0,
        shown=shown,
    )


def _of_topic(stories: Iterable[InboxStory], topic_id: int | None) -> Iterator[InboxStory]:
    return (story for story in stories if story.topic_id == topic_id)


def _ledger(db: Session, issue: IssueRow) -> Ledger | None:
    if issue.state not in RUNNING | DONE:
        return None
    return Ledger(
        told(system(), issue.id), failures(db, issue.id, limit=LOST), reported.of_issue(db, issue.id),
        reported.rows_of_issue(db, issue.id),
    )


def _check(finding: Finding) -> CheckRow:
    return CheckRow(
        finding.level.value,
        fill_sentence(FINDINGS[finding.code], finding.facts),
        finding.item_id,
        finding.section_id,
        FIELDS.get(finding.code, ""),
        finding.code in SETTINGS,
    )


def doubt_sentences(found: Iterable[Doubt]) -> list[str]:
    """Return doubts in words, each once."""
    told = (fill_sentence(DOUBTS[one.kind.value], {"text": one.text}) for one in found)
    return list(dict.fromkeys(told))


def usual_time(issue: IssueRow, newsletter: NewsletterRow, now: datetime) -> datetime | None:
    """Return the time the issue was made for, else the calendar's next one."""
    if issue.slot_at is not None and issue.slot_at > now:
        return issue.slot_at
    return next(iter(next_slots(newsletter.rule, newsletter.zone, now, 1)), None)
