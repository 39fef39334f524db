"""The text part of a mail: marked so that its lines read from the right wherever they are shown."""

from __future__ import annotations

import re

MARK = "\u200f"  # RIGHT-TO-LEFT MARK: a line takes its direction from its first strong letter
_BARE = re.compile(r"[a-z][a-z0-9+.-]*:\S+|digest-slot-\S+", re.IGNORECASE)
_GAPS = re.compile(r"\n{3,}")


def mark_lines(text: str) -> str:
    """Return the text with the mark before every line of words.

    A line that is an address alone stays bare, so that programs go on to make it a link. Spaces
    at the ends of lines go; more than one empty line becomes one; the text ends in one newline.
    """
    lines = (_marked(line.strip()) for line in text.split("\n"))
    return _GAPS.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"


def _marked(line: str) -> str:
    if not line or line.startswith(MARK) or _BARE.fullmatch(line):
        return line
    return MARK + line
