"""Who opens a link of a mail: a person, a proxy that may act for one, or a program that looks.

Filters of firms open every link before a mail is seen, mail programs load pictures by machines of
their own. Nothing proves a person; what speaks against one is the name a program gives itself, how
it asks, and that no one reads so fast.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

SOON = timedelta(seconds=2)  # after the mail was handed over: nobody has seen it by then
BURST = 3  # different links ...
WINDOW = timedelta(seconds=2)  # ... opened within this time are not read, but looked through


class Verdict(StrEnum):
    """What a request is taken for; the names are the columns' of ``Touch``."""

    HUMAN = "human"
    PROXY = "proxy"
    SCANNER = "scanner"


# Gmail's and Yahoo's picture proxies load a picture when the mail is shown, once for all; Apple's
# and Gmail's prefetching loads it whether or not anybody reads. None of them tells a reader apart.
PROXIES = re.compile(
    r"GoogleImageProxy|YahooMailProxy|YahooCacheSystem|DuckDuckGo-?ImageProxy"
    r"|Edge/12\.246 Mozilla/5\.0|^Mozilla/5\.0$",
    re.IGNORECASE,
)
# Programs that pass for a browser, and previews of a link that somebody handed on. CUBOT is a phone.
SCANNERS = re.compile(
    r"barracuda|proofpoint|mimecast|safelinks|trend ?micro|symantec|messagelabs|fireeye|mcafee"
    r"|sophos|forcepoint|websense|ironport|bitdefender|kaspersky|zscaler|checkpoint|avanan"
    r"|urldefense|virustotal|existence discovery"
    r"|(?<!cu)bot\b|crawl|spider|slurp|scan|preview|prefetch|monitor|headless|phantom|selenium"
    r"|facebookexternalhit",
    re.IGNORECASE,
)
# Browsers, and mail programs that load pictures under their own name; libraries have other names.
PEOPLE = ("Mozilla/", "Opera/", "Microsoft Office/", "Outlook-", "Mail/")
AHEAD = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")  # a browser that loads what may be wanted
HEADERS = ("User-Agent", *AHEAD)  # all that a judgement needs
LOOKING_AHEAD = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)


def by_headers(method: str, headers: Mapping[str, str]) -> Verdict:
    """Judge a request by what it says of itself."""
    agent = headers.get("User-Agent", "").strip()
    if method != "GET" or any(LOOKING_AHEAD.search(headers.get(name, "")) for name in AHEAD):
        return Verdict.SCANNER
    if PROXIES.search(agent):
        return Verdict.PROXY
    if not agent.startswith(PEOPLE) or SCANNERS.search(agent):
        return Verdict.SCANNER
    return Verdict.HUMAN


def by_time(verdict: Verdict, since: timedelta) -> Verdict:
    """Judge again by the time since the mail was handed over, before or after its mark."""
    return Verdict.SCANNER if verdict is Verdict.HUMAN and abs(since) < SOON else verdict


def bursts(touches: Sequence[tuple[int, datetime]]) -> set[int]:
    """Return the numbers of links, and of the picture (0), that were opened in one go.

    ``touches`` are what one reader's mail opened and when; a burst is BURST links in WINDOW.
    """
    links = sorted((at, n) for n, at in touches if n)
    found: set[int] = set()
    for (first, _), (last, _) in zip(links, links[BURST - 1 :], strict=False):
        if last - first <= WINDOW:
            found |= {n for n, at in touches if first - WINDOW <= at <= last + WINDOW}
    return found
