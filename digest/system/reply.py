"""What a relay said, and how far the talk had come: not sent, sent, or nobody knows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


class Stage(IntEnum):
    """How far a conversation had come when its last reply came, or did not come."""

    CONNECT = 0
    TLS = 1
    AUTH = 2
    READY = 3
    MAIL = 4
    RCPT = 5
    DATA = 6
    DOT = 7


@dataclass(frozen=True, slots=True)
class Reply:
    """What the relay said. ``code`` 0 means that no reply came: ``text`` says why."""

    stage: Stage
    code: int
    text: str

    @property
    def ready(self) -> bool:
        """Whether the connection can take a message."""
        return self.stage is Stage.READY and self.code == 250

    @property
    def accepted(self) -> bool:
        """Whether the relay has taken the message, for good."""
        return self.stage is Stage.DOT and 200 <= self.code < 300

    @property
    def unknown(self) -> bool:
        """Whether the relay may have taken the message: the reply to the final dot is lost."""
        return self.stage is Stage.DOT and not (200 <= self.code < 300 or 400 <= self.code < 600)

    @property
    def lost(self) -> bool:
        """Whether the connection ended before the final dot: surely nothing was sent."""
        return (self.code == 0 and self.stage is not Stage.DOT) or self.code == 421

    @property
    def enhanced(self) -> str:
        """Return the status code of RFC 3463 ("5.1.1"), or nothing."""
        found = ENHANCED.search(self.text)
        return found[1] if found else ""
