"""Stories: which articles tell the same event, kept stable from one grouping to the next."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, load_only

from digest.articles.apart import apart_since
from digest.articles.group import WINDOW, Group
from digest.articles.ingest import merged_tags
from digest.articles.labels import label_of
from digest.articles.models import Article, ArticleState, Story
from digest.articles.queries import SOURCE
from digest.articles.told import place_told
from digest.articles.vectors import GroupInput
from digest.articles.window import Memory, Seen, Window, load, look, memory_of, waiting
from digest.system import queue
from digest.system.build import System

OPENING = 600  # characters of a text that may have to give a headline
FULL_LENGTH = 400  # words; a longer article is no better as a representative
MAX_TAGS = 8
FEW = 20  # articles that are read in some ten milliseconds
SET_ASIDE = "editor"  # the reason of an article that an editor excluded


LIGHT = load_only(  # an article without its long texts
    Article.id, Article.story_id, Article.state, Article.reason, Article.published_at,
    Article.title, Article.words, Article.tags, Article.topic_id, Article.source_id,
    Article.source_name,
)  # fmt: skip


def regroup(system: System) -> None:
    """Give the articles that wait a story; does nothing when none does.

    Only what they touch is grouped again, in milliseconds: the rest of the last 72 hours is
    remembered. A story keeps its id while most of it stays together. What an editor did to a story
    (pinned) wins: its articles never leave it, its representative and topic stay. A sent story
    stays as it was; what tells more of it follows it.
    """
    now = system.clock.now()
    memory = memory_of(system)
    with memory.lock:
        with system.db.read() as db:
            count = waiting(db, now)
        if not count:
            return
        if memory.cold or count > FEW:  # the long part: not while others wait to write
            with system.db.read() as db:
                window = look(db, now)
                rows = load(db, memory.missing(window))
            memory.take(window, rows)
        with system.db.write() as db:
            # Two groupings at once would make two stories of one event: the row is a lock.
            queue.take_lead(db, "stories", "regroup", now, 0)
            window = look(db, now)
            memory.take(window, load(db, memory.missing(window)))
            _place(db, memory, window, now)


def refresh(
    db: Session, story: Story, members: Sequence[Article], likeness: float | None = None
) -> None:
    """Bring a story up to date with its articles, as ``_show`` does."""
    _show(story, members, _weights(db, members), likeness)


def _show(
    story: Story, members: Sequence[Article], weights: Mapping[int, float],
    likeness: float | None, phrases: Sequence[str] = (),
) -> None:
    """Set what a story shows from its articles: representative, times, tags, label, topic.

    ``phrases`` come after the tags that the articles have. Without a likeness the next grouping
    looks at the story again and reckons it.
    """
    if not members:
        return
    story.likeness = likeness if len(members) > 1 else 1.0
    story.first_at = min(one.published_at for one in members)
    story.last_at = max(one.published_at for one in members)
    story.tags = list(merged_tags([*_common_tags(members), *phrases])[:MAX_TAGS])
    best = representative(members, weights)
    kept = any(one.id == story.representative_id for one in members)
    if not story.pinned or not kept:
        story.representative_id = best.id
        text = "" if best.title.strip() else best.text[:OPENING]
        story.label = label_of(GroupInput(str(best.id), best.title, text, source=best.source_name))
    if not story.pinned:
        story.topic_id = _vote(members, best)


def close_stories(db: Session, story_ids: Collection[int], *, now: datetime) -> None:
    """Know stories as sent: what their later articles tell anew becomes a story that follows."""
    db.execute(
        update(Story)
        .where(Story.id.in_(story_ids), Story.closed_at.is_(None))
        .values(closed_at=now)
    )


def look_again(db: Session, story_id: int) -> None:
    """Let the next grouping see whether a story's articles are where they belong."""
    db.execute(update(Story).where(Story.id == story_id).values(likeness=None))


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


def _place(db: Session, memory: Memory, window: Window, now: datetime) -> None:
    """Give each waiting article its story and bring those that changed up to date."""
    again = {one.story_id for one in _unreckoned(window)}
    homes = place_told(db, memory, window)
    if homes:
        for article in _articles(db, list(homes)).values():
            article.story_id = homes[article.id]
        db.flush()
        window = look(db, now)
        memory.take(window, load(db, memory.missing(window)))
    groups = memory.open.recut(
        [str(one) for one in (*window.waiting, *window.unreckoned)],
        pinned=window.fixed(),
        apart=[(str(a), str(b)) for a, b in apart_since(db, now - WINDOW)],
    )
    changed = _assign(db, groups, window) | set(homes.values()) | again
    cut = {frozenset(int(one) for one in group.ids): group for group in groups}
    _refresh_all(db, {one for one in changed if one}, memory, cut)


