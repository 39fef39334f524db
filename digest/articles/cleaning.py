"""What an editor has cut from a source's articles: parts of the page, sentences with a phrase. Pure.

The rules are careful in one direction: a selector that finds nothing changes nothing, and a phrase
that would leave nothing of a text is not heeded. So a site's new design never silences it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from digest.system.errors import Refused
from digest.text.fold import fold
from digest.text.split import sentences

MOST_RULES = 20  # of each kind
LONGEST = 200  # characters of a selector or a phrase
SHORTEST = 3  # letters of a phrase; shorter ones stand in every sentence
WHOLE = frozenset({"html", "head", "body"})  # never cut


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of one source.

    ``keep`` is a CSS selector of the elements that hold the article, ``cut`` are selectors of what
    is not part of it, ``phrases`` mark sentences that are left out, however they are spelled.
    """

    keep: str = ""
    cut: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is any rule."""
        return bool(self.keep or self.cut or self.phrases)


NO_RULES = Rules()


def read_rules(*, keep: str, cut: Iterable[str], phrases: Iterable[str]) -> Rules:
    """Check what an editor typed, each rule on a line of its own.

    Raises Refused("bad_css", selector=…), Refused("short_phrase", phrase=…) and
    Refused("too_many_rules", most=…).
    """
    rules = Rules(_line(keep), _lines(cut), _lines(phrases))
    if max(len(rules.cut), len(rules.phrases)) > MOST_RULES:
        raise Refused("too_many_rules", most=MOST_RULES)
    for selector in (rules.keep, *rules.cut):
        if selector and not is_selector(selector):
            raise Refused("bad_css", selector=selector)
    for phrase in rules.phrases:
        if len(phrase) > LONGEST or len(fold(phrase).replace(" ", "")) < SHORTEST:
            raise Refused("short_phrase", phrase=phrase[:LONGEST], least=SHORTEST, most=LONGEST)
    return rules


def from_json(kept: Mapping[str, Any] | None) -> Rules:
    """Read rules as ``to_json`` wrote them; None and {} are no rules."""
    kept = kept or {}
    return Rules(kept.get("keep", ""), tuple(kept.get("cut", ())), tuple(kept.get("phrases", ())))


def to_json(rules: Rules) -> dict[str, Any]:
    """Write rules for the database; {} when there are none."""
    if not rules:
        return {}
    return {"keep": rules.keep, "cut": list(rules.cut), "phrases": list(rules.phrases)}


def is_selector(text: str) -> bool:
    """Tell whether this is a CSS selector that finds elements of a page."""
    from cssselect import SelectorError
    from lxml import html as pages
    from lxml.etree import XPathError

    if len(text) > LONGEST:
        return False
    try:
        _find(pages.fromstring("<p>x</p>"), text)
    except (SelectorError, XPathError):
        return False
    return True


def cut_from_page(html: str, rules: Rules) -> tuple[str, bool]:
    """Return a page without what is cut, and whether ``keep`` found what it names.

    When it did, the page is only these elements; the outer of two that lie in each other counts.
    """
    if not (rules.keep or rules.cut):
        return html, False
    from lxml import html as pages

    root = _parsed(html)
    if root is None:
        return html, False
    for selector in rules.cut:
        for element in _find(root, selector):
            if element.tag not in WHOLE and element.getparent() is not None:
                element.drop_tree()
    kept = _outermost(_find(root, rules.keep)) if rules.keep else []
    shown = kept or [root]
    return "\n".join(
        pages.tostring(one, encoding="unicode", with_tail=False) for one in shown
    ), bool(kept)


def cut_from_body(html: str, rules: Rules) -> str:
    """Return the body of a feed's entry without the elements that are cut."""
    if not rules.cut or not html.strip():
        return html
    page, _kept = cut_from_page(f"<div>{html}</div>", Rules(cut=rules.cut))
    return page


def cut_sentences(text: str, rules: Rules) -> str:
    """Return a text without the sentences that hold one of the phrases; all of it if none is left.

    Letters are compared as readers take them: hamzas, tatweel and vowel marks do not count.
    """
    wanted = [fold(phrase) for phrase in rules.phrases]
    if not wanted:
        return text
    gone = [
        one for one in sentences(text) if any(phrase in fold(one.text) for phrase in wanted)
    ]
    kept, start = [], 0
    for one in gone:
        kept.append(text[start : one.start])
        start = one.end
    left = "".join([*kept, text[start:]])
    blocks = [block.strip() for block in left.split("\n\n")]
    return "\n\n".join(block for block in blocks if block) or text


def hits(html: str, text: str, rules: Rules) -> tuple[tuple[str, int], ...]:
    """Return each rule with how many elements of a page, or sentences of a text, it finds."""
    root = _parsed(html) if html.strip() else None
    selectors = [one for one in (rules.keep, *rules.cut) if one]
    found = [(one, 0 if root is None else len(_find(root, one))) for one in selectors]
    said = [fold(one.text) for one in sentences(text)] if rules.phrases else []
    return (*found, *((one, sum(fold(one) in each for each in said)) for one in rules.phrases))


def _parsed(html: str) -> Any:
    from lxml import html as pages
    from lxml.etree import ParserError

    parser = pages.HTMLParser(encoding="utf-8")
    try:
        return pages.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except ParserError:  # nothing but comments or white space
        return None


def _find(root: Any, selector: str) -> list[Any]:
    from cssselect import HTMLTranslator

    found = root.xpath(HTMLTranslator().css_to_xpath(selector))
    return [one for one in found if isinstance(one.tag, str)]


def _outermost(found: list[Any]) -> list[Any]:
    chosen = set(found)
    return [one for one in found if not any(above in chosen for above in one.iterancestors())]


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for text in texts if (line := _line(text))))


def _line(text: str) -> str:
    return " ".join(text.split())
