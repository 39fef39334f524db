"""What is wrong or could be better in an issue: one function per check, in the order shown."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from digest.issues.document import Finding, IssueDoc, ItemDoc, Level, Reach, Slot
from digest.issues.mailview import one_line, web_address
from digest.issues.models import Role
from digest.issues.spelling import two_ways
from digest.text import urls
from digest.text.fold import fold

CLIP_AT = 102 * 1024  # bytes; Gmail cuts the mail above this
LARGE_AT = 85 * 1024  # bytes; leaves room for what relays and Gmail add
SUBJECT_AT = 60  # letters; longer subjects are cut everywhere, on phones at about 40
PREHEADER_AT = 90  # letters
NAMED = 3  # doubts that a finding spells out
SLOW = 5.0  # seconds; a reader on a phone has gone by then
CHANGED = 0.8  # of a page's sentences; with fewer left, it says something else now
FOUND_NOT = frozenset({404, 410})
REPEATED = 0.6  # of the preheader's words stand in the subject, too


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks look at: the document, its HTML ("" when none), items MRML refused."""

    doc: IssueDoc
    html: str
    failed: tuple[int, ...]


Check = Callable[[Facts], Iterator[Finding]]


def findings(doc: IssueDoc, html: str, *, failed: Collection[int] = ()) -> tuple[Finding, ...]:
    """Return all findings, errors first."""
    facts = Facts(doc, html, tuple(failed))
    found = [finding for check in CHECKS for finding in check(facts)]
    return tuple(sorted(found, key=lambda one: one.level is Level.WARNING))


def no_subject(facts: Facts) -> Iterator[Finding]:
    """A mail without a subject is not sent."""
    if not one_line(facts.doc.subject):
        yield _error("no_subject")


def no_items(facts: Facts) -> Iterator[Finding]:
    """An issue without stories is not sent."""
    if not facts.doc.items:
        yield _error("no_items")


def render_failed(facts: Facts) -> Iterator[Finding]:
    """An item that could not be rendered, or the whole issue when no item is to blame."""
    for item in facts.doc.items:
        if item.id in facts.failed:
            yield _error("render_failed", item, title=one_line(item.title))
    if not facts.html and not facts.failed:
        yield _error("render_failed", title=one_line(facts.doc.subject))


def too_large(facts: Facts) -> Iterator[Finding]:
    """Gmail cuts large mails, and the footer with the way to leave goes first."""
    size = len(facts.html.encode())
    if size > CLIP_AT:
        yield _error("too_large", size=_kilobytes(size), most=_kilobytes(CLIP_AT))
    elif size > LARGE_AT:
        yield _warning("large", size=_kilobytes(size), most=_kilobytes(LARGE_AT))


def no_postal_address(facts: Facts) -> Iterator[Finding]:
    """The sender's postal address is required by law in many countries."""
    if not one_line(facts.doc.look.postal_address):
        yield _error("no_postal_address")


def no_unsubscribe(facts: Facts) -> Iterator[Finding]:
    """A mail that a reader cannot leave by is not sent."""
    if facts.html and Slot.LEAVE.value not in facts.html:
        yield _error("no_unsubscribe")


def no_title(facts: Facts) -> Iterator[Finding]:
    """A story without a title would be an empty link."""
    for item in facts.doc.items:
        if not one_line(item.title):
            yield _error("no_title", item)


def bad_link(facts: Facts) -> Iterator[Finding]:
    """A story whose link is no web address."""
    for item in facts.doc.items:
        if not web_address(item.link):
            yield _error("bad_link", item, title=one_line(item.title))


def bad_image(facts: Facts) -> Iterator[Finding]:
    """An image whose address is no web address is left out."""
    for item in facts.doc.items:
        if item.image and not web_address(item.image):
            yield _warning("bad_image", item, title=one_line(item.title))


def foreign_host(facts: Facts) -> Iterator[Finding]:
    """A link or image that leads to neither our site nor the article's."""
    for item in facts.doc.items:
        hosts = dict.fromkeys(urls.host(one) for one in (item.link, item.image or "") if one)
        for host in hosts:
            if host and host not in facts.doc.hosts:
                yield _warning("foreign_host", item, title=one_line(item.title), host=host)


