"""Outside text inside a line of Arabic: what runs from left to right is marked as such.

Unmarked, «C++» shows as ++C, «+963 11 222 3333» as 3333 222 11 963+, «-5» as 5-, and the sign of
«6.5%» moves with the word before it (measured in Chromium). Scores, ranges and slashed dates stay
unmarked: readers of Arabic read them from the right.
"""

from __future__ import annotations

import re
from html import escape

from digest.text.clean import strip_controls

# Latin, Greek and Cyrillic letters and the accents written over them.
_LETTER = "A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0300-\u052f\u1e00-\u1fff"
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_ANY_LETTER = re.compile(f"[{_LETTER}]")

_URL = r"(?:https?://|www\.)[^\s<>\"«»“”\u0590-\u08ff]*[^\s<>\"«»“”\u0590-\u08ff.,;:!?'()\[\]]"
_MAIL = r"(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}"
# With +, or written with a leading zero in groups: 011 222 3333.
_PHONE = r"(?<![\d+A-Za-z])(?:\+\d{1,4}|0\d{1,4}(?=\ \d))(?:[ \-]?\(?\d{2,5}\)?){1,5}(?![\w])"
_FIGURE = r"[0-9]+(?:[.,][0-9]+)*"
_SIGNED = rf"(?<![\w.+\-/])[+\-\u2212]{_FIGURE}(?:\ ?%)?(?![\w\-/])"
# A word such as «و» may be written against the number.
_PERCENT = rf"(?<![0-9A-Za-z.,\-/]){_FIGURE}\ ?%"
_MONEY = rf"[$€£¥]\ ?{_FIGURE}(?!\w)|(?<![0-9A-Za-z.,]){_FIGURE}\ ?[$€£¥]"
# A Latin word, with what may stand inside it (Node.js, F-16, AT&T, TCP/IP), before it (.NET,
# @name) and after it (C++, C#).
_WORD = (
    rf"(?:(?<![\w.])\.|(?<=\sو)\.|[@#])?(?:\d+(?:[.\-]\d+)*-?)?[{_LETTER}]"
    rf"(?:[{_LETTER}\d_]|[.\-&'’/:@](?=[{_LETTER}\d])|[+#](?![{_LETTER}]))*%?"
)
_VERSION = r"\d+(?:[.\-]\d+)*(?:\+|%)?(?![\w])"
# What may stand between two Latin words without ending the run: «The quick, brown fox».
_GAP = r"(?:[,;:.!?&/–—+\-]{0,2}\ [&+–—/|\-]?\ ?|[,;:&/–—])"
_ASIDE = r"\ ?\([^()\u0590-\u08ff\n]{1,80}\)"
_LATIN = rf"{_WORD}(?:{_GAP}{_WORD}|\ {_VERSION}|{_ASIDE}(?=\ ?[{_LETTER}]))*"
_RUN = re.compile(f"{_URL}|{_MAIL}|{_PHONE}|{_SIGNED}|{_PERCENT}|{_MONEY}|{_LATIN}")


def isolate(text: str, tag: str = "bdi") -> str:
    """Return outside text as HTML: escaped, its left-to-right runs in ``<tag dir="ltr">``.

    ``bdi`` is for web pages, ``span`` for mail, where clients drop ``bdi``. Control characters
    and direction overrides are dropped. A text with Latin letters and none of a right-to-left
    script is one run, so its last full stop stays at its end.
    """
    text = strip_controls(text)
    if _ANY_LETTER.search(text) and not _RTL.search(text):
        return _marked(text, tag)
    parts: list[str] = []
    end = 0
    for run in _RUN.finditer(text):
        parts += [escape(text[end : run.start()]), _marked(run.group(), tag)]
        end = run.end()
    parts.append(escape(text[end:]))
    return "".join(parts)


def _marked(run: str, tag: str) -> str:
    return f'<{tag} dir="ltr">{escape(run)}</{tag}>'
