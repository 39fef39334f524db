"""The inbox: collected stories by topic, duplicates folded, and what an editor does with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.articles import curate, ingest
from digest.articles.models import Article, Story
from digest.articles.queries import inbox
from digest.articles.topics import topic_names
from digest.issues.earlier import LATELY, earlier_issue, used_stories
from digest.issues.merged import follow_merge
from digest.issues.queries import list_issues
from digest.issues.states import EDITABLE
from digest.sources.manage import collect_now
from digest.sources.models import FetchAttempt
from digest.staff import audit
from digest.staff.roles import Action
from digest.system.errors import Refused
from digest.web.admin import bp
from digest.web.errors import FIRST_STRONG, POP
from digest.web.fields import asked_number, number, numbers, optional_number
from digest.web.filters import count
from digest.web.forms import safe_back
from digest.web.guard import needs, now, system, who

MOST_PAGES = 1_000_000
TABS: dict[str, LazyString] = {
    "new": _l("الجديد"),
    "saved": _l("المحفوظ"),
    "used": _l("المستعمل"),
    "excluded": _l("المستبعد"),
}

# What can be done with several stories, and what is then said of it.
MANY: dict[str, LazyString] = {
    "save": _l("حُفظ لوقت لاحق"),
    "unsave": _l("عاد إلى الجديد"),
    "exclude": _l("استُبعد"),
    "restore": _l("عاد إلى الوارد"),
    "topic": _l("تغيّر الموضوع"),
}
ACTS: dict[str, Callable[[Session, int], None]] = {
    "save": curate.save_story,
    "unsave": curate.unsave_story,
    "exclude": curate.exclude_story,
    "restore": curate.restore_story,
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
        collected_at = db.scalar(
            select(FetchAttempt.at).order_by(FetchAttempt.id.desc()).limit(1)
        )
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


@bp.post("/inbox/many")
@needs(Action.EDIT)
def change_stories() -> ResponseReturnValue:
    """Do the same with all stories that are ticked; those that are gone are passed over."""
    act, story_ids = request.form.get("act", ""), numbers("story_id")
    if act == "merge":
        return _merge_ticked(story_ids)
    if not story_ids or act not in MANY:
        raise Refused("nothing_ticked")
    topic_id = optional_number("topic_id")
    changed = 0
    with system().db.write() as db:
        there = set(db.scalars(select(Story.id).where(Story.id.in_(story_ids))))
        for story_id in (one for one in story_ids if one in there):
            if act == "topic":
                curate.set_topic(db, story_id, topic_id, by=who().id, now=now())
            else:
                ACTS[act](db, story_id)
            _record(db, f"story.{act}", story_id)
            changed += 1
    flash(_("%(done)s: %(stories)s.", done=MANY[act], stories=count(changed, "story")), "ok")
    return _back()


@bp.post("/inbox/<int:story_id>/split")
@needs(Action.EDIT)
def split_story(story_id: int) -> ResponseReturnValue:
    """Give one of a story's articles a story of its own, and offer the way back."""
    article_id = number("article_id")
    with system().db.write() as db:
        own_id = curate.split(db, story_id, article_id)
        _record(db, "story.split", story_id, own=own_id)
        ingest.queue_regroup(db, now())
        title = db.get_one(Article, article_id).title
    answer = render_template(
        "admin/inbox/split.html", story_id=story_id, own_id=own_id, title=title,
        back=safe_back(url_for("admin.inbox_page")),
    )
    flash(Markup(answer), "ok")  # noqa: S704 - a template of ours, which escapes the title
    return _back(story_id)


@bp.post("/inbox/<int:story_id>/rejoin")
@needs(Action.EDIT)
def rejoin_story(story_id: int) -> ResponseReturnValue:
    """Put the article that was split off back."""
    title, _articles = _merge(story_id, [number("own_id")])
    flash(_("عاد المقال إلى «%(title)s».", title=f"{FIRST_STRONG}{title}{POP}"), "ok")
    return _back(story_id)


def _merge_ticked(story_ids: Sequence[int]) -> ResponseReturnValue:
    """Make one story of those that are ticked; the first on the page keeps its id and headline."""
    if len(story_ids) < 2:
        raise Refused("same_story")
    title, articles = _merge(story_ids[0], story_ids[1:])
    flash(
        _("دُمجت الأخبار المختارة في «%(title)s»، وفيه الآن %(articles)s.",
          title=f"{FIRST_STRONG}{title}{POP}", articles=count(articles, "article")),
        "ok",
    )
    return _back(story_ids[0])


def _merge(story_id: int, other_ids: Sequence[int]) -> tuple[str, int]:
    """Merge stories and write it down; returns the story's headline and how many articles it has."""
    with system().db.write() as db:
        follow_merge(db, story_id, other_ids)
        curate.merge(db, story_id, other_ids)
        _record(db, "story.merge", story_id, others=list(other_ids))
        ingest.queue_regroup(db, now())
        title = db.scalar(
            select(Article.title)
            .join(Story, Story.representative_id == Article.id).where(Story.id == story_id)
        )
        n = db.scalar(select(func.count(Article.id)).where(Article.story_id == story_id))
    return title or "", n or 0


def _act(
    story_id: int, act: str, change: Callable[[Session, int], object], done: str
) -> ResponseReturnValue:
    """Change a story, write it down, and go back to where the button was."""
    with system().db.write() as db:
        change(db, story_id)
        _record(db, f"story.{act}", story_id)
    flash(done, "ok")
    return _back()


def _record(db: Session, action: str, story_id: int, **facts: object) -> None:
    audit.record(db, action, now=now(), by=who().id, subject="story", subject_id=story_id, **facts)


def _back(story_id: int | None = None) -> ResponseReturnValue:
    """Go back to where the button was, at a story of that page."""
    target = safe_back(url_for("admin.inbox_page"))
    return redirect(target + (f"#story-{story_id}" if story_id else ""), 303)
