"""How a sentence reads by itself: what it opens with and how it ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.text.fold import fold, fold_each

_OPENING = 60  # characters
# Openings that point back. Matched on the folded text.
_LEANING = re.compile(
    r"^\W*(?:و(?:اضاف|تابع|قال|اكد|اوضح|اشار|لفت|شدد|ذكر|راي|بين|استطرد|زاد|اردف|اعتبر|نوه|اعرب|ختم|استدرك)(?:ت|وا)?"
    r"|من (?:جانبه|جانبها|جانبهم|جهته|جهتها|ناحيته)|بدوره|بدورها|جاء (?:ذلك|هذا)|ياتي (?:ذلك|هذا)|وياتي (?:ذلك|هذا)"
    r"|وجاء (?:ذلك|هذا)|في المقابل|في السياق|في غضون ذلك|الي ذلك|علي صعيد|لكن|ولكن|لكنه|لكنها|غير ان|الا ان|كما ان|كما"
    r"|كذلك|وكذلك|ايضا|ومع ذلك|لذلك|ولذلك|لذا|ولذا|بالتالي|وبالتالي|فيما|بينما|هذا و|وهو|وهي|وهم|انه|انها|وانه|وانها|وفي (?:هذا|السياق))\b"
)
_CLOSING = "»”“″\"'’)] \t\n\r\u00a0"  # what may stand after the mark that ends a sentence
_MARKS = frozenset(".!?؟۔…")


def leans(text: str) -> bool:
    """Tell whether a sentence opens with words that need the sentence before it."""
    return _LEANING.match(fold(text[:_OPENING])) is not None


def leaning(texts: Sequence[str]) -> list[bool]:
    """Tell of each sentence whether it ``leans``, faster than one by one."""
    folded = fold_each([text[:_OPENING] for text in texts])
    return [_LEANING.match(opening) is not None for opening in folded]


def asks(text: str) -> bool:
    """Tell whether a sentence is a question."""
    return text.rstrip(_CLOSING).rstrip("!").endswith(("؟", "?"))


def ends(text: str) -> bool:
    """Tell whether a sentence has a mark at its end."""
    return text.rstrip(_CLOSING)[-1:] in _MARKS
