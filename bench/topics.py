"""How well articles are sorted into topics: by hints alone, then after an editor's corrections.

FILE is JSONL with "id", "title", "text" and "category". The categories of the ANT corpus (Jawhara
FM, Tunisia: politic, internationalNews, society, economy, culture, sport, technology) are read as
MAPPING below says; other files name our topics by slug.

    python -m bench.topics ANT.jsonl [--seeds 10] [--own]

--own counts otherwise: the newsroom renames nothing and keeps the file's categories as sections of
its own, so that world news and politics at home must be told apart. Without lessons it knows only
the sections that share a default's name.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean, stdev

from digest.articles.hints import DEFAULTS, split_hints
from digest.articles.sorting import Lesson, Terms, TopicHint, Verdict, teach, terms_of, verdict

# The topics that are right for a category; an editor corrects to the first. ANT has no section for
# security: police, courts and crime stand in society, wars and attacks abroad in world news.
# Whatever else is right about an article (health in society, economy in world news) counts wrong.
MAPPING: dict[str, tuple[str, ...]] = {
    "politic": ("politics",),
    "internationalNews": ("politics", "security"),
    "society": ("society", "security"),
    "economy": ("economy",),
    "culture": ("culture",),
    "sport": ("sport",),
    "technology": ("technology",),
}
LESSONS = (50, 100, 300)
OWN_NAMES = {"politic": "politics"}  # a section of the file that is a default by another name


def main() -> None:
    """Print accuracy and coverage without training and with lessons, mean over seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--own", action="store_true")
    asked = parser.parse_args()
    lines = asked.file.read_text(encoding="utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line.strip()]
    accepted = [accepted_of(row["category"], own=asked.own) for row in rows]
    topics = newsroom(accepted)
    terms = [terms_of(row["title"], row["text"], (), topics) for row in rows]
    print(f"{len(rows)} articles, {len(topics)} topics; right topics of a category:")
    for category, slugs in sorted({(row["category"], found) for row, found in
                                   zip(rows, accepted, strict=True)}):
        print(f"  {category:<20} {', '.join(slugs)}")
    untaught = teach(topics, ())
    found = [verdict(one, untaught) for one in terms]
    print(f"{'lessons':<22}{'coverage':>10}{'right of named':>16}{'first topic only':>18}"
          f"{'best guess':>12}")
    show("none", [figures(found, accepted, topics)])
    halves = [[figures(found[part::2], accepted[part::2], topics)] for part in (0, 1)]
    for name, half in zip(("none, even rows", "none, odd rows"), halves, strict=True):
        show(name, half)
    for count in LESSONS:
        if count < len(rows):
            show(f"{count}, {asked.seeds} seeds", [
                taught(terms, accepted, topics, count, seed) for seed in range(asked.seeds)
            ])


def accepted_of(category: str, *, own: bool) -> tuple[str, ...]:
    """Return the slugs of the topics that are right for a category, the first one best."""
    return (OWN_NAMES.get(category, category),) if own else MAPPING.get(category, (category,))


def newsroom(accepted: Iterable[tuple[str, ...]]) -> tuple[TopicHint, ...]:
    """Return the defaults, and the categories that none of them covers, as topics without hints."""
    slugs = [slug for _, slug, _ in DEFAULTS]
    hints = [tuple(split_hints(text)) for _, _, text in DEFAULTS]
    more = sorted({slug for found in accepted for slug in found} - set(slugs))
    return tuple(
        TopicHint(place, slug, words)
        for place, (slug, words) in enumerate(
            [*zip(slugs, hints, strict=True), *((slug, ()) for slug in more)], start=1
        )
    )


def taught(
    terms: Sequence[Terms], accepted: Sequence[tuple[str, ...]], topics: Sequence[TopicHint],
    count: int, seed: int,
) -> tuple[float, ...]:
    """Teach on so many random rows and return the figures of all others."""
    order = list(range(len(terms)))
    random.Random(seed).shuffle(order)
    ids = {topic.name: topic.id for topic in topics}
    sorter = teach(topics, [Lesson(terms[at], ids[accepted[at][0]]) for at in order[:count]])
    rest = order[count:]
    return figures([verdict(terms[at], sorter) for at in rest], [accepted[at] for at in rest],
                   topics)  # fmt: skip


def figures(
    found: Sequence[Verdict], accepted: Sequence[tuple[str, ...]], topics: Sequence[TopicHint]
) -> tuple[float, ...]:
    """Return coverage, and of those named: right, right by the first topic; right best guesses.

    The best guess is what a sorter made to name every article would say, by the first topic.
    """
    names = {topic.id: topic.name for topic in topics}
    named = [(names[one.topic_id], right) for one, right in zip(found, accepted, strict=True)
             if one.topic_id is not None]
    guesses = [names.get(one.best or 0) == right[0]
               for one, right in zip(found, accepted, strict=True)]
    return (
        len(named) / len(found), mean(name in right for name, right in named),
        mean(name == right[0] for name, right in named), mean(guesses),
    )  # fmt: skip


def show(name: str, rounds: Sequence[tuple[float, ...]]) -> None:
    """Print the mean of each figure in percent, with its spread over the rounds."""
    cells = []
    for values, width in zip(zip(*rounds, strict=True), (10, 16, 18, 12), strict=True):
        spread = f" ±{100 * stdev(values):.1f}" if len(values) > 1 else ""
        cells.append(f"{100 * mean(values):.1f}{spread}".rjust(width))
    print(f"{name:<22}{''.join(cells)}")


if __name__ == "__main__":
    main()