def link_dead(facts: Facts) -> Iterator[Finding]:
    """A link to a page that is gone, or to a site that is not there.

    Names that could not be looked up count only when some site did answer: else it is our network.
    """
    online = any(one.status for item in facts.doc.items for one in item.reached)
    for item, one in _reached(facts):
        if one.status in FOUND_NOT or (online and one.outcome == "dns"):
            yield _error("link_dead", item, title=one_line(item.title), url=one.url)


def link_broken(facts: Facts) -> Iterator[Finding]:
    """A link that did not answer well; it may do so for readers, so it does not block."""
    for item, one in _reached(facts):
        if one.outcome not in {"ok", "too_big", "dns"} and one.status not in FOUND_NOT:
            yield _warning("link_broken", item, title=one_line(item.title), url=one.url)


def link_moved_home(facts: Facts) -> Iterator[Finding]:
    """A story whose link ends at a site's front page: sites do so when an article is gone."""
    for item, one in _reached(facts):
        if one.outcome == "ok" and _is_front(one.lands_on) and not _is_front(one.url):
            yield _warning("link_moved_home", item, title=one_line(item.title), url=one.lands_on)


def link_slow(facts: Facts) -> Iterator[Finding]:
    """A link that keeps readers waiting."""
    for item, one in _reached(facts):
        if one.outcome == "ok" and one.seconds > SLOW:
            yield _warning(
                "link_slow", item, title=one_line(item.title), seconds=round(one.seconds)
            )


def source_changed(facts: Facts) -> Iterator[Finding]:
    """An article that says something else than when its summary was made."""
    for item, one in _reached(facts):
        if one.outcome == "ok" and one.kept < CHANGED:
            yield _warning("source_changed", item, title=one_line(item.title))


def source_excluded(facts: Facts) -> Iterator[Finding]:
    """A story whose article an editor has set aside since."""
    for item in facts.doc.items:
        if item.excluded:
            yield _warning("source_excluded", item, title=one_line(item.title))


def told_before(facts: Facts) -> Iterator[Finding]:
    """A story that the readers had already; with new articles it may be told as a follow-up."""
    for item in facts.doc.items:
        if item.told_in is not None:
            code = "told_before_news" if item.told_news else "told_before"
            yield _warning(
                code, item, title=one_line(item.title), number=item.told_in, news=item.told_news
            )


def two_spellings(facts: Facts) -> Iterator[Finding]:
    """A name that the issue writes in two ways; the later story is shown."""
    items = {item.id: item for item in facts.doc.items}
    texts = [
        (item.id, item.title if item.role == Role.BRIEF else f"{item.title}\n{item.summary}")
        for item in items.values()
    ]
    for one in two_ways(texts):
        yield _warning("two_spellings", items[one.item_id], first=one.first, second=one.second)


def duplicate_link(facts: Facts) -> Iterator[Finding]:
    """Two stories that lead to one page."""
    counts = Counter(item.link for item in facts.doc.items if item.link)
    seen: set[str] = set()
    for item in facts.doc.items:
        if counts[item.link] > 1 and item.link in seen:
            yield _warning("duplicate_link", item, title=one_line(item.title))
        seen.add(item.link)


def missing_alt(facts: Facts) -> Iterator[Finding]:
    """An image without words for those who do not see it."""
    for item in facts.doc.items:
        if _shows_image(item) and not one_line(item.image_alt):
            yield _warning("missing_alt", item, title=one_line(item.title))


def no_summary(facts: Facts) -> Iterator[Finding]:
    """A story shown with a summary that has none."""
    for item in facts.doc.items:
        if item.role != Role.BRIEF and not one_line(item.summary):
            yield _warning("no_summary", item, title=one_line(item.title))


def unopened(facts: Facts) -> Iterator[Finding]:
    """Summaries that a machine wrote and no person has opened: one line for them all."""
    found = [item for item in facts.doc.items if item.unseen]
    if found:
        yield _warning("unopened", found[0], n=len(found), title=one_line(found[0].title))


def unfaithful(facts: Facts) -> Iterator[Finding]:
    """A summary that says what its sources do not bear out; the first three things are named."""
    for item in facts.doc.items:
        if item.role != Role.BRIEF and item.doubts:
            what = "، ".join(f"«{doubt.text}»" for doubt in item.doubts[:NAMED])
            yield _warning(
                "unfaithful", item, title=one_line(item.title), what=what, doubts=item.doubts
            )


