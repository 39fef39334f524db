"""The log of an issue's acts: each with what it changed and how that is taken back.

An act reads the issue, changes it, and is written down with the difference. The number of an act is
the version it made, so the log tells what others did after the version that an editor saw: texts
that two people wrote at once are a conflict, everything else is merged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.issues import locks, states
from digest.issues.commands import ISSUE, Row, difference, sections_of, words_of
from digest.issues.models import Command, CommandKind, Issue, Item, Section
from digest.staff import audit
from digest.system.errors import Conflict

ISSUE_FIELDS = ("subject", "preheader", "note", "note_by")
SECTION_FIELDS = ("position", "title", "topic_id")
ITEM_FIELDS = (
    "section_id", "position", "role", "story_id", "article_id", "title", "link", "image",
    "image_alt", "summary", "source_name", "told", "words",
)
TYPING = frozenset({"edit", "edit_item", "rename_section"})  # acts that take a section's lock


@dataclass(slots=True)
class Act:
    """An act under way: the issue, as it was, and what happened since its editor looked."""

    db: Session
    issue: Issue
    by: int | None
    now: datetime
    before: dict[str, Row]
    later: list[Command]

    def merged(self, name: str, values: Mapping[str, str | None]) -> dict[str, str | None]:
        """Return the texts to put into a row: what the editor changed, else what stands there.

        Raises Conflict("edited_meanwhile") with both texts where two people changed the same one.
        """
        found: dict[str, str | None] = {}
        torn: dict[str, dict[str, str | None]] = {}
        for key, value in values.items():
            seen, present = self._seen(name, key), self.before[name][key]
            if present in (seen, value):
                found[key] = value
            elif value == seen:
                found[key] = present
            else:
                torn[key] = {"mine": value, "theirs": present}
        if torn:
            raise Conflict("edited_meanwhile", row=name, version=self.issue.version, fields=torn)
        return found

    def _seen(self, name: str, key: str) -> Any:
        """Return a field as the editor saw it."""
        for command in self.later:
            old = command.inverse.get(name)
            if old and key in old:
                return old[key]
        return self.before[name][key]

    def _written_by_others(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            one for command in self.later if command.user_id != self.by
            for one in words_of(command.change, command.inverse)
        )

    def done(self, act: str, *, kind: CommandKind = CommandKind.DO, of: int | None = None,
             **facts: object) -> int:
        """Write the act down and return the issue's version after it; no change makes none.

        Raises Refused("section_locked") where a colleague is writing, and
        Conflict("edited_meanwhile") where it would overwrite what was written after ``based_on``.
        """
        self.db.flush()
        after = read(self.db, self.issue.id)
        change, inverse = difference(self.before, after), difference(after, self.before)
        if not change:
            return self.issue.version
        if words_of(change, inverse) & self._written_by_others():
            raise Conflict("edited_meanwhile", version=self.issue.version)
        parts = sections_of(change, self.before, after)
        locks.demand(self.db, self.issue.id, parts, by=self.by, now=self.now)
        if act in TYPING:
            locks.take(self.db, self.issue.id, parts, by=self.by, now=self.now)
        self.issue.version += 1
        self.db.add(Command(
            issue_id=self.issue.id, seq=self.issue.version, user_id=self.by, at=self.now, act=act,
            kind=kind.value, of=of, change=change, inverse=inverse,
        ))
        name = act if kind is CommandKind.DO else kind.value
        audit.record(self.db, f"issue.{name}", now=self.now, by=self.by, subject="issue",
                     subject_id=self.issue.id, **facts)
        self.db.flush()
        return self.issue.version


def begin(
    db: Session, issue_id: int, *, based_on: int, by: int | None, now: datetime
) -> Act:
    """Start an act on an issue from the version its editor saw.

    Raises Refused("issue_closed"), NotFound("no_such_issue"), or Conflict("stale_issue") for a
    version that the issue never had.
    """
    issue = states.still_open(db, issue_id)
    if based_on > issue.version:
        raise Conflict("stale_issue", version=issue.version)
    later = after_version(db, issue_id, based_on) if based_on < issue.version else []
    return Act(db, issue, by, now, read(db, issue_id), later)


def after_version(db: Session, issue_id: int, version: int) -> list[Command]:
    """Return what was done to an issue after a version, in order."""
    statement = select(Command).where(Command.issue_id == issue_id, Command.seq > version)
    return list(db.scalars(statement.order_by(Command.seq)))


def read(db: Session, issue_id: int) -> dict[str, Row]:
    """Return an issue as rows: its own words, its sections and its items."""
    issue = db.execute(
        select(*(getattr(Issue, one) for one in ISSUE_FIELDS)).where(Issue.id == issue_id)
    ).one()
    rows: dict[str, Row] = {ISSUE: dict(zip(ISSUE_FIELDS, issue, strict=True))}
    for name, model, fields in (
        ("section", Section, SECTION_FIELDS), ("item", Item, ITEM_FIELDS),
    ):
        statement = select(model.id, *(getattr(model, one) for one in fields))
        for row_id, *values in db.execute(statement.where(model.issue_id == issue_id)):
            rows[f"{name}:{row_id}"] = dict(zip(fields, values, strict=True))
    return rows

