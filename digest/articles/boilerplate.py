"""What stands around an article and is not part of it: calls to subscribe, bylines, datelines.

Nothing is rewritten: the functions answer with stretches of the given text. The rules are careful
in one direction: an article *about* newsletters keeps its text, since only words addressed to the
reader («نشرتنا», «بريدك») outside quotation marks count, the lead is never cut, and no more than
``MOST_CUT`` of a text goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from digest.articles.dateline import after_dateline, is_byline
from digest.text.fold import fold, fold_each
from digest.text.split import Sentence, paragraphs, sentences, sentences_in, words

SHORT = 40  # words; a longer paragraph is part of the article whatever it says
MOST_CUT = 0.4  # share of the words that may go
ALWAYS_CUT = 60  # words that may go from any text, as a call to act can outweigh a short report

# All patterns are matched against the folded text, in which ة is ه, ى is ي and أ is ا.
# Each of these is said to a reader, never about one.
_CALL = re.compile(
    r"هل (?:اعجبك|اعجبتك|تريد المزيد|تود المزيد)|صندوق بريدك|بريد(?:ك|كم) ال?ا?لكتروني"
    r"|\b(?:تابعونا|تابعينا|تابعنا (?:علي|عبر|من))\b|\bانضم(?:وا|ي)? الينا\b|(?:نشرت|قنات|مجموعت)نا (?:البريديه|الاخباريه|علي)"
    r"|حقوق (?:النشر|الطبع|الملكيه).{0,30}محفوظه|الحقوق محفوظه|ارسل رساله (?:sms|نصيه)"
    r"|^(?:للاشتراك|للانضمام|للتسجيل|لمتابع(?:ه|تنا)) .{0,40}(?:نشر|قنا|هنا|الرابط|مجموع|صفح|حساب|واتس)"
    r"|(?:اضغط|انقر)(?:وا|ي)? (?:هنا|علي الرابط|علي الزر)|حمل(?:وا)? (?:التطبيق|تطبيق)"
    r"|اشترك(?:وا|ي)? (?:الان|مجانا|معنا)|(?:فعل|فعلوا) (?:زر )?(?:الجرس|الاشعارات|التنبيهات)"
    r"|لا (?:تنس|تنسوا|تفوت|تفوتوا) .{0,30}(?:اشتراك|متابع|جديد|نشر|لايك|اعجاب)"
    r"|ساعدنا في (?:نشر|تطوير)|ادعم(?:وا|ونا)? (?:صحافتنا|صحافه مستقله|عملنا)"
    r"|شارك(?:ونا|نا) (?:رايك|رايكم|براي|ارا|في التعليق)|اترك(?:وا)? (?:تعليق|رايك)"
    r"|رابط الخبر (?:ب|في|علي)|subscribe (?:to|now|for)|sign up (?:for|to)|follow us"
    r"|all rights reserved|our newsletter|click here|read more"
)
# What no call can do without: to look for these takes a tenth of the time (measured).
_SIGNS = (
    "هل ", "بريدك", "تابعونا", "تابعينا", "تابعنا", "الينا", "نشرتنا", "قناتنا", "مجموعتنا", "محفوظه",
    "ارسل رساله", "للاشتراك", "للانضمام", "للتسجيل", "لمتابع", "اضغط", "انقر", "تطبيق", "اشترك", "الجرس",
    "الاشعارات", "التنبيهات", "لا تنس", "لا تفوت", "ساعدنا", "ادعم", "شارك", "اترك", "رابط الخبر", "subscribe",
    "sign up", "follow us", "all rights", "newsletter", "click here", "read more",
)
# An imperative together with a thing of ours or yours: «سجّلوا … ليصلكم جديدنا».
_IMPERATIVE = re.compile(
    r"\bو?(?:اشترك|انضم|سجل|تابع|حمل|شارك|اضغط|انقر|زر|زوروا|احصل|ادعم|تصفح|اكتشف|ارسل|راسل|اطلع|كن|كونوا"
    r"|تواصل|لا تفوت|لا تنس)(?:وا|ي|ونا|نا)?\b|\b(?:ل|كي )?(?:ي|ت)صل(?:ك|كم)\b"
)
_OURS = re.compile(
    r"\b[وبلفك]?(?:ال)?(?:نشرت|قنات|قنوات|صفحت|صفحات|حساب|حسابات|منصت|منصات|موقع|تطبيق|جديد|مجموعت|مجتمع"
    r"|محتوا|اخبار|رسالت|رسائل|تقارير|بودكاست|خدمت|قائمت)نا\b"
    r"|\b[وبلفك]?(?:بريد|هاتف|جوال|ايميل|متصفح)(?:ك|كم)\b"
)
# «اقرأ أيضاً» and its kin open a link to another article wherever they stand.
_SEE_ALSO = re.compile(
    r"^\W*(?:(?:ا?قراوا|اقرا|اقرئي|شاهد|شاهدوا|طالع|طالعوا|تابع|انظر) (?:ايضا|المزيد|كذلك|معنا|علي موقعنا)"
    r"|لقراءه المزيد|للمزيد(?: من)?(?: التفاصيل| المعلومات| الاخبار)?\s*[:,،.]|المزيد (?:من|عن|في)\b.{0,40}$|مزيد من التفاصيل"
    r"|(?:مواضيع|موضوعات|مقالات|اخبار|روابط|مواد) (?:ذات|متعلقه|مشابهه|متصله)|قد (?:يهمك|يعجبك|تهمك)"
    r"|اخبار متعلقه|related (?:articles|stories|news)|read also|see also)"
)
_LABEL = re.compile(r"^\W*(?:سمات|وسوم|الوسوم|كلمات مفتاحيه|الكلمات المفتاحيه|كلمات دلاليه|الكلمات الدلاليه|تاغات|tags|keywords)\b")
# A line that only names where something is from, or links somewhere.
_META = re.compile(
    r"^\W*(?:(?:المصدر|مصدر الصوره|الصوره|تصوير|المصادر|source|photo|credit)\s*[:：].{0,60}|https?://\S+|www\.\S+|\S+@\S+"
    r"|(?:نشر|نشرت|اخر تحديث|تاريخ النشر|تم النشر)\s*(?:في|بتاريخ)?\s*[:：].{0,40}|انتهي|[م-ي]\s?[./]\s?[ا-ي]{1,2})\W*$"
)
_ONLY_TAGS = re.compile(r"(?:[#＃][\w\u064b-\u0652]+[\s،,|]*)+")
_QUOTED = re.compile(r"«[^«»\n]*»|“[^“”\n]*”|\"[^\"\n]*\"")
# A paragraph whose sentences run from its first letter to its last: no ornament before or after.
_WHOLE = re.compile(r"[«“\"(\[]*[^\W_].*[^\W_][.!?؟۔…]*[»”\"')\]]*", re.DOTALL)
_END = re.compile(r"[.!?؟۔…:][»”\"')\]]*$")


def reading_sentences(text: str, *, title: str = "") -> list[Sentence]:
    """Return the article's own sentences, in order, each exactly ``text[start:end]``.

    A dateline moves the start of the first; a line that repeats the title is left out. When
    nothing would be left, every sentence is returned.
    """
    return list(_read(text, title))


@lru_cache(maxsize=2048)
def _read(text: str, title: str) -> tuple[Sentence, ...]:
    """Do the reading once: an article is summarised and told again within minutes."""
    found = sentences(text)
    removed = _removed(text, paragraphs(text), title)
    kept = [one for one in found if not _inside(one, removed)]
    if not kept:
        return tuple(found)
    return (_without_dateline(kept[0]), *kept[1:])


def strip_boilerplate(text: str, *, title: str = "") -> str:
    """Return the article's own text: paragraphs as they are, a blank line between them.

    It is what ``reading_sentences`` returns, put together, but reads few of the sentences.
    """
    parts = paragraphs(text)
    removed = _removed(text, parts, title)
    kept = list(_stretches(text, parts, removed))
    if kept:
        start, end = kept[0]
        first = next(iter(sentences_in(text, start, end)))
        kept[0] = _without_dateline(first).start, end
    return "\n\n".join(text[start:end] for start, end in kept or _stretches(text, parts, []))


def _stretches(
    text: str, parts: list[Sentence], removed: list[Sentence]
) -> Iterator[tuple[int, int]]:
    """Yield where each paragraph's first sentence that is kept begins, and its last one ends."""
    gone = {(one.start, one.end) for one in removed}
    cut = [one for one in removed if one not in parts]
    for part in parts:
        if (part.start, part.end) in gone:
            continue
        if _WHOLE.fullmatch(part.text) and not (cut and any(_inside(one, [part]) for one in cut)):
            yield part.start, part.end
            continue
        own = [
            one for one in sentences_in(text, part.start, part.end) if not _inside(one, removed)
        ]
        if own:
            yield own[0].start, own[-1].end


