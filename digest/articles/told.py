"""Articles on stories that were sent: the same again joins them, a later development follows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.articles.follow import said_in, tells_news
from digest.articles.group import SAME_EVENT
from digest.articles.labels import label_of
from digest.articles.models import Article, Story
from digest.articles.vectors import LONGEST, GroupInput
from digest.articles.window import Memory, Window, load


def place_told(db: Session, memory: Memory, window: Window) -> dict[int, int]:
    """Return the homes of waiting articles that belong to a story of the last two weeks' issues.

    An article is put where it is most alike on the mean, a sent story or an open one; open ones
    are left to grouping. What repeats a sent story, or came out before it was sent, is at home in
    it and nobody is asked again. What tells something new is at home in the open story that
    follows it, which is made when there is none.
    """
    if not window.told:
        return {}
    rows = sorted(load(db, window.waiting), key=lambda one: (_at(one), int(one.id)))
    sizes = Counter(one.story_id for one in (*window.told.values(), *window.open.values()))
    homes = {}
    for row in rows:
        sent = _closest(memory, window, row, sizes)
        if sent is not None:
            homes[int(row.id)] = _home(db, memory, window, row, sent)
    return homes


def _closest(
    memory: Memory, window: Window, row: GroupInput, sizes: Counter[int | None]
) -> int | None:
    """The sent story that an article is about; None when an open one is closer, or none close."""
    near = memory.told.near(row, least=0.0)
    sums: defaultdict[int, float] = defaultdict(float)
    for name, likeness in near:
        seen = window.told.get(int(name)) or window.open.get(int(name))
        if seen is None or seen.story_id is None:
            continue
        if seen.closed and memory.told.same(row.id, [name]):
            return seen.story_id
        sums[seen.story_id] += likeness
    best = max(sums, key=lambda one: (sums[one] / sizes[one], -one), default=None)
    if best is None or sums[best] / sizes[best] < SAME_EVENT:
        return None
    return best if window.members(best) else None


def _home(db: Session, memory: Memory, window: Window, row: GroupInput, sent: int) -> int:
    """The sent story itself, or the open story after it."""
    line = _line(db, sent)
    closed = [one for one in line if one.closed_at is not None]
    last = closed[-1]
    members = [str(one) for story in closed for one in window.members(story.id)]
    if last.closed_at is None or _at(row) <= last.closed_at or memory.told.same(row.id, members):
        return sent
    if not tells_news(row.title, row.text, said_in(_texts(db, closed))):
        return sent
    if line[-1].closed_at is None:
        return line[-1].id
    following = Story(
        label=label_of(row), first_at=_at(row), last_at=_at(row), tags=[], pinned=False,
        follows_id=last.id,
    )
    db.add(following)
    db.flush()
    return following.id


def _line(db: Session, story_id: int) -> list[Story]:
    """A sent story and what followed it, one after the other."""
    line = [db.get_one(Story, story_id)]
    while following := db.scalar(
        select(Story).where(Story.follows_id == line[-1].id).order_by(Story.id.desc()).limit(1)
    ):
        if following in line:
            break
        line.append(following)
    return line


def _texts(db: Session, stories: Sequence[Story]) -> list[tuple[str, str]]:
    rows = db.execute(
        select(Article.title, func.substr(Article.text, 1, LONGEST))
        .where(Article.story_id.in_([one.id for one in stories]))
    )
    return [(title, text) for title, text in rows]


def _at(row: GroupInput) -> datetime:
    if row.at is None:
        raise ValueError(row.id)  # the database knows when each article came out
    return row.at
