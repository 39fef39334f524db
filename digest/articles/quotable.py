"""Sentences that can stand in a summary by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from unicodedata import category

from digest.articles.boilerplate import reading_sentences
from digest.articles.reading import ends
from digest.text.split import Sentence, words

JOINED = 60  # words; what runs over several sentences is kept whole up to here
LEAD = 160  # words; the same of the first
FEWEST = 4  # words of a line that has no mark at its end
MARKED = 0.5  # share of sentences with a mark at their end from which one without is cut off

_LEADS_ON = tuple(":،,؛;-–—")  # announces what does not follow in a summary
_REVERSED = re.compile(r"(?:(?<=\s[لبكو])|(?<=\s[لبكو]ـ)|(?<=\sالـ)|(?<=\s)|^)»(?=\w)")
_CURLY = re.compile("[“”„″]")


def quotable(text: str, *, title: str = "") -> list[Sentence]:
    """Return the article's own sentences that are whole, in order, each ``text[start:end]``.

    A quotation that runs over several sentences is one, and so is a colon with what follows it.
    Left out are sentences with one of two quotation marks (but for the lead), those that announce
    something else, names and captions, and a last one that the text breaks off in. When nothing
    would be left, every sentence is returned.
    """
    found = reading_sentences(text, title=title)
    joined = _joined(text, found)
    whole = [
        one for place, (one, closed) in enumerate(joined)
        if _stands(one.text, closed=closed, lead=place == 0)
    ]
    ended = sum(ends(one.text) for one in whole)
    if whole and ended >= MARKED * len(joined) and not ends(whole[-1].text):
        cut = whole[-1].end >= len(text.rstrip())
        whole = whole[:-1] if cut and len(whole) > 1 else whole
    return whole or found


def is_balanced(text: str) -> bool:
    """Tell whether every quotation mark and bracket that opens in a text closes in it.

    Writers use ” and ″ for both ends: of the curly and straight marks only the number counts.
    """
    if text.count("«") != text.count("»") or text.count('"') % 2:
        return False
    return len(_CURLY.findall(text)) % 2 == 0 and text.count("(") <= text.count(")")


def close_quotes(text: str) -> str:
    """Return a text for showing in which each « has its »: turned if it looks the wrong way, or left out.

    Printers write ``لـ»الجزيرة»``; a mark without any partner says nothing to a reader.
    """
    if text.count("«") == text.count("»") and not _REVERSED.search(text):
        return text
    text = _REVERSED.sub("«", text)
    opened: list[int] = []
    lone: set[int] = set()
    for place, letter in enumerate(text):
        if letter == "«":
            opened.append(place)
        elif letter == "»":
            if opened:
                opened.pop()
            else:
                lone.add(place)
    lone.update(opened)
    return "".join(
        # Of marks side by side the first leaves a space between the words, the others nothing.
        (" " if place - 1 not in lone and _between_letters(text, place) else "")
        if place in lone else letter
        for place, letter in enumerate(text)
    )


def _between_letters(text: str, place: int) -> bool:
    return _first_seen(reversed(text[:place])).isalnum() and _first_seen(text[place + 1 :]).isalnum()


def _first_seen(letters: Iterable[str]) -> str:
    """Return the first that is no haraka, joiner, direction or quotation mark; "" if there is none."""
    return next(
        (one for one in letters if one not in "«»" and category(one) not in {"Mn", "Cf"}), ""
    )


def _stands(text: str, *, closed: bool, lead: bool) -> bool:
    """Whether a sentence can be quoted; a lead is too good to lose for the slip of a mark."""
    if not closed and (not lead or text.rstrip().endswith(_LEADS_ON)):
        return False
    return ends(text) or len(words(text)) >= FEWEST


def _joined(text: str, found: Sequence[Sentence]) -> list[tuple[Sentence, bool]]:
    """Join a sentence to those that close what it opens or say what it announces.

    Each with whether it is closed now.
    """
    result: list[tuple[Sentence, bool]] = []
    place = 0
    while place < len(found):
        one = found[place]
        closed = _is_closed(one.text)
        end = place if closed else _closing(text, found, place)
        if end > place:
            last = found[end].end
            one, closed = Sentence(text[one.start : last], one.start, last), True
        result.append((one, closed))
        place = end + 1
    return result


def _closing(text: str, found: Sequence[Sentence], place: int) -> int:
    """Return the place of the sentence that ends what ``place`` begins; itself if none does soon."""
    start = found[place].start
    room = LEAD if place == 0 else JOINED
    for end in range(place + 1, min(place + 4, len(found))):
        whole = text[start : found[end].end]
        if len(words(whole)) > room:
            break
        if _is_closed(whole):
            return end
    return place


def _is_closed(text: str) -> bool:
    return is_balanced(text) and not text.rstrip().endswith(_LEADS_ON)
