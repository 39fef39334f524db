"""Phrases that name what a few articles are about, in the spelling that their writers use."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from digest.articles.vectors import Tokens
from digest.text.fold import fold
from digest.text.stopwords import STOP_WORDS

OPENING = 80  # words of a text that phrases are looked for in
LONGEST = 4  # words of a phrase
IN_TITLE = 3  # times that a phrase in a headline counts, and the least that makes a tag
WHOLE = 0.6  # from this share of its uses on a phrase is a part of a longer one
SHARED = 0.5  # share of the articles that must hold a phrase which is in no headline

# Words, the ends of sentences, and other marks; a phrase crosses neither.
_PIECE = re.compile(
    "[\\w\u064b-\u0652\u0670]+|[.!؟?…\n]+|[^\\w\\s.!؟?…\u064b-\u0652\u0670]+"
)
_ENDS = frozenset(".!؟?…\n")
# A conjunction or particle at the front begins a new phrase: «الإسلامي والقيم» are two.
_JOINED = re.compile("^(?:[وبفك]|وب|ول)(?=ال..)|^(?:لل|ولل)(?=..)|^[وبلف](?=...)")
# Unless the word is known with ال: a verb of the present tense, and one of the past of feminines.
_VERB = re.compile("^(?:ي|ست)[^و]..|^يو[^منلر]|^سي[^او].|..+[^اويه]ت$")
_ADVERB = re.compile("[\u064b-\u064d]")  # جرماً عظيماً is said of something, it names nothing
_RECITED = re.compile("[\u064e-\u0650\u0652]")  # two of them in a word: scripture or verse
_ITS = re.compile("..+(?:ها|هم|هما|هن|نا|كم)$|..+[^اة]ه$")  # خدماتها: whose is said elsewhere
# Words that introduce what matters, or that are in any report; by themselves they tag nothing.
_INTRODUCING = """
مدينة بلدة محافظة منطقة دولة رئيس وزير وزارة مدير أمين عضو أعضاء خبير مسؤول السيد شخص أشخاص مواطن مواطنين شركة
هيئة مجلس لجنة إدارة قرار مشروع برنامج عملية حالة أمر شيء نوع طريق حادث موقع مركز قطاع مستوى إطار صاحب سمو كبير
كبيرة جديد جديدة مختلف مختلفة محمد أحمد عبد عدم أبناء الدولي العام العامة المحلية الوطني الوطنية الرئيس الوزير
الملك الأمير خادم بلاد الناس رجال دقيقة كيلومتر كيلومترا متر طن دولار ليرة مرحلة المؤسسة مصدر مصادر سلطات علاقة
علاقات بلدين ارتفاع انخفاض زيادة حضور وكيل أدنى أعلى أقل أكبر أفضل فريق نظام حفظ نقطة جلسة عملاء عاملين مختصين
مسؤولين جهات جهة نتائج فترة موسم دورة بداية نهاية خطوة محلي محلية خدمة خدمات ظل وجود استمرار إجراءات معلومات
تفاصيل قضية ملف أجل نسبة سوق أسعار سعر طبي أمني لقاء اجتماع مشاركة تنفيذ دعم مناسبة الشقيقة صباح مساء يوم أمس
"""
_WEAK = frozenset(fold(word).removeprefix("ال") for word in _INTRODUCING.split())
# Forms of address: they stand between the parts of a name and belong to neither.
_ADDRESSES = """
الدكتور الدكتورة المهندس المهندسة الأستاذ الشيخ السيد السيدة اللواء العميد العقيد المقدم الرائد النقيب الفريق العريف
معالي سعادة فضيلة دكتور مهندس سبحانه تعالى حفظه الله جلالة فخامة سموه
"""
_TITLES = frozenset(fold(word) for word in _ADDRESSES.split())
# Offices: «أمير عسير رئيس المجلس» are two names.
_HELD = """
رئيس وزير مدير أمين نائب ولي أمير عضو قائد سفير وكيل إمام حارس مدرب ملك
"""
_OFFICES = frozenset(fold(word) for word in _HELD.split())

Phrase = tuple[str, ...]  # folded words without their article; stems would join زيت and الزيتون


@dataclass(frozen=True, slots=True)
class _Read:
    """A word as a phrase takes it: how it is shown, its key or "" for none.

    ``parted`` is that it had a conjunction or particle, ``definite`` that it has the article. A
    mark is nothing to show.
    """

    shown: str
    key: str = ""
    parted: bool = False
    definite: bool = False
    ends: bool = False


class _Readings(dict[str, _Read]):
    """What was read, and what is read when it is asked for the first time."""

    def __init__(self, read: Callable[[str], _Read]) -> None:
        super().__init__()
        self._made_by = read

    def __missing__(self, token: str) -> _Read:
        found = self[token] = self._made_by(token)
        return found


class Vocabulary:
    """The words of a collection: which there are, and how many articles hold each."""

    def __init__(self, found: Iterable[Tokens] = ()) -> None:
        self.articles = 0
        self.seen: Counter[str] = Counter()
        self._words: Counter[str] = Counter()
        self._read = _Readings(self._reading)
        for tokens in found:
            self.add(tokens)

    def add(self, found: Tokens) -> None:
        """Take the title and opening of an article in."""
        own = _opening(found)
        self.articles += 1
        self._words.update(own)
        self.seen.update(map(_key, own))
        self._read.clear()

    def drop(self, found: Tokens) -> None:
        """Let an article go that was taken in."""
        own = _opening(found)
        self.articles -= 1
        for counts, words in ((self._words, own), (self.seen, [_key(word) for word in own])):
            counts.subtract(words)
            for word in words:
                if not counts[word]:
                    del counts[word]
        self._read.clear()

    def read(self, tokens: Iterable[str]) -> list[_Read]:
        """Return what words and marks as they are written are to a phrase."""
        return [self._read[token] for token in tokens]

    def _reading(self, token: str) -> _Read:
        if token[0] in _ENDS:
            return _Read("", ends=True)
        if not token[0].isalnum():
            return _Read("")
        shown, word, parted = self._unjoined(token, fold(token))
        key = "" if self._means_nothing(shown, word) else _key(word)
        return _Read(shown, key, parted, shown.startswith("ال"))

    def _unjoined(self, token: str, word: str) -> tuple[str, str, bool]:
        """Take a conjunction or particle off a word when the rest is a word by itself."""
        found = _JOINED.match(word)
        if not found:
            return token, word, False
        article = "ال" if found.group().endswith("لل") else ""
        rest = article + word[found.end() :]
        if rest not in self._words or f"ال{word}" in self._words:
            return token, word, False
        if not token.startswith(found.group()):
            return token, word, False
        return article + token[len(found.group()) :], rest, True

    def _means_nothing(self, shown: str, word: str) -> bool:
        if len(word) < 3 or word in STOP_WORDS or word in _TITLES or not word[0].isalpha():
            return True
        if _ADVERB.search(shown) or len(_RECITED.findall(shown)) > 1:
            return True
        if word.startswith("ال") or f"ال{word}" in self._words:
            return False
        return bool(_VERB.match(word) or _ITS.match(shown)) or self._is_inflected(word)

    def _is_inflected(self, word: str) -> bool:
        """Whether the collection has the word with the ي of verbs: يجمد and تجمد, يغادر and غادر."""
        rest = word[1:] if word[0] in "تنا" else word
        return f"ي{rest}" in self._words or f"وي{rest}" in self._words


def keyphrases(
    texts: Sequence[tuple[str, str]], vocabulary: Vocabulary
) -> Iterator[str]:
    """Yield the phrases that tell some articles from the collection, the best first.

    ``texts`` are titles and texts with their hashtags opened. c-TF-IDF: how often a phrase is in
    the articles, times the logarithm of the rarity of its rarest word. Phrases in no headline must
    be in several of the articles, so that one writer's figure of speech is no tag.
    """
    runs = [
        (place, title, run)
        for place, (headline, text) in enumerate(texts)
        for title, part in ((True, headline), (False, text))
        for run in _runs(part, vocabulary, headline=title)
    ]
    titled = {read.key for _, title, run in runs if title for read in run}
    uses = Counter([read.key for _, _, run in runs for read in run])
    # A phrase is used twice at least, and so is each of its words.
    frequent = {
        key for key, times in uses.items() if times > 1 and (times >= IN_TITLE or key in titled)
    }
    counts = _Counts()
    for place, title, run in runs:
        for start, end, goes_on in _spans(run, frequent):
            counts.add(run[start:end], place, title=title, goes_on=goes_on)
    worth = counts.worth(vocabulary, len(texts))
    for phrase in sorted(worth, key=lambda one: (-round(worth[one], 6), -len(one), one)):
        yield counts.shown(phrase)


class _Counts:
    """How often each phrase is used, where, and how often it is the beginning of a longer one."""

    def __init__(self) -> None:
        self._uses: Counter[Phrase] = Counter()
        self._going_on: Counter[Phrase] = Counter()
        self._places: defaultdict[Phrase, set[int]] = defaultdict(set)
        self._titled: set[Phrase] = set()
        self._forms: defaultdict[Phrase, list[str]] = defaultdict(list)

    def add(self, span: Sequence[_Read], place: int, *, title: bool, goes_on: bool) -> None:
        """Count one use in the article at ``place``."""
        phrase = tuple([read.key for read in span])
        self._forms[phrase].append(" ".join([read.shown for read in span]))
        weight = IN_TITLE if title else 1
        self._uses[phrase] += weight
        self._going_on[phrase] += weight * goes_on
        self._places[phrase].add(place)
        if title:
            self._titled.add(phrase)

    def shown(self, phrase: Phrase) -> str:
        """Return the most frequent spelling of a phrase, the shortest of several."""
        forms = Counter(self._forms[phrase])
        return min(forms, key=lambda form: (-forms[form], len(form), form))

    def worth(self, vocabulary: Vocabulary, articles: int) -> dict[Phrase, float]:
        """Return the phrases that can be tags, and how good they are."""
        repeated = {phrase for phrase in self._uses if self._is_repeated(phrase, articles)}
        partial = {
            part for phrase in repeated for part in _parts(phrase)
            if self._uses[phrase] >= WHOLE * self._uses[part]
        }
        return {
            phrase: math.log(1 + self._uses[phrase]) * (0.7 + 0.3 * min(len(phrase), 3))
            * math.log(2 + vocabulary.articles / (1 + min(vocabulary.seen[key] for key in phrase)))
            * (1 if phrase in self._titled else 0.5)
            for phrase in repeated - partial
            if self._going_on[phrase] < WHOLE * self._uses[phrase]
            and not all(key in _WEAK for key in phrase) and phrase[-1] not in _OFFICES
        }

    def _is_repeated(self, phrase: Phrase, articles: int) -> bool:
        """Whether a phrase is named often enough; one without an article is a name by habit."""
        if self._uses[phrase] < IN_TITLE:  # neither in a headline nor as often as that counts
            return False
        forms = self._forms[phrase]
        definite = any(form.rpartition(" ")[2].startswith("ال") for form in forms)
        if phrase not in self._titled and (
            len(self._places[phrase]) < SHARED * articles or (len(phrase) > 1 and not definite)
        ):
            return False
        return len(forms) >= (2 if definite and len(phrase) > 1 else 3)


def _spans(run: Sequence[_Read], frequent: Set[str]) -> Iterator[tuple[int, int, bool]]:
    """Yield the stretches of a run that can be one name, and whether the name goes on after it.

    A name is «مجلس الأمن الدولي» or «رسل السلام», never «الملك عسير»: the article once, then on
    every word.
    """
    for start, first in enumerate(run):
        if first.key not in frequent:
            continue
        definite = False
        for end in range(start + 1, min(start + LONGEST, len(run)) + 1):
            read = run[end - 1]
            if read.key not in frequent or (definite and not read.definite):
                break
            definite = read.definite
            yield start, end, end < len(run) and (run[end].definite or not definite)


def _runs(text: str, vocabulary: Vocabulary, *, headline: bool) -> Iterator[list[_Read]]:
    """Yield stretches of names; stop words, verbs and marks stand between them.

    The first word of a sentence, but not of a headline, is a verb more often than not: without
    the article it is left out.
    """
    run: list[_Read] = []
    opens = not headline
    for read in vocabulary.read(_PIECE.findall(text.replace("_", "،"))):
        skipped = not read.key or (opens and not read.definite)
        office = read.key in _OFFICES and run and run[-1].key not in _OFFICES
        if run and (skipped or read.parted or office):
            yield run
            run = []
        if not skipped:
            run.append(read)
        if read.ends:
            opens = not headline
        elif read.shown:
            opens = False
    if run:
        yield run


def _parts(phrase: Phrase) -> Iterator[Phrase]:
    """Yield the shorter phrases inside a phrase."""
    for size in range(1, len(phrase)):
        for start in range(len(phrase) - size + 1):
            yield phrase[start : start + size]


def _opening(found: Tokens) -> set[str]:
    return {*found.title, *found.text[:OPENING]}


def _key(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) > 4 else word
