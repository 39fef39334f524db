"""Names for stories: a headline people wrote, and tags out of their own words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from digest.articles.boilerplate import reading_sentences
from digest.articles.dateline import without_source
from digest.articles.keyphrases import Vocabulary, keyphrases
from digest.articles.vectors import GroupInput
from digest.text.fold import display, fold
from digest.text.hashtags import hashtags
from digest.text.split import words
from digest.text.stem import light10

TAGS = 5  # per story
OPENING = 500  # characters of a text that phrases are looked for in
READ = 12  # articles of a story that are read for its tags
LABEL = 140  # characters; a longer headline is cut after a word
TAG_WORDS = 4  # a hashtag of more words is a slogan

# Hashtags, and the invisible marks that stand between letters.
_PARTING = re.compile("[#\uff03\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_HASH = re.compile("[#\uff03]")
_EMPTY_TAGS = frozenset(fold(word) for word in ("عاجل", "خبر", "أخبار", "فيديو", "صور", "متابعة"))


def tags_of(rows: Sequence[GroupInput], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the tags of a story: hashtags, then phrases that set it apart from the collection.

    ``rows`` are its cleaned articles, which must be in ``vocabulary``.
    """
    tags = _hashtags(rows)
    texts = [(_opened(row.title), _opened(row.text[:OPENING])) for row in rows[:READ]]
    for tag in map(display, keyphrases(texts, vocabulary)):
        if len(tags) >= TAGS:
            break
        if not any(_overlap(tag, other) for other in tags):
            tags.append(tag)
    return tuple(tags)


def label_of(row: GroupInput) -> str:
    """Return the article's headline without «عاجل:» and the paper's name, fit to show.

    Without a headline it is the first sentence.
    """
    title = without_source(display(" ".join(row.title.split())), row.source)
    if not words(title):
        found = reading_sentences(row.text)
        title = display(" ".join((found[0].text if found else row.title).split()))
    if not re.search(r"\.\.$|…$", title):
        title = title.rstrip(".،:؛ ")
    return title if len(title) <= LABEL else f"{title[:LABEL].rsplit(' ', 1)[0].rstrip('،:؛ ')}…"


def _hashtags(rows: Sequence[GroupInput]) -> list[str]:
    """Return the names of the hashtags, the most frequent first, each in one spelling."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for text in (row.title, row.text):
            for name in hashtags(text) if _HASH.search(text) else ():
                forms[" ".join(words(name))][display(name)] += 1
    names = [
        name for name in forms
        if name and name not in _EMPTY_TAGS and len(name.split()) <= TAG_WORDS
    ]
    names.sort(key=lambda name: -forms[name].total())
    return [forms[name].most_common(1)[0][0] for name in names[:TAGS]]


def _opened(text: str) -> str:
    """Return a text without what would part its words; ``display`` is for the few that are shown."""
    return display(text) if _PARTING.search(text) else text


def _overlap(one: str, other: str) -> bool:
    """Whether two tags share half of the words of the shorter."""
    first, second = ({light10(word) for word in words(tag)} for tag in (one, other))
    return 2 * len(first & second) >= min(len(first), len(second))
