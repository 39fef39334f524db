"""The words Arabic (and English) writes numbers with, in the folded form. Data for ``quantities``."""

from __future__ import annotations

from enum import Enum, auto
from fractions import Fraction

from digest.text.fold import fold


class Kind(Enum):
    """What a number word does in a number."""

    ONE = auto()  # أحد, إحدى: a number only inside another (أحد عشر)
    UNIT = auto()
    TENS = auto()
    HUNDRED = auto()
    SCALE = auto()
    DUAL_SCALE = auto()  # ألفان, مليونان
    MANY = auto()  # مئات, آلاف: a size, not a count
    PART = auto()  # نصف, ثلث
    ORDINAL = auto()


Entry = tuple[Kind, Fraction]

_UNITS = {
    1: "واحد واحدة", 2: "اثنان اثنين اثنتان اثنتين إثنان إثنين إثنتين اثنا اثني اثنتا اثنتي إثنا إثني",
    3: "ثلاث ثلاثة", 4: "أربع أربعة", 5: "خمس خمسة", 6: "ست ستة", 7: "سبع سبعة",
    8: "ثمان ثماني ثمانية", 9: "تسع تسعة", 10: "عشر عشرة",
}  # fmt: skip
_TENS = {20: "عشر", 30: "ثلاث", 40: "أربع", 50: "خمس", 60: "ست", 70: "سبع", 80: "ثمان", 90: "تسع"}
_HUNDREDS = {
    3: "ثلاث ثلاثة", 4: "أربع أربعة", 5: "خمس خمسة", 6: "ست ستة", 7: "سبع سبعة", 8: "ثمان ثماني ثمانية",
    9: "تسع تسعة",
}  # fmt: skip
_TWO_HUNDRED = "مئتان مئتين مائتان مائتين مئتا مئتي مائتا مائتي ميتين"
_SCALES = {
    10**3: "ألف آلاف ألفا ألوف", 10**6: "مليون ملايين مليونا", 10**9: "مليار مليارات مليارا بليون بلايين بليونا",
    10**12: "تريليون تريليونات ترليون تريليونا ترليونات",
}  # fmt: skip
_DUAL_SCALES = {
    10**3: "ألفان ألفين ألفي", 10**6: "مليونان مليونين مليوني", 10**9: "ملياران مليارين ملياري بليونين",
    10**12: "تريليونان تريليونين تريليوني",
}  # fmt: skip
_MANY = {10: "عشرات", 100: "مئات مائات", 10**3: "آلاف ألوف", 10**6: "ملايين", 10**9: "مليارات"}
_PARTS = {
    Fraction(1, 2): "نصف", Fraction(1, 3): "ثلث", Fraction(2, 3): "ثلثا ثلثي ثلثين ثلثان", Fraction(1, 4): "ربع",
    Fraction(3, 4): "أرباع",
}  # fmt: skip
_ORDINALS = (
    "أول أولى", "ثاني ثانية ثانٍ", "ثالث ثالثة", "رابع رابعة", "خامس خامسة", "سادس سادسة", "سابع سابعة",
    "ثامن ثامنة", "تاسع تاسعة", "عاشر عاشرة",
)  # fmt: skip
_ENGLISH = {
    1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten",
}  # fmt: skip
_ENGLISH_SCALES = {100: "hundred", 10**3: "thousand", 10**6: "million", 10**9: "billion", 10**12: "trillion"}

CURRENCIES: dict[str, str] = {
    fold(word): name
    for name, words in {
        "usd": "دولار دولارا دولارات دولارين دولاران $", "eur": "يورو €", "gbp": "إسترليني استرليني £",
        "sar": "ريال ريالا ريالات", "egp": "جنيه جنيها جنيهات", "aed": "درهم درهما دراهم",
        "dinar": "دينار دينارا دنانير", "lira": "ليرة ليرات", "rub": "روبل روبلا", "jpy": "ين ينا ¥",
        "yuan": "يوان يوانا", "inr": "روبية روبيات", "shekel": "شيكل شيكلا شيقل شواكل",
    }.items()
    for word in words.split()
}  # fmt: skip


def _entries() -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}

    def add(words: str, kind: Kind, value: Fraction | int) -> None:
        for word in words.split():
            entries = found.setdefault(fold(word), [])
            if (kind, Fraction(value)) not in entries:
                entries.append((kind, Fraction(value)))

    add("أحد إحدى", Kind.ONE, 1)
    for value, words in (*_UNITS.items(), *_ENGLISH.items()):
        add(words, Kind.UNIT, value)
    for value, word in _TENS.items():
        add(f"{word}ون {word}ين", Kind.TENS, value)
    for value, words in _HUNDREDS.items():
        for word in words.split():
            for hundred in ("مئة", "مائة", "ميه", "مية"):
                add(word + hundred, Kind.HUNDRED, 100 * value)
    add("مئة مائة", Kind.HUNDRED, 100)
    add(_TWO_HUNDRED, Kind.HUNDRED, 200)
    for value, words in (*_SCALES.items(), *_ENGLISH_SCALES.items()):
        add(words, Kind.SCALE, value)
    for value, words in _DUAL_SCALES.items():
        add(words, Kind.DUAL_SCALE, 2 * value)
    for value, words in _MANY.items():
        add(words, Kind.MANY, value)
    for part, words in _PARTS.items():
        add(words, Kind.PART, part)
    for place, words in enumerate(_ORDINALS, 1):
        add(words, Kind.ORDINAL, place)
    add("حادي حادية", Kind.ORDINAL, 1)
    return found


ENTRIES: dict[str, list[Entry]] = _entries()
TEEN = frozenset({"عشر", "عشره"})  # ثلاثة عشر, ثلاث عشرة
HUNDREDTH = frozenset({"المئه", "المائه", "الميه", "مئه", "مائه"})  # in «في المئة»
BY_HUNDRED = frozenset({"بالمئه", "بالمائه", "بالميه", "percent"})
