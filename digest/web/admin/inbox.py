"""The inbox: collected stories by topic, duplicates folded, and what an editor does with them."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.articles import curate
from digest.articles.queries import inbox
from digest.articles.topics import topic_names
from digest.issues.earlier import earlier_issue, used_stories
from digest.issues.queries import list_issues
from digest.issues.states import EDITABLE
from digest.sources.collect import add_source
from digest.sources.manage import collect_now
from digest.sources.models import FetchAttempt, SourceKind
from digest.staff import audit
from digest.staff.roles import Action
from digest.web.admin import bp
from digest.web.admin.board import LATELY
from digest.web.fields import asked_number, number, optional_number, text
from digest.web.forms import safe_back
from digest.web.guard import needs, now, system, who

MOST_PAGES = 1_000_000
TABS: dict[str, LazyString] = {
    "new": _l("الجديد"),
    "saved": _l("المحفوظ"),
    "used": _l("المستعمل"),
    "excluded": _l("المستبعد"),
}


@bp.get("/inbox")
@needs(Action.VIEW)
def inbox_page() -> ResponseReturnValue:
    """Show the stories of a tab, filtered as the address line says."""
    tab = request.args.get("tab", "new")
    tab = tab if tab in TABS else "new"
    search, topic_id = request.args.get("q", "")[:200], request.args.get("topic", type=int)
    with system().db.read() as db:
        page = inbox(
            db, topic_id=topic_id, search=search, tab=tab, used=used_stories(db, since=now() - LATELY),
            page=min(asked_number("page") or 1, MOST_PAGES), now=now(),
        )
        earlier = earlier_issue(db, [one.story_id for one in page.stories])
        drafts = [one for one in list_issues(db, limit=50) if one.state in EDITABLE]
        topics = topic_names(db)
        collected_at = db.scalar(select(func.max(FetchAttempt.at)))
    return render_template(
        "admin/inbox/page.html", page=page, tab=tab, tabs_of=TABS, search=search,
        topic_id=topic_id, topics=topics, drafts=drafts, collected_at=collected_at,
        earlier=earlier,
    )


@bp.post("/inbox/collect")
@needs(Action.EDIT)
def collect_all() -> ResponseReturnValue:
    """Ask every active source soon; the workers do it, this request does not."""
    with system().db.write() as db:
        collect_now(db, now())
    flash(_("بدأ الجمع. تظهر الأخبار هنا خلال دقيقة أو اثنتين."), "ok")
    return _back()


@bp.post("/inbox/link")
@needs(Action.EDIT)
def add_link() -> ResponseReturnValue:
    """Add one article by its address: a page that is a source of its own."""
    with system().db.write() as db:
        add_source(db, text("url"), kind=SourceKind.PAGE, by=who().id, now=now())
    flash(_("نقرأ الصفحة الآن. يظهر خبرها في الوارد بعد قليل."), "ok")
    return _back()


@bp.post("/inbox/<int:story_id>/save")
@needs(Action.EDIT)
def save_story(story_id: int) -> ResponseReturnValue:
    """Keep a story for later."""
    return _act(story_id, "save", curate.save_story, _("حُفظ الخبر. تجده في «المحفوظ»."))


@bp.post("/inbox/<int:story_id>/unsave")
@needs(Action.EDIT)
def unsave_story(story_id: int) -> ResponseReturnValue:
    """Put a kept story back among the new ones."""
    return _act(story_id, "unsave", curate.unsave_story, _("عاد الخبر إلى «الجديد»."))


@bp.post("/inbox/<int:story_id>/exclude")
@needs(Action.EDIT)
def exclude_story(story_id: int) -> ResponseReturnValue:
    """Set a story aside: no draft takes it."""
    return _act(story_id, "exclude", curate.exclude_story, _("استُبعد الخبر. تجده في «المستبعد»."))


@bp.post("/inbox/<int:story_id>/restore")
@needs(Action.EDIT)
def restore_story(story_id: int) -> ResponseReturnValue:
    """Bring a story back that was set aside."""
    return _act(story_id, "restore", curate.restore_story, _("عاد الخبر إلى «الجديد»."))


@bp.post("/inbox/<int:story_id>/topic")
@needs(Action.EDIT)
def set_topic(story_id: int) -> ResponseReturnValue:
    """Move a story to another topic."""
    topic_id = optional_number("topic_id")
    return _act(
        story_id, "topic", lambda db, story: curate.set_topic(
            db, story, topic_id, by=who().id, now=now()
        ),
        _("تغيّر موضوع الخبر، وتعلّم الفرز منه."),
    )


@bp.post("/inbox/<int:story_id>/representative")
@needs(Action.EDIT)
def set_representative(story_id: int) -> ResponseReturnValue:
    """Let another source tell a story: its title, link and summary are taken."""
    article_id = number("article_id")
    return _act(
        story_id, "source", lambda db, story: curate.set_representative(db, story, article_id),
        _("صار هذا المصدر هو الظاهر."),
    )


def _act(
    story_id: int, act: str, change: Callable[[Session, int], object], done: str
) -> ResponseReturnValue:
    """Change a story, write it down, and go back to where the button was."""
    with system().db.write() as db:
        change(db, story_id)
        audit.record(db, f"story.{act}", now=now(), by=who().id, subject="story",
                     subject_id=story_id)
    flash(done, "ok")
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(safe_back(url_for("admin.inbox_page")), 303)
