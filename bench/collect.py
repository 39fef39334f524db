"""How fast articles are collected and stored, beside feedparser alone on the same feeds.

Prints, as median of three rounds over the same 1,000 articles in 20 feeds from a loopback server:
collecting with storing (HTTP, decoding, parsing, duplicates, database, attempts), the same feeds
fetched by the house's client and given to feedparser, and the ratio within each round.

    python -m bench.collect [--articles 1000] [--feeds 20]
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import feedparser
from sqlalchemy import func, select

from digest.articles.models import Article
from digest.migrate import upgrade
from digest.sources.collect import add_source, collect_source
from digest.system.build import System, build_system
from digest.system.fetch import FetchRequest
from digest.system.settings import Settings
from tests.servers import http

ROUNDS = 3
SENTENCES = (
    "أعلن المجلس المحلي اليوم بدء العمل في توسعة الميناء بعد دراسة استمرت عامين.",
    "وقالت المهندسة المشرفة إن المرحلة الأولى تنتهي قبل الصيف المقبل.",
    "ويرى سكان الحي القديم أن المشروع سيعيد الحركة إلى السوق.",
    "وطلب تجار الخضار أن يبقى الطريق الساحلي مفتوحاً طوال أيام العمل.",
    "وتبلغ كلفة التوسعة نحو 14 مليوناً، يأتي ثلثها من قرض ميسّر.",
)


def main() -> None:
    """Run the rounds and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--feeds", type=int, default=20)
    asked = parser.parse_args()
    each = asked.articles // asked.feeds
    ours, theirs = [], []
    with http.running() as server:
        urls = [server.url(f"/{n}.xml") for n in range(asked.feeds)]
        for n in range(asked.feeds):
            server.reply(f"/{n}.xml", body=feed(n, each))
        for number in range(ROUNDS):
            with tempfile.TemporaryDirectory() as folder:
                theirs.append(timed(lambda system: read_only(system, urls, each), folder))
                ours.append(timed(lambda system: collect(system, urls, each), folder))
            print(f"round {number + 1}: {ours[-1]:.2f} s, feedparser alone {theirs[-1]:.2f} s, "
                  f"ratio {ours[-1] / theirs[-1]:.2f}")
    total = each * asked.feeds
    ratio = median(a / b for a, b in zip(ours, theirs, strict=True))
    print(f"collect and store: {total / median(ours):,.0f} articles/s (median of {ROUNDS})")
    print(f"fetch and feedparser alone: {total / median(theirs):,.0f} articles/s")
    print(f"ratio of times, median: {ratio:.2f}")


def timed(work: Callable[[System], None], folder: str) -> float:
    """Return the seconds that the work takes on a new database."""
    path = Path(folder) / f"{perf_counter()}.db"
    system = build_system(
        Settings(
            data_dir=Path(folder), database_url=f"sqlite:///{path}", smtp_url="capture:",
            base_url="http://127.0.0.1", secret_key="bench" * 8, fetch_allow=("127.0.0.1",),
        )
    )
    upgrade(system.db)
    begun = perf_counter()
    work(system)
    taken = perf_counter() - begun
    system.close()
    return taken


def collect(system: System, urls: list[str], each: int) -> None:
    """Add the sources and collect each of them."""
    now = system.clock.now()
    for url in urls:
        with system.db.write() as db:
            source_id = add_source(db, url, now=now)
        result = collect_source(system, source_id)
        if result.added != each:
            raise SystemExit(f"{url}: {result}")
    with system.db.read() as db:
        if db.scalar(select(func.count(Article.id))) != each * len(urls):
            raise SystemExit("not every article was stored")


def read_only(system: System, urls: list[str], each: int) -> None:
    """Fetch the feeds and let feedparser read them, no more."""
    for url in urls:
        parsed = feedparser.parse(system.fetcher.fetch(FetchRequest(url)).content)
        if len(parsed.entries) != each:
            raise SystemExit(f"{url}: {len(parsed.entries)} entries")


def feed(number: int, each: int) -> str:
    """An RSS feed whose articles are all different, about 240 words each."""
    items = []
    for n in range(each):
        body = "".join(
            f"<p>{sentence} ({number}/{n}/{place})</p>"
            for place, sentence in enumerate(SENTENCES * 4)
        )
        items.append(
            f"<item><title>توسعة الميناء {number} في يومها {n}</title>"
            f"<link>https://news{number}.example/{n}</link><guid>{number}-{n}</guid>"
            f"<pubDate>Mon, 23 Nov 2026 {n % 24:02}:00:00 +0300</pubDate>"
            f"<description><![CDATA[{body}]]></description></item>"
        )
    head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
    return f"{head}<title>منبر {number}</title>{''.join(items)}</channel></rss>"


if __name__ == "__main__":
    main()
