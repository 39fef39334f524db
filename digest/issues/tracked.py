"""Counted links: in the mails of an issue its addresses stand as numbered slots, if so wished.

Only what leads to another house is counted; our own pages, and the text part of the mail, keep
their addresses. Everywhere but in mails the links are themselves again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from html import escape, unescape

from digest.issues.document import Rendered, Slot
from digest.text import urls

# Text is escaped, so these match markup only.
_ANCHOR = re.compile(r'(<a\b[^<>]*\shref=")([^"<>]*)"')
_COUNTED = re.compile(rf"{Slot.CLICK}/(\d+)-[A-Za-z0-9_-]+")
# In sight of nobody, but not hidden: filters distrust what a mail hides.
PIXEL = (
    f'<img src="{Slot.OPEN}" width="1" height="1" alt="" role="presentation"'
    ' style="display:block;width:1px;height:1px;border:0">'
)


@dataclass(slots=True)
class Numbers:
    """The targets of an issue's links, numbered from 1; an address has one number in all variants."""

    own_host: str
    by_url: dict[str, int] = field(default_factory=dict)

    def number(self, href: str) -> int:
        """Return the number of an attribute's address, or 0 for what is not counted."""
        url = unescape(href)
        try:
            target, host = urls.ascii_form(url), urls.host(url)
        except urls.BadUrl:
            return 0
        return 0 if host == self.own_host else self.by_url.setdefault(target, len(self.by_url) + 1)


def track(
    editions: Mapping[str, Rendered], *, clicks: bool, opens: bool, own_host: str,
    mark: Callable[[int], str],
) -> tuple[dict[str, Rendered], dict[int, str]]:
    """Return the editions as they are sent, and the targets of their counted links by number.

    ``mark`` makes the end of a link's address from its number. Editions that count nothing keep
    every byte.
    """
    numbers = Numbers(own_host)
    done = {}
    for name, one in editions.items():
        html = _numbered(one.html, numbers, mark) if clicks else one.html
        if opens:
            html = html.replace("</body>", f"{PIXEL}</body>", 1)
        done[name] = one if html == one.html else _with_html(one, html)
    return done, {n: url for url, n in numbers.by_url.items()}


def untracked(html: str, targets: Mapping[int, str]) -> str:
    """Return an edition's HTML with every link leading where it leads, and nothing that counts."""
    html = html.replace(PIXEL, "")
    return _COUNTED.sub(lambda found: escape(targets[int(found[1])]), html)


def _numbered(html: str, numbers: Numbers, mark: Callable[[int], str]) -> str:
    def turned(found: re.Match[str]) -> str:
        n = numbers.number(found[2])
        return f'{found[1]}{Slot.CLICK}/{mark(n)}"' if n else found[0]

    return _ANCHOR.sub(turned, html)


def _with_html(one: Rendered, html: str) -> Rendered:
    whole = "\0".join((one.subject, html, one.text)).encode()
    return replace(one, html=html, size=len(html.encode()), sha256=hashlib.sha256(whole).hexdigest())
