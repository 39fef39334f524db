"""Adding and changing newsletters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from digest.newsletters.calendar import check_rule
from digest.newsletters.models import Late, Newsletter, Policy, Unanswered, newsletter_list
from digest.staff import audit
from digest.system.errors import NotFound, Refused
from digest.text.clean import strip_controls

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?")
FIRST_ZONE = "Asia/Damascus"
DAILY = {"kind": "daily", "at": "06:00"}


@dataclass(frozen=True, slots=True)
class NewsletterValues:
    """What an editor decides about a newsletter; the names are the columns'."""

    name: str
    slug: str
    sender_address: str
    sender_name: str = ""
    tagline: str = ""
    reply_to: str = ""
    editor_address: str = ""
    postal_address: str = ""
    zone: str = FIRST_ZONE
    rule: Mapping[str, Any] = field(default_factory=lambda: dict(DAILY))
    policy: str = Policy.REVIEW.value
    unanswered: str = Unanswered.HOLD.value
    four_eyes: bool = False
    late: str = Late.SEND.value
    grace_minutes: int = 120
    lead_minutes: int = 60
    period_hours: int = 24
    min_items: int = 3
    max_items: int = 12
    months: str = "both"
    digits: str = "latn"
    hijri: bool = False
    hijri_offset: int = 0
    brand: str = "#0B5563"
    public: bool = True
    active: bool = True
    quiet_from: str = ""
    quiet_to: str = ""
    track_opens: bool = False
    track_clicks: bool = False
    list_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NewsletterRow(NewsletterValues):
    """A newsletter as surfaces show it."""

    id: int = 0


def add_newsletter(
    db: Session, values: NewsletterValues, *, now: datetime, by: int | None = None
) -> int:
    """Add a newsletter and return its id; its first slot is the next one from now.

    Raises Refused("bad_slug", "slug_taken", "bad_sender", "bad_rule", "bad_zone", "bad_brand",
    "four_eyes_alone").
    """
    _check(db, values, newsletter_id=None)
    newsletter = Newsletter(**_columns(values), planned_until=now, created_at=now)
    db.add(newsletter)
    db.flush()
    set_lists(db, newsletter.id, values.list_ids)
    audit.record(db, "newsletter.add", now=now, by=by, subject="newsletter",
                 subject_id=newsletter.id)
    return newsletter.id


def update_newsletter(
    db: Session, newsletter_id: int, values: NewsletterValues, *, now: datetime,
    by: int | None = None,
) -> None:
    """Change a newsletter; a changed calendar counts from now, so no old slot comes back."""
    newsletter = _newsletter(db, newsletter_id)
    _check(db, values, newsletter_id=newsletter_id)
    if (newsletter.rule, newsletter.zone) != (dict(values.rule), values.zone):
        newsletter.planned_until = now
    for name, value in _columns(values).items():
        setattr(newsletter, name, value)
    set_lists(db, newsletter_id, values.list_ids)
    audit.record(db, "newsletter.change", now=now, by=by, subject="newsletter",
                 subject_id=newsletter_id)


def free_slug(db: Session, name: str) -> str:
    """Return a slug that nobody has: the Latin letters of a name, or "digest", with a number."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower())[:40].strip("-") or "digest"
    taken = set(db.scalars(select(Newsletter.slug).where(Newsletter.slug.startswith(stem))))
    return next(
        slug for n in range(1, len(taken) + 2)
        if (slug := stem if n == 1 else f"{stem}-{n}") not in taken
    )


def set_lists(db: Session, newsletter_id: int, list_ids: Sequence[int]) -> None:
    """Send a newsletter to exactly these lists."""
    db.execute(delete(newsletter_list).where(newsletter_list.c.newsletter_id == newsletter_id))
    rows = [{"newsletter_id": newsletter_id, "list_id": list_id} for list_id in set(list_ids)]
    if rows:
        db.execute(insert(newsletter_list), rows)


def newsroom_zone(db: Session) -> str:
    """Return whose clocks the newsroom goes by: the first newsletter's zone, else Damascus."""
    return db.scalar(select(Newsletter.zone).order_by(Newsletter.id).limit(1)) or FIRST_ZONE


def list_newsletters(db: Session) -> tuple[NewsletterRow, ...]:
    """Return every newsletter, oldest first."""
    return tuple(_row(db, one) for one in db.scalars(select(Newsletter).order_by(Newsletter.id)))


def get_newsletter(db: Session, newsletter_id: int) -> NewsletterRow:
    """Return one newsletter; raises NotFound("no_such_newsletter")."""
    return _row(db, _newsletter(db, newsletter_id))


def get_by_slug(db: Session, slug: str) -> NewsletterRow:
    """Return the newsletter of a slug; raises NotFound("no_such_newsletter")."""
    newsletter = db.scalar(select(Newsletter).where(Newsletter.slug == slug))
    if newsletter is None:
        raise NotFound("no_such_newsletter", newsletter=slug)
    return _row(db, newsletter)


def _newsletter(db: Session, newsletter_id: int) -> Newsletter:
    newsletter = db.get(Newsletter, newsletter_id)
    if newsletter is None:
        raise NotFound("no_such_newsletter", newsletter=newsletter_id)
    return newsletter


def _columns(values: NewsletterValues) -> dict[str, Any]:
    columns = asdict(values)
    columns.pop("list_ids")
    columns["rule"] = dict(values.rule)
    # These become mail headers and titles: one line each, whatever was pasted.
    for name in ("name", "sender_name", "tagline"):
        columns[name] = " ".join(strip_controls(columns[name]).split())
    columns["sender_name"] = columns["sender_name"] or columns["name"]
    return columns


def _row(db: Session, newsletter: Newsletter) -> NewsletterRow:
    lists = db.scalars(
        select(newsletter_list.c.list_id).where(newsletter_list.c.newsletter_id == newsletter.id)
    )
    names = NewsletterRow.__dataclass_fields__.keys() - {"list_ids"}
    return NewsletterRow(
        **{name: getattr(newsletter, name) for name in names}, list_ids=tuple(sorted(lists))
    )


def _check(db: Session, values: NewsletterValues, *, newsletter_id: int | None) -> None:
    if not strip_controls(values.name).strip():
        raise Refused("no_name")
    if not SLUG.fullmatch(values.slug):
        raise Refused("bad_slug", slug=values.slug)
    taken = db.scalar(select(Newsletter.id).where(Newsletter.slug == values.slug))
    if taken is not None and taken != newsletter_id:
        raise Refused("slug_taken", slug=values.slug)
    for address in (values.sender_address, values.reply_to, values.editor_address):
        if address and not re.fullmatch(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+", address):
            raise Refused("bad_sender")
    if not values.sender_address:
        raise Refused("bad_sender")
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", values.brand):
        raise Refused("bad_brand", brand=values.brand)
    if values.four_eyes and (
        values.policy == Policy.AUTO or values.unanswered != Unanswered.HOLD
    ):
        raise Refused("four_eyes_alone")
    check_rule(values.rule, values.zone)
