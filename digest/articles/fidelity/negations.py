"""Where a sentence says no, and to what: لم يحضر، غير قانوني، نفى أن, عدم التزام."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digest.text.placed import Placed, bare_forms, word_set
from digest.text.stopwords import STOP_WORDS

# What each denies is the next word: a verb after the first, a name or noun after the second.
_BEFORE_VERBS = frozenset({"لم", "لن", "لا", "not", "never", "cannot"})
_BEFORE_NOUNS = word_set("ليس ليست ليسوا لست لسنا ليسا غير دون بدون بلا عدم without no non")
_REFUSING = word_set(
    "نفى نفت نفوا ينفي تنفي ينفون نفيا نافيا نافية نفي نفيه نفيها أنكر أنكرت أنكروا ينكر تنكر منكرا إنكار رفض"
    " رفضت رفضوا يرفض ترفض يرفضون رافضا رافضة رافضين رفضه رفضها رفضهم رفضا denied denies refused refuses"
    " rejected rejects"
)
# «لا يزال» and «ما زال» say that something is so; «لا سيما» and «لا بد» deny nothing.
_NOTHING_AFTER = word_set(
    "يزال تزال يزالون زال زالت زالوا يزل تزل سيما بد شك بأس ريب غرو جرم محالة عجب مناص مفر يلبث تلبث يبرح"
    " تبرح دام دامت دمت"
)
_NOT_OF_GHAYR = frozenset({"ان", "انه", "انها", "انهم"})  # «غير أن» is «but»
# Words that carry a denial inside: a rewriter may have unfolded them into لم or لا.
IMPLIED = word_set(
    "فشل فشلت يفشل أخفق أخفقت تعذر تعذرت استحال يستحيل غاب غابت غياب خلا خلت يخلو خال خالية افتقر يفتقر تفتقر"
    " نقص امتنع امتنعت يمتنع امتناع منع منعت يمنع تمنع حظر حظرت يحظر استبعد استبعدت يستبعد كذب كذبت دحض فند"
    " فندت أوقف أوقفت توقف توقفت ألغى ألغت إلغاء تراجع تراجعت تخلف تخلفت عجز عجزت يعجز خسر خسرت رد ردت عارض"
    " عارضت اعترض اعترضت حرم حرمت انعدام انعدمت تجاهل استثناء إلا سوى قط أبدا نادرا مستحيل ممنوع محظور"
    " مرفوض غائب خارج باستثناء"
)


_AFFIRMING = word_set(
    "قبل قبلت قبلوا يقبل تقبل أكد أكدت أكدوا يؤكد تؤكد مؤكدا مؤكدة أعلن أعلنت وافق وافقت وافقوا يوافق توافق أقر أقرت"
    " أيد أيدت يؤيد تؤيد رحب رحبت قال قالت accepted confirmed agreed said"
)


@dataclass(frozen=True, slots=True)
class Denial:
    """A word that denies at place ``cue`` and, at place ``scope``, what it denies.

    ``verbal`` when a verb follows, which may stand in another tense elsewhere; ``refusing`` for
    verbs such as رفض, whose object is denied.
    """

    cue: int
    scope: int
    verbal: bool = False
    refusing: bool = False


def denials(words: Sequence[Placed]) -> list[Denial]:
    """Return the denials of a sentence, given its words in order."""
    found = []
    for place, here in enumerate(words):
        kind = _kind(here.word)
        if kind is None or place + 1 >= len(words):
            continue
        after = words[place + 1].word
        if after in _NOTHING_AFTER or (kind == "noun" and after in _NOT_OF_GHAYR):
            continue
        if kind == "ma" and not _denies(words, place):
            continue
        scope = _scope(words, place + 1)
        if scope is not None:
            verbal, refusing = kind in {"verb", "ma"}, kind == "refusing"
            found.append(Denial(place, scope, verbal=verbal, refusing=refusing))
    return found


def holds_denial(words: Sequence[Placed]) -> bool:
    """Tell whether a sentence says no in any way, «ما» and words such as فشل included."""
    return any(
        _kind(one.word) is not None or any(rest in IMPLIED for _, rest in bare_forms(one.word))
        for one in words
    )


def still_refuses(words: Sequence[Placed]) -> bool:
    """Tell whether a sentence holds a verb such as رفض, or one with a denial inside."""
    return any(
        _kind(one.word) == "refusing" or any(rest in IMPLIED for _, rest in bare_forms(one.word))
        for one in words
    )


def denies(word: str) -> bool:
    """Tell whether a folded word denies what follows it: لم, غير, رفض."""
    return _kind(word) is not None


def affirms(word: str) -> bool:
    """Tell whether a folded word says yes or says something: وافق, أكد."""
    return any(rest in _AFFIRMING and front in {"", "و", "ف"} for front, rest in bare_forms(word))


def _kind(word: str) -> str | None:
    for front, rest in bare_forms(word):
        if rest in _REFUSING and front in {"", "و", "ف", "ل", "ب"}:
            return "refusing"
        if rest in _BEFORE_NOUNS and front in {"", "و", "ف", "ب", "ل", "ال"}:
            return "noun"
        if rest == "ما" and front in {"", "و", "ف"}:
            return "ma"
        if rest in _BEFORE_VERBS and front in {"", "و", "ف"}:
            return "verb"
    return None


def _denies(words: Sequence[Placed], place: int) -> bool:
    """Tell whether «ما» may deny: before a verb in the past, first in its sentence or after «و».

    Elsewhere it nearly always means «what».
    """
    after = words[place + 1].word
    opens = place == 0 or words[place].word != "ما"
    return opens and after[0] not in "يتنا" and after not in STOP_WORDS


def _scope(words: Sequence[Placed], place: int) -> int | None:
    """Return the place of the next word that means something; at most two are passed over."""
    for at in range(place, min(place + 3, len(words))):
        if words[at].word not in STOP_WORDS and len(words[at].word) > 1:
            return at
    return place if place < len(words) else None