def _unreckoned(window: Window) -> list[Seen]:
    return [one for one in (*window.open.values(), *window.told.values()) if not one.reckoned]


def _assign(db: Session, groups: Sequence[Group], window: Window) -> set[int | None]:
    """Put articles into stories, the ids kept; returns the stories that won or lost some."""
    ids = [int(one) for group in groups for one in group.ids]
    # An editor may be at work on the same stories: who comes second sees what the first did.
    stories = _locked(db, {window.open[one].story_id for one in ids if one in window.open})
    articles = _articles(db, ids)
    stories |= _locked(db, {one.story_id for one in articles.values()} - stories.keys())
    taken: set[int] = set()
    moves: list[tuple[Story, list[Article]]] = []
    for group in sorted(groups, key=lambda one: (-len(one.ids), one.ids)):
        members = [articles[int(one)] for one in group.ids if int(one) in articles]
        loose = [one for one in members if not _stays(one, stories)]
        if not loose:
            continue
        home = _home(members, stories, taken)
        taken.add(home or 0)
        moves.append((stories[home] if home else _new_story(group.label, loose), loose))
    db.add_all(story for story, _ in moves)
    db.flush()
    return _move(moves)


def _move(moves: Iterable[tuple[Story, list[Article]]]) -> set[int | None]:
    """Put articles where they belong; returns the stories that won or lost some."""
    changed: set[int | None] = set()
    for story, articles in moves:
        for one in articles:
            if one.story_id != story.id:
                changed |= {one.story_id, story.id}
                one.story_id = story.id
    return changed


def _locked(db: Session, story_ids: Collection[int | None]) -> dict[int, Story]:
    wanted = [one for one in story_ids if one is not None]
    some = select(Story).where(Story.id.in_(wanted)).order_by(Story.id).with_for_update()
    return {one.id: one for one in db.scalars(some)} if wanted else {}


def _articles(db: Session, ids: Sequence[int]) -> dict[int, Article]:
    """The articles as they are now, without their long texts."""
    found: dict[int, Article] = {}
    for start in range(0, len(ids), 5000):  # below SQLite's limit of parameters
        some = select(Article).where(Article.id.in_(ids[start : start + 5000]))
        found |= {one.id: one for one in db.scalars(some.options(LIGHT))}
    return found


def _stays(article: Article, stories: Mapping[int, Story]) -> bool:
    """Whether an article is where machines leave it."""
    story = stories.get(article.story_id or 0)
    return story is not None and _is_fixed(story)


def _home(
    members: Iterable[Article], stories: Mapping[int, Story], taken: set[int]
) -> int | None:
    """The story that most members are in already: a fixed one before others, then the oldest."""
    votes = Counter(one.story_id for one in members if one.story_id in stories)
    open_ids = [one for one in votes if one and (_is_fixed(stories[one]) or one not in taken)]
    return max(open_ids, key=lambda one: (_is_fixed(stories[one]), votes[one], -one), default=None)


def _is_fixed(story: Story) -> bool:
    """Whether what a story has stays in it: an editor's, a sent one, one that follows another."""
    return story.pinned or story.closed_at is not None or story.follows_id is not None


def _new_story(label: str, members: Sequence[Article]) -> Story:
    return Story(
        label=label or members[0].title,
        first_at=min(one.published_at for one in members),
        last_at=max(one.published_at for one in members),
        tags=[],
        pinned=False,
    )


def _refresh_all(
    db: Session, story_ids: Collection[int], memory: Memory,
    cut: Mapping[frozenset[int], Group],
) -> None:
    """Bring the stories that won or lost articles up to date; an emptied one is removed.

    ``cut`` are groups by the ids of their articles: what is known of a story that is one of them.
    """
    members: defaultdict[int, list[Article]] = defaultdict(list)
    some = select(Article).where(Article.story_id.in_(story_ids)).order_by(Article.id)
    for one in db.scalars(some.options(LIGHT)):
        members[one.story_id or 0].append(one)
    weights = _weights(db, [one for own in members.values() for one in own])
    for story in db.scalars(select(Story).where(Story.id.in_(story_ids)).order_by(Story.id)):
        own = members[story.id]
        _follow_editor(story, own)
        group = cut.get(frozenset(one.id for one in own))
        likeness = group.likeness if group else _likeness(story, own, memory)
        _show(story, own, weights, likeness, group.tags if group else ())
    empty = [story_id for story_id in story_ids if not members[story_id]]
    db.execute(delete(Story).where(Story.id.in_(empty)))
    db.flush()


def _likeness(story: Story, members: Sequence[Article], memory: Memory) -> float | None:
    """The mean cosine of what memory still holds of a story; what it was if that is too little."""
    index = memory.told if story.closed_at else memory.open
    held = [str(one.id) for one in members if str(one.id) in index.ids]
    return index.likeness(held) if len(held) > 1 else story.likeness


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
