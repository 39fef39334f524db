"""One story close up: a page of its own, which scripts show as a drawer beside the list it is from.

Its forms answer with the page they came from; what they change lives in ``issues.choosing``, and in
``edits`` and ``inbox`` where the same can be done from the lists.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from digest.articles.lengths import Length
from digest.articles.near import NearStory, near_stories
from digest.articles.retell import METHOD as RETELL
from digest.articles.summarise import Method
from digest.articles.topics import topic_names
from digest.issues import choosing
from digest.issues.closeup import CloseUp, item_close_up, item_of, story_close_up
from digest.issues.faith import pieces
from digest.issues.queries import get_issue
from digest.issues.rewording import KIND, Outcome, outcomes
from digest.issues.rewording import METHOD as REWORDED
from digest.issues.states import EDITABLE
from digest.staff.roles import Action
from digest.system.queue import open_keys
from digest.web.admin import bp
from digest.web.admin.board import doubt_sentences
from digest.web.admin.edits import ITEM
from digest.web.fields import choice, number, text
from digest.web.forms import safe_back
from digest.web.guard import needs, now, system, who
from digest.web.words import METHODS, REWORDINGS

KEYS = 9  # topics that have a key of their own, Digit1 to Digit9
# How a kept version came about.
MADE: dict[str, LazyString] = {
    **METHODS,
    RETELL: _l("من كل المصادر"),
    REWORDED: _l("النموذج اللغوي"),
    "editor": _l("كتبه محرّر"),
}


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What the page knows of an item of an issue beyond its story."""

    issue_id: int
    id: int
    version: int
    open: bool
    link: str
    image: str | None
    image_alt: str
    asked: bool
    outcome: Outcome | None


@bp.get(f"{ITEM}/story")
@needs(Action.VIEW)
def item_story(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Show a story of an issue: its summary beside its sources."""
    with system().db.read() as db:
        return _page(db, item_close_up(db, issue_id, item_id), _item_facts(db, issue_id, item_id))


@bp.get("/inbox/<int:story_id>/story")
@needs(Action.VIEW)
def story(story_id: int) -> ResponseReturnValue:
    """Show a story of the inbox."""
    with system().db.read() as db:
        return _page(db, story_close_up(db, story_id), None)


@bp.post(f"{ITEM}/write")
@needs(Action.EDIT)
def write_summary(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Write the summary anew; beside an editor's own text, the new one waits to be chosen."""
    method = None if text("method") == RETELL else choice("method", Method)
    placed = choosing.write_summary(
        system(), issue_id, item_id, method=method, length=choice("length", Length),
        based_on=number("based_on"), by=who().id,
    )
    if placed:
        flash(_("كُتب ملخص جديد. راجعه قبل الإرسال."), "ok")
    else:
        flash(_("بقي نصك كما هو. تجد الملخص الجديد بين النسخ، فضعه إن أردت."), "ok")
    return _back(issue_id, item_id)


@bp.post(f"{ITEM}/version")
@needs(Action.EDIT)
def use_version(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Put a kept version into the issue; what stood there is kept as well."""
    with system().db.write() as db:
        choosing.use_version(
            db, issue_id, item_id, number("version_id"), based_on=number("based_on"),
            by=who().id, now=now(),
        )
    flash(_("وُضعت النسخة، وحُفظ ما كان مكانها."), "ok")
    return _back(issue_id, item_id)


@bp.post(f"{ITEM}/source")
@needs(Action.EDIT)
def use_source(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Let another source of the story stand in the issue."""
    with system().db.write() as db:
        choosing.use_source(
            db, issue_id, item_id, number("article_id"), replace=bool(text("replace")),
            based_on=number("based_on"), by=who().id, now=now(),
        )
    flash(_("صار هذا المصدر هو الظاهر."), "ok")
    return _back(issue_id, item_id)


def _page(db: Session, shown: CloseUp, item: ItemFacts | None) -> str:
    search = request.args.get("q", "")[:200]
    here = request.full_path.rstrip("?")
    return render_template(
        "admin/story/page.html", shown=shown, item=item, here=here, search=search,
        near=_near(db, shown, search), topics=topic_names(db), keys=KEYS, pieces=pieces,
        doubt_sentences=doubt_sentences, methods=METHODS, method=Method.MIX.value, retell=RETELL,
        made=MADE, reworded=REWORDINGS, has_model=system().llm.is_on,
        can_change=item is None or item.open,
    )


def _near(db: Session, shown: CloseUp, search: str) -> tuple[NearStory, ...]:
    return near_stories(db, shown.story_id, search=search) if shown.story_id else ()


def _item_facts(db: Session, issue_id: int, item_id: int) -> ItemFacts:
    issue, item = get_issue(db, issue_id), item_of(db, issue_id, item_id)
    return ItemFacts(
        issue_id, item_id, issue.version, issue.state in EDITABLE, item.link, item.image,
        item.image_alt, str(item_id) in open_keys(db, KIND), outcomes(db, issue_id).get(item_id),
    )


def _back(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Go back to where the form was: the page of the story, or the drawer that shows it."""
    return redirect(
        safe_back(url_for("admin.item_story", issue_id=issue_id, item_id=item_id)), 303
    )
