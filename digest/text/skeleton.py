"""What is left of a word when its inflection and its spelling are taken away.

Light stems leave verbs of different tense and broken plurals apart; roots need a dictionary. The
consonants without the weak letters are a cheap middle: يحضر, حضر and حضور meet in «حضر», شخصان
and أشخاص in «شخص». They join words that have nothing in common, too, so they are used to excuse a
word, never to accuse it.
"""

from __future__ import annotations

from functools import lru_cache

from digest.text.placed import bare_forms

_WEAK = str.maketrans("", "", "اويىءئؤآأإ")
_ENDINGS = (
    "تهما", "تها", "تهم", "ونها", "ونه", "ونهم", "وها", "وهم", "هما", "كما", "ها", "هم", "هن", "نا", "كم", "ته",
    "تنا", "تك", "اتك", "اته", "اتها", "اتهم", "تني", "ني", "ك",
    "تين", "تان", "يين", "يون", "يات", "ات", "ون", "ين", "ان", "وا", "تم", "يه", "يا", "ه", "ي", "ت", "ن", "ا",
)  # fmt: skip
_FRONTS = ("است", "اتت", "ات", "الا", "يست", "تست", "مست", "نست", "مت", "يت", "تت", "ان", "ين", "من", "م", "ت", "ي", "ن", "ا")
_EIGHTH = frozenset({"زد", "ضط", "صط"})
# Letters that writers exchange when they spell a name of another language.
_SOUNDS = str.maketrans("زصثطظضذغقچگڤپ", "سستتدددججججفب")


def consonants(word: str) -> str:
    """Return a folded word without its weak letters, and without the ending that ta marbuta is."""
    return word.removesuffix("ه").translate(_WEAK)


@lru_cache(maxsize=100_000)
def roots(word: str) -> frozenset[str]:
    """Return the consonants a folded word may come from, its affixes on and off."""
    found = set()
    for _, rest in bare_forms(word):
        for stem in _without_ending(rest):
            for core in (stem, *_without_front(stem)):
                letters = consonants(core)
                if len(letters) >= 2:
                    found.add(letters)
                if len(letters) == 3 and letters[1] == letters[2]:
                    found.add(letters[:2])  # مرر and مر are one
                if letters[:2] in _EIGHTH or letters[1:2] == "ت":
                    found.add(letters[0] + letters[2:])  # انتصر, ازدحم: the eighth form
    return frozenset(letters for letters in found if len(letters) >= 2)


@lru_cache(maxsize=100_000)
def sounding(word: str) -> str:
    """Return a key that the spellings of one name share: موراليز and موراليس, غوتيريش and جوتيريش."""
    letters = word.translate(_SOUNDS)
    open_end = letters[-1:] in {"ه", "ا"}  # الرياض is not الرياضة, but سوريا is سورية
    return letters.removesuffix("ه").translate(_WEAK) + ("ه" if open_end else "")


def _without_ending(word: str) -> list[str]:
    return [word] + [
        word[: -len(end)] for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= 2
    ]


def _without_front(word: str) -> list[str]:
    return [word[len(front) :] for front in _FRONTS if word.startswith(front) and len(word) - len(front) >= 2]
