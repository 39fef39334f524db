"""How much of a story its summary holds, beside the lead of its longest article.

STORIES.jsonl has an article a line: ``source``, ``date``, ``title``, ``text``, and ``story``, which
names the event; articles without one are left out, as are stories of a single source. What is
asked: at the same number of words, how much of the first sentences of the *other* sources (those
that the longest article is not from) is there (ROUGE-1 and ROUGE-2 recall, folded words), and how
often is something said twice.

    python -m bench.retell STORIES.jsonl [--words 60 90 120]
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from statistics import mean

from digest.articles.boilerplate import reading_sentences
from digest.articles.retell import Told, retell
from digest.text.split import words

RESAMPLES = 5000
Grams = Counter[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Row:
    """One summary of one story in figures, all from 0 to 1 but the counts."""

    first: float
    second: float
    alike: float
    repeated: float
    size: int
    sources: int


def main() -> None:
    """Read the stories and print a table for each budget."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stories", type=Path)
    parser.add_argument("--words", type=int, nargs="+", default=[60, 90, 120])
    asked = parser.parse_args()
    stories = read(asked.stories)
    print(f"{len(stories)} stories of more than one source, {sum(map(len, stories))} articles")
    for budget in asked.words:
        show(stories, budget)


def show(stories: Sequence[Sequence[Told]], budget: int) -> None:
    """Print what each way gets from the stories, then the difference of the last to the others."""
    ways: dict[str, Callable[[Sequence[Told], int], tuple[list[str], set[int]]]] = {
        "lead of the longest": lead_of_longest,
        "the same, cut at the last word": cut_lead,
        "retell": told,
    }
    print(f"\n{budget} words{'':27}recall of other leads    said twice")
    print(f"  {'':32}{'R1':>7}{'R2':>7}{'alike':>10}{'pairs':>8}{'words':>8}{'sources':>9}")
    found = {name: [measured(story, *way(story, budget)) for story in stories]
             for name, way in ways.items()}
    for name, rows in found.items():
        print(f"  {name:32}{100 * mean(one.first for one in rows):7.1f}"
              f"{100 * mean(one.second for one in rows):7.1f}"
              f"{mean(one.alike for one in rows):10.3f}"
              f"{100 * mean(one.repeated for one in rows):7.1f}%"
              f"{mean(one.size for one in rows):8.1f}{mean(one.sources for one in rows):9.2f}")
    for name, rows in list(found.items())[:-1]:
        gains = [(new.first + new.second - old.first - old.second) / 2
                 for new, old in zip(found["retell"], rows, strict=True)]
        print(f"  retell - {name}: {100 * mean(gains):+.1f} of (R1+R2)/2, one-sided paired "
              f"bootstrap p = {p_value(gains):.4f}")


def read(path: Path) -> list[list[Told]]:
    """Return the stories of a file that more than one source tells."""
    found: defaultdict[str, list[Told]] = defaultdict(list)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        if row.get("story"):
            at = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC)
            found[row["story"]].append(Told(number, row["source"], row["title"], row["text"], at))
    return [story for story in found.values() if len({one.source for one in story}) > 1]


def longest(story: Sequence[Told]) -> Told:
    """Return the article of the most words."""
    return max(story, key=lambda one: len(words(one.text)))


def lead_of_longest(story: Sequence[Told], budget: int) -> tuple[list[str], set[int]]:
    """Take whole sentences from the start of the longest article while they fit."""
    article = longest(story)
    found = [one.text for one in reading_sentences(article.text, title=article.title)]
    taken = found[:1]
    for sentence in found[1:]:
        if sum(len(words(one)) for one in [*taken, sentence]) > budget:
            break
        taken.append(sentence)
    return taken, {article.article_id}


def cut_lead(story: Sequence[Told], budget: int) -> tuple[list[str], set[int]]:
    """Take the longest article's first words, which uses all the room there is."""
    article = longest(story)
    taken: list[str] = []
    room = budget
    for sentence in reading_sentences(article.text, title=article.title):
        spoken = words(sentence.text)[:room]
        if spoken:
            taken.append(" ".join(spoken))
        room -= len(spoken)
    return taken, {article.article_id}


def told(story: Sequence[Told], budget: int) -> tuple[list[str], set[int]]:
    """Tell the story from all its articles."""
    found = retell(story, words=budget)
    return [one.sentence.text for one in found.parts], {one.article_id for one in found.parts}


def measured(story: Sequence[Told], taken: Sequence[str], used: set[int]) -> Row:
    """Reckon the figures of a summary's sentences from the articles ``used``."""
    home = longest(story).source
    leads = [
        words(reading_sentences(one.text, title=one.title)[0].text)
        for one in story if one.source != home
    ]
    spoken = [words(one) for one in taken]
    pairs = grams(spoken, 2)
    return Row(
        first=mean(recall(grams(spoken, 1), grams([lead], 1)) for lead in leads),
        second=mean(recall(pairs, grams([lead], 2)) for lead in leads),
        alike=max((cosine(one, other) for one, other in combinations(spoken, 2)), default=0.0),
        repeated=1 - len(pairs) / pairs.total() if pairs else 0.0,
        size=sum(map(len, spoken)),
        sources=len({one.source for one in story if one.article_id in used}),
    )


def grams(spoken: Sequence[Sequence[str]], size: int) -> Grams:
    """Count the runs of ``size`` words; none crosses a sentence."""
    return Counter(
        tuple(sentence[start : start + size])
        for sentence in spoken for start in range(len(sentence) - size + 1)
    )


def recall(found: Grams, wanted: Grams) -> float:
    """Return the share of the wanted runs that were found."""
    return (found & wanted).total() / wanted.total() if wanted else 0.0


def cosine(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how alike two sentences are by the words they use, each counted once."""
    first, second = set(one), set(other)
    return len(first & second) / math.sqrt(len(first) * len(second))


def p_value(gains: Sequence[float]) -> float:
    """Return how often resampled stories show no gain."""
    chance = random.Random(7)
    return mean(mean(one) <= 0 for one in resampled(gains, chance))


def resampled(gains: Sequence[float], chance: random.Random) -> Iterator[list[float]]:
    """Yield ``RESAMPLES`` draws of as many stories, with replacement."""
    for _ in range(RESAMPLES):
        yield chance.choices(gains, k=len(gains))


if __name__ == "__main__":
    main()
