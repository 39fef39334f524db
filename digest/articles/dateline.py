"""Datelines and bylines: «الرياض - واس:», «محمد السريعي – عين اليوم», «(أ ف ب)».

About one Arabic article in nine opens with one (measured on 31,000). They say where a report
comes from and are no part of its first sentence.
"""

from __future__ import annotations

import re

from digest.text.fold import fold
from digest.text.split import words

LONGEST = 90  # characters of a dateline
_WORDS_EACH = 4  # words in one part between two dashes

_AGENCIES = frozenset(
    fold(name).strip() for name in """
واس|سانا|وام|قنا|كونا|بنا|بترا|وفا|صفا|معا|واع|نينا|سونا|وات|واج|وال|سبأ|أونا|أ ش أ|أ.ش.أ|أش أ|أ ف ب|أ.ف.ب|أف ب|فرانس برس
د ب أ|د.ب.أ|رويترز|أسوشيتد برس|أسوشييتد برس|أ ب|الأناضول|الاناضول|شينخوا|سبوتنيك|تاس|نوفوستي|إنترفاكس|بلومبرغ|بلومبيرغ
بي بي سي|سي إن إن|يونايتد برس|يو بي آي|إفي|آكي|أنسا|العربية|الجزيرة|الجزيرة نت|سكاي نيوز عربية|الشرق الأوسط|الحياة
عكاظ|الوطن|سبق|الرياض|المدينة|اليوم|عين اليوم|الاقتصادية|الرأي|الغد|الدستور|القدس العربي|العربي الجديد|وكالات|وكالة|الوكالات
متابعات|متابعة|خاص|مراسلنا|مراسلو|مواقع|صحف|عواصم|هيئة التحرير|قسم الأخبار|غرفة الأخبار|المحرر|عاجل|وكالة الأنباء السعودية
reuters|afp|ap|bbc|cnn|dpa|xinhua|anadolu|agencies
""".replace("\n", "|").split("|") if name.strip()
)
_CITIES = frozenset(
    fold(name) for name in """
دمشق|حلب|حمص|حماة|اللاذقية|طرطوس|إدلب|درعا|دير الزور|الرقة|الحسكة|القامشلي|بيروت|طرابلس|صيدا|عمان|عمّان|إربد|الزرقاء|القدس
القدس المحتلة|رام الله|غزة|نابلس|الخليل|بغداد|البصرة|الموصل|أربيل|كركوك|النجف|الرياض|جدة|مكة|مكة المكرمة|المدينة المنورة
الدمام|الطائف|تبوك|أبها|جازان|نجران|بريدة|حائل|ينبع|الكويت|الدوحة|المنامة|أبوظبي|أبو ظبي|دبي|الشارقة|عجمان|مسقط|صلالة|صنعاء
عدن|تعز|القاهرة|الإسكندرية|الجيزة|أسوان|الأقصر|الخرطوم|بورتسودان|بنغازي|تونس|صفاقس|الجزائر|وهران|قسنطينة|الرباط
الدار البيضاء|مراكش|فاس|طنجة|نواكشوط|مقديشو|جيبوتي|أنقرة|إسطنبول|طهران|موسكو|واشنطن|نيويورك|لندن|باريس|برلين|روما|مدريد
بروكسل|جنيف|فيينا|أثينا|لاهاي|بكين|طوكيو|نيودلهي|إسلام آباد|كابول|كييف|وارسو|أوسلو|ستوكهولم|لشبونة|جوبا|أديس أبابا|نيروبي
سيول|سيدني|أوتاوا|تل أبيب|فرانكفورت|دافوس|اسطنبول|استنبول
""".replace("\n", "|").split("|") if name.strip()
)
_BYLINE = re.compile(
    r"^(?:كتب(?:ت|ه|ها)?|بقلم|اعداد|إعداد|تقرير|تحرير|ترجمه|حوار|تصوير|حاوره|حاورته|اعده|اعدها|مراسل(?:نا|تنا)?"
    r"|نقلا عن|by)\b\s*[:\-–—]?\s*(?=\S)"
)
# Names of people and papers stand in parts; a verb of speech shows that a sentence has begun.
_SPEECH = re.compile(
    r"^(?:و?(?:قال|اكد|اعلن|كشف|اضاف|اوضح|ذكر|افاد|شدد|اشار|دعا|قرر|توفي|بدا|وصل|صرح|نفي|حذر|طالب|تلق|استقبل)\w*"
    r"|ان|انه|هذا|هذه|في|من|علي|الي|عن|قد|لقد|لم|لا|ما|هل|كان|كانت|تم|هو|هي|التي|الذي|مع|بعد|قبل|منذ)$"
)
# «عمان 26 شوال 1436 هـ الموافق 11 أغسطس 2015 م واس»: how the Saudi agency opens.
_DATED = re.compile(
    r"^[^\W\d_]+(?: [^\W\d_]+)? \d{1,2} [^\W\d_]+(?: [^\W\d_]+)? \d{4} ?هـ?ـ?"
    r"(?: الموافق .{8,30}?)? (?:واس|وام|قنا|بنا|كونا)\b[\s:\-–—]*(?=\S)"
)
# A bar of buttons that a page's text begins with: «شارك من خلال تويتر فيسبوك جوجل بلس اكتب رأيك».
_NETWORK = "(?:تويتر|فيسبوك|فيس بوك|جوجل بلس|واتساب|واتس اب|تيليجرام|تلغرام|لينكد ?إن|إكس|X|Facebook|Twitter|WhatsApp)"
_SHARE = re.compile(
    rf"^\W*(?:شارك|شاركها|مشاركة|انشر|Share)(?: (?:من خلال|عبر|على|في))?(?:[\s،,|]+{_NETWORK}){{2,}}"
    r"(?:\s+(?:اكتب رأيك|اكتب تعليقا?ك?|طباعة|أرسل لصديق|تعليق|Print|Email))*[\s:|،.]*(?=\S)"
)
# One cut: parts of a dateline and what ends it. The first alternative that matches wins.
_COLON = re.compile(rf"^[^:.؟!\n«»]{{2,{LONGEST}}}?\s*:\s*(?=\S)")
_QUOTED_COLON = re.compile(r"^[«\"“][^«»\"“”\n]{2,40}[»\"”]\s*(?::|[-–—ـ])\s*(?=\S)")
_DASHED = re.compile(r"^[^:.؟!\n«»]{2,60}?(?:\s[-–—ـ]\s*|[-–—]\s+|\)[-–—])(?=\S)")
_ALERT = re.compile(r"^[^\w(«\"]*(?:عاجل|خاص|متابعات|وكالات|بالفيديو|بالصور|فيديو|شاهد)\s*[:|/\-–—ـ]+\s*(?=\S)")
_BRACKETED = re.compile(r"^[(\[«](?P<name>[^()\[\]«»\n]{2,30})[)\]»]\s*(?:[:\-–—ـ]\s*)?(?=\S)")


