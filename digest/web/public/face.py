"""What reader pages show of a newsletter: its name, its hours, and the ways in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from digest.audience import forms
from digest.newsletters.manage import NewsletterRow, get_newsletter
from digest.system.errors import NotFound
from digest.text import dates
from digest.text.calendars import WEEKDAYS

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Face:
    """A newsletter as a reader page shows it; addresses are paths, None where nothing is."""

    name: str
    tagline: str = ""
    rhythm: str = ""
    archive: str | None = None
    subscribe: str | None = None


NOBODY = Face(name="نشرة")  # the newsletter of an old link may be gone


def face_of(db: Session, newsletter_id: int) -> Face:
    """Return the face of a newsletter, or NOBODY when it was deleted."""
    try:
        return face(db, get_newsletter(db, newsletter_id))
    except NotFound:
        return NOBODY


def face(db: Session, newsletter: NewsletterRow) -> Face:
    """Return the face of a newsletter that was loaded."""
    key = forms.key_for(db, newsletter.id)
    return Face(
        name=newsletter.name,
        tagline=newsletter.tagline,
        rhythm=rhythm(newsletter.rule, newsletter.digits),
        archive=url_for("public.newsletter", slug=newsletter.slug) if newsletter.public else None,
        subscribe=url_for("public.subscribe", key=key) if key else None,
    )


def rhythm(rule: Mapping[str, Any], digits: str) -> str:
    """Return when a newsletter comes, in words; nothing for a calendar too odd to be said."""
    if rule.get("kind") not in {"daily", "weekly"}:
        return ""
    hour = dates.clock_time(time.fromisoformat(str(rule["at"])), numerals=digits, lang="ar")
    days = EVERY_DAY if rule["kind"] == "daily" else frozenset(rule["days"])
    if days == EVERY_DAY:
        return f"كل يوم عند {hour}"
    names = [WEEKDAYS[day] for day in sorted(days, key=lambda day: (day + 2) % 7)]  # from Saturday on
    if len(names) == 1:
        return f"كل أسبوع، يوم {names[0]} عند {hour}"
    return f"كل أسبوع، أيام {' و'.join(names)} عند {hour}"
