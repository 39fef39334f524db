"""Days of news for measuring: as many articles as asked for, made up, alike in shape to real ones.

Sentences are those of the demo site with other content words in their places, so that lengths,
punctuation, quotations and numbers stay as writers use them. Words come from a vocabulary of tens of
thousands in which, as in any language, few are frequent and most are rare. Each event has names,
figures and words of its own; one to seven papers tell it within a day, each in its own choice of
them, and now and then one prints what another wrote. So the rarity of a word means something at any
size, and the number of events grows with the number of articles. Everything is drawn with a fixed
seed: the same count gives the same articles.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from digest.articles.vectors import GroupInput
from digest.demo import content
from digest.text.clean import plain_text
from digest.text.fold import fold
from digest.text.split import sentences
from digest.text.stopwords import STOP_WORDS

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
A_DAY = 1200  # articles of ten papers
PAPERS = 12
TOLD_BY = (0.62, 0.16, 0.09, 0.06, 0.04, 0.02, 0.01)  # share of events told by 1, 2, … 7 papers
REPRINTED = 0.05  # share of further articles of an event that are a print of the first one
ROOTS, BEATS = 3000, 60
PATTERNS = (
    "{0}ا{1}{2}", "م{0}{1}و{2}", "ت{0}{1}ي{2}", "ا{0}ت{1}ا{2}", "است{0}{1}ا{2}", "م{0}ا{1}{2}ة",
    "{0}{1}ا{2}ة", "{0}{1}{2}", "ي{0}{1}{2}", "ال{0}{1}{2}", "ال{0}{1}ي{2}", "ان{0}{1}{2}",
    "ال{0}ا{1}{2}", "{0}{1}{2}ات",
)
WORD = re.compile(r"(?:[^\W\d_][\u064b-\u0652]*){3,}")


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: the words to tell it with, often the same, and its names."""

    names: tuple[str, ...]
    words: tuple[str, ...]
    beat: Sequence[str]
    at: datetime
    papers: int


class Newsroom:
    """Draws articles one after another."""

    def __init__(self, seed: int = 1) -> None:
        self.draw = random.Random(seed)
        self.words = self._vocabulary()
        # Zipf's law, flattened at its head: the most frequent words are stop words, in the sentences.
        self.shares = list(accumulate(1 / (rank + 60) for rank in range(len(self.words))))
        self.frames = _frames()
        self.beats = [self._some(400) for _ in range(BEATS)]

    def articles(self, count: int) -> list[GroupInput]:
        """Return so many articles in the order in which they appeared."""
        found: list[GroupInput] = []
        while len(found) < count:
            day = timedelta(days=len(found) / A_DAY)
            found += self._told(self._event(BEGIN + day), len(found))
        return sorted(found[:count], key=lambda row: (row.at or BEGIN, row.id))

    def _vocabulary(self) -> list[str]:
        letters = "بتثجحخدذرزسشصضطظعغفقكلمنهوي"
        roots = [self.draw.sample(letters, 3) for _ in range(ROOTS)]
        words = list(dict.fromkeys(shape.format(*root) for root in roots for shape in PATTERNS))
        self.draw.shuffle(words)
        return words

    def _some(self, count: int) -> list[str]:
        return self.draw.choices(self.words, cum_weights=self.shares, k=count)

    def _event(self, at: datetime) -> Event:
        rare = self.draw.sample(self.words, 14)
        figures = [str(self.draw.randint(2, 9000)) for _ in range(3)]
        beat = self.draw.choice(self.beats)
        papers = self.draw.choices(range(1, 8), TOLD_BY)[0]
        words = (*rare[6:], *self.draw.sample(beat, 14), *self._some(10), *figures)
        return Event(tuple(rare[:6]), words, beat, at, papers)

    def _told(self, event: Event, number: int) -> Iterator[GroupInput]:
        """Yield the articles of an event, which begin with the number ``number``."""
        first: GroupInput | None = None
        papers = self.draw.sample(range(PAPERS), event.papers)
        for place, paper in enumerate(papers):
            at = event.at + timedelta(hours=place and self.draw.uniform(0, 20))
            if first and self.draw.random() < REPRINTED:
                title, text = first.title, first.text.replace("أ", "ا")
            else:
                title, text = self._article(event)
            row = GroupInput(str(number + place), title, text, at=at, source=f"صحيفة {paper}")
            first = first or row
            yield row

    def _article(self, event: Event) -> tuple[str, str]:
        # A paper's own words for it: most of the event's, many of the beat's, some of its own.
        own = self.draw.sample(event.words, 24)
        pool = [*event.names * 6, *own * 3, *self.draw.sample(event.beat, 60), *self._some(60)]
        title = " ".join(self.draw.sample([*event.names[:4], *own[:8]], self.draw.randint(5, 9)))
        # Words: as on a day of ten papers, whose articles have 235 (the median 218, one in twenty
        # more than 414); the last sentence passes it by half of its length.
        long = min(max(self.draw.lognormvariate(5.33, 0.55), 60), 425)
        lines: list[str] = []
        while long > 0:
            frame, holes, size = self.draw.choice(self.frames)
            lines.append(frame.format(*self.draw.choices(pool, k=holes)))
            long -= size
        breaks = self.draw.choices(("\n\n", " "), k=len(lines))
        return title, "".join(line + end for line, end in zip(lines, breaks, strict=True)).strip()


def _frames() -> list[tuple[str, int, int]]:
    """Return the demo's sentences with holes for content words, how many, and their length."""
    found: dict[str, tuple[str, int, int]] = {}
    for source in content.SOURCES:
        for article in content.articles_of(source):
            for sentence in sentences(plain_text("\n".join(article.paragraphs))):
                text = " ".join(sentence.text.replace("{", "").replace("}", "").split())
                frame = WORD.sub(_hole, text)
                if (holes := frame.count("{}")) > 3:
                    found[frame] = (frame, holes, len(text.split()))
    return list(found.values())


def _hole(found: re.Match[str]) -> str:
    return found.group() if fold(found.group()) in STOP_WORDS else "{}"
