"""The articles that grouping looks at, and what a process remembers of them between two jobs.

What is remembered follows from the rows alone: a process that starts anew, or a second one, reads
the rows that it lacks and comes to the same. It may be lost at any time.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from digest.articles.group import WINDOW
from digest.articles.index import StoryIndex
from digest.articles.models import Article, ArticleState, Story
from digest.articles.queries import SOURCE
from digest.articles.vectors import LONGEST, GroupInput
from digest.system.build import System
from digest.system.db import exists

# Readers remember about two issues of a weekly; and what a sent story holds is compared with
# everything that arrives, so the time bounds the work.
TOLD = timedelta(days=14)
MEMORY = "stories"
SOME = 5000  # ids in one question: below SQLite's limit of parameters


class Seen(NamedTuple):
    """An article of the window; ``mark`` changes with its text."""

    id: int
    mark: tuple[str, int]
    story_id: int | None
    fixed: bool
    closed: bool
    reckoned: bool


@dataclass(frozen=True, slots=True)
class Window:
    """The articles of the last 72 hours, those that wait for a story, and those of sent stories."""

    open: dict[int, Seen]
    told: dict[int, Seen]

    @property
    def waiting(self) -> list[int]:
        """Return the articles without a story, in the order they came."""
        return [one.id for one in self.open.values() if one.story_id is None]

    @property
    def unreckoned(self) -> list[int]:
        """Return the articles of stories to be looked at again."""
        rows = (*self.open.values(), *self.told.values())
        return [one.id for one in rows if one.story_id is not None and not one.reckoned]

    def members(self, story_id: int) -> list[int]:
        """Return the articles of a sent story."""
        return [one.id for one in self.told.values() if one.story_id == story_id]

    def fixed(self) -> list[list[str]]:
        """Return the stories that stay whole: an editor's, and those that follow a sent one."""
        found: defaultdict[int, list[str]] = defaultdict(list)
        for one in self.open.values():
            if one.fixed and one.story_id is not None:
                found[one.story_id].append(str(one.id))
        return list(found.values())


@dataclass(slots=True)
class Memory:
    """What a process keeps: all articles of the window with what they are alike to.

    ``open`` makes stories. ``told`` looks back further and holds the sent stories, too; it holds
    the window besides, so that both weigh words alike. It stays empty while nothing was sent.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    open: StoryIndex = field(default_factory=StoryIndex)
    told: StoryIndex = field(default_factory=lambda: StoryIndex(window=TOLD))
    marks: dict[int, tuple[str, int]] = field(default_factory=dict)

    @property
    def cold(self) -> bool:
        """Tell whether nothing is remembered: a first time takes long."""
        return not self.marks

    def missing(self, window: Window) -> set[int]:
        """Return the articles whose texts must be read to know the window."""
        told = {**window.open, **window.told} if window.told else {}
        return {
            one.id
            for wanted, index in ((window.open, self.open), (told, self.told))
            for one in wanted.values()
            if str(one.id) not in index.ids or self.marks.get(one.id) != one.mark
        }

    def take(self, window: Window, rows: Collection[GroupInput]) -> None:
        """Hold exactly the window; ``rows`` are those that were missing."""
        told = {**window.open, **window.told} if window.told else {}
        for wanted, index in ((window.open, self.open), (told, self.told)):
            index.drop([name for name in index.ids if int(name) not in wanted])
            index.fill([row for row in rows if int(row.id) in wanted])
        seen = {**window.open, **window.told}
        self.marks = {one.id: one.mark for one in seen.values()}


def memory_of(system: System) -> Memory:
    """Return what this process remembers of the stories of its database."""
    found = system.memory.setdefault(MEMORY, Memory())
    if not isinstance(found, Memory):
        raise TypeError(MEMORY)
    return found


def waiting(db: Session, now: datetime) -> int:
    """Return how many articles wait for a story, or are in one that is to be looked at again."""
    placed = (Article.story_id == Story.id) & or_(
        Article.published_at > now - WINDOW, Story.closed_at > now - TOLD
    )
    return db.scalar(
        select(func.count()).select_from(Article)
        .where(Article.story_id.is_(None), Article.state != ArticleState.NEW)
    ) or int(exists(
        db,
        select(Article.id).join(Story, placed)
        .where(Story.likeness.is_(None), Story.last_at > now - TOLD,
               Article.state != ArticleState.NEW),
    ))


def look(db: Session, now: datetime) -> Window:
    """Return the articles of the window, without their texts."""
    recent = or_(Article.published_at > now - WINDOW, Article.story_id.is_(None))
    told = Story.closed_at > now - TOLD
    # Two questions: one with both conditions would read every article there ever was.
    found = {row.id: row for some in (recent, told) for row in db.execute(_light().where(some))}
    window = Window({}, {})
    for row in sorted(found.values(), key=itemgetter(0)):
        seen = Seen(
            row.id, (row.state, row.words), row.story_id, fixed=bool(row.pinned or row.follows_id),
            closed=row.closed_at is not None, reckoned=row.likeness is not None,
        )
        if not seen.closed:
            window.open[row.id] = seen
        elif row.closed_at > now - TOLD:
            window.told[row.id] = seen
    return window


def _light() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Article.id, Article.state, Article.words, Article.story_id,
            Story.pinned, Story.closed_at, Story.follows_id, Story.likeness,
        )
        .outerjoin(Story, Story.id == Article.story_id)
        .where(Article.state != ArticleState.NEW)
    )  # fmt: skip


def load(db: Session, article_ids: Collection[int]) -> list[GroupInput]:
    """Return articles as grouping reads them, in the order of their ids."""
    return [one for some in _parts(sorted(article_ids)) for one in _load(db, some)]


def _load(db: Session, article_ids: Collection[int]) -> Iterator[GroupInput]:
    rows = db.execute(
        select(
            Article.id, Article.title, Article.text, Article.published_at, Article.source_name,
            SOURCE.c.weight,
        )
        .outerjoin(SOURCE, SOURCE.c.id == Article.source_id)
        .where(Article.id.in_(article_ids))
        .order_by(Article.id)
    )
    for row in rows:
        yield GroupInput(
            str(row.id), row.title, row.text[:LONGEST], row.published_at, row.source_name,
            1.0 if row.weight is None else row.weight,
        )


def _parts(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), SOME):
        yield ids[start : start + SOME]
