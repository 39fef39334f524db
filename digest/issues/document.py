"""An issue as a value: everything that rendering needs, and what rendering gives back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from digest.articles.fidelity.check import Doubt
from digest.issues.sandbox import OwnTemplate
from digest.newsletters.colours import LIGHT
from digest.newsletters.looks import BLOCKS, DESIGNS


class Slot(StrEnum):
    """What differs from reader to reader: whole addresses that stand in the bytes as these words.

    They are letters and hyphens only, so neither HTML nor MJML escaping changes them.
    """

    LEAVE = "digest-slot-leave"
    PREFERENCES = "digest-slot-preferences"
    CLICK = "digest-slot-click"  # the front of every counted link; its number follows
    OPEN = "digest-slot-open"


SLOT = re.compile("(" + "|".join(slot.value for slot in Slot) + ")")


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to write the same issue; readers of one variant get the same bytes but the slots."""

    digits: str = "latn"

    @property
    def name(self) -> str:
        """Return the key of the stored edition."""
        return self.digits


@dataclass(frozen=True, slots=True)
class Look:
    """How a newsletter writes and looks; ``months`` and ``hijri_offset`` as in ``text.dates``.

    ``logo`` is the address of its picture, ``blocks`` what its mails show and in which order;
    ``own`` its MJML: the version in use, then the one that was good before.
    """

    name: str
    tagline: str
    brand: str
    months: str
    digits: str
    hijri: bool
    hijri_offset: int
    postal_address: str
    ink: str = LIGHT.ink
    surface: str = LIGHT.surface
    ground: str = LIGHT.ground
    design: str = DESIGNS[0]
    font: str = "segoe"
    blocks: tuple[str, ...] = BLOCKS
    logo: str = ""
    logo_width: int = 0
    own: tuple[OwnTemplate, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """What came of asking a link: ``outcome`` is that of ``system.fetch``.

    ``lands_on`` is where it led when elsewhere; ``kept`` the share of the page's first sentences
    that it still has.
    """

    url: str
    outcome: str
    status: int | None
    lands_on: str
    seconds: float
    kept: float
    at: datetime


@dataclass(frozen=True, slots=True)
class ItemDoc:
    """One story. ``role`` is lead, second or brief; ``minutes`` of reading, 0 when unknown.

    ``sources`` are those its summary takes from, when there are several; ``doubts`` what in it
    they do not bear out.
    A later development of what the newsletter told before names that issue's number and, where
    there is a public archive, its page. ``told_in`` is the number of the issue that told this very
    story, ``told_news`` how many articles it has gained since. ``excluded`` when an editor set its
    article aside; ``unseen`` when no person has opened its summary;
    ``reached`` is what is known of its link and image.
    """

    id: int
    role: str
    title: str
    link: str
    summary: str
    source_name: str
    minutes: int
    image: str | None = None
    image_alt: str = ""
    sources: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    earlier_number: int | None = None
    earlier_url: str | None = None
    told_in: int | None = None
    told_news: int = 0
    excluded: bool = False
    unseen: bool = False
    reached: tuple[Reach, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionDoc:
    """A titled part of an issue."""

    id: int
    title: str
    items: tuple[ItemDoc, ...]


@dataclass(frozen=True, slots=True)
class IssueDoc:
    """An issue with its newsletter's look and the addresses it links to.

    ``day`` is the local date printed in it; ``hosts`` are the hosts that its links and images may
    lead to; the addresses are absolute, ``None`` where the newsletter has no public archive.
    """

    issue_id: int
    newsletter_id: int
    number: int | None
    version: int
    subject: str
    preheader: str
    note: str
    note_by: str
    day: date
    sections: tuple[SectionDoc, ...]
    look: Look
    hosts: frozenset[str]
    view_url: str | None
    archive_url: str | None
    subscribe_url: str | None

    @property
    def items(self) -> tuple[ItemDoc, ...]:
        """Return every story in reading order."""
        return tuple(item for section in self.sections for item in section.items)


class Level(StrEnum):
    """Errors block sending, warnings do not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something an editor should know: a code, the facts of its sentence, and where it is."""

    level: Level
    code: str
    facts: Mapping[str, object]
    item_id: int | None = None
    section_id: int | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered issue: HTML and text with the slots still in them.

    ``size`` is the bytes of the HTML, ``sha256`` of subject, HTML and text.
    """

    subject: str
    html: str
    text: str
    findings: tuple[Finding, ...]
    size: int
    sha256: str

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Return the findings that block sending."""
        return tuple(one for one in self.findings if one.level is Level.ERROR)
