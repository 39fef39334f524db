"""What the forms of the issue page change. Each carries ``based_on``, the version it was drawn from.

The answer is the page again, at the place that changed; scripts that save while one types ask for
JSON and get the new version.
"""

from __future__ import annotations

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from digest.articles.lengths import Length
from digest.articles.retell import METHOD as RETELL
from digest.articles.summarise import Method
from digest.issues import board, rewording, states, undo
from digest.issues.commands import ISSUE as ISSUE_ROW
from digest.issues.commands import WORDS
from digest.issues.journal import read
from digest.issues.models import Item, Role
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.admin.torn import torn
from digest.web.errors import sentence
from digest.web.fields import choice, number, optional_number, text
from digest.web.forms import safe_back
from digest.web.guard import needs, now, system, wants_json, who

ISSUE = "/issues/<int:issue_id>"
ITEM = f"{ISSUE}/items/<int:item_id>"
SECTION = f"{ISSUE}/sections/<int:section_id>"


@bp.post(f"{ISSUE}/words")
@needs(Action.EDIT)
def edit_words(issue_id: int) -> ResponseReturnValue:
    """Set subject, preheader and the editor's note."""
    with torn(issue_id), system().db.write() as db:
        version = board.edit_issue(
            db, issue_id, subject=text("subject"), preheader=text("preheader"),
            note=text("note"), note_by=text("note_by")[:120],
            based_on=number("based_on"), by=who().id, now=now(),
        )
    return _saved(issue_id, version, ISSUE_ROW)


@bp.post(f"{ISSUE}/subject")
@needs(Action.EDIT)
def choose_subject(issue_id: int) -> ResponseReturnValue:
    """Take a proposed subject with its preheader; the note stays."""
    with torn(issue_id), system().db.write() as db:
        issue = states.get(db, issue_id)
        board.edit_issue(
            db, issue_id, subject=text("subject"), preheader=text("preheader"), note=issue.note,
            note_by=issue.note_by, based_on=number("based_on"), by=who().id, now=now(),
        )
    flash(_("وُضع العنوان والتمهيد."), "ok")
    return back_to(issue_id, "subject")


@bp.post(f"{ISSUE}/stories")
@needs(Action.EDIT)
def add_story(issue_id: int) -> ResponseReturnValue:
    """Put a story of the inbox into the issue."""
    story_id = number("story_id")
    role = choice("role", Role) if request.values.get("role") else None
    based_on = optional_number("based_on")
    try:
        with system().db.write() as db:
            if based_on is None:  # from the inbox page, which shows no version of the issue
                based_on = states.get(db, issue_id).version
            board.add_story(
                db, issue_id, story_id, section_id=optional_number("section_id"), role=role,
                based_on=based_on, by=who().id, now=now(),
            )
        flash(_("أُضيف الخبر إلى العدد."), "ok")
    except Refused as error:
        if error.code != "already_in_issue":
            raise
        flash(sentence(error), "info")  # pressed twice, or a colleague was faster: it is there
    return back_to(issue_id, f"story-{story_id}")


