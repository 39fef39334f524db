"""Sign-up forms that sites embed: each feeds one list and may name the sites it is meant for."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.audience.models import Form, MailingList, Membership, MembershipState
from digest.newsletters.models import Newsletter, newsletter_list
from digest.system import tally
from digest.system.db import exists
from digest.system.errors import NotFound, Refused

# An origin as browsers send it (RFC 6454): scheme, host, port when it is not the usual one.
ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+\.)*[a-z0-9-]+(?::\d{1,5})?|https?://\[[0-9a-f:]+\](?::\d{1,5})?")
KEPT = "forms"  # the name that the counts of all forms are kept under
CONSENT = "أوافق على استلام النشرة"


@dataclass(frozen=True, slots=True)
class FormValues:
    """What an editor decides about a form; empty texts fall back to the newsletter's."""

    name: str
    list_id: int
    newsletter_id: int
    heading: str = ""
    text: str = ""
    consent_text: str = CONSENT
    allowed_origins: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class FormRow(FormValues):
    """A form as surfaces show it, with how many asked through it and how many confirmed."""

    id: int = 0
    public_key: str = ""
    newsletter_name: str = ""
    newsletter_slug: str = ""
    list_name: str = ""
    asked: int = 0
    confirmed: int = 0


def add_form(db: Session, values: FormValues, *, now: datetime) -> int:
    """Add a form and return its id.

    Raises Refused("no_name" | "bad_origin" | "list_not_sent"): the newsletter must go to the
    list, or people would confirm and then wait for nothing.
    """
    columns = _columns(db, values)
    row = Form(public_key=secrets.token_urlsafe(12), created_at=now, **columns)
    db.add(row)
    db.flush()
    return row.id


def update_form(db: Session, form_id: int, values: FormValues) -> None:
    """Change a form; its public key stays, so embedded copies go on working."""
    row = db.get(Form, form_id)
    if row is None:
        raise NotFound("no_such_form", form=form_id)
    for name, value in _columns(db, values).items():
        setattr(row, name, value)
    db.flush()


def delete_form(db: Session, form_id: int) -> None:
    """Remove a form; people who came through it stay."""
    row = db.get(Form, form_id)
    if row is None:
        raise NotFound("no_such_form", form=form_id)
    db.delete(row)
    db.flush()


def list_forms(db: Session) -> tuple[FormRow, ...]:
    """Return every form, oldest first."""
    counts = _counts(db)
    return tuple(_form_row(db, row, counts) for row in db.scalars(select(Form).order_by(Form.id)))


def count_forms(db: Session) -> dict[str, list[int]]:
    """Count who asked through each form that anybody came by, and who of them confirmed."""
    rows = db.execute(
        select(Membership.form_id, Membership.state, func.count())
        .where(Membership.form_id.is_not(None)).group_by(Membership.form_id, Membership.state)
    )
    counts: dict[str, list[int]] = {}
    for form_id, state, people in rows:
        found = counts.setdefault(str(form_id), [0, 0])
        found[0] += people
        found[1] += people * (state != MembershipState.PENDING)
    return counts


def _counts(db: Session) -> Mapping[str, list[int]]:
    """Return the counts of all forms: as they are kept, else counted now."""
    found = tally.kept(db, KEPT)
    return dict(found.facts) if found else count_forms(db)


def get_form(db: Session, form_id: int) -> FormRow:
    """Return one form; raises NotFound("no_such_form")."""
    return _found(db, db.get(Form, form_id), form_id, _counts(db))


def form_by_key(db: Session, public_key: str) -> FormRow:
    """Return the form of a public key, for pages that show no counts, so that none are made.

    Raises NotFound("no_such_form").
    """
    row = db.scalar(select(Form).where(Form.public_key == public_key))
    return _found(db, row, public_key, {})


def key_for(db: Session, newsletter_id: int) -> str | None:
    """Return the public key of a newsletter's first form, or None when it has none."""
    return db.scalar(
        select(Form.public_key)
        .where(Form.newsletter_id == newsletter_id).order_by(Form.id).limit(1)
    )


def read_origins(text: str) -> tuple[str, ...]:
    """Read origins typed one a line; raises Refused("bad_origin", origin=…) for what is none."""
    found = []
    for line in text.split():
        origin = line.strip().rstrip("/").lower()
        if not ORIGIN.fullmatch(origin):
            raise Refused("bad_origin", origin=line)
        found.append(origin)
    return tuple(dict.fromkeys(found))


def origin_allowed(form: FormRow, origin: str | None, own: Sequence[str]) -> bool:
    """Tell whether a form may be posted from an origin: any when none is named, else those named.

    Our own pages always may. Browsers always send the origin of a POST (Fetch, 2020), so with a
    list a missing one is refused.
    """
    if not form.allowed_origins:
        return True
    return (origin or "").lower() in {*form.allowed_origins, *own}


def _columns(db: Session, values: FormValues) -> dict[str, object]:
    if not values.name.strip():
        raise Refused("no_name")
    sent = select(newsletter_list.c.list_id).where(
        newsletter_list.c.list_id == values.list_id,
        newsletter_list.c.newsletter_id == values.newsletter_id,
    )
    if not exists(db, sent):
        raise Refused("list_not_sent")
    return {
        "name": values.name.strip(), "list_id": values.list_id,
        "newsletter_id": values.newsletter_id, "heading": values.heading.strip(),
        "text": values.text.strip(), "consent_text": values.consent_text.strip() or CONSENT,
        "allowed_origins": list(read_origins("\n".join(values.allowed_origins))),
    }


def _found(
    db: Session, row: Form | None, name: object, counts: Mapping[str, list[int]]
) -> FormRow:
    if row is None:
        raise NotFound("no_such_form", form=name)
    return _form_row(db, row, counts)


def _form_row(db: Session, row: Form, counts: Mapping[str, list[int]]) -> FormRow:
    newsletter = db.get_one(Newsletter, row.newsletter_id)
    asked, confirmed = counts.get(str(row.id), (0, 0))
    return FormRow(
        id=row.id, public_key=row.public_key, name=row.name, list_id=row.list_id,
        newsletter_id=row.newsletter_id, heading=row.heading, text=row.text,
        consent_text=row.consent_text, allowed_origins=tuple(row.allowed_origins),
        newsletter_name=newsletter.name, newsletter_slug=newsletter.slug,
        list_name=db.get_one(MailingList, row.list_id).name, asked=asked,
        confirmed=confirmed,
    )
