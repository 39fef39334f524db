"""How many changed numbers, names, dates and negations the fidelity check finds, and what for.

Of every article the extractive summary is taken and one thing in it is changed by rule: a figure
or number word becomes another, a name one of another article, a date another, a denial is put in
or taken out. What is changed is chosen by patterns of this file, not by those of the product, and
what is put in stands nowhere in the source. Found means: a doubt of the kind lies on the change.
False alarms are counted on the summary as it is, on the same with its words changed in ways that
keep the meaning, and on the titles, which people wrote (those may really say more than the text).

    python -m bench.fidelity STORIES.jsonl [--most 400] [--seed 1] [--show KIND]

Each line of the file is {"text", "title"?, …}.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from time import perf_counter

from digest.articles.fidelity.check import DoubtKind, unsupported
from digest.articles.summarise import summarise
from digest.text.fold import display

WEEKDAYS = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
MONTHS = ("يناير", "فبراير", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر")
WITHIN = re.compile(r"(?<!\w)(?:في |ب)([^\W\d_]{3,})")
WORD = re.compile(r"[^\W\d_]+")
SIGNED = 0.08  # of the articles with a name that have it after a title or the word for a town
LEVANT = dict(zip(MONTHS, (
    "كانون الثاني", "شباط", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني",
    "كانون الأول",
), strict=True))  # fmt: skip
COUNTS = ("ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة", "عشرة")
COUNT = re.compile(rf"(?<!\w)(?:{'|'.join(COUNTS)})(?!\w)")
FIGURE = re.compile(r"(?<![\d.,/٫٬:\-])[0-9٠-٩]{1,7}(?![\d.,/٫٬:\-])")
WEEKDAY = re.compile(rf"(?<!\w)(?:{'|'.join(WEEKDAYS)})(?!\w)")
MONTH = re.compile(rf"(?<!\w)(?:{'|'.join(MONTHS)})(?!\w)")
YEAR = re.compile(r"(?<=عام )(?:19|20)\d\d")
PERSON = re.compile(
    r"(?:الأمير|الملك|الدكتور|الشيخ|العقيد|اللواء|المهندس|الأستاذ|الرائد|العميد|النقيب|السفير|الرئيس|الوزير|اللاعب|المدرب)"
    r" ((?!ال|ل)[^\W\d_]{3,} (?:بن )?[^\W\d_]{3,})"
)
PLACE = re.compile(r"(?:مدينة|محافظة|بلدة|قرية) ([^\W\d_]{3,})")
DENIAL = re.compile(r"(?<!\w)(و?)(لم|لن|لا|ليس|ليست|غير|عدم|دون|بدون) (?=[^\W\d_]{3,})")
NO_DENIAL = re.compile(r"(?:لا|لم|ما) (?:[يت]?زال|يزل|سيما|بد)|(?:غير|دون) أن|لا (?:إله|حول)")
REFUSAL = {"رفض": "قبل", "رفضت": "قبلت", "نفى": "أكد", "نفت": "أكدت", "يرفض": "يقبل", "ترفض": "تقبل"}
PAST = re.compile(
    r"(?<!\w)(?:وصل|شارك|حضر|أصدر|وقع|أصيب|شهد|حقق|افتتح|استقبل|بلغ|سجل|دخل|رفع|منح|قرر|دعا|طالب|التقى|بحث|حصل|تلقى"
    r"|أطلق|نفذ|ضبط|أحبط|فاز|خسر|ارتفع|انخفض|تراجع)(?!\w)"
)
SAYING = {"قال": "ذكر", "وقال": "وذكر", "أكد": "شدد", "وأكد": "وشدد", "أوضح": "بيّن", "وأوضح": "وبيّن",
          "أعلن": "كشف", "أشار": "لفت", "وأشار": "ولفت", "أضاف": "تابع", "وأضاف": "وتابع"}  # fmt: skip
FIGURES = frozenset({DoubtKind.NUMBER, DoubtKind.DATE})
INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass(frozen=True, slots=True)
class Article:
    """A text with its title and its extractive summary."""

    title: str
    text: str
    summary: str


@dataclass(frozen=True, slots=True)
class Change:
    """A summary with one thing changed in it, at ``start:end``."""

    text: str
    start: int
    end: int
    before: str


Changer = Callable[[Article, random.Random], Change | None]


def main() -> None:
    """Print recall for each kind of change and the false alarms."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--most", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", choices=["missed", "alarms"])
    asked = parser.parse_args()
    articles = list(read(asked.file, asked.most))
    print(f"{len(articles)} articles of {asked.file.name}")
    measure_recall(articles, asked.seed, show=asked.show == "missed")
    measure_alarms(articles, show=asked.show == "alarms")


