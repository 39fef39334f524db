"""The checks of an issue beside the findings: its weight, its links, and what mail programs take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from digest.issues import linkcheck
from digest.issues.clients import Support, support
from digest.issues.document import Reach, Rendered
from digest.issues.mailview import web_address
from digest.issues.queries import Board
from digest.issues.weight import Weight, weigh
from digest.staff.roles import Action
from digest.web.admin import bp
from digest.web.guard import needs, now, system


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link or image of a story, and what came of asking it, if it was asked."""

    title: str
    url: str
    reach: Reach | None


@dataclass(frozen=True, slots=True)
class Panel:
    """What the checks show beside their findings."""

    weight: Weight
    links: tuple[LinkRow, ...]
    asking: bool
    support: Support

    @property
    def asked_at(self) -> datetime | None:
        """Return when the link that was asked longest ago was asked."""
        return min((row.reach.at for row in self.links if row.reach), default=None)


def check_panel(db: Session, board: Board, rendered: Rendered, now: datetime) -> Panel:
    """Read what the checks of an issue show."""
    wanted = [
        (item.title, url)
        for section in board.sections for item in section.items
        for one in (item.link, item.image) if (url := web_address(one))
    ]
    known = linkcheck.reaches(db, {url for _title, url in wanted}, now=now)
    return Panel(
        weigh(rendered.html),
        tuple(LinkRow(title, url, known.get(url)) for title, url in wanted),
        linkcheck.checking(db, board.issue_id),
        support(rendered.html),
    )


@bp.post("/issues/<int:issue_id>/links")
@needs(Action.EDIT)
def check_issue_links(issue_id: int) -> ResponseReturnValue:
    """Have the links of an issue asked again, in the background."""
    with system().db.write() as db:
        linkcheck.ask_again(db, issue_id, now=now())
    flash(_("نفحص الروابط الآن. تابع عملك، وحدّث الصفحة بعد قليل لترى النتيجة."), "ok")
    return redirect(
        url_for("admin.issue", issue_id=issue_id, side="checks", part="side", _anchor="links")
    )
