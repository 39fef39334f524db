"""How fast a day of news is read: summaries, duplicates, stories, topics, and all of it together.

For each size two processes of their own. The first does one part after another and prints articles
a second; the second does the whole day as a newsroom's server does it (stories with their labels and
tags, in which near-duplicates are found; a summary of three sentences and a topic for each article)
and prints its time, and the most memory the process ever held, articles included. Up to 2,000
articles everything is done three times and the median printed; the seconds of the processor stand
beside, since other work on the machine changes them less.

sumy's LexRank as it comes needs the package pyarabic, which the product does without; where it is
not installed, sumy gets a naive regular expression for sentences and words, which favours it:
nothing is folded, stemmed or freed of calls to subscribe. It reads the first 1,000 articles.

    python -m bench.understand [--sizes 1000 10000 50000] [--methods]
    PYTHONPATH=/where/pyarabic/is python -m bench.understand
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from statistics import median
from time import perf_counter, process_time

from bench import sumy_alone
from bench.newsroom import Newsroom
from digest.articles.dedupe import near_duplicates
from digest.articles.group import Group, group_articles
from digest.articles.hints import DEFAULTS, split_hints
from digest.articles.sorting import TopicHint, sort_article, teach
from digest.articles.summarise import Method, summarise

SIZES = (1000, 10_000, 50_000)
SUMY_READS = 1000
ROUNDS, OFTEN = 3, 2000  # up to so many articles a part is done so many times
# What the project promises: seconds and MiB of the whole day at a size, and the lead over sumy.
PROMISED = {1000: (5, 400), 50_000: (90, 1024)}
LEAD_OVER_SUMY = 4
WHOLE = "the whole day, two workers"
LONG = 10_000  # articles from which it is not done in one process as well
HAND = 200  # articles that a worker takes at a time

Ways = dict[str, Callable[[], object]]
Times = dict[str, tuple[float, float]]  # seconds on the clock and of the processor, by part


def main() -> None:
    """Measure each size in processes of their own and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--methods", action="store_true", help="also every method, on 1,000")
    parser.add_argument("--child", choices=CHILDREN, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        answer = CHILDREN[asked.child](asked.sizes[0])
        peak = sum(
            resource.getrusage(who).ru_maxrss / 1024
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        print(json.dumps([answer, peak]))
        return
    theirs = measured("sumy", SUMY_READS)[0]
    for size in asked.sizes:
        parts, _ = measured("parts", size)
        show(size, parts)
        if size == SUMY_READS:
            compare(parts, theirs)
        day, peak = measured("day", size)
        told(size, day, peak)
    show(SUMY_READS, theirs)
    if asked.methods:
        show(SUMY_READS, measured("methods", SUMY_READS)[0])


def measured(child: str, size: int) -> tuple[Times, float]:
    """Return what a process of its own measures, and its peak memory in MiB."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.understand", "--child", child, "--sizes", str(size)],
        check=True, stdout=subprocess.PIPE, text=True,
    )
    times, peak = json.loads(done.stdout)
    return times, peak


def parts(size: int) -> Times:
    """Time each part by itself."""
    rows = Newsroom().articles(size)
    sorter = teach(topics(), ())
    return timed(size, {
        "summarise": lambda: [summarise(row.text, title=row.title) for row in rows],
        "dedupe": lambda: near_duplicates(rows),
        "group, with duplicates and labels": lambda: group_articles(rows),
        "classify": lambda: [sort_article(row.title, row.text, (), sorter) for row in rows],
    })


def day(size: int) -> Times:
    """Time the whole: what a newsroom's server does with what arrives."""
    with ProcessPoolExecutor(1) as other:
        other.submit(_read, []).result()  # the process is there, as a server's is
        rows = Newsroom().articles(size)
        found: list[Group] = []

        def alone() -> None:
            found[:] = group_articles(rows)
            _read([(row.title, row.text) for row in rows])

        def two_workers() -> None:
            hands = ([(row.title, row.text) for row in rows[at : at + HAND]]
                     for at in range(0, size, HAND))
            told = other.map(_read, hands)
            found[:] = group_articles(rows)
            if sum(map(len, told)) != size:
                raise RuntimeError("an article has no summary")

        ways: Ways = {WHOLE: two_workers, "the same in one process": alone}
        taken = timed(size, ways if size <= LONG else {WHOLE: two_workers})
    several = sum(len(one.ids) > 1 for one in found)
    return {**taken, "stories": (len(found), several)}


def _read(articles: Sequence[tuple[str, str]]) -> list[tuple[str, int | None]]:
    """Summarise and sort titles with texts, the share of one worker."""
    sorter = teach(topics(), ())
    return [
        (summarise(text, title=title).text, sort_article(title, text, (), sorter).topic_id)
        for title, text in articles
    ]


def methods(size: int) -> Times:
    """Time every way to summarise."""
    rows = Newsroom().articles(size)

    def way(method: Method) -> Callable[[], object]:
        return lambda: [summarise(row.text, title=row.title, method=method) for row in rows]

    return timed(size, {f"summarise, {method.value}": way(method) for method in Method})


def theirs(size: int) -> Times:
    """Time sumy by itself."""
    texts = [row.text for row in Newsroom().articles(size)]
    return timed(size, sumy_alone.ways(texts))


CHILDREN = {"parts": parts, "day": day, "methods": methods, "sumy": theirs}


def topics() -> Sequence[TopicHint]:
    """Return the topics that a new house starts with."""
    return [
        TopicHint(number, name, tuple(split_hints(hints)))
        for number, (name, _, hints) in enumerate(DEFAULTS)
    ]


def timed(size: int, ways: Ways) -> Times:
    """Return the median times of each way; a busy moment hits them all."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(ROUNDS if size <= OFTEN else 1):
        for name, way in ways.items():
            clock, processor = perf_counter(), process_time()
            way()
            taken[name].append((perf_counter() - clock, process_time() - processor))
    return {
        name: (median(one for one, _ in times), median(other for _, other in times))
        for name, times in taken.items()
    }


def show(size: int, times: Times) -> None:
    """Print articles a second."""
    print(f"{size:,} articles")
    for name, (clock, processor) in times.items():
        print(f"  {name:<36}{size / clock:9,.0f} articles/s{clock:9.2f} s"
              f"{processor:9.2f} s of processor", flush=True)


def told(size: int, times: Times, peak: float) -> None:
    """Print the whole day beside what was promised."""
    stories, several = times.pop("stories")
    show(size, times)
    seconds, _ = times[WHOLE]
    promise = ""
    if size in PROMISED:
        most, memory = PROMISED[size]
        kept = "kept" if seconds <= most and peak <= memory else "BROKEN"
        promise = f"; promised {most} s and {memory:,} MiB: {kept}"
    print(f"  peak memory {peak:,.0f} MiB, {stories:,} stories, {several:,} of several articles"
          f"{promise}", flush=True)


def compare(ours: Times, theirs: Times) -> None:
    """Print how many times sumy's LexRank summarising goes."""
    name = next(name for name in theirs if "LexRank" in name)
    ratio = theirs[name][1] / ours["summarise"][1]
    kept = "kept" if ratio >= LEAD_OVER_SUMY else "BROKEN"
    print(f"  summarise is {ratio:.1f} times {name} (by processor time); "
          f"promised {LEAD_OVER_SUMY}: {kept}")
    if not find_spec("pyarabic"):
        print("  sumy as it comes was not run: it needs the package pyarabic")


if __name__ == "__main__":
    main()
