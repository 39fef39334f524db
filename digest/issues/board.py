"""What an editor does to an issue. Every act is written into the issue's log and makes a version.

Each function takes the version the editor saw and returns the new one. What colleagues did since is
kept: they raise Conflict("edited_meanwhile") only where two people wrote the same text,
Refused("section_locked") where a colleague is writing, and Refused("issue_closed") once it is too
late.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.articles.lengths import Length
from digest.articles.models import Article, Story, Topic
from digest.articles.summarise import Method
from digest.articles.versions import Shown, latest_summary
from digest.issues import journal, states, summaries
from digest.issues.commands import ISSUE
from digest.issues.models import Item, Role, Section
from digest.system.build import System
from digest.system.errors import NotFound, Refused

OTHER = "متفرقات"  # the section of stories without a topic


def edit_issue(
    db: Session, issue_id: int, *, subject: str, preheader: str, note: str, note_by: str,
    based_on: int, by: int | None, now: datetime,
) -> int:
    """Set the issue's own words; line breaks in subject and preheader become spaces."""
    act = journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
    texts = act.merged(ISSUE, {
        "subject": " ".join(subject.split()), "preheader": " ".join(preheader.split()),
        "note": note.strip(), "note_by": " ".join(note_by.split()),
    })
    for name, value in texts.items():
        setattr(act.issue, name, value)
    return act.done("edit")


def add_story(
    db: Session, issue_id: int, story_id: int, *, section_id: int | None = None,
    role: Role | None = None, based_on: int, by: int | None, now: datetime,
) -> int:
    """Add a story with its own copy of title, link, image and summary.

    Without a section it goes to the one of its topic, which is made when it is missing.
    Raises Refused("already_in_issue") or NotFound("no_such_story").
    """
    act = journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
    story = db.get(Story, story_id)
    article = db.get(Article, story.representative_id) if story else None
    if story is None or article is None:
        raise NotFound("no_such_story", story=story_id)
    if db.scalar(select(Item.id).where(Item.issue_id == issue_id, Item.story_id == story_id)):
        raise Refused("already_in_issue", story=story_id)
    section = section_of(db, issue_id, section_id) if section_id else _topic_section(
        db, issue_id, story.topic_id
    )
    summary = latest_summary(db, article.id, story_id)
    place(db, section, article, summary, story_id=story_id, role=role)
    return act.done("add", story=story_id)


def place(
    db: Session, section: Section, article: Article, summary: Shown, *, story_id: int,
    role: Role | None = None,
) -> Item:
    """Put an article at the end of a section, before the briefs there; the first of a section leads it."""
    items = _items(db, section.id)
    role = role or (Role.SECOND if items else Role.LEAD)
    item = Item(
        issue_id=section.issue_id, section_id=section.id, position=len(items),
        role=role.value, story_id=story_id,
        article_id=article.id, title=article.title, link=article.link, image=article.image,
        image_alt=article.title if article.image else "", source_name=article.source_name,
        words=article.words,
    )
    summaries.put(item, summaries.fit_summary(summary, role))
    at = len(items)
    while role is not Role.BRIEF and at and items[at - 1].role == Role.BRIEF:
        at -= 1
    _number([*items[:at], item, *items[at:]])
    db.add(item)
    db.flush()
    return item


def edit_item(
    db: Session, issue_id: int, item_id: int, *, title: str, summary: str, link: str,
    image: str | None, image_alt: str, based_on: int, by: int | None, now: datetime,
) -> int:
    """Change an item's own copy. Raises Refused("bad_link") or Refused("no_title")."""
    act = journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
    item = _item(db, issue_id, item_id)
    if not title.strip():
        raise Refused("no_title")
    for address in (link, image or ""):
        if address and not address.startswith(("http://", "https://")):
            raise Refused("bad_link", link=address)
    texts = act.merged(f"item:{item_id}", {
        "title": " ".join(title.split()), "summary": summary.strip(), "link": link.strip(),
        "image": image or None, "image_alt": image_alt.strip(),
    })
    for name, value in texts.items():
        setattr(item, name, value)
    summaries.see(item)
    return act.done("edit_item", item=item_id)


def see_item(db: Session, issue_id: int, item_id: int) -> None:
    """Note that an editor opened the summary of a story. No act: nothing in the issue changes."""
    states.still_open(db, issue_id)
    summaries.see(_item(db, issue_id, item_id))


def set_role(
    db: Session, issue_id: int, item_id: int, role: Role, *, based_on: int, by: int | None,
    now: datetime,
) -> int:
    """Make an item the lead, an ordinary story or a brief; the old lead steps back.

    A lead goes to the top of its section and a brief to its end, as they are read in the mail. A
    machine summary is fitted to the new role; one that an editor wrote stays as it is.
    """
    act = journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
    item = _item(db, issue_id, item_id)
    others = [other for other in _items(db, item.section_id) if other.id != item_id]
    if role is Role.LEAD:
        for other in others:
            if other.role == Role.LEAD:
                summaries.give_role(db, other, Role.SECOND)
        _number([item, *others])
    elif role is Role.BRIEF:
        _number([*others, item])
    summaries.give_role(db, item, role)
    return act.done("role", item=item_id, role=role.value)


