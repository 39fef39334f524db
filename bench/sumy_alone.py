"""sumy by itself, as somebody would use it who takes it from the index."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib.util import find_spec

SENTENCES = 3


class NaiveTokenizer:
    """Sentences end at a full stop and a space; words are runs of word characters."""

    def to_sentences(self, text: str) -> tuple[str, ...]:
        """Return the pieces between full stops and line ends."""
        return tuple(piece for piece in re.split(r"(?<=[.!?؟])\s+|\n+", text) if piece.strip())

    def to_words(self, text: str) -> tuple[str, ...]:
        """Return the words in lower case."""
        return tuple(re.findall(r"\w+", text.lower()))


def ways(texts: Sequence[str]) -> dict[str, Callable[[], object]]:
    """Return what can be timed: with sumy's own Arabic reading, or with a naive one."""
    if not find_spec("pyarabic"):
        naive = NaiveTokenizer()
        return {
            f"sumy {name}, naive tokenizer": _way(name, texts, naive, None, frozenset())
            for name in ("LexRank", "TextRank")
        }
    from sumy.nlp.stemmers import Stemmer
    from sumy.nlp.tokenizers import Tokenizer
    from sumy.utils import get_stop_words

    own = (Tokenizer("arabic"), Stemmer("arabic"), get_stop_words("arabic"))
    return {f"sumy {name} as it comes": _way(name, texts, *own) for name in ("LexRank", "TextRank")}


def _way(
    name: str, texts: Sequence[str], tokenizer: object,
    stemmer: Callable[[str], str] | None, stop_words: frozenset[str],
) -> Callable[[], object]:
    """Return a call that summarises the texts through sumy's plain-text parser."""
    from sumy.parsers.plaintext import PlaintextParser
    from sumy.summarizers.lex_rank import LexRankSummarizer
    from sumy.summarizers.text_rank import TextRankSummarizer

    make = {"LexRank": LexRankSummarizer, "TextRank": TextRankSummarizer}[name]
    summarizer = make(stemmer) if stemmer else make()
    summarizer.stop_words = stop_words
    return lambda: [
        summarizer(PlaintextParser.from_string(text, tokenizer).document, SENTENCES)
        for text in texts
    ]