def is_call_to_act(text: str) -> bool:
    """Tell whether a sentence or paragraph asks its reader to subscribe, follow or read on."""
    own = fold(_QUOTED.sub(" ", text)).strip()
    if _calls(own) or _SEE_ALSO.match(own) or _LABEL.match(own) or _META.match(own):
        return True
    return bool(_IMPERATIVE.search(own) and _OURS.search(own)) or _ONLY_TAGS.fullmatch(text) is not None


def _removed(text: str, parts: list[Sentence], title: str) -> list[Sentence]:
    """Return the stretches that are not the article's: openings first, then from the end up.

    ``parts`` are the paragraphs of the text.
    """
    opening = _opening(parts, title)
    body = parts[opening:]
    if not body:
        return []
    sizes = {part.start: _size(part) for part in parts}
    total = sum(sizes.values())
    left = max(MOST_CUT * total, ALWAYS_CUT)
    removed = parts[:opening]
    for part in _asides(body, sizes):
        if sizes[part.start] <= left:
            left -= sizes[part.start]
            removed.append(part)
    gone = {part.start for part in removed}
    last = next(part for part in reversed(body) if part.start not in gone)
    return removed + _closing_sentences(text, last, left, first=last is body[0])


def _opening(parts: list[Sentence], title: str) -> int:
    """Count the lines at the top that are no text: the title again, bylines, a dateline's line."""
    wanted = words(title) or None
    count = 0
    for part in parts[:4]:
        own = words(part.text)
        called = count == 0 and len(own) <= 12 and is_call_to_act(part.text)
        if not (own == wanted or is_byline(part.text) or called):
            break
        count += 1
    return count if count < len(parts) else 0