@bp.post(ITEM)
@needs(Action.EDIT)
def edit_item(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Change an item's own title, summary, link and image."""
    with torn(issue_id), system().db.write() as db:
        version = board.edit_item(
            db, issue_id, item_id, title=text("title"), summary=text("summary"),
            link=text("link"), image=text("image") or None, image_alt=text("image_alt"),
            based_on=number("based_on"), by=who().id, now=now(),
        )
    return _saved(issue_id, version, f"item:{item_id}", f"item-{item_id}")


@bp.post(f"{ITEM}/seen")
@needs(Action.EDIT)
def see_item(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Note that a summary was opened; the page says so by itself, without drawing anything anew."""
    with system().db.write() as db:
        board.see_item(db, issue_id, item_id)
    return "", 204


@bp.post(f"{ITEM}/role")
@needs(Action.EDIT)
def set_role(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Make an item the lead, an ordinary story or a brief."""
    with system().db.write() as db:
        board.set_role(
            db, issue_id, item_id, choice("role", Role), based_on=number("based_on"),
            by=who().id, now=now(),
        )
    return back_to(issue_id, f"item-{item_id}")


@bp.post(f"{ITEM}/move")
@needs(Action.EDIT)
def move_item(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Move an item within its section or to another one."""
    section_id, position = number("section_id"), number("position")
    with system().db.write() as db:
        board.move_item(
            db, issue_id, item_id, section_id=section_id, position=position,
            based_on=number("based_on"), by=who().id, now=now(),
        )
        title = board.section_of(db, issue_id, section_id).title
        places = list(
            db.scalars(select(Item.id).where(Item.section_id == section_id).order_by(Item.position))
        )
    flash(
        _("نُقل إلى «%(section)s»، الموضع %(a)s من %(b)s.", section=title,
          a=places.index(item_id) + 1, b=len(places)),
        "ok",
    )
    return back_to(issue_id, f"item-{item_id}")


@bp.post(f"{ITEM}/remove")
@needs(Action.EDIT)
def remove_item(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Take an item out of the issue."""
    with system().db.write() as db:
        board.remove_item(
            db, issue_id, item_id, based_on=number("based_on"), by=who().id, now=now()
        )
    flash(_("حُذف الخبر من العدد. تجده في الوارد إن احتجت إليه."), "ok")
    return back_to(issue_id)


@bp.post(f"{ITEM}/summary")
@needs(Action.EDIT)
def regenerate(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Write an item's summary anew: from all sources or one, as long as it is, shorter, longer."""
    method = None if text("method") == RETELL else choice("method", Method)
    board.regenerate_summary(
        system(), issue_id, item_id, method=method, length=choice("length", Length),
        based_on=number("based_on"), by=who().id,
    )
    flash(_("كُتب ملخص جديد. راجعه قبل الإرسال."), "ok")
    return back_to(issue_id, f"item-{item_id}")


@bp.post(f"{ITEM}/rewrite")
@needs(Action.EDIT)
def rewrite_item(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Ask the language model for an item's summary; a job does it."""
    with system().db.write() as db:
        rewording.ask(
            db, issue_id, item_id, is_on=system().llm.is_on, based_on=number("based_on"),
            now=now(), by=who().id,
        )
    flash(_("طُلبت الصياغة من النموذج. حدّث الصفحة بعد قليل لتراها."), "ok")
    return back_to(issue_id, f"item-{item_id}")


@bp.post(f"{ITEM}/rewrite/use")
@needs(Action.EDIT)
def use_rewritten(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Take the model's text although something in it is doubtful."""
    with system().db.write() as db:
        rewording.use(
            db, issue_id, item_id, based_on=number("based_on"), by=who().id, now=now()
        )
    flash(_("وُضع نص النموذج. راجع ما عُلّم فيه قبل الإرسال."), "ok")
    return back_to(issue_id, f"item-{item_id}")


@bp.post(f"{ISSUE}/sections")
@needs(Action.EDIT)
def add_section(issue_id: int) -> ResponseReturnValue:
    """Add an empty section at the end."""
    with system().db.write() as db:
        board.add_section(
            db, issue_id, text("title"), based_on=number("based_on"), by=who().id, now=now()
        )
    return back_to(issue_id, "new-section")


@bp.post(f"{SECTION}/rename")
@needs(Action.EDIT)
def rename_section(issue_id: int, section_id: int) -> ResponseReturnValue:
    """Give a section another title."""
    with torn(issue_id), system().db.write() as db:
        board.rename_section(
            db, issue_id, section_id, text("title"), based_on=number("based_on"),
            by=who().id, now=now(),
        )
    return back_to(issue_id, f"section-{section_id}")


@bp.post(f"{SECTION}/move")
@needs(Action.EDIT)
def move_section(issue_id: int, section_id: int) -> ResponseReturnValue:
    """Move a section up or down."""
    with system().db.write() as db:
        board.move_section(
            db, issue_id, section_id, number("position"), based_on=number("based_on"),
            by=who().id, now=now(),
        )
    return back_to(issue_id, f"section-{section_id}")


@bp.post(f"{SECTION}/remove")
@needs(Action.EDIT)
def remove_section(issue_id: int, section_id: int) -> ResponseReturnValue:
    """Take a section out with its items."""
    with system().db.write() as db:
        board.remove_section(
            db, issue_id, section_id, based_on=number("based_on"), by=who().id, now=now()
        )
    flash(_("حُذف القسم. أخباره باقية في الوارد."), "ok")
    return back_to(issue_id)


def _saved(issue_id: int, version: int, row: str, place: str = "") -> ResponseReturnValue:
    """Answer a save: JSON for a script that saves while one types, else the page.

    ``texts`` are what stands there now, with what colleagues wrote into other fields meanwhile.
    """
    if wants_json():
        with system().db.read() as db:
            step = undo.next_undo(db, issue_id, who().id)
            texts = {name: one or "" for name, one in read(db, issue_id)[row].items() if name in WORDS}
        return jsonify(
            version=version, message=_("حُفظ"), texts=texts, undo=step.seq if step else None
        )
    flash(_("حُفظ."), "ok")
    return back_to(issue_id, place)


def back_to(issue_id: int, place: str = "") -> ResponseReturnValue:
    """Go back to where the form was, at the place that changed."""
    target = safe_back(url_for("admin.issue", issue_id=issue_id))
    return redirect(target + (f"#{place}" if place else ""), 303)
