"""Lists of readers, and how many people a newsletter reaches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select
from sqlalchemy.orm import Session

from digest.audience.models import MailingList, Membership, MembershipState
from digest.audience.suppress import recipients, sole_list
from digest.system import tally
from digest.system.errors import NotFound, Refused

KEPT = "lists"  # the name that the counts of all lists are kept under
STATES = ("on", "paused", "pending", "left")
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list and its readers: receiving (paused ones included), not confirmed, gone."""

    id: int
    name: str
    slug: str
    on: int
    paused: int
    pending: int
    left: int
    created_at: datetime


def add_list(db: Session, name: str, slug: str, *, now: datetime) -> int:
    """Add a list and return its id; raises Refused("no_name", "bad_slug" or "slug_taken")."""
    if not name.strip():
        raise Refused("no_name")
    if not SLUG.fullmatch(slug):
        raise Refused("bad_slug", slug=slug)
    if db.scalar(select(MailingList.id).where(MailingList.slug == slug)) is not None:
        raise Refused("slug_taken", slug=slug)
    row = MailingList(name=name.strip(), slug=slug, created_at=now)
    db.add(row)
    db.flush()
    return row.id


def rename_list(db: Session, list_id: int, name: str) -> None:
    """Give a list another name; raises Refused("no_name") or NotFound("no_such_list")."""
    row = db.get(MailingList, list_id)
    if row is None:
        raise NotFound("no_such_list", list=list_id)
    if not name.strip():
        raise Refused("no_name")
    row.name = name.strip()
    db.flush()


def list_lists(db: Session) -> tuple[ListRow, ...]:
    """Return every list with its counts, oldest first, in one question."""
    found = tally.kept(db, KEPT)
    if found is None:
        return tuple(_list_row(row) for row in db.execute(_rows()))
    rows = db.scalars(select(MailingList).order_by(MailingList.id))
    return tuple(_kept_row(row, found.facts) for row in rows)


def count_lists(db: Session) -> dict[str, list[int]]:
    """Count the readers of every list by state, in the order of STATES."""
    return {
        str(row.id): [getattr(row, state) for state in STATES] for row in db.execute(_rows())
    }


def get_list(db: Session, list_id: int) -> ListRow:
    """Return one list; raises NotFound("no_such_list")."""
    found = tally.kept(db, KEPT)
    if found is not None and (kept := db.get(MailingList, list_id)) is not None:
        return _kept_row(kept, found.facts)
    row = db.execute(_rows().where(MailingList.id == list_id)).first()
    if row is None:
        raise NotFound("no_such_list", list=list_id)
    return _list_row(row)


def get_list_by_slug(db: Session, slug: str) -> ListRow:
    """Return the list of a slug; raises NotFound("no_such_list")."""
    row = db.execute(_rows().where(MailingList.slug == slug)).first()
    if row is None:
        raise NotFound("no_such_list", list=slug)
    return _list_row(row)


def count_recipients(db: Session, newsletter_id: int, now: datetime) -> int:
    """Count the people who would get the newsletter if it were sent now, each once.

    Where readers are many it is what was counted a moment ago; a send takes those of its moment.
    """
    found = tally.kept(db, recipients_name(newsletter_id))
    return int(found.facts) if found else count_recipients_now(db, newsletter_id, now)


def recipients_name(newsletter_id: int) -> str:
    """Return the name that the number of a newsletter's recipients is kept under."""
    return f"recipients:{newsletter_id}"


def count_recipients_now(db: Session, newsletter_id: int, now: datetime) -> int:
    """Count the recipients one by one."""
    people = recipients(
        newsletter_id, now=now, default_digits="latn", only_list=sole_list(db, newsletter_id)
    ).order_by(None).subquery()
    return db.scalar(select(func.count()).select_from(people)) or 0


def _rows() -> Select[*tuple[Any, ...]]:
    def of(*states: MembershipState) -> ColumnElement[int]:
        wanted = Membership.state.in_([state.value for state in states])
        return func.coalesce(func.sum(case((wanted, 1), else_=0)), 0)

    return (
        select(
            MailingList.id, MailingList.name, MailingList.slug, MailingList.created_at,
            of(MembershipState.ON).label("on"), of(MembershipState.PAUSED).label("paused"),
            of(MembershipState.PENDING).label("pending"), of(MembershipState.LEFT).label("left"),
        )
        .outerjoin(Membership, Membership.list_id == MailingList.id)
        .group_by(MailingList.id)
        .order_by(MailingList.id)
    )


def _kept_row(row: MailingList, facts: Mapping[str, list[int]]) -> ListRow:
    """A list with the counts that are kept; a new one has none yet."""
    on, paused, pending, left = facts.get(str(row.id), [0] * len(STATES))
    return ListRow(
        id=row.id, name=row.name, slug=row.slug, on=on, paused=paused, pending=pending, left=left,
        created_at=row.created_at,
    )


def _list_row(row: Row[*tuple[Any, ...]]) -> ListRow:
    return ListRow(
        id=row.id, name=row.name, slug=row.slug, on=row.on, paused=row.paused,
        pending=row.pending, left=row.left, created_at=row.created_at,
    )
