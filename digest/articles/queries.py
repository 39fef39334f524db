"""Stories as the surfaces and the drafts read them: the inbox, candidates for an issue, summaries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Float,
    Integer,
    Select,
    and_,
    case,
    column,
    false,
    func,
    select,
    table,
)
from sqlalchemy.orm import Session

from digest.articles.models import Article, ArticleState, Story, Topic
from digest.articles.versions import Saying, Shown, shown_summaries
from digest.system.db import listed
from digest.text.fold import fold

# The room of sources lies above this one; of its table, only these columns matter here.
SOURCE = table(
    "source", column("id", Integer), column("topic_id", Integer), column("weight", Float),
    column("rules", JSON),
)
PER_PAGE = 30
FRESH = timedelta(days=14)  # what is older and was never touched leaves the inbox
TABS = ("new", "saved", "used", "excluded")
SAVED = 1.5  # a story that an editor saved weighs so much more


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story that may go into an issue, told by its representative.

    ``sources`` counts distinct sources, ``weight`` is the representative's source's; ``told`` is
    who says what in the summary of several; ``follows_id`` is the sent story that it is a later
    development of.
    """

    story_id: int
    article_id: int
    topic_id: int | None
    topic_name: str
    last_at: datetime
    sources: int
    words: int
    weight: float
    summary: str
    follows_id: int | None = None
    told: tuple[Saying, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherArticle:
    """Another article of the same story."""

    article_id: int
    title: str
    source_name: str
    link: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InboxStory:
    """A story in the inbox: its representative, the others folded behind it.

    ``state`` and ``reason`` are the representative's; ``used`` tells whether an issue has it.
    ``told`` is who says what in the summary of several sources; ``sources`` counts them, ``likeness`` (0 to 1, None while unknown)
    is how alike they are; ``follows_id`` is the sent story that it is a later development of.
    """

    story_id: int
    article_id: int
    title: str
    topic_id: int | None
    topic_name: str
    source_name: str
    at: datetime
    link: str
    image: str | None
    summary: str
    words: int
    state: str
    saved: bool
    used: bool
    reason: str
    tags: tuple[str, ...]
    others: tuple[OtherArticle, ...]
    sources: int
    likeness: float | None
    follows_id: int | None
    told: tuple[Saying, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicCount:
    """A topic with how many stories of the tab it holds."""

    id: int | None
    name: str
    stories: int


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of a tab; ``page`` counts from 1, ``counts`` are the stories of every tab."""

    stories: tuple[InboxStory, ...]
    tab: str
    page: int
    pages: int
    total: int
    counts: dict[str, int]
    topics: tuple[TopicCount, ...]


def candidates(db: Session, *, since: datetime, until: datetime) -> list[Candidate]:
    """Return the stories whose newest article came out in a period and that can be read."""
    weight = func.coalesce(SOURCE.c.weight, 1.0) * case((Article.saved, SAVED), else_=1.0)
    rows = db.execute(
        select(
            Story.id.label("story_id"), Article.id.label("article_id"), Story.topic_id,
            func.coalesce(Topic.name, "").label("topic_name"), Story.last_at,
            _sources_told().label("sources"), Article.words, weight.label("weight"),
            Story.follows_id,
        )
        .join(Article, Article.id == Story.representative_id)
        .outerjoin(Topic, Topic.id == Story.topic_id)
        .outerjoin(SOURCE, SOURCE.c.id == Article.source_id)
        .where(
            Story.last_at >= since, Story.last_at <= until, Article.state == ArticleState.READY,
        )
        .order_by(Story.id)
    ).all()  # fmt: skip
    shown = shown_summaries(db, {row.story_id: row.article_id for row in rows})
    return [
        Candidate(summary=one.text, told=one.told, **row._mapping)
        for row in rows
        if (one := shown.get(row.story_id)) is not None
    ]


def inbox(
    db: Session, *, topic_id: int | None = None, search: str = "", tab: str = "new",
    page: int = 1, now: datetime, used: Collection[int] = (), per_page: int = PER_PAGE,
    until: int | None = None,
) -> InboxPage:
    """Return a page of stories, newest first, duplicates folded behind their representative.

    ``used`` are the stories that issues hold; topic 0 means those without a topic. The search
    looks for all its words in titles and source names, however they are spelled. An unknown tab
    is "new"; a page beyond the end is the last one. With ``until``, stories newer than that one are
    left out, so that nothing moves under an editor's eyes.
    """
    tab = tab if tab in TABS else "new"
    within = {name: _in_tab(db, name, used, now) for name in TABS}
    conditions = [within[tab]]
    if search.strip():
        conditions.append(_matching(search))
    if until is not None:
        # Reckoned with, since SQLite would look at all stories up to it by their ids.
        conditions.append(Story.id + 0 <= until)
    topics = _topics(db, conditions)
    total = sum(one.stories for one in topics)
    if topic_id is not None:
        conditions.append(Story.topic_id.is_(None) if topic_id == 0 else Story.topic_id == topic_id)
        total = sum(one.stories for one in topics if (one.id or 0) == topic_id)
    pages = max(1, -(-total // per_page))
    page = min(max(1, page), pages)
    ids = db.scalars(
        select(Story.id)
        .where(*conditions)
        .order_by(Story.last_at.desc(), Story.id.desc())
        .offset((page - 1) * per_page)
        .limit(per_page)
    ).all()
    return InboxPage(
        stories=_stories(db, ids, frozenset(used)), tab=tab, page=page, pages=pages, total=total,
        counts={name: _count(db, within[name]) for name in TABS}, topics=topics,
    )  # fmt: skip


def newest_story(db: Session) -> int:
    """Return the number of the story that came last, 0 when there is none."""
    return db.scalar(select(func.max(Story.id))) or 0


def newer_stories(db: Session, story_id: int, *, now: datetime, used: Collection[int] = ()) -> int:
    """Count the stories of the inbox that came after one."""
    return _count(db, and_(Story.id > story_id, _in_tab(db, "new", used, now)))


def _sources_told() -> Any:
    """How many sources tell a story that is not set aside; a source's two articles count once."""
    told = Article.__table__.alias("told")
    return (
        select(func.count(told.c.source_name.distinct()))
        .where(told.c.story_id == Story.id, told.c.state == ArticleState.READY.value)
        .correlate(Story)
        .scalar_subquery()
    )


def _in_tab(
    db: Session, tab: str, used: Collection[int], now: datetime
) -> ColumnElement[bool]:
    """Which stories are in a tab, by what indexes alone can tell: articles are wide rows."""
    mine = select(Article.id).where(Article.story_id == Story.id).correlate(Story)
    kept = mine.where(Article.state != ArticleState.EXCLUDED).exists()
    in_use = Story.id.in_(listed(db, used)) if used else false()
    if tab == "excluded":
        return and_(Story.last_at >= now - FRESH, mine.exists(), ~kept)
    if tab == "used":
        return and_(in_use, mine.exists())
    if tab == "saved":
        saved = select(Article.story_id).where(Article.saved, Article.story_id.is_not(None))
        return and_(Story.id.in_(saved), ~in_use, kept)
    return and_(Story.last_at >= now - FRESH, ~in_use, kept, ~mine.where(Article.saved).exists())


def _count(db: Session, condition: ColumnElement[bool]) -> int:
    return db.scalar(select(func.count(Story.id)).where(condition)) or 0


def _topics(db: Session, conditions: Sequence[ColumnElement[bool]]) -> tuple[TopicCount, ...]:
    """The topics of a tab in their order, stories without a topic last (id None)."""
    rows = db.execute(
        select(Story.topic_id, func.coalesce(Topic.name, ""), func.count())
        .select_from(Story)
        .outerjoin(Topic, Topic.id == Story.topic_id)
        .where(*conditions)
        .group_by(Story.topic_id, Topic.name, Topic.position)
        .order_by(Story.topic_id.is_(None), Topic.position, Story.topic_id)
    )
    return tuple(TopicCount(*row) for row in rows)


def _matching(search: str) -> ColumnElement[bool]:
    """Whether one of a story's articles holds every word; an index has their folded titles."""
    words = (Article.search_key.contains(word, autoescape=True) for word in fold(search).split())
    return select(Article.id).where(Article.story_id == Story.id, *words).correlate(Story).exists()


def _stories(db: Session, ids: Sequence[int], used: frozenset[int]) -> tuple[InboxStory, ...]:
    """The stories of these ids in this order, in three questions however many they are."""
    stories = {story.id: story for story in db.scalars(select(Story).where(Story.id.in_(ids)))}
    members: dict[int, list[Article]] = {}
    for article in db.scalars(_members(ids)):
        members.setdefault(article.story_id or 0, []).append(article)
    names = {row.id: row.name for row in db.execute(select(Topic.id, Topic.name))}
    shown = {story_id: _shown(stories[story_id], members[story_id]) for story_id in ids}
    summaries = shown_summaries(db, {story_id: one.id for story_id, one in shown.items()})
    return tuple(
        _inbox_story(
            stories[story_id], shown[story_id], members[story_id],
            topic_name=names.get(stories[story_id].topic_id or 0, ""),
            summary=summaries.get(story_id, Shown("")), used=story_id in used,
        )
        for story_id in ids
    )  # fmt: skip


def _members(ids: Sequence[int]) -> Select[Article]:
    return (
        select(Article)
        .where(Article.story_id.in_(ids))
        .order_by(Article.published_at.desc(), Article.id)
    )


def _shown(story: Story, members: Sequence[Article]) -> Article:
    """The representative, or the newest article when it has left the story."""
    return next((one for one in members if one.id == story.representative_id), members[0])


def _inbox_story(
    story: Story, article: Article, members: Sequence[Article], *, topic_name: str,
    summary: Shown, used: bool,
) -> InboxStory:
    return InboxStory(
        story_id=story.id, article_id=article.id, title=article.title, topic_id=story.topic_id,
        topic_name=topic_name, source_name=article.source_name, at=article.published_at,
        link=article.link, image=article.image, summary=summary.text, words=article.words,
        state=article.state, saved=any(one.saved for one in members), used=used,
        reason=article.reason, tags=tuple(story.tags),
        others=tuple(
            OtherArticle(one.id, one.title, one.source_name, one.link, one.published_at)
            for one in members
            if one.id != article.id
        ),
        sources=len({one.source_name for one in members}), likeness=story.likeness,
        follows_id=story.follows_id, told=summary.told,
    )  # fmt: skip
