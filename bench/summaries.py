"""What summaries are worth: beside the lead, and by cross-validation of the weights.

    python -m bench.summaries EASC.jsonl [--repeat 5]

Each line of the file is {"id", "title", "text", "refs": [text, ...], "budget_words"}. Scores are
ROUGE-1 and ROUGE-2 (F1 x 100), a summary cut at its budget, the mean over references, then over
articles. The rows of cross-validation fit the weights of the rating on nine tenths of the articles
(ridge regression on the share of a sentence's pairs of words that people kept) and choose the
sentences of the tenth with them, so no article is scored by weights that have seen it.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from bench.rouge import against_all, chance, tokens
from digest.articles import scoring
from digest.articles.quotable import quotable
from digest.articles.reading import asks, ends, leans
from digest.articles.summarise import Method, summarise
from digest.text.fold import display
from digest.text.split import Sentence, words

FOLDS = 10
RIDGE = 30.0
# What was tried for the rating; the first row is the product's.
FEATURES = {
    "position, centroid, first, opener, question, no mark":
        ("position", "centroid", "first", "leans", "question", "unmarked"),
    "without centroid": ("position", "first", "leans", "question", "unmarked"),
    "without first": ("position", "centroid", "leans", "question", "unmarked"),
    "without opener": ("position", "centroid", "first", "question", "unmarked"),
    "without question": ("position", "centroid", "first", "leans", "unmarked"),
    "without mark": ("position", "centroid", "first", "leans", "question"),
    "position alone": ("position",),
    "centroid alone": ("centroid",),
    "with short": ("position", "centroid", "first", "leans", "question", "unmarked", "short"),
    "with number": ("position", "centroid", "first", "leans", "question", "unmarked", "number"),
    "with quotation": ("position", "centroid", "first", "leans", "question", "unmarked", "quote"),
    "with title": ("position", "centroid", "first", "leans", "question", "unmarked", "title"),
    "with likeness to the sentence before":
        ("position", "centroid", "first", "leans", "question", "unmarked", "before"),
}


Scores = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Row:
    """An article of the corpus, its quotable sentences and what people kept of each (0 to 1)."""

    text: str
    title: str
    budget: int
    references: list[list[str]]
    sentences: list[Sentence]
    tokens: list[list[str]]
    kept: list[float]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    rows = [_row(json.loads(line)) for line in asked.corpus.read_text("utf-8").splitlines()]
    print(f"{len(rows)} articles, budget {fmean(row.budget for row in rows):.0f} words on the mean")
    cut = [_scored(row, _lead_cut(row)) for row in rows]
    leads = (cut, [_scored(row, _said(row, Method.LEAD)) for row in rows])
    print(f"{'':<54}  R1     R2     over lead cut in a word   over lead in sentences")
    _print("lead, cut at the last word of the budget", cut, leads)
    _print("lead, whole sentences, as the product gives it", leads[1], leads)
    ours = [_scored(row, _said(row, Method.MIX)) for row in rows]
    _print("mix, as the product gives it (weights of all rows)", ours, leads)
    print(f"weights fitted in {FOLDS} folds, {asked.repeat} times")
    for name, features in FEATURES.items():
        _print(f"  {name}", cross_validated(rows, features, asked.repeat), leads)
    first = next(iter(FEATURES.values()))
    for name, over, sharp in (
        ("never above the budget", 0.0, 3), ("rating to the power 1", 0.5, 1),
        ("rating to the power 2", 0.5, 2), ("rating to the power 4", 0.5, 4),
    ):
        scores = cross_validated(rows, first, asked.repeat, over=over, sharp=sharp)
        _print(f"  {name}", scores, leads)


def cross_validated(
    rows: Sequence[Row], features: Sequence[str], repeat: int, *, over: float = 0.5, sharp: int = 3
) -> list[tuple[float, float]]:
    """Return for each article the mean of its scores over the repetitions, each time held out."""
    tables = [_features(row, features) for row in rows]
    found = np.zeros((len(rows), 2))
    for round_ in range(repeat):
        order = list(range(len(rows)))
        random.Random(round_).shuffle(order)
        for fold in range(FOLDS):
            held = set(order[fold::FOLDS])
            rate = _fitted([(tables[i], rows[i]) for i in order if i not in held])
            for place in held:
                worth = np.clip(rate(tables[place]), 0.001, None) ** sharp
                found[place] += _scored(rows[place], _filled(rows[place], worth.tolist(), over))
    return [(one / repeat, two / repeat) for one, two in found.tolist()]


def _row(given: dict[str, Any]) -> Row:
    title = given.get("title", "")
    found = quotable(given["text"], title=title)
    said = [tokens(display(one.text)) for one in found]
    references = [tokens(one) for one in given["refs"]]
    pairs = [set(pairwise(one)) for one in references]
    kept = []
    for one in said:
        own = list(pairwise(one)) or [(one[0], "")]
        kept.append(fmean(sum(pair in theirs for pair in own) / len(own) for theirs in pairs))
    return Row(given["text"], title, given["budget_words"], references, found, said, kept)


def _features(row: Row, names: Sequence[str]) -> Any:
    spoken = [words(one.text) for one in row.sentences]
    vectors, near = scoring.weighed(spoken)
    title = set(words(row.title))
    total, before = sum(map(len, spoken)), 0
    table = []
    for place, (one, own) in enumerate(zip(row.sentences, spoken, strict=True)):
        every = {
            "position": 1 - (before + len(own) / 2) / total,
            "centroid": near[place] / (max(near) or 1.0),
            "first": place == 0,
            "leans": leans(one.text),
            "question": asks(one.text),
            "unmarked": not ends(one.text),
            "short": len(own) < scoring.SHORTEST,
            "number": any(word.isdecimal() for word in own),
            "quote": "«" in one.text or '"' in one.text,
            "title": len(title & set(own)) / (len(title) or 1),
            "before": float(vectors[place] @ vectors[place - 1]) if place else 0.0,
        }
        before += len(own)
        table.append([float(every[name]) for name in names])
    return np.array(table)


def _fitted(train: Sequence[tuple[Any, Row]]) -> Callable[[Any], Any]:
    """Return the ridge regression of what was kept; a sentence weighs by its share of its text."""
    x = np.vstack([table for table, _ in train])
    y = np.concatenate([row.kept for _, row in train])
    weights = np.concatenate(
        [[10 * len(one) / sum(map(len, row.tokens)) for one in row.tokens] for _, row in train]
    )
    middle, spread = x.mean(0), x.std(0) + 1e-9
    mean = np.average(y, weights=weights)
    scaled = (x - middle) / spread
    normal = scaled.T @ (scaled * weights[:, None]) + RIDGE * np.eye(x.shape[1])
    factors = np.linalg.solve(normal, scaled.T @ (weights * (y - mean)))
    return lambda table: ((table - middle) / spread) @ factors + mean


def _filled(row: Row, worth: Sequence[float], over: float) -> list[str]:
    """Choose as ``scoring.Mix.fill`` does, but for the penalty that hangs on what was chosen."""
    sizes = [len(one) for one in row.tokens]
    states: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    best: tuple[float, tuple[int, ...]] = (-1.0, ())
    for place, (value, size) in enumerate(zip(worth, sizes, strict=True)):
        after = dict(states)
        for used, (sum_, chosen) in states.items():
            room = row.budget - used
            state = (sum_ + value * min(size, room), (*chosen, place))
            if size <= room:
                if used + size not in after or after[used + size][0] < state[0]:
                    after[used + size] = state
            elif state[0] > best[0] and (not chosen or size - room <= over * size):
                best = state
        states = after
    chosen = max([best, *states.values()], key=lambda state: state[0])[1]
    return [word for place in chosen for word in row.tokens[place]]


def _said(row: Row, method: Method) -> list[str]:
    return tokens(summarise(row.text, title=row.title, words=row.budget, method=method).text)


def _lead_cut(row: Row) -> list[str]:
    return [word for one in row.tokens for word in one]


def _scored(row: Row, said: list[str]) -> tuple[float, float]:
    return against_all(said[: row.budget], row.references)


def _print(name: str, scores: Scores, leads: tuple[Scores, Scores]) -> None:
    """Print a row: the scores, and the gain in (R1 + R2) / 2 over each lead with its chance."""
    one, two = (100 * fmean(score[at] for score in scores) for at in (0, 1))
    gains = []
    for lead in leads:
        found = [(a + b - c - d) / 2 for (a, b), (c, d) in zip(scores, lead, strict=True)]
        own = lead is scores
        gains.append("" if own else f"{100 * fmean(found):+5.2f} (p {chance(found):.3f})")
    print(f"{name:<54} {one:5.2f}  {two:5.2f}  {gains[0]:<24}  {gains[1]}", flush=True)


if __name__ == "__main__":
    main()
