"""How a sentence reads by itself: what it opens with and how it ends."""

from __future__ import annotations

import re

from digest.text.fold import fold

# Openings that point back. Matched on the folded text.
_LEANING = re.compile(
    r"^\W*(?:و(?:اضاف|تابع|قال|اكد|اوضح|اشار|لفت|شدد|ذكر|راي|بين|استطرد|زاد|اردف|اعتبر|نوه|اعرب|ختم|استدرك)(?:ت|وا)?"
    r"|من (?:جانبه|جانبها|جانبهم|جهته|جهتها|ناحيته)|بدوره|بدورها|جاء (?:ذلك|هذا)|ياتي (?:ذلك|هذا)|وياتي (?:ذلك|هذا)"
    r"|وجاء (?:ذلك|هذا)|في المقابل|في السياق|في غضون ذلك|الي ذلك|علي صعيد|لكن|ولكن|لكنه|لكنها|غير ان|الا ان|كما ان|كما"
    r"|كذلك|وكذلك|ايضا|ومع ذلك|لذلك|ولذلك|لذا|ولذا|بالتالي|وبالتالي|فيما|بينما|هذا و|وهو|وهي|وهم|انه|انها|وانه|وانها|وفي (?:هذا|السياق))\b"
)
_QUESTION = re.compile(r"[؟?]!*[»”“″\"'’)\]\s]*$")
_END = re.compile(r"[.!?؟۔…][»”“″\"'’)\]\s]*$")


def leans(text: str) -> bool:
    """Tell whether a sentence opens with words that need the sentence before it."""
    return _LEANING.match(fold(text[:60])) is not None


def asks(text: str) -> bool:
    """Tell whether a sentence is a question."""
    return _QUESTION.search(text) is not None


def ends(text: str) -> bool:
    """Tell whether a sentence has a mark at its end."""
    return _END.search(text) is not None
