"""How fast 1,000 articles are summarised and grouped, beside sumy.

The articles are those of the demo site; further ones are the same with their content words
exchanged among each other, so that lengths, punctuation and the number of papers per event stay
real while every newsroom tells events of its own. sumy as it comes needs the package pyarabic,
which the product does without: those rows appear where it is installed by hand. Otherwise sumy's
summarizers are measured with a naive regular expression for sentences and words, which favours
sumy: nothing is folded, stemmed or freed of calls to subscribe.

    python -m bench.understand [--articles 1000]
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from statistics import median
from time import perf_counter

from digest.articles.dedupe import near_duplicates
from digest.articles.group import GroupInput, group_articles
from digest.articles.summarise import Method, summarise
from digest.demo import content
from digest.text.clean import plain_text
from digest.text.fold import fold
from digest.text.stopwords import STOP_WORDS

ROUNDS = 3
SENTENCES = 3
WORD = re.compile(r"[^\W\d_]{3,}")


def main() -> None:
    """Run the rounds and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1000)
    asked = parser.parse_args()
    rows = articles(asked.articles)
    texts = [row.text for row in rows]
    ways: dict[str, Callable[[], object]] = {
        "summarise, mix (the default)": lambda: [summarise(text) for text in texts],
        "summarise, lead": lambda: [summarise(text, method=Method.LEAD) for text in texts],
        "summarise, lexrank (sumy, our words)":
            lambda: [summarise(text, method=Method.LEXRANK) for text in texts],
        "summarise, textrank (sumy, our words)":
            lambda: [summarise(text, method=Method.TEXTRANK) for text in texts],
        "sumy LexRank, naive regex tokenizer": lambda: bare_sumy("LexRank", texts),
        "sumy TextRank, naive regex tokenizer": lambda: bare_sumy("TextRank", texts),
        **as_it_comes(texts),
        "near-duplicates": lambda: near_duplicates(rows),
        "group (stories, labels, tags)": lambda: group_articles(rows),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):  # one way after the other, so that a busy moment hits them all
        for name, way in ways.items():
            taken[name].append(timed(way))
    words = sum(len(text.split()) for text in texts) // len(texts)
    print(f"{len(rows)} articles of {words} words, median of {ROUNDS} rounds in one process")
    for name, times in taken.items():
        print(f"  {name:<40} {median(times):6.2f} s {len(rows) / median(times):8,.0f} articles/s")
    groups = group_articles(rows)
    print(f"  {len(groups)} stories, {sum(len(one.ids) > 1 for one in groups)} of more than one "
          "article")
    if not find_spec("pyarabic"):
        print("  sumy as it comes was not run: it needs the package pyarabic")


def articles(count: int) -> list[GroupInput]:
    """Return so many articles: the demo's, then the demo's in exchanged words."""
    base = [
        (article.title, plain_text("\n".join(article.paragraphs)), source.name)
        for source in content.SOURCES for article in content.articles_of(source)
    ]
    vocabulary = sorted({
        word for title, text, _ in base for word in WORD.findall(f"{title} {text}")
        if fold(word) not in STOP_WORDS
    })
    rows: list[GroupInput] = []
    while len(rows) < count:
        newsroom = len(rows) // len(base)
        others = list(vocabulary)
        if newsroom:
            random.Random(newsroom).shuffle(others)
        exchanged = dict(zip(vocabulary, others, strict=True))
        rows += [
            GroupInput(f"{newsroom}-{place}", exchange(title, exchanged), exchange(text, exchanged),
                       source=name)
            for place, (title, text, name) in enumerate(base)
        ]
    return rows[:count]


def exchange(text: str, exchanged: dict[str, str]) -> str:
    """Put another word for each content word."""
    return WORD.sub(lambda found: exchanged.get(found.group(), found.group()), text)


class NaiveTokenizer:
    """Sentences end at a full stop and a space; words are runs of word characters."""

    def to_sentences(self, text: str) -> tuple[str, ...]:
        """Return the pieces between full stops and line ends."""
        return tuple(piece for piece in re.split(r"(?<=[.!?؟])\s+|\n+", text) if piece.strip())

    def to_words(self, text: str) -> tuple[str, ...]:
        """Return the words in lower case."""
        return tuple(re.findall(r"\w+", text.lower()))


def as_it_comes(texts: Sequence[str]) -> dict[str, Callable[[], object]]:
    """Return the rows of sumy with its own Arabic tokenizer, stemmer and stop words, if it runs."""
    if not find_spec("pyarabic"):
        return {}
    from sumy.nlp.stemmers import Stemmer
    from sumy.nlp.tokenizers import Tokenizer
    from sumy.utils import get_stop_words

    own = (Tokenizer("arabic"), Stemmer("arabic"), get_stop_words("arabic"))
    return {
        "sumy LexRank as it comes": lambda: bare_sumy("LexRank", texts, *own),
        "sumy TextRank as it comes": lambda: bare_sumy("TextRank", texts, *own),
    }


def bare_sumy(
    name: str, texts: Sequence[str], tokenizer: object | None = None,
    stemmer: Callable[[str], str] | None = None, stop_words: frozenset[str] = frozenset(),
) -> list[object]:
    """Summarise with one of sumy's summarizers through its plain-text parser."""
    from sumy.parsers.plaintext import PlaintextParser
    from sumy.summarizers.lex_rank import LexRankSummarizer
    from sumy.summarizers.text_rank import TextRankSummarizer

    make = {"LexRank": LexRankSummarizer, "TextRank": TextRankSummarizer}[name]
    summarizer = make(stemmer) if stemmer else make()
    summarizer.stop_words = stop_words
    tokenizer = tokenizer or NaiveTokenizer()
    return [
        summarizer(PlaintextParser.from_string(text, tokenizer).document, SENTENCES)
        for text in texts
    ]


def timed(way: Callable[[], object]) -> float:
    """Return the seconds of one call."""
    begun = perf_counter()
    way()
    return perf_counter() - begun


if __name__ == "__main__":
    main()
