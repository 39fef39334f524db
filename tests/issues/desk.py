"""An issue with two sections on a desk where Salma and Omar work at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from digest.issues import board, undo
from digest.issues.commands import Row
from digest.issues.journal import read
from digest.issues.models import Issue
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock


@dataclass
class Together:
    """The issue, its two sections, four items, and the people."""

    system: System
    clock: SettableClock
    issue_id: int
    salma: int
    omar: int

    def do(self, by: int | None, act: Any, *args: Any, based_on: int = 0, **words: Any) -> int:
        """Run an act of the board, on the newest version unless told otherwise."""
        with self.system.db.write() as db:
            version = based_on or db.get_one(Issue, self.issue_id).version
            done: int = act(
                db, self.issue_id, *args, **words, based_on=version, by=by, now=self.clock.now()
            )
            return done

    def edit(self, by: int | None, item: int, *, based_on: int = 0, **texts: Any) -> int:
        """Change texts of an item; the others are sent as they stood at ``based_on``."""
        seen = self.rows()[f"item:{item}"]
        fields = {key: seen[key] for key in ("title", "summary", "link", "image", "image_alt")}
        return self.do(by, board.edit_item, item, **(fields | texts), based_on=based_on)

    def undo(self, by: int) -> int:
        """Take back one's last act."""
        with self.system.db.write() as db:
            step = undo.next_undo(db, self.issue_id, by)
            return undo.undo(
                db, self.issue_id, step.seq if step else 0, by=by, now=self.clock.now()
            )

    def redo(self, by: int) -> int:
        """Do again what one took back."""
        with self.system.db.write() as db:
            step = undo.next_redo(db, self.issue_id, by)
            return undo.redo(
                db, self.issue_id, step.seq if step else 0, by=by, now=self.clock.now()
            )

    def rows(self) -> dict[str, Row]:
        """Return the issue as rows."""
        with self.system.db.read() as db:
            return read(db, self.issue_id)

    def names(self, kind: str) -> list[int]:
        """Return the ids of sections or items in their order."""
        found = [(name, row) for name, row in self.rows().items() if name.startswith(kind)]
        found.sort(key=lambda one: (one[1].get("section_id", 0), one[1]["position"]))
        return [int(name.split(":")[1]) for name, _row in found]


def together(system: System, clock: SettableClock) -> Together:
    """Lay the desk: «سياسة» and «اقتصاد» with two items each."""
    now = clock.now()
    with system.db.write() as db:
        salma = make.user(db, now=now, email="salma@example.org")
        omar = make.user(db, now=now, email="omar@example.org")
        issue_id = make.issue(db, now=now, newsletter_id=make.newsletter(db, now=now), items=4)
    desk = Together(system, clock, issue_id, salma, omar)
    desk.do(None, board.add_section, "اقتصاد")
    second = desk.names("section")[1]
    for item in desk.names("item")[2:]:
        desk.do(None, board.move_item, item, section_id=second, position=9)
    return desk