def read(path: Path, most: int) -> Iterator[Article]:
    """Yield articles of some length with their summaries of three sentences."""
    for line in path.read_text(encoding="utf-8").splitlines()[:most]:
        row = json.loads(line)
        text, title = display(unescape(row["text"])), display(unescape(row.get("title") or ""))
        if len(text) >= 200:
            yield Article(title, text, summarise(text, title=title, sentences=3).text)


def measure_recall(articles: Sequence[Article], seed: int, *, show: bool) -> None:
    """Change one thing at a time and count what is found."""
    people, places = names_of(articles, PERSON), names_of(articles, PLACE)
    changers: dict[str, tuple[DoubtKind, Changer]] = {
        "number in figures": (DoubtKind.NUMBER, other_figure),
        "number in words": (DoubtKind.NUMBER, other_count),
        "weekday": (DoubtKind.DATE, lambda one, dice: swapped(one, dice, WEEKDAY, WEEKDAYS)),
        "month": (DoubtKind.DATE, lambda one, dice: swapped(one, dice, MONTH, MONTHS)),
        "year": (DoubtKind.DATE, other_year),
        "person": (DoubtKind.NAME, lambda one, dice: other_name(one, dice, people)),
        "place": (DoubtKind.NAME, lambda one, dice: other_name(one, dice, places)),
        "denial put in": (DoubtKind.NEGATION, denied),
        "denial taken out": (DoubtKind.NEGATION, affirmed),
        "refusal turned round": (DoubtKind.NEGATION, accepted),
    }
    print(f"{'changed':<24}{'n':>6}{'found':>8}{'recall':>9}")
    total: dict[DoubtKind, list[int]] = defaultdict(lambda: [0, 0])
    for name, (kind, change) in changers.items():
        dice = random.Random(seed)
        made = [(one, found) for one in articles if (found := change(one, dice))]
        hits = [is_found(one, found, kind) for one, found in made]
        total[kind][0] += len(made)
        total[kind][1] += sum(hits)
        print(f"{name:<24}{len(made):>6}{sum(hits):>8}{share(sum(hits), len(made)):>9}")
        if show:
            for (_, found), hit in zip(made, hits, strict=True):
                if not hit:
                    print(f"    {found.before} → {found.text[max(0, found.start - 40):found.end + 40]!r}")
    for kind, (tried, right) in total.items():
        print(f"all {kind.value:<20}{tried:>6}{right:>8}{share(right, tried):>9}")


def measure_alarms(articles: Sequence[Article], *, show: bool) -> None:
    """Count the doubts on texts in which nothing was falsified."""
    print(f"{'unchanged in meaning':<24}{'n':>6}{'with':>8}{'share':>9}  doubts by kind")
    forms: dict[str, Callable[[Article], str]] = {
        "summary as it is": lambda one: one.summary,
        "other words": retold,
        "title against text": lambda one: one.title,
    }
    for name, make in forms.items():
        kinds: Counter[str] = Counter()
        texts = [(one, text) for one in articles if (text := make(one))]
        touched = 0
        started = perf_counter()
        for one, text in texts:
            found = unsupported(text, one.text, title="" if text == one.title else one.title)
            kinds.update(doubt.kind.value for doubt in found)
            touched += bool(found)
            if show and found:
                print(f"    {[(doubt.kind.value, doubt.text) for doubt in found]} {text[:120]!r}")
        spent = (perf_counter() - started) / max(1, len(texts)) * 1000
        print(f"{name:<24}{len(texts):>6}{touched:>8}{share(touched, len(texts)):>9}  "
              f"{dict(kinds)}  {spent:.1f} ms each")


def names_of(articles: Sequence[Article], pattern: re.Pattern[str]) -> list[str]:
    """Return the names that follow a title or the word for a town, in two articles or more.

    What mostly stands elsewhere («إلى», «التي») only happens to follow it.
    """
    seen = Counter(name for one in articles for name in set(pattern.findall(one.text)))
    if pattern is PLACE:  # a place is also said to be where something happens
        within = Counter(word for one in articles for word in set(WITHIN.findall(one.text)))
        seen = Counter({name: count for name, count in seen.items() if within[name] > 1})
    everywhere = Counter(word for one in articles for word in set(WORD.findall(one.text)))
    return sorted(
        name for name, count in seen.items()
        if count > 1 and all(count >= SIGNED * everywhere[part] for part in name.split()[-1:])
    )


