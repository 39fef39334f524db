"""How heavy a mail is, against the size at which Gmail cuts it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.issues.checks import CLIP_AT, LARGE_AT

_BETWEEN_TAGS = re.compile(r">\s+<")


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes of the HTML: as it is sent, and what would be left without white space between tags."""

    size: int
    minified: int
    large: int = LARGE_AT
    most: int = CLIP_AT


def weigh(html: str) -> Weight:
    """Measure a mail's HTML."""
    return Weight(len(html.encode()), len(_BETWEEN_TAGS.sub("><", html).encode()))
