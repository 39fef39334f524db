"""Which sentences of a source a summary used, so that an editor sees them beside each other."""

from __future__ import annotations

from dataclasses import dataclass

from digest.text.split import Sentence, sentences, words

LONGEST = 60_000  # characters of a source that are shown
SHORTEST = 4  # words from which a part of a sentence counts as that sentence


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a source's text; ``used`` when the summary says it."""

    text: str
    used: bool


def stretches(text: str, summary: str) -> tuple[Stretch, ...]:
    """Cut a source where what the summary used begins and ends; joined, they are the text.

    A sentence is used when the summary says it word for word, or when it holds a sentence of the
    summary, as one does whose dateline was left out.
    """
    text = text[:LONGEST]
    whole = _spoken(summary)
    said = [one for one in (_spoken(part.text) for part in sentences(summary)) if _counts(one)]
    found: list[Stretch] = []
    end = 0
    for one in sentences(text):
        if not _is_used(one, whole, said):
            continue
        between = text[end : one.start]
        if found and not between.strip():
            found[-1] = Stretch(found[-1].text + between + one.text, used=True)
        else:
            found += [Stretch(between, used=False)] if between else []
            found.append(Stretch(one.text, used=True))
        end = one.end
    return tuple([*found, Stretch(text[end:], used=False)] if text[end:] else found)


def _is_used(sentence: Sentence, whole: str, said: list[str]) -> bool:
    spoken = _spoken(sentence.text)
    return (_counts(spoken) and spoken in whole) or any(one in spoken for one in said)


def _counts(spoken: str) -> bool:
    return len(spoken.split()) >= SHORTEST


def _spoken(text: str) -> str:
    """The words of a text in the form for comparison, each between two spaces."""
    return f" {' '.join(words(text))} "
