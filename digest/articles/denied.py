"""Negations of a summary against the source sentences it tells again.

Each sentence of the summary is laid beside the source sentences that share most of its stems. A
denial there and none here, or the other way round, is a doubt only where the word that is denied
stands in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.articles.evidence import Evidence, Told, stems_of
from digest.articles.negations import Denial, denials, holds_denial
from digest.text.placed import Placed, bare_forms
from digest.text.skeleton import roots
from digest.text.stem import light10
from digest.text.stopwords import STOP_WORDS

ALIKE = 0.4  # of a sentence's stems that a source sentence must share to be told again
CLOSE = 0.6  # of the best share that makes another sentence a candidate


def wrongly_denied(words: Sequence[Placed], evidence: Evidence) -> Iterator[tuple[int, int]]:
    """Yield the places, first word and after the last, of denials that no source holds."""
    found = denials(words)
    if not found:
        return
    told = _aligned(words, evidence)
    for denial in found:
        if told and not _denied_in(words, denial, told):
            yield denial.cue, denial.scope + 1


def wrongly_affirmed(words: Sequence[Placed], evidence: Evidence) -> Iterator[tuple[int, int]]:
    """Yield the places of words that the sources deny and the summary does not."""
    told = _aligned(words, evidence)
    if not told:
        return
    covered = {place for one in denials(words) for place in range(one.cue, one.scope + 1)}
    refuses = any(one.refusing for one in denials(words)) or holds_denial(words)
    for denial in told[0].denials:
        if denial.refusing and refuses:
            continue
        place = _affirmed(words, told[0], denial)
        if place is None or place in covered:
            continue
        if not _affirmed_in(denial, told):
            yield place, place + 1


def _aligned(words: Sequence[Placed], evidence: Evidence) -> tuple[Told, ...]:
    near = evidence.nearest(stems_of(words))
    if not near or near[0][0] < ALIKE:
        return ()
    return tuple(told for share, told in near if share >= CLOSE * near[0][0])


def _denied_in(words: Sequence[Placed], denial: Denial, told: Sequence[Told]) -> bool:
    """Tell whether a source sentence denies the same, or denies something and lacks the word."""
    scope = words[denial.scope].word
    known = False
    for one in told:
        if any(_same(scope, one.words[other.scope].word, denial) for other in one.denials):
            return True
        known = known or any(_same(scope, word.word, denial) for word in one.words)
    if known:
        # The word is there and stands undenied; another denial in the nearest sentence may still
        # be the same thing said otherwise: «نفى أن يكون» for «لم يكن».
        return any(other.refusing for other in told[0].denials) and not denial.refusing
    return any(holds_denial(one.words) for one in told)


def _affirmed(words: Sequence[Placed], told: Told, denial: Denial) -> int | None:
    """Return where the summary has the word that a source sentence denies."""
    if denial.refusing:
        return _object_of(words, told, denial)
    scope = told.words[denial.scope].word
    for place, one in enumerate(words):
        if _same(scope, one.word, denial):
            return place
    return None


def _object_of(words: Sequence[Placed], told: Told, denial: Denial) -> int | None:
    """Return the word of the summary in the place of a verb such as رفض that it lacks.

    Both the word before the verb and the one after, or the two after it, must be there.
    """
    here = {light10(one.word): place for place, one in enumerate(words)}
    after = [
        here[stem] for one in told.words[denial.cue + 1 : denial.cue + 4]
        if one.word not in STOP_WORDS and (stem := light10(one.word)) in here
    ]
    if len(after) < 2:
        return None
    first = min(after)
    verb = first - 1
    if verb < 0 or words[verb].word in STOP_WORDS:
        return None
    known = {light10(one.word) for one in told.words}
    return verb if light10(words[verb].word) not in known else None


def _affirmed_in(denial: Denial, told: Sequence[Told]) -> bool:
    """Tell whether one of the source sentences also says the denied word without denying it."""
    scope = told[0].words[denial.scope].word
    if denial.refusing:
        return False
    for one in told:
        denied = {other.scope for other in one.denials}
        for place, word in enumerate(one.words):
            if place not in denied and _same(scope, word.word, denial):
                return True
    return False


def _same(one: str, other: str, denial: Denial) -> bool:
    """Tell whether two words are the same, a verb in any tense, another word in any case."""
    if one == other:
        return True
    if denial.verbal:
        return not other.startswith("ال") and bool(_long(one) & _long(other))
    return light10(one) == light10(other) or _without_front(one) == _without_front(other)


def _long(word: str) -> frozenset[str]:
    found = roots(word)
    longest = max(map(len, found), default=0)
    return frozenset(root for root in found if len(root) >= min(3, longest))


def _without_front(word: str) -> str:
    return min((rest for _, rest in bare_forms(word) if len(rest) >= 3), key=len, default=word)
