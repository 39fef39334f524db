"""Names for stories: a headline people wrote, and tags out of their own words."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache

from digest.articles.boilerplate import reading_sentences
from digest.articles.dateline import without_source
from digest.articles.vectors import GroupInput
from digest.text.fold import display, fold
from digest.text.hashtags import hashtags
from digest.text.split import words
from digest.text.stem import light10
from digest.text.stopwords import STOP_WORDS

TAGS = 6  # per story
OPENING = 700  # characters of a text that phrases are looked for in
LONGEST = 3  # words of a phrase
IN_TITLE = 3  # times that a phrase in the headline counts
WHOLE = 0.6  # from this share of its uses on a word is a part of a longer name
LABEL = 140  # characters; a longer headline is cut after a word
TAG_WORDS = 4  # a hashtag of more words is a slogan

_SENTENCE = re.compile(r"[.!؟?…\n]+")
_CLAUSE = re.compile("[^\\w\\s\u064b-\u0652\u0670]+|_")  # a phrase does not cross it
_EMPTY_TAGS = frozenset(fold(word) for word in ("عاجل", "خبر", "أخبار", "فيديو", "صور", "متابعة"))
# A conjunction or particle at the front begins a new phrase: «الإسلامي والقيم» are two.
_JOINED = re.compile("^(?:[وبفك]|وب|ول)(?=ال..)|^(?:لل|ولل)(?=..)|^[وبلف](?=...)")
_VERB = re.compile("^(?:سي|ست|ي)[^و]..")  # a verb of the present tense, unless the word is known with ال
# Words that introduce what matters; by themselves they tag nothing.
_INTRODUCING = """
مدينة بلدة محافظة منطقة دولة رئيس وزير وزارة مدير أمين عضو خبير مسؤول السيد شخص أشخاص مواطن مواطنين شركة هيئة
مجلس لجنة إدارة قرار مشروع برنامج عملية حالة أمر شيء نوع طريق حادث موقع مركز قطاع مستوى إطار صاحب سمو كبير
كبيرة جديد جديدة مختلف مختلفة محمد أحمد عبد عدم أبناء الدولي العام العامة المحلية الوطني الوطنية الرئيس الوزير
الملك الأمير خادم بلاد الناس رجال دقيقة كيلومتر كيلومترا متر طن دولار ليرة مرحلة المؤسسة
"""
_WEAK = frozenset(fold(word).removeprefix("ال") for word in _INTRODUCING.split())
# Forms of address: they stand between the parts of a name and belong to neither.
_ADDRESSES = """
الدكتور الدكتورة المهندس المهندسة الأستاذ الشيخ السيد السيدة اللواء العميد العقيد المقدم الرائد النقيب الفريق
معالي سعادة فضيلة دكتور مهندس سبحانه تعالى حفظه الله
"""
_TITLES = frozenset(fold(word) for word in _ADDRESSES.split())

Phrase = tuple[str, ...]  # folded words without their article; stems would join زيت and الزيتون


def label_groups(
    rows: Sequence[GroupInput], groups: Sequence[Sequence[int]], leads: Sequence[int]
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the headline and the tags of each group of places in ``rows``.

    The headline is that of the row in ``leads``. Tags are the hashtags, then the phrases that set
    the group apart from the others.
    """
    read = [(display(row.title), display(row.text[:OPENING])) for row in rows]
    known = {_folded(token) for texts in read for text in texts for token in _tokens(text)}
    found = [_Phrases(known) for _ in groups]
    for places, phrases in zip(groups, found, strict=True):
        for place in places:
            title, opening = read[place]
            phrases.read(title, title=True)
            phrases.read(opening)
    seen = Counter(phrase for phrases in found for phrase in phrases.counts)
    labelled = []
    for places, lead, phrases in zip(groups, leads, found, strict=True):
        tags = _hashtags([rows[place] for place in places])
        for tag in phrases.telling(seen, len(groups)):
            if len(tags) >= TAGS:
                break
            if not any(_overlap(tag, other) for other in tags):
                tags.append(tag)
        labelled.append((label_of(rows[lead]), tuple(tags)))
    return labelled


def label_of(row: GroupInput) -> str:
    """Return the article's headline without «عاجل:» and the paper's name, fit to show.

    Without a headline it is the first sentence.
    """
    title = without_source(display(" ".join(row.title.split())), row.source)
    if not words(title):
        found = reading_sentences(row.text)
        title = display(" ".join(found[0].text.split())) if found else row.title.strip()
    if not re.search(r"\.\.$|…$", title):
        title = title.rstrip(".،:؛ ")
    return title if len(title) <= LABEL else f"{title[:LABEL].rsplit(' ', 1)[0].rstrip('،:؛ ')}…"