def after_dateline(sentence: str) -> int:
    """Return how many characters of dateline the sentence opens with; 0 for none.

    What remains always has at least three words.
    """
    start = 0
    for _ in range(4):
        step = _one_cut(sentence[start:])
        if not step or len(words(sentence[start + step :])) < 3:
            break
        start += step
    return start


def is_byline(line: str) -> bool:
    """Tell whether a line by itself only names a writer, a paper, an agency or a place."""
    text = line.strip()
    if len(text) > LONGEST or not words(text):
        return False
    folded = fold(text).strip(" .:()[]«»\"“”-–—ـ|/")
    if folded in _AGENCIES or folded in _CITIES:
        return True
    if re.search(r"[.؟?!…]\W*$", text):
        return False
    if _BYLINE.match(folded):
        return len(words(text)) <= 7
    from_place = re.fullmatch(r"[«\"“][^«»]{2,30}[»\"”] (?:من |- |– )?.{0,20}", text)
    if from_place and fold(text[1:]).partition("»")[0] in _AGENCIES:
        return True
    return _is_dateline(text, at_end=True)


def _one_cut(text: str) -> int:
    plain = _SHARE.match(text) or _ALERT.match(text) or _DATED.match(text)
    if plain:
        return plain.end()
    bracketed = _BRACKETED.match(text)
    if bracketed and fold(bracketed["name"]).strip() in _AGENCIES:
        return bracketed.end()
    quoted = _QUOTED_COLON.match(text)
    if quoted and fold(quoted.group()).strip(" «»\"“”:-–—ـ") in _AGENCIES:
        return quoted.end()
    colon = _COLON.match(text)
    if colon and _is_dateline(colon.group()):
        return colon.end()
    return _dashed(text)


def _dashed(text: str) -> int:
    """Measure «عمان- الرأي- دعا»: as many dashed parts as are all known places or agencies."""
    start = 0
    while (found := _DASHED.match(text[start:])) and _known(found.group()):
        start += found.end()
    return start


def _is_dateline(text: str, *, at_end: bool = False) -> bool:
    """Judge «شقران الرشيدي- سبق- الرياض:», or a whole line when ``at_end``.

    Two parts with a dash between, or one that is a known place, agency or byline.
    """
    inner = text.strip().rstrip(":").strip()
    if not at_end and _BYLINE.match(fold(inner)) and len(words(inner)) <= 5:
        return True
    parts = [part for part in re.split(r"\s+[-–—ـ/|]\s*|[-–—ـ]\s+|\s*[(),،]\s*", inner) if words(part)]
    if any(len(words(part)) > _WORDS_EACH for part in parts) or len(parts) > 5:
        return False
    if any(_SPEECH.match(word) for part in parts for word in words(part)):
        return False
    known = sum(_known(part) for part in parts)
    if len(parts) == 1:
        return known == 1 and not at_end
    dashed = re.search(r"\s[-–—ـ]|[-–—ـ]\s", inner) is not None
    return bool(known) or (dashed and "،" not in inner and len(parts) >= (3 if not at_end else 2))


def _known(part: str) -> bool:
    """Whether every name in a part is a known place or agency; a date may stand beside it."""
    names = re.split(r"\s*[(),،/]\s*", fold(part).strip(" -–—ـ:«»\"“”()"))
    names = [re.sub(r"\s+\d.*$", "", name).strip(" «»\"“”") for name in names if name.strip()]
    return bool(names) and all(name in _AGENCIES or name in _CITIES for name in names)


def without_source(title: str, source: str = "") -> str:
    """Return a headline without «عاجل:» before it and the name of its paper after it."""
    alert = _ALERT.match(title)
    if alert:
        title = title[alert.end() :]
    head, _, tail = _last_part(title)
    own = words(tail)
    if own and head and (own == words(source) or fold(tail).strip() in _AGENCIES):
        return head.strip()
    return title


def _last_part(title: str) -> tuple[str, str, str]:
    """Cut a headline at its last « - », « | » or « – »."""
    found = list(re.finditer(r"\s[-–—|]\s", title))
    if not found:
        return title, "", ""
    return title[: found[-1].start()], found[-1].group(), title[found[-1].end() :]
