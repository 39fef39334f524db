"""A page as it is, for one's own relay: a third less on the wire than base64 (RFC 6152).

Lines may have 998 bytes (RFC 5322, 2.1.1), and a rendered page is one line of many thousands. A
space between words or attributes is a line end as well: HTML tells no difference.
"""

from __future__ import annotations

from collections.abc import Mapping

from digest.issues.document import SLOT, Slot

LONGEST = 900  # bytes of a line before its slots are filled with less than a hundred
ROOM = 300  # bytes that the address in a slot may have


class Plain:
    """A page whose slots are filled per reader, without an encoding."""

    encoding = b"8bit"

    def __init__(self, page: str) -> None:
        parts = SLOT.split(page)
        self.slots = [Slot(part) for part in parts[1::2]]
        self._runs = [part.encode() for part in parts[::2]]

    def fill(self, values: Mapping[Slot, str]) -> list[bytes]:
        """Return the page with the values in place of the slots, in parts."""
        pieces = [self._runs[0]]
        for slot, run in zip(self.slots, self._runs[1:], strict=True):
            pieces += [values[slot].encode(), run]
        return pieces


def in_lines(page: str) -> str | None:
    """Return a page in lines that a mail may have, none of which begins with a dot.

    None when a run of letters without a space is too long to be cut, or one may not be sent so.
    """
    found: list[str] = []
    page = page.replace("\r\n", "\n").removesuffix("\n")
    if "\r" in page or "\0" in page:
        return None
    for line in page.split("\n"):
        cut = _cut(f" {line}" if line.startswith(".") else line)
        if cut is None:
            return None
        found += cut
    return "\r\n".join(found) + "\r\n"


def _cut(line: str) -> list[str] | None:
    """Cut a line at the last space before each ``LONGEST`` bytes."""
    found: list[str] = []
    begin, at, size = 0, -1, 0  # of the piece: its begin, its last space, its bytes so far
    since = 0  # bytes since that space
    for place, weight in _weights(line):
        size += weight
        since += weight
        if size > LONGEST:
            if at < 0:
                return None
            found.append(line[begin:at])
            begin, at, size = at + 1, -1, since
        if line[place] == " " and place > begin and line[place + 1 : place + 2] not in {"", "."}:
            at, since = place, 0
    return [*found, line[begin:]]


def _weights(line: str) -> list[tuple[int, int]]:
    """The bytes of each letter by its place; a slot weighs what it may become."""
    slots = {one.start(): one.end() for one in SLOT.finditer(line)}
    weights, place = [], 0
    while place < len(line):
        if end := slots.get(place):
            weights.append((place, ROOM))
            place = end
        else:
            weights.append((place, len(line[place].encode())))
            place += 1
    return weights