def _hashtags(rows: Sequence[GroupInput]) -> list[str]:
    """Return the names of the hashtags, the most frequent first, each in one spelling."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for name in hashtags(f"{row.title}\n{row.text}"):
            forms[" ".join(words(name))][display(name)] += 1
    names = [
        name for name in forms
        if name and name not in _EMPTY_TAGS and len(name.split()) <= TAG_WORDS
    ]
    names.sort(key=lambda name: -forms[name].total())
    return [forms[name].most_common(1)[0][0] for name in names[:TAGS]]


class _Phrases:
    """The phrases of one group. ``known`` are all folded words of all groups."""

    def __init__(self, known: set[str]) -> None:
        self.counts: Counter[Phrase] = Counter()
        self._known = known
        self._forms: dict[Phrase, Counter[str]] = defaultdict(Counter)

    def read(self, text: str, *, title: bool = False) -> None:
        """Count the phrases of a text and how they are spelled; a headline's count more."""
        weight = IN_TITLE if title else 1
        for run in _runs(text, self._known, headline=title):
            for start in range(len(run)):
                for end in range(start + 1, min(start + LONGEST, len(run)) + 1):
                    part = run[start:end]
                    if _is_name([token for token, _ in part]):
                        phrase = tuple(key for _, key in part)
                        self.counts[phrase] += weight
                        self._forms[phrase][" ".join(token for token, _ in part)] += 1

    def telling(self, seen: Counter[Phrase], groups: int) -> Iterator[str]:
        """Yield the phrases that are repeated here and rare elsewhere, the best first.

        c-TF-IDF: how often in the group, times the logarithm of its rarity among groups.
        """
        repeated = {phrase for phrase in self.counts if self._repeated(phrase)}
        partial = {
            part for phrase in repeated for part in _parts(phrase)
            if self.counts[phrase] >= WHOLE * self.counts[part]
        }
        worth = {
            phrase: math.log(1 + self.counts[phrase]) * math.log(2 + groups / seen[phrase])
            * (0.7 + 0.3 * len(phrase))
            for phrase in repeated - partial
            if not all(key in _WEAK for key in phrase)
        }
        for phrase in sorted(worth, key=lambda one: (-round(worth[one], 6), -len(one), one)):
            forms = self._forms[phrase]
            yield min(forms, key=lambda form: (-forms[form], len(form), form))

    def _repeated(self, phrase: Phrase) -> bool:
        """Whether a phrase is named often enough; one without an article is a name by habit."""
        if self.counts[phrase] < IN_TITLE:  # neither in the headline nor as often as that counts
            return False
        forms = self._forms[phrase]
        definite = any(form.rpartition(" ")[2].startswith("ال") for form in forms)
        return forms.total() >= (2 if definite and len(phrase) > 1 else 3)


def _parts(phrase: Phrase) -> Iterator[Phrase]:
    """Yield the shorter phrases inside a phrase."""
    for size in range(1, len(phrase)):
        for start in range(len(phrase) - size + 1):
            yield phrase[start : start + size]


def _tokens(text: str) -> Iterator[str]:
    for clause in _CLAUSE.split(text):
        yield from clause.split()


def _runs(text: str, known: set[str], *, headline: bool) -> Iterator[list[tuple[str, str]]]:
    """Yield stretches of names as (token, key); stop words, verbs and marks stand between them.

    The first word of a sentence, but not of a headline, is a verb more often than not: without
    the article it is left out.
    """
    for sentence in _SENTENCE.split(text):
        opens = not headline
        for clause in _CLAUSE.split(sentence):
            run: list[tuple[str, str]] = []
            for written in clause.split():
                token, word, joined = _unjoined(written, known)
                skipped = (opens and word[:2] != "ال") or _means_nothing(word, known)
                if run and (joined or skipped):
                    yield run
                    run = []
                if not skipped:
                    run.append((token, _key(word)))
                opens = False
            if run:
                yield run


def _unjoined(token: str, known: set[str]) -> tuple[str, str, bool]:
    """Take a conjunction or particle off a token when the rest is a word by itself.

    Returns the token to show, its folded form, and whether something was taken off.
    """
    word = _folded(token)
    found = _JOINED.match(word)
    if found:
        rest = ("ال" if found.group().endswith("لل") else "") + word[found.end() :]
        if rest in known and f"ال{word}" not in known:
            cut = len(found.group()) if token.startswith(found.group()) else 0
            shown = ("ال" if found.group().endswith("لل") else "") + token[cut:]
            return (shown, rest, True) if cut else (token, word, False)
    return token, word, False


def _means_nothing(word: str, known: set[str]) -> bool:
    if len(word) < 3 or word in STOP_WORDS or word in _TITLES or not word[0].isalpha():
        return True
    return _VERB.match(word) is not None and f"ال{word}" not in known


def _is_name(tokens: list[str]) -> bool:
    """Whether words can be one name: «مجلس الأمن الدولي», «رسل السلام»; never «الملك عسير»."""
    definite = [token.startswith("ال") for token in tokens]
    return definite == sorted(definite)


def _key(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


@lru_cache(maxsize=100_000)
def _folded(token: str) -> str:
    return fold(token)


def _overlap(one: str, other: str) -> bool:
    """Whether two tags share half of the words of the shorter."""
    first, second = ({light10(word) for word in words(tag)} for tag in (one, other))
    return 2 * len(first & second) >= min(len(first), len(second))
