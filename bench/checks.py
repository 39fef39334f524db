"""How long all checks of an issue of 30 stories take, without the network, on articles given to it.

Prints the milliseconds of the first run and the median of the later ones (findings,
weight and mail programs together), and how many names seven stories spell in two ways on average.

    python -m bench.checks stories.jsonl [--issues 300]
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import replace
from pathlib import Path
from statistics import mean, median
from time import perf_counter

from digest.issues.checks import findings
from digest.issues.clients import support
from digest.issues.document import Variant
from digest.issues.render import render_issue
from digest.issues.spelling import two_ways
from digest.issues.weight import weigh
from tests.issues.sample import issue_doc, story

ROUNDS = 20
STORIES = 30
SUMMARY = 350  # letters


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--issues", type=int, default=300)
    asked = parser.parse_args()
    rows = [json.loads(line) for line in asked.articles.read_text("utf-8").splitlines()]
    chance = random.Random(5)
    taken = [checked(chance.sample(rows, STORIES)) for _ in range(ROUNDS)]
    print(f"{STORIES} stories: first {taken[0]:.0f} ms, median {median(taken[1:]):.0f} ms")
    found = [
        two_ways([
            (place, f"{row['title']}\n{row['text'][:SUMMARY]}")
            for place, row in enumerate(chance.sample(rows, 7))
        ])
        for _ in range(asked.issues)
    ]
    share = mean(bool(one) for one in found)
    print(f"names in two spellings: {mean(map(len, found)):.2f} an issue of 7, in {share:.0%}")


def checked(rows: list[dict[str, str]]) -> float:
    """Return the milliseconds that the checks of one issue take."""
    items = (
        replace(story(place), title=row["title"], summary=row["text"][:SUMMARY])
        for place, row in enumerate(rows)
    )
    doc = issue_doc(*items)
    html = render_issue(doc, Variant()).html
    start = perf_counter()
    findings(doc, html)
    weigh(html)
    support(html)
    return (perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
