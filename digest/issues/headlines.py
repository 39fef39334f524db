"""Headlines cut to a length so that what is left still reads as one.

Arabic headlines are a noun or a verb with what belongs to it, then where, when and why. They are
cut before what comes after: at a mark, then before an adverb («بعد», «وسط»), then before another
preposition. Never are the words left behind ones that wait for another: «في», «وزير», «8».
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise

from digest.text.fold import display, fold

FEWEST = 3  # words of a headline
SHORTEST = 0.4  # share of the limit from which a cut says enough

# What editors put before a headline to be clicked on.
_SHOUT = re.compile(
    r"^\W*(?:عاجل(?: جداً?)?|خبر عاجل|بالفيديو|بالصور|فيديو|صور|شاهد|حصريا?ً?|متابعة|تحديث|خاص|[إا]نفو[جغ]رافيك)"
    r"\s*(?:[:|/\\.!…\-–—]+|\.\.)\s*"
)
_BANNED = re.compile(r"[!?؟¿¡…]+|\.{2,}")
_MARK = re.compile(r"\s*[،؛,;|]\s+|\s+[-–—/|]\s+|\s*\.\s+")
_EDGE = " \t\u00a0.,،؛;:：-–—/|\\_*~+=•·"
_WORD = re.compile(r"\S+")
_PAIRS = {"«": "»", "(": ")", "[": "]", "“": "”", "‹": "›"}


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split())


# Words that begin what may be left out: when, how, why.
_ADVERBS = _folded("""
بعد قبل خلال وسط إثر عقب بسبب منذ رغم عبر بينما فيما حيث كي لكي لكن إذ أثناء ضمن بهدف بغية نتيجة جراء حتى
بعدما قبيل بعيد غداة تزامنا استعدادا تمهيدا احتجاجا وفق بحسب حسب بمشاركة بحضور بمناسبة بدعم بقيمة بنسبة مقابل ضد
لتجنب لمواجهة لدعم لتعزيز لبحث لمناقشة لإنقاذ لوقف لمنع رفضا خوفا أملا دون بدون الذي التي الذين
""")
_WHERE = _folded("في من بين تحت فوق أمام حول لدى عند داخل خارج")
_PREPOSITIONS = _WHERE | _folded("إلى على عن مع نحو")
# What waits for another word wherever it stands.
_OPEN = _ADVERBS | _PREPOSITIONS | _folded("""
و أو ثم أم بل لا لم لن ما قد سوف هل أن إن لأن كأن إذا لو كما مثل غير سوى كل بعض جميع أي هذا هذه ذلك تلك هؤلاء
ال بـ لـ كـ ذات ذو ذي أحد إحدى نحو حوالي أكبر أصغر أعلى أدنى أفضل أهم أبرز عدة كافة سائر معظم
سيتم يتم تم يجب يمكن كان كانت يكون تكون ليس ليست أصبح أصبحت بدأ بدأت يبدأ تبدأ يواصل تواصل يعلن تعلن أعلن أعلنت
يؤكد تؤكد أكد أكدت يبحث تبحث يطلب تطلب يطالب تطالب يدعو تدعو يقول تقول قال قالت يعتزم تعتزم يرفض ترفض ينفي تنفي
""")
# What is the first half of a name or a measure more often than not, when a noun follows.
_HEADS = _folded("""
أكثر أقل أول ثاني ثالث آخر عدد
رئيس رئيسة وزير وزيرة وزارة وزراء مجلس هيئة مدينة محافظة منطقة بلدة قرية ولاية دولة مملكة جمهورية سلطنة إمارة
شركة بنك جامعة كلية مدرسة مستشفى مطار ميناء مدير أمين أمير ملك ولي نائب قائد زعيم سفير حاكم محافظ عضو أعضاء
نجم لاعب مدرب مهاجم حارس فريق منتخب نادي كأس دوري بطولة مباراة صحيفة وكالة قناة منظمة حركة حزب تنظيم جماعة
قوات جيش شرطة محكمة قانون قرار اتفاق اتفاقية مشروع خطة برنامج حملة عملية ارتفاع انخفاض تراجع زيادة مقتل إصابة
وفاة استشهاد اغتيال اعتقال توقيف إطلاق افتتاح إغلاق بدء بداية نهاية عودة وصول زيارة مليون مليار ألف آلاف مئة مائة
ملايين مليارات عام سنة شهر يوم ليلة صباح مساء أسعار سعر قيمة نسبة طريق شارع حي جسر نهر جبل بحر خليج
الشيخ الدكتور المهندس الأستاذ السيد السيدة اللواء العميد العقيد الفريق الأمير الملك القاضي خادم
واحد ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة ثلاث أربع خمس ست سبع ثمان ثماني تسع عشر عشرات مئات
""")
_PURPOSE = re.compile("ل(?:إ|ت|ي|است|انت|احت)\\w{3,}")
_PRESENT = re.compile(r"(?:سي|ست|ي|ت)\w{2,}")
_DONE = re.compile(r"(?:ا(?!ل)\w{2,}ا\w|ا(?!ل)\w+ا\wه|ت\w{2}ي\w|م\wا\w{2}ه|\w[^اوي]\w)$")
_ARTICLE = re.compile("(?:[وبكف]?ال|ولل|لل)..")
_VERB = re.compile(r"^(?:(?:سي|ست|ي)[^\Wويا]\w{2,}|ت\w+ي|(?:است|ان|ا[^\Wل])\w+ت)$")  # a present tense at the end has lost its object


def clean_headline(title: str) -> str:
    """Return a headline on one line without what shouts: «عاجل:», !, ?, …, emoji, open ends.

    Quotation marks and brackets that have lost their other half go, too.
    """
    text = _SHOUT.sub("", " ".join(display(_without_symbols(title)).split()))
    text = _BANNED.sub(lambda found: "" if found.end() == len(found.string) else " ", text)
    text = re.sub(r":(?=[^\W\d_])", ": ", text)
    text = re.sub(r"\s+([،؛,;:.»)])", r"\1", " ".join(text.split()))
    return _stripped(_balanced(text))


def cut_headline(title: str, limit: int) -> str:
    """Return a headline of at most ``limit`` characters in whole words, "" when none reads well."""
    text = clean_headline(title)
    if len(text) <= limit:
        return text
    words = list(_WORD.finditer(text))
    for ends in (_at_marks(text), _before(words, _opens_adverb), _before(words, _opens_where)):
        found = [one for one in _beginnings(text, words, ends, limit) if _says(one)]
        if found:
            return max(found, key=len)
    return ""


def shorten(title: str, limit: int) -> str:
    """Return a headline of at most ``limit`` characters, cut anywhere between words if it must be.

    A single word that is longer is cut, as nothing else is left.
    """
    found = cut_headline(title, limit)
    if found:
        return found
    text = clean_headline(title)
    words = list(_WORD.finditer(text))
    standing = _beginnings(text, words, [word.end() for word in words], limit)
    if standing:
        return max(standing, key=lambda one: (_says(one), len(one)))
    parts = [_stripped(text[: word.end()]) for word in reversed(words) if word.end() <= limit]
    return next((one for one in parts if one and _is_balanced(one)), _stripped(text[:limit]))


def _beginnings(
    text: str, words: Sequence[re.Match[str]], ends: Sequence[int], limit: int
) -> list[str]:
    """Return the beginnings that end at one of these places and wait for no other word."""
    after = {one.end(): other.group() for one, other in pairwise(words)}
    return [
        part for end in ends
        if SHORTEST * limit <= len(part := _stripped(text[:end])) <= limit
        and _stands(part, after.get(end, ""))
    ]


def _without_symbols(text: str) -> str:
    """Drop emoji and other pictures, and what joins them."""
    kept = (" " if unicodedata.category(one) in {"So", "Sk", "Cs", "Co", "Cn"} else one
            for one in text)
    return "".join(kept).replace("\ufe0f", "").replace("\u200d", "")


def _at_marks(text: str) -> list[int]:
    """Where the marks between clauses stand; one after a name and a colon ends no clause."""
    colon = text.find(":")
    return [found.start() for found in _MARK.finditer(text) if found.start() > colon]


def _before(words: Sequence[re.Match[str]], opens: Callable[[str], bool]) -> list[int]:
    """Where a word follows that begins what may be left out."""
    return [one.end() for one, other in pairwise(words) if opens(other.group())]


def _opens_adverb(word: str) -> bool:
    return _bare(word) in _ADVERBS or _PURPOSE.match(word) is not None


def _opens_where(word: str) -> bool:
    return _bare(word) in _WHERE


def _stands(text: str, following: str) -> bool:
    """Whether a headline that is cut before the word ``following`` reads as a whole."""
    words = text.split()
    if len(words) < FEWEST or not _is_balanced(text):
        return False
    said = text.rpartition(": ")[2].split()
    if len(said) < FEWEST:  # «المفتي: فئة نمت» says who, not what
        return False
    last = _bare(words[-1])
    if last in _OPEN or last.removeprefix("و") in _OPEN or len(last) < 2:
        return False
    if last.startswith("و") or _VERB.match(last):
        return False
    # «رجال» before «الأمن» is the first half of a name, «بلا اتفاق» before «بعد» is whole.
    bare = _bare(following)
    if (last in _HEADS or last.isdecimal()) and bare and bare not in _ADVERBS | _PREPOSITIONS:
        return False
    return not (bare.startswith(("ال", "لل")) and not _definite(words[-1]))


def _says(text: str) -> bool:
    """Whether a headline has a verb in it, or begins with a noun that tells what was done."""
    words = text.rpartition(": ")[2].split()
    return any(_PRESENT.match(_bare(word)) for word in words[:-1]) or (
        _DONE.match(_bare(words[0])) is not None
    )


def _definite(word: str) -> bool:
    bare = _bare(word)
    return _ARTICLE.match(bare) is not None or bare.endswith(("ها", "هم", "نا", "ات")) or (
        word.endswith(("»", ")", '"'))
    )


def _bare(word: str) -> str:
    return re.sub(r"\W", "", fold(word))


def _stripped(text: str) -> str:
    return text.strip(_EDGE)


def _is_balanced(text: str) -> bool:
    return text.count('"') % 2 == 0 and _balanced(text) == text


def _balanced(text: str) -> str:
    """Drop the marks that open or close nothing."""
    opened: list[tuple[str, int]] = []
    loose: set[int] = set()
    for place, one in enumerate(text):
        if one in _PAIRS:
            opened.append((_PAIRS[one], place))
        elif one in _PAIRS.values():
            if opened and opened[-1][0] == one:
                opened.pop()
            else:
                loose.add(place)
    loose |= {place for _, place in opened}
    if text.count('"') % 2:
        loose.add(text.rfind('"'))
    return "".join(one for place, one in enumerate(text) if place not in loose)
