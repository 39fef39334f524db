"""sumy's methods and models, fed by our own reading of Arabic.

sumy's Arabic tokenizer cuts sentences at commas and drops hashtags, numbers and vocalised words;
its other tokenizers want data files. So every method here gets whole sentences and light stems
from ``digest.text``, and nothing is read from disk or the network. sumy is imported inside the
functions: it takes over a second (measured) and most processes never need it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from digest.text.fold import fold
from digest.text.split import sentences, words
from digest.text.stem import light10
from digest.text.stopwords import STOP_WORDS, terms


class Method(StrEnum):
    """The ways to choose sentences; ``mix`` is the default, the rest are named as in sumy."""

    MIX = "mix"
    LEAD = "lead"
    LEXRANK = "lexrank"
    TEXTRANK = "textrank"
    LSA = "lsa"
    LUHN = "luhn"
    EDMUNDSON = "edmundson"
    KL = "kl"
    SUMBASIC = "sumbasic"
    REDUCTION = "reduction"
    RANDOM = "random"


# Edmundson's cue words: what announces news, and what announces an aside.
_BONUS = "أعلن أكد كشف قرر اتفق وافق أقر أطلق افتتح وقع فاز توصل ارتفع انخفض مقتل إصابة الأول أهم أبرز"
_STIGMA = "ربما لعل مثلا يذكر تجدر الجدير المثال وأضاف وتابع ولفت سبيل كذلك أيضا المقابل"
LOOKED_AT = 150  # sentences; LSA takes 3 s for them
LOOKED_AT_BY_KL = 80
_DIGITS = 9  # ratings are compared at this precision, so that float noise decides nothing


class OurTokenizer:
    """What sumy asks of a tokenizer: ``to_sentences`` and ``to_words``."""

    def to_sentences(self, text: str) -> tuple[str, ...]:
        """Return the whole sentences of a text."""
        return tuple(sentence.text for sentence in sentences(text))

    def to_words(self, text: str) -> tuple[str, ...]:
        """Return the light stems of a sentence's words, stop words left out."""
        return tuple(terms(text))


def ratings(method: Method, texts: Sequence[str], *, title: str = "") -> list[float]:
    """Rate each sentence by a method of sumy; larger is better. The texts must differ.

    A text with too few different words for a method gives equal ratings. Sentences far down a
    very long text are rated below all others: sumy's time grows with the square of their number,
    KL's with the cube.
    """
    most = LOOKED_AT_BY_KL if method is Method.KL else LOOKED_AT
    if len(texts) > most:
        return ratings(method, texts[:most], title=title) + [-math.inf] * (len(texts) - most)
    if method is Method.RANDOM:
        # sumy shuffles with the global generator; the same text must give the same summary.
        source = random.Random("\n".join(texts).encode("utf-8", "surrogatepass"))
        return [source.random() for _ in texts]
    heard = [set(terms(text)) for text in texts]
    if len(set().union(*heard)) <= len(texts):  # LSA warns, LexRank divides by zero
        return [0.0] * len(texts)
    import numpy

    with numpy.errstate(all="ignore"):  # two sentences without a word in common: 0/0 in LexRank
        rated = _rated(_summarizer(method), _document(texts, title))
    return [round(rated[text], _DIGITS) if math.isfinite(rated[text]) else 0.0 for text in texts]


def _document(texts: Sequence[str], title: str) -> Any:
    """Build sumy's document: the title as a heading, then one paragraph per sentence."""
    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence

    tokenizer = OurTokenizer()
    heading = [Sentence(title, tokenizer, is_heading=True)] if words(title) else []
    body = [Sentence(text, tokenizer) for text in texts]
    return ObjectDocumentModel([Paragraph([*heading, body[0]]), *(Paragraph([s]) for s in body[1:])])


def _rated(summarizer: Any, document: Any) -> dict[str, float]:
    """Run a summarizer and read the rating of every sentence, not only the chosen ones.

    sumy lets the number of sentences be a function of the ranked list; ours keeps the list.
    """
    ranked: list[Any] = []

    def keep_all(infos: list[Any]) -> list[Any]:
        ranked.extend(infos)
        return infos

    summarizer(document, keep_all)
    return {str(info.sentence): float(info.rating) for info in ranked}


def _summarizer(method: Method) -> Any:
    """Return sumy's summarizer; words reach it as stems, so it stems and filters nothing more."""
    return _MAKERS[method]()


def _lexrank() -> Any:
    from sumy.summarizers.lex_rank import LexRankSummarizer

    return LexRankSummarizer()


def _textrank() -> Any:
    from sumy.summarizers.text_rank import TextRankSummarizer

    return TextRankSummarizer()


def _lsa() -> Any:
    from sumy.summarizers.lsa import LsaSummarizer

    return LsaSummarizer()


def _luhn() -> Any:
    from sumy.summarizers.luhn import LuhnSummarizer

    return LuhnSummarizer()


def _edmundson() -> Any:
    from sumy.summarizers.edmundson import EdmundsonSummarizer

    summarizer = EdmundsonSummarizer()
    summarizer.bonus_words = [light10(fold(word)) for word in _BONUS.split()]
    summarizer.stigma_words = [light10(fold(word)) for word in _STIGMA.split()]
    summarizer.null_words = sorted(STOP_WORDS)
    return summarizer


def _kl() -> Any:
    from sumy.summarizers.kl import KLSummarizer

    return KLSummarizer()


def _sumbasic() -> Any:
    from sumy.summarizers.sum_basic import SumBasicSummarizer

    return SumBasicSummarizer()


def _reduction() -> Any:
    from sumy.summarizers.reduction import ReductionSummarizer

    return ReductionSummarizer()


_MAKERS: dict[Method, Callable[[], Any]] = {
    Method.LEXRANK: _lexrank,
    Method.TEXTRANK: _textrank,
    Method.LSA: _lsa,
    Method.LUHN: _luhn,
    Method.EDMUNDSON: _edmundson,
    Method.KL: _kl,
    Method.SUMBASIC: _sumbasic,
    Method.REDUCTION: _reduction,
}