def _asides(body: list[Sentence], sizes: dict[int, int]) -> list[Sentence]:
    """Return the paragraphs after the lead that are addressed to the reader, the last first."""
    found: list[Sentence] = []
    below = True  # whether everything further down has gone
    folded = fold_each([part.text if sizes[part.start] < SHORT else "" for part in body])
    called = _may_call("\n".join(folded))
    for place in range(len(body) - 1, 0, -1):
        part = body[place]
        if sizes[part.start] >= SHORT:
            below = False
            continue
        own = folded[place].strip()
        heading = _SEE_ALSO.match(own) is not None
        if heading and sizes[part.start] <= 5:
            found += _listed(body[place + 1 :], sizes, found)
        strong = heading or (called and _calls(_QUOTED.sub(" ", own)))
        if strong or _ONLY_TAGS.fullmatch(part.text) or (below and _is_tail(part.text)):
            found.append(part)
        else:
            below = False
    return found


def _calls(folded: str) -> bool:
    return _may_call(folded) and _CALL.search(folded) is not None


def _may_call(folded: str) -> bool:
    return any(sign in folded for sign in _SIGNS)


def _is_tail(text: str) -> bool:
    return is_call_to_act(text) or is_byline(text) or not words(text)


def _listed(
    after: list[Sentence], sizes: dict[int, int], found: list[Sentence]
) -> list[Sentence]:
    """Return the headlines that follow a bare «اقرأ أيضاً»: short lines that do not end as text."""
    listed = []
    for part in after[:8]:
        if sizes[part.start] > 25 or _END.search(part.text):
            break
        if part not in found:
            listed.append(part)
    return listed


def _closing_sentences(
    text: str, last: Sentence, left: float, *, first: bool
) -> list[Sentence]:
    """Return the sentences at the end of the last paragraph that are calls; never all of a lead."""
    inside = sentences_in(text, last.start, last.end)
    removed = []
    for one in reversed(inside[1:] if first or len(inside) > 1 else []):
        size = _size(one)
        if size >= SHORT or size > left or not _is_tail(one.text):
            break
        left -= size
        removed.append(one)
    return removed


def _size(part: Sentence) -> int:
    return len(part.text.split())


def _without_dateline(sentence: Sentence) -> Sentence:
    start = sentence.start + after_dateline(sentence.text)
    return Sentence(sentence.text[start - sentence.start :], start, sentence.end)


def _inside(sentence: Sentence, removed: list[Sentence]) -> bool:
    return any(part.start <= sentence.start < part.end for part in removed)
