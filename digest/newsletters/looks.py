"""What a newsletter looks like: design, colours, font, logo and the blocks of its mail."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from digest.newsletters.colours import CHOSEN, unreadable
from digest.newsletters.models import Newsletter
from digest.staff import audit
from digest.system.errors import NotFound, Refused

DESIGNS = ("simple", "paper", "brief")
# Families that mail programs have themselves: no mail loads a font.
FONTS: dict[str, str] = {
    "segoe": "'Segoe UI',Tahoma,'Geeza Pro','Noto Sans Arabic',Arial,sans-serif",
    "tahoma": "Tahoma,'Geeza Pro','Noto Sans Arabic',Arial,sans-serif",
    "arial": "Arial,'Geeza Pro','Noto Sans Arabic',sans-serif",
    "naskh": "'Times New Roman','Noto Naskh Arabic','Geeza Pro',serif",
}
# In their usual order. The footer, with the way to leave, closes every mail.
BLOCKS = ("top", "masthead", "dates", "note", "sections", "share")
FIXED = frozenset({"sections"})  # a mail without its stories is none
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class LookValues:
    """What an editor decides about the look; ``blocks`` are those that are on, in their order.

    ``template`` is the number of the version of its own MJML in use, 0 for the design.
    """

    brand: str = CHOSEN["brand"]
    ink: str = CHOSEN["ink"]
    surface: str = CHOSEN["surface"]
    ground: str = CHOSEN["ground"]
    design: str = DESIGNS[0]
    font: str = "segoe"
    blocks: tuple[str, ...] = BLOCKS
    logo: str = ""
    template: int = 0

    @property
    def colours(self) -> dict[str, str]:
        """Return the chosen colours by name."""
        return {name: getattr(self, name) for name in CHOSEN}


def get_look(db: Session, newsletter_id: int) -> LookValues:
    """Return a newsletter's look; raises NotFound("no_such_newsletter")."""
    return look_of(_newsletter(db, newsletter_id))


def look_of(newsletter: Newsletter) -> LookValues:
    """Return the look in a row; what it does not say is as usual."""
    kept = {name: value for name, value in newsletter.look.items()
            if name in LookValues.__dataclass_fields__}
    if "blocks" in kept:
        kept["blocks"] = tuple(kept["blocks"])
    return LookValues(**{**kept, "brand": newsletter.brand})


def save_look(
    db: Session, newsletter_id: int, values: LookValues, *, now: datetime, by: int | None = None
) -> None:
    """Store a look. Raises Refused("bad_look", "bad_colour", "unreadable").

    Logo and template have their own ways in and stay what they are.
    """
    check_look(values)
    newsletter = _newsletter(db, newsletter_id)
    stored = look_of(newsletter)
    _store(newsletter, replace(values, logo=stored.logo, template=stored.template))
    audit.record(db, "newsletter.look", now=now, by=by, subject="newsletter",
                 subject_id=newsletter_id)


def reset_look(
    db: Session, newsletter_id: int, *, now: datetime, by: int | None = None
) -> None:
    """Give a newsletter the usual look again; without logo and own template."""
    _store(_newsletter(db, newsletter_id), LookValues())
    audit.record(db, "newsletter.look_reset", now=now, by=by, subject="newsletter",
                 subject_id=newsletter_id)


def set_logo(newsletter: Newsletter, token: str) -> None:
    """Show a logo from now on, or none."""
    _store(newsletter, replace(look_of(newsletter), logo=token))


def set_template(newsletter: Newsletter, n: int) -> None:
    """Make mails with a version of its own template, or with the design for 0."""
    _store(newsletter, replace(look_of(newsletter), template=n))


def check_look(values: LookValues) -> None:
    """Refuse what no mail can be made with, and colours that nobody could read.

    Of unreadable pairs the first is told: the facts are codes of its two colours.
    """
    if values.design not in DESIGNS or values.font not in FONTS:
        raise Refused("bad_look")
    if len(set(values.blocks)) != len(values.blocks) or not FIXED <= set(values.blocks) <= set(BLOCKS):
        raise Refused("bad_look")
    for colour in values.colours.values():
        if not COLOUR.fullmatch(colour):
            raise Refused("bad_colour", colour=colour)
    for pair in unreadable(values.colours):
        raise Refused("unreadable", text=pair.text, ground=pair.ground, nearest=pair.nearest,
                      contrast=round(pair.contrast, 2))


def arranged(on: Sequence[str], places: Mapping[str, int]) -> tuple[str, ...]:
    """Return the blocks that are on, in the order of their places; equal places as usual."""
    wanted = {*on, *FIXED}
    return tuple(sorted((one for one in BLOCKS if one in wanted), key=lambda one: places.get(one, 0)))


def _newsletter(db: Session, newsletter_id: int) -> Newsletter:
    newsletter = db.get(Newsletter, newsletter_id)
    if newsletter is None:
        raise NotFound("no_such_newsletter", newsletter=newsletter_id)
    return newsletter


def _store(newsletter: Newsletter, values: LookValues) -> None:
    kept: dict[str, Any] = {**asdict(values), "blocks": list(values.blocks)}
    newsletter.brand = kept.pop("brand")
    newsletter.look = kept
