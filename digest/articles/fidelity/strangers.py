"""Names in a summary that none of its sources holds.

Arabic writes names like any word, so a name is told by what is known of it: it is on a list, says
where somebody is from, follows «بن» or «مدينة», is written in Latin letters, or comes from no root
of common vocabulary. Spelling and what is glued to it do not count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from digest.articles.fidelity.evidence import Evidence
from digest.text.commonroots import is_common
from digest.text.knownnames import (
    BEFORE_PEOPLE,
    BEFORE_PLACES,
    OF_DESCENT,
    given_names,
    known_names,
    names_origin,
    place_names,
)
from digest.text.placed import Placed, bare_forms, word_set
from digest.text.skeleton import roots, sounding
from digest.text.stopwords import STOP_WORDS

_BEFORE_NAMES = frozenset({"", "و", "ب", "ل", "ف", "ك", "ال", "وال", "بال", "لل", "ول", "وب"})
_BEFORE_SIGNS = frozenset({"", "و", "ب", "ل", "ف"})
_VERBAL = ("ي", "سي", "ست", "وي", "في", "وسي", "لي")  # what foreign names hardly begin with
_WITHIN = frozenset({"في", "الي", "من", "ب"})
_OFTEN_OTHERWISE = word_set("المدينة الخبر ليل نيس دير بيت ليون الخليل العيون البيضاء العالم")
# What a rewriter may well say for a name: «الوزير» for «كيري».
_GENERIC = BEFORE_PEOPLE | word_set("الوزارة الحكومة المدينة العاصمة البلاد المملكة الشركة النادي الفريق المنظمة الهيئة الجامعة المنطقة")
_SHORTEST = 4  # letters of a word that is taken for a name because it comes from no root
_NAMED_TWICE = (
    ("أمريكا أميركا الأمريكي الأميركي واشنطن", "الولايات أمريكا أميركا أمريكي أميركي أمريكية أميركية واشنطن"),
    ("بريطانيا بريطاني لندن", "بريطانيا المتحدة إنجلترا بريطاني بريطانية لندن"),
    ("السعودية سعودي الرياض", "المملكة السعودية سعودي سعودية الرياض"),
    ("الإمارات إماراتي", "الإمارات إماراتي إماراتية أبوظبي"),
)
_ALIASES = [
    (word_set(names), word_set(same))
    for names, same in _NAMED_TWICE
]
_ENDINGS = ("يتين", "يتان", "يين", "يون", "يات", "يه", "يا", "ي", "ه", "ا")


def strangers(
    text: str, words: Sequence[Placed], evidence: Evidence, taken: Collection[int]
) -> Iterator[tuple[int, int]]:
    """Yield the places (first word, after the last) of names that the evidence does not hold.

    Words at the places ``taken`` are numbers or dates and are left alone.
    """
    absent = [
        place not in taken and _is_absent(one.word, evidence) and not _is_joined(words, place, evidence)
        for place, one in enumerate(words)
    ]
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


def _is_joined(words: Sequence[Placed], place: int, evidence: Evidence) -> bool:
    """Tell whether a source writes a word together with its neighbour: «أبوظبي», «عبدالله»."""
    pairs = zip(words[max(0, place - 1) : place + 1], words[place : place + 2], strict=False)
    return any(
        rest in evidence.forms for one, two in pairs if one is not two
        for _, rest in bare_forms(one.word + two.word)
    )


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
    if before in _WITHIN and word in place_names() - _OFTEN_OTHERWISE:
        return True
    if _stands_for_a_name(words, place, evidence):
        return True
    if len(word) < _SHORTEST or is_common(word) or word.startswith(_VERBAL):
        return False
    return evidence.roots.isdisjoint(root for root in roots(word) if len(root) > 2)


def _follows_a_sign(word: str, before: str) -> bool:
    """Tell whether the word before says that a name comes: «بن», «مدينة», a given name."""
    bare = {rest for front, rest in bare_forms(before) if front in _BEFORE_SIGNS}
    if bare & OF_DESCENT:
        return True
    if bare & BEFORE_PLACES:
        return word in place_names() or word.startswith("ال") or not word.endswith("ه")
    surname = word.startswith("ال") and word.endswith("ي")
    given = before in given_names() and before not in STOP_WORDS
    return given and (surname or word in given_names())


def _follows_a_title(
    text: str, words: Sequence[Placed], absent: Sequence[bool], place: int, before: str
) -> bool:
    """Tell whether a title precedes a given name, or two words that are new to the sources."""
    word = words[place].word
    if before not in BEFORE_PEOPLE or word.startswith(("ال", *_VERBAL)):
        return False
    if word in given_names():
        return True
    after = place + 1
    return after < len(words) and absent[after] and _adjoins(text, words, after)


def _stands_for_a_name(words: Sequence[Placed], place: int, evidence: Evidence) -> bool:
    """Tell whether a source has a name between the same two neighbours, in the place of a word."""
    if not 0 < place < len(words) - 1 or words[place].word in _GENERIC:
        return False
    before, after = words[place - 1].word, words[place + 1].word
    between = evidence.between.get((before, after), set())
    return any(
        other in known_names() or other in place_names() or names_origin(other)
        or (len(other) >= _SHORTEST and not is_common(other) and not other.startswith(_VERBAL))
        for held in between for front, other in bare_forms(held) if front in _BEFORE_SIGNS
    )


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
