"""Long work that is under way: sends, imports, collecting. One model, one page, one pill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.audience.models import ImportRun, MailingList
from digest.delivery import flow
from digest.issues.models import Issue, IssueState
from digest.staff.models import User
from digest.staff.roles import Action
from digest.system.queue import Job, JobState
from digest.web.admin import bp
from digest.web.filters import digits
from digest.web.guard import allowed, needs, signed_in, system

SENDING = (IssueState.FROZEN.value, IssueState.SENDING.value, IssueState.PAUSED.value)
IMPORTING = ("waiting", "running")
COLLECTING = "collect_source"
FEW = 3  # sources that are read at any time; only more of them are worth telling


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of long work: what it is, whose, where it is shown, and ``done`` of ``total``.

    ``total`` is 0 while nobody knows how much there is. A send is told with its issue's state.
    """

    kind: str
    title: str
    owner: str
    url: str
    done: int = 0
    total: int = 0
    failed: int = 0
    issue_id: int | None = None
    state: str = ""

    @property
    def percent(self) -> int | None:
        """Return the share that is done, rounded down."""
        return 100 * self.done // self.total if self.total else None


@bp.get("/work")
@needs(Action.VIEW)
def work() -> ResponseReturnValue:
    """Show all work that is under way; with the tag of the last answer, only what is new."""
    with system().db.read() as db:
        found = under_way(db)
    shown = [_counted(one) for one in found]
    answer = Response(render_template("admin/work.html", works=shown))
    answer.set_etag(_tag(shown))
    return answer.make_conditional(request)


@bp.app_context_processor
def _pill() -> dict[str, object]:
    """What the header asks for: the work under way, without counting a million mails for it."""
    return {"works_under_way": _under_way_now}


def _under_way_now() -> tuple[Work, ...]:
    if not signed_in():
        return ()
    with system().db.read() as db:
        return under_way(db)


def under_way(db: Session) -> tuple[Work, ...]:
    """Return long work in a fixed number of short questions."""
    return (*_sends(db), *(_imports(db) if allowed(Action.READERS) else ()), *_collecting(db))


def _sends(db: Session) -> Sequence[Work]:
    rows = db.execute(
        select(Issue.id, Issue.subject, Issue.state, User.name).outerjoin(User, User.id == Issue.scheduled_by)
        .where(Issue.state.in_(SENDING)).order_by(Issue.id)
    )
    return [
        Work("send", str(_("إرسال «%(subject)s»", subject=subject)), owner or "",
             url_for("admin.issue", issue_id=issue_id), issue_id=issue_id, state=state)
        for issue_id, subject, state, owner in rows
    ]


def _imports(db: Session) -> Sequence[Work]:
    rows = db.execute(
        select(ImportRun, MailingList.name, User.name)
        .join(MailingList, MailingList.id == ImportRun.list_id)
        .outerjoin(User, User.id == ImportRun.by)
        .where(
            ImportRun.state.in_(IMPORTING),
            select(Job.id).where(
                Job.kind == "import_file", Job.key == ImportRun.token, Job.state != JobState.DEAD
            ).exists(),
        )
        .order_by(ImportRun.id)
    )
    return [
        Work("import", str(_("استيراد إلى «%(name)s»", name=name)), owner or "",
             url_for("admin.one_import", token=run.token), done=run.rows, total=run.total,
             failed=run.invalid)
        for run, name, owner in rows
    ]


def _collecting(db: Session) -> Sequence[Work]:
    n = db.scalar(
        select(func.count()).where(Job.kind == COLLECTING, Job.state != JobState.DEAD)
    ) or 0
    if n <= FEW:
        return []
    title = str(_("جمع الأخبار: مصادر تنتظر %(n)s", n=digits(n)))
    return [Work("collect", title, "", url_for("admin.sources"))]


def _counted(one: Work) -> Work:
    """A send with its mails: those of a large one are counted beside the pages, not for them."""
    if one.issue_id is None:
        return one
    sent = flow.told(system(), one.issue_id)
    return replace(one, done=sent.sent + sent.lost, total=sent.total, failed=sent.lost)


def _tag(works: Sequence[Work]) -> str:
    return sha256(repr(works).encode()).hexdigest()[:20]
