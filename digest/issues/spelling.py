"""Names that one issue writes in two ways: «إردوغان» here and «أردوغان» there.

Only what Arabic writers spell differently without meaning anything counts: hamza, ta marbuta, ya,
the letters that foreign names are heard with, «ال», and «عبد الله» written as one word. A word
counts when it is known as a name or comes from no root of common vocabulary.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from digest.text.commonroots import is_common
from digest.text.knownnames import OF_DESCENT, given_names, known_names, names_origin, place_names
from digest.text.placed import bare_forms, placed
from digest.text.stopwords import STOP_WORDS

SHORTEST = 4  # letters of a name; shorter words meet by chance
LONG = 6  # letters from which a known name is compared without its vowels: أمريكا and أميركا
# Letters that writers exchange when they hear a name of another language.
_HEARD = str.maketrans("غجق", "ككك")
_FRONTS = frozenset({"", "و", "ب", "ل", "ف", "ك", "ال", "وال", "بال", "فال", "كال", "لل", "ول", "وب"})
_VERBAL = ("ي", "سي", "ست", "ت", "ن")  # what foreign names hardly begin with
_MARKS = {"Mn", "Cf"}
_TATWEEL = "\u0640"


@dataclass(frozen=True, slots=True)
class TwoWays:
    """A name written ``first`` in one story and ``second`` in another, ``item_id``."""

    first: str
    second: str
    item_id: int


@dataclass(frozen=True, slots=True)
class _Name:
    """A name as it is written, without what is glued to it, and the keys its spellings share.

    Not ``sure`` when it may as well be a noun; it then counts only beside one that is.
    """

    shown: str
    keys: tuple[str, ...]
    sure: bool


def two_ways(texts: Sequence[tuple[int, str]]) -> list[TwoWays]:
    """Return the names that the texts, by item, do not all write alike; each pair once."""
    seen: dict[str, _Name] = {}
    found: dict[tuple[str, str], TwoWays] = {}
    for item_id, text in texts:
        for name in _names(text):
            first = next((seen[key] for key in name.keys if key in seen), name)
            seen |= dict.fromkeys(name.keys, first)
            if first.shown != name.shown and (first.sure or name.sure):
                pair = (first.shown, name.shown)
                found.setdefault(pair, TwoWays(*pair, item_id))
    return list(found.values())


def _names(text: str) -> Iterator[_Name]:
    """Yield the names of a text; «عبد الله» is one, as «عبدالله» is."""
    words = placed(text)
    place = 0
    while place < len(words):
        pair = words[place : place + 2]
        joined = "".join(one.word for one in pair)
        if len(pair) == 2 and pair[0].word in OF_DESCENT and _is_listed(joined):
            yield _Name(_plain(text[pair[0].start : pair[1].end]), _keys(joined), sure=True)
            place += 2
            continue
        one = words[place]
        if name := _single(text[one.start : one.end], one.word):
            yield name
        place += 1


@lru_cache(maxsize=50_000)
def _single(written: str, word: str) -> _Name | None:
    """Return a word, ``word`` in its folded form, as a name, or None when it is none for sure."""
    if not word[0].isalpha() or word[0].isascii() or word in STOP_WORDS:
        return None
    plain = _plain(written)
    for front, rest in bare_forms(word):
        if front in _FRONTS and len(rest) >= SHORTEST and (_is_listed(rest) or names_origin(rest)):
            return _named(plain, rest, sure=True)
    foreign = len(word) > SHORTEST and not is_common(word)
    foreign = foreign and not word.removeprefix("ال").startswith(_VERBAL)
    return _named(plain, word, sure=foreign) if foreign or len(word) >= LONG else None


def _named(plain: str, word: str, *, sure: bool) -> _Name:
    """Return a name without what is written against it; the article does not count."""
    shown = plain[-len(word) :]
    if shown.startswith("ال") and len(word) > SHORTEST + 1:
        word, shown = word.removeprefix("ال"), shown.removeprefix("ال")
    return _Name(shown, _keys(word), sure=sure)


def _is_listed(word: str) -> bool:
    return word in known_names() or word in place_names() or word in given_names()


def _keys(word: str) -> tuple[str, ...]:
    """What the spellings of one name share: its letters as heard; أمريكا and أميركا in any order."""
    heard = word.translate(_HEARD)
    if len(word) >= LONG and word in known_names():
        return heard, "".join(sorted(heard))
    return (heard,)


def _plain(text: str) -> str:
    """Return a word without harakat and tatweel, which nobody need write."""
    letters = unicodedata.normalize("NFC", text)
    return "".join(
        one for one in letters if unicodedata.category(one) not in _MARKS and one != _TATWEEL
    )
