"""Stories: which articles tell the same event, kept stable from one grouping to the next."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session, load_only

from digest.articles.group import Group, GroupInput, group_articles
from digest.articles.ingest import merged_tags
from digest.articles.models import Article, ArticleState, Story
from digest.articles.queries import SOURCE
from digest.system import queue
from digest.system.build import System

WINDOW = timedelta(hours=72)  # articles further apart do not tell the same event
OPENING = 1500  # characters of a text that grouping reads
FULL_LENGTH = 400  # words; a longer article is no better as a representative
MAX_TAGS = 8
SET_ASIDE = "editor"  # the reason of an article that an editor excluded


@dataclass(frozen=True, slots=True)
class _Window:
    """What grouping reads, and whether there is anything new in it."""

    rows: tuple[GroupInput, ...]
    pinned: tuple[tuple[str, ...], ...]
    waiting: bool


def regroup(system: System) -> None:
    """Group the articles of the last 72 hours into stories; does nothing when none is new.

    A story keeps its id while most of it stays together. What an editor did to a story (pinned)
    wins: its articles never leave it, its representative and topic stay.
    """
    now = system.clock.now()
    with system.db.read() as db:
        window = _window(db, now)
    if not window.waiting:
        return
    groups = group_articles(window.rows, pinned=window.pinned)
    with system.db.write() as db:
        # Two groupings at once would make two stories of one event: the row is a lock.
        queue.take_lead(db, "stories", "regroup", now, 0)
        _save(db, groups)


def refresh(db: Session, story: Story, members: Sequence[Article], label: str = "") -> None:
    """Set what a story shows from its articles: representative, times, tags, label, topic."""
    if not members:
        return
    story.first_at = min(one.published_at for one in members)
    story.last_at = max(one.published_at for one in members)
    story.tags = list(_common_tags(members))
    best = representative(members, _weights(db, members))
    kept = any(one.id == story.representative_id for one in members)
    if not story.pinned or not kept:
        story.representative_id = best.id
        story.label = label or best.title
    if not story.pinned:
        story.topic_id = _vote(members, best)


def close_stories(db: Session, story_ids: Collection[int], *, now: datetime) -> None:
    """Know stories as sent: what their later articles tell anew becomes a story that follows."""
    db.execute(
        update(Story)
        .where(Story.id.in_(story_ids), Story.closed_at.is_(None))
        .values(closed_at=now)
    )


def representative(members: Sequence[Article], weights: Mapping[int, float]) -> Article:
    """Return the article that tells a story best: readable, from a weighty source, full, fresh.

    Among equals the first collected.
    """
    newest = max(one.published_at for one in members)

    def rating(one: Article) -> tuple[bool, float, int]:
        length = min(one.words, FULL_LENGTH) / FULL_LENGTH
        age = min((newest - one.published_at) / WINDOW, 1.0)
        worth = weights.get(one.source_id or 0, 1.0) + length + 0.5 * (1 - age)
        return one.state == ArticleState.READY, worth, -one.id

    return max(members, key=rating)


def _window(db: Session, now: datetime) -> _Window:
    """The articles to group: those of the window, and older ones that have no story yet."""
    rows = db.execute(
        select(
            Article.id, Article.title, Article.text, Article.published_at, Article.source_name,
            Article.story_id, Story.pinned,
        )
        .outerjoin(Story, Story.id == Article.story_id)
        .where(
            Article.state != ArticleState.NEW,
            or_(Article.published_at > now - WINDOW, Article.story_id.is_(None)),
        )
        .order_by(Article.id)
    ).all()  # fmt: skip
    pinned: defaultdict[int, list[str]] = defaultdict(list)
    for row in rows:
        if row.pinned:
            pinned[row.story_id].append(str(row.id))
    return _Window(
        rows=tuple(
            GroupInput(str(row.id), row.title, row.text[:OPENING], row.published_at,
                       row.source_name)
            for row in rows
        ),
        pinned=tuple(tuple(ids) for ids in pinned.values()),
        waiting=any(row.story_id is None for row in rows),
    )  # fmt: skip


def _save(db: Session, groups: Sequence[Group]) -> None:
    """Put articles into stories, the ids kept; only stories that changed are written."""
    ids = [int(one) for group in groups for one in group.ids]
    articles = _articles(db, ids)
    stories = {
        one.id: one
        for one in db.scalars(
            select(Story).where(Story.id.in_({a.story_id for a in articles.values() if a.story_id}))
        )
    }
    taken: set[int] = set()
    touched: dict[int, str] = {}
    for group in sorted(groups, key=lambda one: (-len(one.ids), one.ids)):
        members = [articles[int(one)] for one in group.ids if int(one) in articles]
        loose = [one for one in members if not _is_pinned(one, stories)]
        if not loose:
            continue
        story_id = _home(members, stories, taken) or _new_story(db, group.label, loose, stories)
        taken.add(story_id)
        for one in loose:
            if one.story_id != story_id:
                touched.setdefault(one.story_id or 0, "")
                touched[story_id] = group.label
                one.story_id = story_id
    db.flush()
    touched.pop(0, None)
    _refresh_all(db, touched, stories)


def _articles(db: Session, ids: Sequence[int]) -> dict[int, Article]:
    """The articles as they are now, without their long texts."""
    light = load_only(
        Article.id, Article.story_id, Article.state, Article.reason, Article.published_at,
        Article.title, Article.words, Article.tags, Article.topic_id, Article.source_id,
    )
    found: dict[int, Article] = {}
    for start in range(0, len(ids), 5000):  # below SQLite's limit of parameters
        some = select(Article).where(Article.id.in_(ids[start : start + 5000]))
        found |= {one.id: one for one in db.scalars(some.options(light))}
    return found


def _is_pinned(article: Article, stories: Mapping[int, Story]) -> bool:
    story = stories.get(article.story_id or 0)
    return story is not None and story.pinned


def _home(
    members: Iterable[Article], stories: Mapping[int, Story], taken: set[int]
) -> int | None:
    """The story that most members are in already: a pinned one before others, then the oldest."""
    votes = Counter(one.story_id for one in members if one.story_id in stories)
    open_ids = [one for one in votes if one and (stories[one].pinned or one not in taken)]
    return max(open_ids, key=lambda one: (stories[one].pinned, votes[one], -one), default=None)


def _new_story(
    db: Session, label: str, members: Sequence[Article], stories: dict[int, Story]
) -> int:
    story = Story(
        label=label or members[0].title,
        first_at=min(one.published_at for one in members),
        last_at=max(one.published_at for one in members),
        tags=[],
        pinned=False,
    )
    db.add(story)
    db.flush()
    stories[story.id] = story
    return story.id


def _refresh_all(db: Session, labels: Mapping[int, str], stories: Mapping[int, Story]) -> None:
    """Bring the stories that won or lost articles up to date; an emptied one is removed."""
    members: defaultdict[int, list[Article]] = defaultdict(list)
    for one in db.scalars(
        select(Article).where(Article.story_id.in_(list(labels))).order_by(Article.id)
    ):
        members[one.story_id or 0].append(one)
    for story_id, label in labels.items():
        _follow_editor(stories[story_id], members[story_id])
        refresh(db, stories[story_id], members[story_id], label)
    empty = [story_id for story_id in labels if not members[story_id]]
    db.execute(delete(Story).where(Story.id.in_(empty)))
    db.flush()


def _follow_editor(story: Story, members: Sequence[Article]) -> None:
    """A late article of a story that an editor set aside is set aside, too."""
    aside = [one for one in members if one.reason == SET_ASIDE]
    if story.pinned and aside:
        for one in members:
            one.state, one.reason = ArticleState.EXCLUDED.value, SET_ASIDE


def _weights(db: Session, members: Sequence[Article]) -> dict[int, float]:
    ids = {one.source_id for one in members if one.source_id}
    rows = db.execute(select(SOURCE.c.id, SOURCE.c.weight).where(SOURCE.c.id.in_(ids)))
    return {row.id: row.weight for row in rows}


def _common_tags(members: Sequence[Article]) -> tuple[str, ...]:
    """The tags of a story's articles, the most shared first."""
    counts = Counter(tag for one in members for tag in merged_tags(one.tags))
    ranked = sorted(counts, key=lambda tag: -counts[tag])
    return merged_tags(ranked)[:MAX_TAGS]


def _vote(members: Sequence[Article], best: Article) -> int | None:
    """The topic of most articles; the representative's where votes are equal."""
    votes = Counter(one.topic_id for one in members if one.topic_id is not None)
    if not votes:
        return None
    most = max(votes.values())
    leading = sorted(topic for topic, count in votes.items() if count == most)
    return best.topic_id if best.topic_id in leading else leading[0]
