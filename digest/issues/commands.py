"""What an act changed in an issue, as a value that can be turned round: the way of undo.

An issue is read as rows: ``{"issue": {...}, "section:3": {...}, "item:7": {...}}``. A change names
the rows and fields that differ: ``{"item:7": {"title": "…"}}``; None stands for a row that is gone,
and all fields for one that is new. So every act of the board has an inverse without saying so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]
Rows = Mapping[str, Row]
Change = dict[str, Row | None]

ISSUE = "issue"  # the row of the issue's own words
WORDS = frozenset({
    "subject", "preheader", "note", "note_by", "title", "summary", "link", "image", "image_alt",
})  # what people write; the rest is order and looks


def difference(before: Rows, after: Rows) -> Change:
    """Return the change that leads from one state of an issue to another."""
    found: Change = {}
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if new is None:
            found[name] = None
        elif old is None:
            found[name] = dict(new)
        elif fields := {key: value for key, value in new.items() if old[key] != value}:
            found[name] = fields
    return found


def apply(rows: Rows, change: Change) -> dict[str, Row]:
    """Return the rows as they are after a change."""
    after = {name: dict(row) for name, row in rows.items()}
    for name, fields in change.items():
        if fields is None:
            after.pop(name, None)
        else:
            after[name] = after.get(name, {}) | fields
    return after


def words_of(change: Change, inverse: Change) -> frozenset[tuple[str, str]]:
    """Return the texts that a change wrote, as (row, field); a row that came or went is all."""
    return frozenset(
        (name, field)
        for name, fields in change.items()
        for field in (WORDS if fields is None or inverse[name] is None else fields.keys() & WORDS)
    )


def sections_of(change: Change, before: Rows, after: Rows) -> frozenset[int]:
    """Return the sections inside which a change wrote; 0 is the issue's own words.

    The order of the sections among each other belongs to none of them.
    """
    found: set[int] = set()
    for name, fields in change.items():
        kind, _, row_id = name.partition(":")
        if kind == "item":
            found.update(
                rows[name]["section_id"] for rows in (before, after) if name in rows
            )
        elif kind == ISSUE:
            found.add(0)
        elif fields is None or set(fields) - {"position"}:
            found.add(int(row_id))
    return frozenset(found)