def other_figure(one: Article, dice: random.Random) -> Change | None:
    """Another figure of as many digits."""
    match = _any(FIGURE, one.summary, dice)
    if match is None:
        return None
    digits = len(match.group())
    for _ in range(50):
        new = str(dice.randint(10 ** (digits - 1), 10**digits - 1))
        if not re.search(rf"(?<!\d){new}(?!\d)", f"{one.title} {one.text}") and not new.startswith("1000"):
            return _put(one.summary, match, new)
    return None


def other_count(one: Article, dice: random.Random) -> Change | None:
    """Another number word."""
    return swapped(one, dice, COUNT, COUNTS)


def other_year(one: Article, dice: random.Random) -> Change | None:
    """Another year after «عام»."""
    years = tuple(str(year) for year in range(1980, 2031))
    return swapped(one, dice, YEAR, years)


def swapped(
    one: Article, dice: random.Random, pattern: re.Pattern[str], choices: Sequence[str]
) -> Change | None:
    """Put another of the choices, one that the article does not hold, for what a pattern finds."""
    match = _any(pattern, one.summary, dice)
    left = [choice for choice in choices if choice not in one.text and choice not in one.title]
    return _put(one.summary, match, dice.choice(left)) if match and left else None


def other_name(one: Article, dice: random.Random, names: Sequence[str]) -> Change | None:
    """Put a name of another article for one that the summary holds."""
    held = [name for name in names if re.search(rf"(?<!\w){name}(?!\w)", one.summary)]
    left = [name for name in names if not any(part in one.text for part in name.split())]
    if not held or not left:
        return None
    match = re.search(rf"(?<!\w){dice.choice(held)}(?!\w)", one.summary)
    return _put(one.summary, match, dice.choice(left)) if match else None


def denied(one: Article, dice: random.Random) -> Change | None:
    """Put «لم» before a verb in the past, which moves to the present form."""
    match = _any(PAST, one.summary, dice)
    if match is None:
        return None
    verb = match.group()
    return _put(one.summary, match, f"لم ي{verb.removeprefix('أ').removeprefix('ا')}")


def affirmed(one: Article, dice: random.Random) -> Change | None:
    """Take a denial out; the change lies on the word that was denied."""
    found = [
        match for match in DENIAL.finditer(one.summary)
        if not NO_DENIAL.match(one.summary, match.start(2))
    ]
    if not found:
        return None
    match = dice.choice(found)
    text = one.summary[: match.start()] + match[1] + one.summary[match.end() :]
    word = re.compile(r"[^\W_]+").search(text, match.start())
    return Change(text, match.start(), word.end(), match[2]) if word else None


def accepted(one: Article, dice: random.Random) -> Change | None:
    """Turn «رفض» into «قبل», «نفى» into «أكد»."""
    match = _any(re.compile(rf"(?<!\w)(?:{'|'.join(REFUSAL)})(?!\w)"), one.summary, dice)
    return _put(one.summary, match, REFUSAL[match.group()]) if match else None


def retold(one: Article) -> str:
    """Say the summary again in other words, digits, months and spellings that mean the same."""
    text = re.sub(r"[^\W\d_]+", lambda word: SAYING.get(word.group(), word.group()), one.summary)
    text = MONTH.sub(lambda month: LEVANT[month.group()], text).translate(INDIC)
    text = re.sub(r"ة(?!\w)", "ه", text.replace("أ", "ا").replace("إ", "ا"))
    text = re.sub(r" \([^()\d]*\)", "", text)
    return re.sub(r"(?<=[.!؟] )و(?=ا)", "", text)


def is_found(one: Article, change: Change, kind: DoubtKind) -> bool:
    """Tell whether a doubt of the kind lies on the change; a year may be called a number."""
    kinds = FIGURES if kind in FIGURES else {kind}
    return any(
        doubt.kind in kinds and doubt.start < change.end and change.start < doubt.end
        for doubt in unsupported(change.text, one.text, title=one.title)
    )


def share(part: int, whole: int) -> str:
    """Return a percentage for a table."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _any(pattern: re.Pattern[str], text: str, dice: random.Random) -> re.Match[str] | None:
    found = list(pattern.finditer(text))
    return dice.choice(found) if found else None


def _put(text: str, match: re.Match[str], new: str) -> Change:
    start = match.start()
    return Change(text[:start] + new + text[match.end() :], start, start + len(new), match.group())


if __name__ == "__main__":
    main()
