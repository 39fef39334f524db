"""Who says what in a summary that several sources tell, after an editor may have changed it."""

from __future__ import annotations

from collections.abc import Sequence

from digest.articles.versions import Saying
from digest.text.split import words

KEPT = 0.5  # share of a sentence's words that are still there when it was only reworded


def sources(own: str, summary: str, told: Sequence[Saying]) -> tuple[str, ...]:
    """Return the sources of an item: the one it links to, then those whose words it still has."""
    spoken = set(words(summary))
    names = [own]
    for one in told:
        said = words(one.text)
        if sum(word in spoken for word in said) > KEPT * len(said):
            names.append(one.source)
    return tuple(dict.fromkeys(name for name in names if name))


def marked(summary: str, told: Sequence[Saying]) -> tuple[Saying, ...]:
    """Cut a summary where another source begins to speak; joined, the texts are the summary.

    What nobody said in these words has no source.
    """
    found: list[Saying] = []
    at = 0
    for one in told:
        start = summary.find(one.text, at)
        if start < 0:
            continue
        between = summary[at:start]
        if found and not between.strip() and found[-1].source == one.source:
            found[-1] = Saying(one.source, f"{found[-1].text}{between}{one.text}")
        else:
            found += [Saying("", between)] if between else []
            found.append(one)
        at = start + len(one.text)
    return tuple([*found, Saying("", summary[at:])] if summary[at:] else found)