def move_item(
    db: Session, issue_id: int, item_id: int, *, section_id: int, position: int, based_on: int,
    by: int | None, now: datetime,
) -> int:
    """Move an item to a 0-based place of a section of the same issue."""
    act = journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
    item = _item(db, issue_id, item_id)
    section = section_of(db, issue_id, section_id)
    left = [other for other in _items(db, item.section_id) if other.id != item_id]
    there = left if section.id == item.section_id else _items(db, section.id)
    there.insert(max(0, min(position, len(there))), item)
    item.section_id = section.id
    _number(left)
    _number(there)
    return act.done("move", item=item_id)


def remove_item(
    db: Session, issue_id: int, item_id: int, *, based_on: int, by: int | None, now: datetime
) -> int:
    """Take an item out; its story stays in the inbox."""
    act = journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
    item = _item(db, issue_id, item_id)
    db.delete(item)
    db.flush()
    _number(_items(db, item.section_id))
    return act.done("remove", item=item_id)


def add_section(
    db: Session, issue_id: int, title: str, *, based_on: int, by: int | None, now: datetime
) -> int:
    """Append an empty section; it stays out of the mail until it has items."""
    act = journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
    if not title.strip():
        raise Refused("no_title")
    append_section(db, issue_id, " ".join(title.split()), None)
    return act.done("add_section")


def rename_section(
    db: Session, issue_id: int, section_id: int, title: str, *, based_on: int, by: int | None,
    now: datetime,
) -> int:
    """Give a section another title."""
    act = journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
    if not title.strip():
        raise Refused("no_title")
    section = section_of(db, issue_id, section_id)
    texts = act.merged(f"section:{section_id}", {"title": " ".join(title.split())})
    section.title = texts["title"] or section.title
    return act.done("rename_section", section=section_id)


def move_section(
    db: Session, issue_id: int, section_id: int, position: int, *, based_on: int, by: int | None,
    now: datetime,
) -> int:
    """Move a section to a 0-based place of the issue."""
    act = journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
    section = section_of(db, issue_id, section_id)
    others = [other for other in _sections(db, issue_id) if other.id != section_id]
    others.insert(max(0, min(position, len(others))), section)
    _number(others)
    return act.done("move_section", section=section_id)


def remove_section(
    db: Session, issue_id: int, section_id: int, *, based_on: int, by: int | None, now: datetime
) -> int:
    """Take a section out with its items; their stories stay in the inbox."""
    act = journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
    section = section_of(db, issue_id, section_id)
    for item in _items(db, section_id):
        db.delete(item)
    db.flush()
    db.delete(section)
    db.flush()
    _number(_sections(db, issue_id))
    return act.done("remove_section", section=section_id)


def regenerate_summary(
    system: System, issue_id: int, item_id: int, *, method: Method | None, length: Length,
    based_on: int, by: int | None,
) -> int:
    """Write an item's summary anew from stored texts, which are never changed.

    Without a method it is told from all sources of its story. What an editor wrote there before is
    kept as a version. Raises Refused("no_source_text") when the item has no readable article.
    """
    with system.db.read() as db:
        sources = summaries.sources_of(db, _item(db, issue_id, item_id))
    written = summaries.write_anew(sources, method, length)
    now = system.clock.now()
    with system.db.write() as db:
        act = journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
        summaries.store(db, _item(db, issue_id, item_id), written, now)
        return act.done("regenerate", item=item_id, method=written.method,
                     length=length.value)


def append_section(db: Session, issue_id: int, title: str, topic_id: int | None) -> Section:
    """Add a section at the end of an issue."""
    section = Section(
        issue_id=issue_id, position=len(_sections(db, issue_id)), title=title, topic_id=topic_id
    )
    db.add(section)
    db.flush()
    return section


def _topic_section(db: Session, issue_id: int, topic_id: int | None) -> Section:
    """The section of a topic, or a new one named after it."""
    for section in _sections(db, issue_id):
        if section.topic_id == topic_id:
            return section
    topic = db.get(Topic, topic_id) if topic_id else None
    return append_section(db, issue_id, topic.name if topic else OTHER, topic_id)


def _sections(db: Session, issue_id: int) -> list[Section]:
    return list(
        db.scalars(
            select(Section).where(Section.issue_id == issue_id).order_by(Section.position, Section.id)
        )
    )


def _items(db: Session, section_id: int) -> list[Item]:
    return list(
        db.scalars(select(Item).where(Item.section_id == section_id).order_by(Item.position, Item.id))
    )


def section_of(db: Session, issue_id: int, section_id: int) -> Section:
    """Return a section of an issue; raises NotFound("no_such_section")."""
    section = db.get(Section, section_id)
    if section is None or section.issue_id != issue_id:
        raise NotFound("no_such_section", section=section_id)
    return section


def _item(db: Session, issue_id: int, item_id: int) -> Item:
    item = db.get(Item, item_id)
    if item is None or item.issue_id != issue_id:
        raise NotFound("no_such_item", item=item_id)
    return item


def _number(rows: Sequence[Section | Item]) -> None:
    for position, row in enumerate(rows):
        row.position = position

