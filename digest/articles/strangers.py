"""Names in a summary that none of its sources holds.

Arabic writes names like any word, so a name is told by what is known of it: it is on a list, says
where somebody is from, follows «بن» or «مدينة», is written in Latin letters, or comes from no root
of common vocabulary. Spelling and what is glued to it do not count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from digest.articles.evidence import Evidence
from digest.text.commonroots import is_common
from digest.text.fold import fold
from digest.text.knownnames import (
    BEFORE_PEOPLE,
    BEFORE_PLACES,
    OF_DESCENT,
    given_names,
    known_names,
    names_origin,
    place_names,
)
from digest.text.placed import Placed, bare_forms
from digest.text.skeleton import roots, sounding
from digest.text.stopwords import STOP_WORDS

_BEFORE_NAMES = frozenset({"", "و", "ب", "ل", "ف", "ك", "ال", "وال", "بال", "لل", "ول", "وب"})
_SHORTEST = 4  # letters of a word that is taken for a name because it comes from no root
_NAMED_TWICE = (
    ("أمريكا أميركا الأمريكي الأميركي واشنطن", "الولايات أمريكا أميركا أمريكي أميركي أمريكية أميركية واشنطن"),
    ("بريطانيا بريطاني لندن", "بريطانيا المتحدة إنجلترا بريطاني بريطانية لندن"),
    ("السعودية سعودي الرياض", "المملكة السعودية سعودي سعودية الرياض"),
    ("الإمارات إماراتي", "الإمارات إماراتي إماراتية أبوظبي"),
)
_ALIASES = [
    (frozenset(fold(one) for one in names.split()), frozenset(fold(one) for one in same.split()))
    for names, same in _NAMED_TWICE
]
_ENDINGS = ("يتين", "يتان", "يين", "يون", "يات", "يه", "يا", "ي", "ه", "ا")


def strangers(
    text: str, words: Sequence[Placed], evidence: Evidence, taken: Collection[int]
) -> Iterator[tuple[int, int]]:
    """Yield the places (first word, after the last) of names that the evidence does not hold.

    Words at the places ``taken`` are numbers or dates and are left alone.
    """
    absent = [place not in taken and _is_absent(one.word, evidence) for place, one in enumerate(words)]
    named = [
        absent[place] and _is_name(text, words, absent, place, evidence)
        for place in range(len(words))
    ]
    place = 0
    while place < len(words):
        if not named[place]:
            place += 1
            continue
        last = place + 1
        while last < len(words) and named[last] and _adjoins(text, words, last):
            last += 1
        yield place, last
        place = last


def _is_absent(word: str, evidence: Evidence) -> bool:
    """Tell whether a word stands in the sources in no spelling and with nothing glued to it."""
    if word in STOP_WORDS or len(word) < 2 or word[0].isdecimal():
        return False
    for front, rest in bare_forms(word):
        if front and (len(rest) < 3 or rest in STOP_WORDS):
            continue
        if rest in evidence.forms:
            return False
        sound = sounding(rest)
        if len(sound) >= 3 and sound in evidence.sounds:
            return False
    return True


def _is_name(
    text: str, words: Sequence[Placed], absent: Sequence[bool], place: int, evidence: Evidence
) -> bool:
    word = words[place].word
    if word[0].isascii():
        return len(word) > 1
    before = words[place - 1].word if place and _adjoins(text, words, place) else ""
    rests = [rest for front, rest in bare_forms(word) if front in _BEFORE_NAMES and len(rest) > 2]
    if any(rest in known_names() for rest in rests):
        return not _known_otherwise(rests, evidence)
    if any(names_origin(rest) for rest in rests):
        return not _known_otherwise(rests, evidence)
    if before and _follows_a_sign(word, before):
        return True
    if _follows_a_title(text, words, absent, place, before):
        return True
    if len(word) < _SHORTEST or is_common(word):
        return False
    return evidence.roots.isdisjoint(root for root in roots(word) if len(root) > 2)


def _follows_a_sign(word: str, before: str) -> bool:
    """Tell whether the word before says that a name comes: «بن», «مدينة», a given name."""
    bare = {rest for front, rest in bare_forms(before) if front in _BEFORE_NAMES}
    if bare & OF_DESCENT and before != "عبد":
        return not before.startswith("ال")
    if bare & BEFORE_PLACES and not before.startswith("ال"):
        return word in place_names() or word.startswith("ال") or not word.endswith("ه")
    surname = word.startswith("ال") and word.endswith("ي")
    return before in given_names() and (surname or word in given_names())


def _follows_a_title(
    text: str, words: Sequence[Placed], absent: Sequence[bool], place: int, before: str
) -> bool:
    """Tell whether a title precedes a given name, or two words that are new to the sources."""
    if before not in BEFORE_PEOPLE:
        return False
    if words[place].word in given_names():
        return True
    after = place + 1
    return (
        after < len(words) and absent[after] and _adjoins(text, words, after)
        and words[after].word.startswith("ال") and not words[place].word.startswith("ال")
    )  # fmt: skip


def _known_otherwise(rests: Sequence[str], evidence: Evidence) -> bool:
    """Tell whether the sources name the same place or people in another form."""
    for rest in rests:
        bare = rest.removeprefix("ال")
        stems = {bare} | {bare.removesuffix(end) for end in _ENDINGS if bare.endswith(end)}
        for stem in stems:
            if len(stem) >= 3 and any(stem + end in evidence.forms for end in ("", *_ENDINGS)):
                return True
        if any(rest in names and not same.isdisjoint(evidence.forms) for names, same in _ALIASES):
            return True
    return False


def _adjoins(text: str, words: Sequence[Placed], place: int) -> bool:
    gap = text[words[place - 1].end : words[place].start]
    return not gap.strip(" \u00a0\u200e\u200f") and len(gap) <= 3
