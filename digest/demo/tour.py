"""The main job once, end to end, on the sample site: the same rules and jobs as in real life."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from digest import jobs
from digest.articles.models import Article, ArticleState, Story, Summary, Topic
from digest.articles.topics import ensure_topics
from digest.audience import imports
from digest.audience.lists import add_list
from digest.delivery.queries import outbox
from digest.delivery.recover import recover
from digest.demo.site import DemoSite
from digest.issues import prepare, states
from digest.issues.models import IssueState
from digest.issues.queries import preview
from digest.migrate import upgrade
from digest.newsletters.calendar import next_slots
from digest.newsletters.manage import NewsletterValues, add_newsletter, get_by_slug
from digest.sources import collect
from digest.sources.models import Source
from digest.system.build import System
from digest.system.errors import NotFound, Refused

SLUG = "mina"
READERS = (
    ("salma@readers.example", "سلمى"), ("omar@readers.example", "عمر"),
    ("rim@readers.example", "ريم"),
)
UNFINISHED = frozenset(
    {IssueState.DRAFT, IssueState.SCHEDULED, IssueState.FROZEN, IssueState.SENDING}
)

Say = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the tour led to: the issue, None when there was nothing new, and its mails by state."""

    issue_id: int | None
    deliveries: dict[str, int]


def run(system: System, site: DemoSite, say: Say) -> Outcome:
    """Walk from an empty database to mails in the mailbox; ``say(step, result)`` tells of each.

    Done again it goes on where it stopped, and sends nothing that was sent before.
    """
    upgrade(system.db)
    say("database", "ready")
    _settle(system, site)
    say("sources", f"{len(site.feeds)} feeds of the sample site at {site.base_url}")
    _collect(system, say)
    issue_id = _issue(system)
    if issue_id is None:
        say("issue", "today's was sent before: no mail is sent twice")
        return Outcome(None, {})
    _send(system, issue_id, say)
    with system.db.read() as db:
        return Outcome(issue_id, outbox(db, issue_id))


def _settle(system: System, site: DemoSite) -> None:
    """Topics, sources, a list with three readers and a newsletter, each made once."""
    now = system.clock.now()
    with system.db.write() as db:
        ensure_topics(db)
        topics = dict(db.execute(select(Topic.slug, Topic.id)).all())
        for feed in site.feeds:
            topic_id = topics.get(feed.topic_slug) if feed.topic_slug else None
            try:
                collect.add_source(db, feed.url, name=feed.name, topic_id=topic_id, now=now)
            except Refused as error:
                if error.code != "source_known":
                    raise
        try:
            get_by_slug(db, SLUG)
        except NotFound:
            _newsletter(system, db)


def _newsletter(system: System, db: Session) -> None:
    now = system.clock.now()
    list_id = add_list(db, "قرّاء الميناء", SLUG, now=now)
    for address, name in READERS:
        imports.add_subscriber(db, list_id, address, name=name, now=now)
    add_newsletter(db, NewsletterValues(
        name="موجز الميناء", slug=SLUG, tagline="أهم ما جرى، في خمس دقائق",
        sender_address="news@mina.example", reply_to="salam@mina.example",
        postal_address="شارع البحر 12، اللاذقية", list_ids=(list_id,),
    ), now=now)


def _collect(system: System, say: Say) -> None:
    """Every source now, due or not, then whatever jobs follow: reading, summaries, stories."""
    now = system.clock.now()
    with system.db.write() as db:
        for source_id in db.scalars(select(Source.id).order_by(Source.id)):
            collect.enqueue(db, source_id, now=now)
    jobs.drain(system, {"collect_source"})
    with system.db.read() as db:
        say("collected", f"{_count(db, select(Article))} articles over HTTP")
    jobs.drain(system, jobs.OTHERS)
    with system.db.read() as db:
        ready = _count(db, select(Article).where(Article.state == ArticleState.READY))
        say("summarised", f"{_count(db, select(Summary))} summaries of {ready} readable articles")
        shared = (
            select(Article.story_id).where(Article.story_id.is_not(None))
            .group_by(Article.story_id).having(func.count() > 1)
        )
        say("grouped", f"{_count(db, select(Story))} stories, {_count(db, shared)} of them told "
            "by several sources")


def _issue(system: System) -> int | None:
    """The issue of the newsletter's last slot, made once; None when it was sent before."""
    now = system.clock.now()
    with system.db.read() as db:
        newsletter = get_by_slug(db, SLUG)
    slot = next_slots(newsletter.rule, newsletter.zone, now - timedelta(days=1), 1)[0]
    issue_id = prepare.prepare_issue(system, newsletter.id, slot)
    if issue_id is None:
        return None
    with system.db.read() as db:
        return issue_id if states.get(db, issue_id).state in UNFINISHED else None


def _send(system: System, issue_id: int, say: Say) -> None:
    now = system.clock.now()
    with system.db.read() as db:
        rendered = preview(db, issue_id, base_url=system.settings.base_url, now=now)
        row = states.get(db, issue_id)
        state, number = row.state, row.number
    say("drafted", f"issue {number}: {rendered.subject}")
    say("rendered", f"{rendered.size} bytes of HTML, {len(rendered.errors)} errors, "
        f"{len(rendered.findings) - len(rendered.errors)} warnings")
    recover(system)
    with system.db.write() as db:
        if state == IssueState.DRAFT:
            states.schedule(db, issue_id, now, by=None, now=now)
        states.enqueue_due(db, now)
    jobs.drain(system, jobs.SENDING)


def _count(db: Session, statement: Select[*tuple[Any, ...]]) -> int:
    return db.scalar(select(func.count()).select_from(statement.subquery())) or 0