def lead_without_image(facts: Facts) -> Iterator[Finding]:
    """A lead is made to be shown with an image."""
    for item in facts.doc.items:
        if item.role == Role.LEAD and not item.image:
            yield _warning("lead_without_image", item, title=one_line(item.title))


def empty_section(facts: Facts) -> Iterator[Finding]:
    """A section without stories is left out of the mail."""
    for section in facts.doc.sections:
        if not section.items:
            yield Finding(
                Level.WARNING, "empty_section", {"title": one_line(section.title)},
                section_id=section.id,
            )


def subject_long(facts: Facts) -> Iterator[Finding]:
    """A subject that mail programs cut."""
    length = letters(one_line(facts.doc.subject))
    if length > SUBJECT_AT:
        yield _warning("subject_long", length=length, most=SUBJECT_AT)


def subject_latin_first(facts: Facts) -> Iterator[Finding]:
    """A subject that starts with a Latin word is ordered from the left by many programs."""
    strong = (unicodedata.bidirectional(letter) for letter in facts.doc.subject)
    if next((kind for kind in strong if kind in {"L", "R", "AL"}), "") == "L":
        yield _warning("subject_latin_first")


def no_preheader(facts: Facts) -> Iterator[Finding]:
    """Without a preheader the inbox shows the mail's first words."""
    if not one_line(facts.doc.preheader):
        yield _warning("no_preheader")


def preheader_long(facts: Facts) -> Iterator[Finding]:
    """A preheader that mail programs cut."""
    length = letters(one_line(facts.doc.preheader))
    if length > PREHEADER_AT:
        yield _warning("preheader_long", length=length, most=PREHEADER_AT)


def preheader_repeats_subject(facts: Facts) -> Iterator[Finding]:
    """A preheader that says the subject again wastes the second line of the inbox."""
    said = set(fold(facts.doc.subject).split())
    words = fold(facts.doc.preheader).split()
    if words and sum(word in said for word in words) / len(words) >= REPEATED:
        yield _warning("preheader_repeats_subject")


CHECKS: tuple[Check, ...] = (
    no_subject, no_items, render_failed, too_large, no_postal_address, no_unsubscribe, no_title,
    bad_link, subject_long, subject_latin_first, no_preheader, preheader_long,
    preheader_repeats_subject, empty_section, lead_without_image, missing_alt, bad_image,
    link_dead, link_broken, link_moved_home, link_slow, source_changed, source_excluded,
    told_before, no_summary, unopened, unfaithful, two_spellings, duplicate_link, foreign_host,
)  # fmt: skip


def letters(text: str) -> int:
    """Count what a reader sees as one letter: harakat, joiners and emoji modifiers not apart."""
    count = 0
    joined = flag = False
    for letter in text:
        regional = "\U0001f1e6" <= letter <= "\U0001f1ff"
        if letter == "\u200d":
            joined = True
            continue
        if unicodedata.category(letter) in {"Mn", "Me", "Cf"} or "\U0001f3fb" <= letter <= "\U0001f3ff":
            continue
        if not joined and not (regional and flag):
            count += 1
        flag = regional and not flag
        joined = False
    return count


def _reached(facts: Facts) -> Iterator[tuple[ItemDoc, Reach]]:
    """Yield the links that were asked, each with its item."""
    for item in facts.doc.items:
        for one in item.reached:
            yield item, one


def _is_front(url: str) -> bool:
    try:
        parts = urls.split(url)
    except urls.BadUrl:
        return False
    return parts.path == "/" and parts.query is None


def _shows_image(item: ItemDoc) -> bool:
    return item.role != Role.BRIEF and bool(web_address(item.image))


def _kilobytes(size: int) -> int:
    return -(-size // 1024)


def _error(code: str, item: ItemDoc | None = None, **facts: object) -> Finding:
    return Finding(Level.ERROR, code, facts, item_id=item.id if item else None)


def _warning(code: str, item: ItemDoc | None = None, **facts: object) -> Finding:
    return Finding(Level.WARNING, code, facts, item_id=item.id if item else None)
