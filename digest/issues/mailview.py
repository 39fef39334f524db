"""An issue as its templates read it: clean words, finished dates and counts, only safe links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from digest.issues.document import IssueDoc, ItemDoc, SectionDoc, Slot, Variant
from digest.issues.models import Role
from digest.text import dates, numbers, plural, urls
from digest.text.clean import strip_controls

LANGUAGE = "ar"
_SLOT = "digest-slot-"


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story. ``link`` and ``image`` are safe web addresses or empty; ``read`` is in words.

    ``follows`` says which issue told it before, "" when none did; ``earlier`` is that issue's page.
    """

    number: str
    title: str
    link: str
    paragraphs: tuple[str, ...]
    source: str
    read: str
    minutes: str
    image: str
    image_alt: str
    follows: str
    earlier: str


@dataclass(frozen=True, slots=True)
class BlockView:
    """Stories in a row that look alike; ``kind`` is lead, second, thumbnail or brief."""

    kind: str
    stories: tuple[StoryView, ...]


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section that has stories."""

    title: str
    blocks: tuple[BlockView, ...]


@dataclass(frozen=True, slots=True)
class IssueView:
    """The whole mail; what it does not have is empty. The slots stand in it as their words."""

    name: str
    tagline: str
    subject: str
    preheader: str
    date_line: str
    hijri_line: str
    number_line: str
    read_line: str
    note: tuple[str, ...]
    note_by: str
    sections: tuple[SectionView, ...]
    postal_address: tuple[str, ...]
    view_url: str
    archive_url: str
    subscribe_url: str
    leave_url: str
    preferences_url: str
    blocks: tuple[str, ...]


def view_issue(doc: IssueDoc, variant: Variant) -> IssueView:
    """Prepare an issue for its templates in one variant."""
    look = doc.look
    number = numbers.digits(str(doc.number), variant.digits) if doc.number is not None else ""
    return IssueView(
        name=one_line(look.name),
        tagline=one_line(look.tagline),
        subject=one_line(doc.subject),
        preheader=one_line(doc.preheader),
        date_line=dates.date_line(doc.day, months=look.months, numerals=variant.digits),
        hijri_line=dates.hijri_line(doc.day, numerals=variant.digits, offset=look.hijri_offset)
        if look.hijri else "",
        number_line=f"العدد {number}" if number else "",
        read_line=_count("read", dates.read_minutes(_words(doc)), variant) if doc.items else "",
        note=paragraphs(doc.note) if "note" in look.blocks else (),
        note_by=one_line(doc.note_by) if "note" in look.blocks else "",
        sections=_sections(doc.sections, variant),
        postal_address=paragraphs(look.postal_address),
        view_url=web_address(doc.view_url),
        archive_url=web_address(doc.archive_url),
        subscribe_url=web_address(doc.subscribe_url) if "share" in look.blocks else "",
        leave_url=Slot.LEAVE.value,
        preferences_url=Slot.PREFERENCES.value,
        blocks=look.blocks,
    )


def one_line(text: str) -> str:
    """Return outside text as one clean line."""
    return " ".join(outside(text).split())


def paragraphs(text: str) -> tuple[str, ...]:
    """Return outside text as clean paragraphs, one a line."""
    lines = (" ".join(line.split()) for line in outside(text).split("\n"))
    return tuple(line for line in lines if line)


def outside(text: str) -> str:
    """Return outside text without controls, and without any word that would be filled as a slot.

    A story that says ``digest-slot-leave`` must not be given the reader's own address.
    """
    return strip_controls(text).replace(_SLOT, "digest slot-")


@lru_cache(maxsize=4096)  # view and checks ask for each address several times
def web_address(url: str | None) -> str:
    """Return an address that may stand in a mail: http(s), no slot in it; "" for any other."""
    url = (url or "").strip()
    return url.replace(_SLOT, "digest%2Dslot-") if urls.is_http(url) else ""


def _sections(sections: Sequence[SectionDoc], variant: Variant) -> tuple[SectionView, ...]:
    views = []
    place = 0
    for section in sections:
        blocks = []
        for kind, items in groupby(section.items, key=_kind):
            stories = []
            for item in items:
                place += 1
                stories.append(_story(item, place, variant))
            blocks.append(BlockView(kind, tuple(stories)))
        if blocks:
            views.append(SectionView(one_line(section.title), tuple(blocks)))
    return tuple(views)


def _kind(item: ItemDoc) -> str:
    if item.role == Role.SECOND and web_address(item.image):
        return "thumbnail"
    return item.role


def _story(item: ItemDoc, place: int, variant: Variant) -> StoryView:
    return StoryView(
        number=numbers.digits(str(place), variant.digits),
        title=one_line(item.title),
        link=web_address(item.link),
        paragraphs=() if item.role == Role.BRIEF else paragraphs(item.summary),
        source=_source(item),
        read=_count("read", item.minutes, variant) if item.minutes else "",
        minutes=_count("minute", item.minutes, variant) if item.minutes else "",
        image="" if item.role == Role.BRIEF else web_address(item.image),
        image_alt=one_line(item.image_alt),
        follows=_follows(item, variant),
        earlier=web_address(item.earlier_url),
    )


def _source(item: ItemDoc) -> str:
    """The source of a story, or all that its summary takes from."""
    if len(item.sources) < 2 or item.role == Role.BRIEF:
        return one_line(item.source_name)
    return f"المصادر: {'، '.join(one_line(name) for name in item.sources)}"


def _follows(item: ItemDoc, variant: Variant) -> str:
    if item.earlier_number is None:
        return ""
    return f"متابعة لما ورد في العدد {numbers.digits(str(item.earlier_number), variant.digits)}"


def _count(noun: str, n: int, variant: Variant) -> str:
    return plural.count(noun, n, lang=LANGUAGE, numerals=variant.digits)


def _words(doc: IssueDoc) -> int:
    """How many words the mail itself gives to read."""
    texts = [doc.note, *(f"{item.title} {_shown(item)}" for item in doc.items)]
    return sum(len(text.split()) for text in texts)


def _shown(item: ItemDoc) -> str:
    return "" if item.role == Role.BRIEF else item.summary
