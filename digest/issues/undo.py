"""Taking back one's own last act on an issue, and doing it again; both live in the log.

An act is taken back only while nobody wrote over it since: what a colleague wrote is never lost to
somebody else's undo. Where rows stood is restored as far as the rows of today allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.articles.models import Article, Story, Topic
from digest.issues import journal
from digest.issues.commands import ISSUE, Change, Rows, apply
from digest.issues.models import Command, CommandKind, Issue, Item, Section
from digest.system.errors import Conflict, Refused

POINTERS = {"story_id": Story, "article_id": Article, "topic_id": Topic}  # may be gone meanwhile
WAY = {CommandKind.UNDO: (CommandKind.DO, CommandKind.REDO), CommandKind.REDO: (CommandKind.UNDO,)}


@dataclass(frozen=True, slots=True)
class Step:
    """An act that can be taken back or done again: its number and its name."""

    seq: int
    act: str


def next_undo(db: Session, issue_id: int, by: int) -> Step | None:
    """Return one's own last act that was not taken back."""
    return _step(_last(db, issue_id, by, CommandKind.UNDO))


def next_redo(db: Session, issue_id: int, by: int) -> Step | None:
    """Return what one took back last, unless something was done after it."""
    found = _last(db, issue_id, by, CommandKind.REDO)
    if found is None:
        return None
    newer = db.scalar(
        select(Command.seq).where(
            Command.issue_id == issue_id, Command.user_id == by, Command.seq > found.seq,
            Command.kind == CommandKind.DO,
        ).limit(1)
    )
    return None if newer else _step(found)


def undo(db: Session, issue_id: int, seq: int, *, by: int, now: datetime) -> int:
    """Take back one's own last act; returns the new version.

    ``seq`` is the act that was shown: asked again after a lost answer, nothing more happens. Raises
    Refused("nothing_to_undo"), Refused("section_locked") or Conflict("undo_lost").
    """
    return _turn(db, issue_id, seq, CommandKind.UNDO, by=by, now=now)


def redo(db: Session, issue_id: int, seq: int, *, by: int, now: datetime) -> int:
    """Do again what one took back last; raises as ``undo``, with Refused("nothing_to_redo")."""
    return _turn(db, issue_id, seq, CommandKind.REDO, by=by, now=now)


def _turn(
    db: Session, issue_id: int, seq: int, kind: CommandKind, *, by: int, now: datetime
) -> int:
    command = db.get(Command, (issue_id, seq))
    if command is None or command.user_id != by or command.kind not in WAY[kind]:
        raise Refused(f"nothing_to_{kind}")
    issue = db.get_one(Issue, issue_id, populate_existing=True)
    if command.undone_at is not None:
        return issue.version
    wanted = (next_undo if kind is CommandKind.UNDO else next_redo)(db, issue_id, by)
    if wanted is None or wanted.seq != seq:
        raise Refused(f"nothing_to_{kind}")
    act = journal.begin(db, issue_id, based_on=issue.version, by=by, now=now)
    _refuse_if_lost(act.before, command.change, command.inverse)
    _write(db, act.issue, command.inverse)
    command.undone_at = now
    return act.done(command.act, kind=kind, of=seq)


def _refuse_if_lost(rows: Rows, change: Change, inverse: Change) -> None:
    """Raise Conflict("undo_lost") where rows are not as an act left them, but for their order."""
    told = {row["story_id"] for name, row in rows.items() if name.startswith("item:")}
    for name, fields in change.items():
        present, back = rows.get(name), inverse[name]
        if (fields is None) != (present is None):
            raise Conflict("undo_lost")
        if fields is None and back and (story := back.get("story_id")) and story in told:
            raise Conflict("undo_lost")  # a colleague added the same story again
        if fields and present and any(
            present[key] != value for key, value in fields.items() if key != "position"
        ):
            raise Conflict("undo_lost")
    after = apply(rows, inverse)
    for name, row in after.items():
        if name.startswith("item:") and f"section:{row['section_id']}" not in after:
            raise Conflict("undo_lost")


def _write(db: Session, issue: Issue, change: Change) -> None:
    """Put the rows of a change into the database, and number what stands beside them."""
    for name in sorted(change):  # items before sections
        if change[name] is None:
            db.delete(_find(db, name))
            db.flush()
    for name in sorted(change, reverse=True):  # sections before items
        fields = change[name]
        if fields is None:
            continue
        target = issue if name == ISSUE else _find(db, name) or _make(issue.id, name)
        for key, value in fields.items():
            setattr(target, key, _living(db, key, value))
        db.add(target)
        db.flush()
    _renumber(db, issue.id, change)


def _find(db: Session, name: str) -> Section | Item | None:
    kind, _, row_id = name.partition(":")
    return db.get(Section, int(row_id)) if kind == "section" else db.get(Item, int(row_id))


def _make(issue_id: int, name: str) -> Section | Item:
    kind, _, row_id = name.partition(":")
    model = Section if kind == "section" else Item
    return model(id=int(row_id), issue_id=issue_id)


def _living(db: Session, key: str, value: Any) -> Any:
    """Return a pointer only when what it points at is still there."""
    return None if key in POINTERS and value and db.get(POINTERS[key], value) is None else value


def _renumber(db: Session, issue_id: int, change: Change) -> None:
    """Give sections and items the places 0, 1, …; what was put back stands before its neighbour."""
    rows = journal.read(db, issue_id)
    shelves: dict[int, list[str]] = {}
    for name, row in rows.items():
        if name != ISSUE:
            shelves.setdefault(row.get("section_id", 0), []).append(name)
    for names in shelves.values():
        names.sort(key=lambda name: (rows[name]["position"], name not in change, name))
        for position, name in enumerate(names):
            if found := _find(db, name):
                found.position = position
    db.flush()


def _last(db: Session, issue_id: int, by: int, kind: CommandKind) -> Command | None:
    return db.scalar(
        select(Command)
        .where(
            Command.issue_id == issue_id, Command.user_id == by, Command.undone_at.is_(None),
            Command.kind.in_(WAY[kind]),
        )
        .order_by(Command.seq.desc()).limit(1)
    )


def _step(command: Command | None) -> Step | None:
    return Step(command.seq, command.act) if command else None
