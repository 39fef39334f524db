"""Negations of a summary against the source sentences it tells again.

Each sentence of the summary is laid beside the source sentences that share most of its stems. A
denial there and none here, or the other way round, is a doubt where the word that is denied stands
in both. If a source says the word with and without denial, the words around it decide which of the
two is told again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.articles.fidelity.evidence import Evidence, Told, stems_of
from digest.articles.fidelity.negations import Denial, affirms, denials, holds_denial, still_refuses
from digest.text.placed import Placed, bare_forms
from digest.text.skeleton import roots
from digest.text.stem import light10
from digest.text.stopwords import STOP_WORDS

ALIKE = 0.4  # of a sentence's stems that a source sentence must share to be told again
CLOSE = 0.6  # of the best share that makes another sentence a candidate
REACH = 2  # words after what is denied that may be what the source denies: «لا أستطيع التكيف»
FAR = 3  # words from an object back to its verb
LOOKED_AT = 20  # denials of one sentence; no honest one has as many
AROUND = 3  # words on either side by which two places of a word are told apart


def wrongly_denied(words: Sequence[Placed], evidence: Evidence) -> Iterator[tuple[int, int]]:
    """Yield the places, first word and after the last, of denials that no source holds."""
    found = denials(words)[:LOOKED_AT]
    if not found:
        return
    told = _aligned(words, evidence)
    for denial in found:
        if told and not _bears(words, denial, told):
            yield denial.cue, denial.scope + 1


def wrongly_affirmed(words: Sequence[Placed], evidence: Evidence) -> Iterator[tuple[int, int]]:
    """Yield the places of words that the sources deny and the summary does not."""
    told = _aligned(words, evidence)
    if not told:
        return
    found = denials(words)
    covered = {place for one in found for place in range(one.cue, one.scope + 1 + REACH)}
    refuses = still_refuses(words)
    for denial in told[0].denials[:LOOKED_AT]:
        if denial.refusing:
            place = None if refuses else _instead_of(words, told[0], denial)
        else:
            place = _affirmed(words, denial, told)
        if place is not None and place not in covered:
            yield place, place + 1


def _aligned(words: Sequence[Placed], evidence: Evidence) -> tuple[Told, ...]:
    near = evidence.nearest(stems_of(words))
    if not near or near[0][0] < ALIKE:
        return ()
    return tuple(told for share, told in near if share >= CLOSE * near[0][0])


def _bears(words: Sequence[Placed], denial: Denial, told: Sequence[Told]) -> bool:
    """Tell whether a source sentence denies the same, or denies something and lacks the word."""
    if denial.refusing:
        return any(holds_denial(one.words) for one in told)
    scope = words[denial.scope].word
    there, here = _likeness(words, denial.scope, denial.cue, scope, told, denial.verbal)
    if there is not None:
        return here is None or there >= here
    if here is None:  # the word is new; the denial may be another word's, or «فشل» unfolded
        return any(holds_denial(one.words) for one in told)
    return any(other.refusing for other in told[0].denials)  # «نفى أن يكون» for «لم يكن»


def _affirmed(words: Sequence[Placed], denial: Denial, told: Sequence[Told]) -> int | None:
    """Return where the summary has the word that the nearest sentence denies, as that has it."""
    scope = told[0].words[denial.scope].word
    best: tuple[int, int] | None = None
    for place, one in enumerate(words):
        if _same(scope, one.word, verbal=denial.verbal):
            there, here = _likeness(words, place, place, scope, told, denial.verbal)
            if there is not None and (here is None or there > here):
                best = max(best or (there, -place), (there, -place))
    return -best[1] if best else None


def _likeness(
    words: Sequence[Placed], place: int, cue: int, scope: str, told: Sequence[Told], verbal: bool
) -> tuple[int | None, int | None]:
    """Return how like its surroundings a word's place is to one where the sources deny the word,
    and to one where they do not; None where there is no such place.

    ``cue`` is where the denial stands in the summary, or ``place`` where there is none.
    """
    around = _around(words, place, cue)
    denied: list[int] = []
    plain: list[int] = []
    for one in told:
        cues = {other.scope: other.cue for other in one.denials if not other.refusing}
        for at, word in enumerate(one.words):
            if _same(scope, word.word, verbal=verbal):
                found = _around(one.words, at, cues.get(at, at))
                (denied if at in cues else plain).append(_shared(around, found))
    return max(denied, default=None), max(plain, default=None)


def _around(words: Sequence[Placed], place: int, cue: int) -> tuple[list[str], list[str]]:
    """Return the words before and after a place, the denial itself left out."""
    before = [one.word for at, one in enumerate(words[:place]) if at != cue]
    return before[-AROUND:][::-1], [one.word for one in words[place + 1 : place + 1 + AROUND]]


def _shared(one: tuple[list[str], list[str]], other: tuple[list[str], list[str]]) -> int:
    return sum(
        first == second
        for side, same in zip(one, other, strict=True)
        for first, second in zip(side, same, strict=False)
    )


def _instead_of(words: Sequence[Placed], told: Told, denial: Denial) -> int | None:
    """Return the verb of the summary in the place of one such as رفض: «قبل», «أكد».

    Two of the words that the verb of the source acts on must be there.
    """
    here = {light10(one.word): place for place, one in enumerate(words)}
    after = [
        here[stem] for one in told.words[denial.cue + 1 : denial.cue + 5]
        if one.word not in STOP_WORDS and (stem := light10(one.word)) in here
    ]
    if len(after) < 2:
        return None
    known = {light10(one.word) for one in told.words}
    for place in range(min(after) - 1, max(-1, min(after) - 1 - FAR), -1):
        word = words[place].word
        if affirms(word):
            return None if any(one.word == word for one in told.words) else place
        if word not in STOP_WORDS:
            return None if light10(word) in known else place
    return None


def _same(one: str, other: str, *, verbal: bool) -> bool:
    """Tell whether two words are the same, a verb in any tense, another word in any case."""
    if one == other:
        return True
    if verbal:
        return not other.startswith("ال") and bool(_long(one) & _long(other))
    return light10(one) == light10(other) or _without_front(one) == _without_front(other)


def _long(word: str) -> frozenset[str]:
    found = roots(word)
    longest = max(map(len, found), default=0)
    return frozenset(root for root in found if len(root) >= min(3, longest))


def _without_front(word: str) -> str:
    return min((rest for _, rest in bare_forms(word) if len(rest) >= 3), key=len, default=word)
