"""Readers as the admin shows them: a page of rows, and one person with the whole history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Exists, and_, false, func, or_, select
from sqlalchemy.orm import Session

from digest.audience.models import (
    Consent,
    Form,
    MailingList,
    Membership,
    MembershipState,
    Subscriber,
    SubscriberState,
)
from digest.audience.search import Found, find
from digest.audience.suppress import Reason, is_suppressed
from digest.system import tally
from digest.system.db import listed
from digest.system.errors import NotFound
from digest.text.address import shown

PER_PAGE = 50
KEPT = "statuses"  # the name that the counts of all statuses are kept under
STATUSES = ("active", "pending", "paused", "bounced", "complained", "left")


@dataclass(frozen=True, slots=True)
class SubscriberRow:
    """A reader in a table; ``status`` is one of STATUSES, ``lists`` those not left."""

    id: int
    address: str
    name: str
    status: str
    lists: tuple[str, ...]
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class SubscriberPage:
    """One page of readers; ``page`` counts from 1. ``more``: a search would find others, too."""

    rows: tuple[SubscriberRow, ...]
    total: int
    page: int
    pages: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """A list that a person is or was on."""

    list_id: int
    list_name: str
    state: MembershipState
    paused_until: datetime | None
    form_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of the consent record."""

    at: datetime
    what: str
    list_name: str
    wording: str
    network: str


@dataclass(frozen=True, slots=True)
class Person:
    """Everything known of one reader."""

    row: SubscriberRow
    digits: str | None
    confirmed_at: datetime | None
    suppressed: Reason | None
    memberships: tuple[MembershipRow, ...]
    history: tuple[HistoryRow, ...]


def subscribers(
    db: Session,
    *,
    search: str = "",
    status: str | None = None,
    list_id: int | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> SubscriberPage:
    """Return a page of readers, newest first; erased ones have no row any more.

    ``search`` is how an address, its domain or a name begins; an unknown status finds nobody. A
    page beyond the end is the last one.
    """
    found = find(db, search) if search.strip() else None
    wanted = _filtered(db, found, status, list_id)
    total = _count(db, *wanted) if found else _total(db, wanted, status, list_id)
    pages = max(1, -(-total // per_page))
    page = min(max(1, page), pages)
    people = db.scalars(
        select(Subscriber)
        .where(*wanted)
        .order_by(Subscriber.id.desc())
        .offset((page - 1) * per_page)
        .limit(per_page)
    ).all()
    more = found is not None and found.more
    return SubscriberPage(tuple(_rows(db, people)), total, page, pages, more)


def count_by_status(db: Session) -> dict[str, int]:
    """Return how many readers have each status, as it is kept, else counted now."""
    found = tally.kept(db, KEPT)
    return dict(found.facts) if found else count_statuses(db)


def count_statuses(db: Session) -> dict[str, int]:
    """Count how many readers have each status; every status is there, be it with 0.

    Of a million readers nearly all are on their lists and nothing else: those are counted by their
    state, and only the others are looked at one by one (0.3 s instead of 3).
    """
    found = db.execute(select(Subscriber.state, func.count()).group_by(Subscriber.state))
    states = {row[0]: row[1] for row in found}
    odd = Subscriber.id.in_(
        select(Membership.subscriber_id).where(Membership.state != MembershipState.ON)
    )
    unlisted = and_(Subscriber.state == SubscriberState.PENDING, ~_member())
    not_on = and_(
        Subscriber.state == SubscriberState.ACTIVE, odd,
        ~_member(Membership.state == MembershipState.ON),
    )
    return {
        "active": states.get(SubscriberState.ACTIVE, 0) - _count(db, not_on),
        "pending": _count(db, odd, _has_status("pending")) + _count(db, unlisted),
        "paused": _count(db, odd, _has_status("paused")),
        "bounced": states.get(SubscriberState.BOUNCED, 0),
        "complained": states.get(SubscriberState.COMPLAINED, 0),
        "left": _count(db, odd, _has_status("left")),
    }


def _count(db: Session, *conditions: ColumnElement[bool]) -> int:
    return db.scalar(select(func.count()).select_from(Subscriber).where(*conditions)) or 0


def _total(
    db: Session, wanted: Sequence[ColumnElement[bool]], status: str | None, list_id: int | None,
) -> int:
    """How many readers a page's filters leave; the usual ones are not counted one by one."""
    if list_id is None and status in STATUSES:
        return count_by_status(db)[status]
    if not status and list_id is None and (found := tally.kept(db, KEPT)):
        return sum(found.facts.values())
    if not status and list_id is not None:
        if kept := tally.kept(db, "lists"):
            return sum(kept.facts.get(str(list_id), ()))
        on_list = select(func.count()).where(Membership.list_id == list_id)
        return db.scalar(on_list) or 0  # an erased reader is on no list
    return _count(db, *wanted)


def person(db: Session, subscriber_id: int) -> Person:
    """Return one reader with memberships and consent history, newest first.

    Raises NotFound("no_such_reader").
    """
    found = db.get(Subscriber, subscriber_id)
    if found is None or found.state == SubscriberState.ERASED:
        raise NotFound("no_such_reader", reader=subscriber_id)
    return Person(
        row=next(iter(_rows(db, [found]))),
        digits=found.digits,
        confirmed_at=found.confirmed_at,
        suppressed=is_suppressed(db, found.address_key),
        memberships=_memberships(db, subscriber_id),
        history=_history(db, subscriber_id),
    )


def _filtered(
    db: Session, found: Found | None, status: str | None, list_id: int | None
) -> list[ColumnElement[bool]]:
    conditions = [Subscriber.state != SubscriberState.ERASED]
    if found:
        conditions.append(Subscriber.id.in_(listed(db, found.ids)) if found.ids else false())
    if status:
        conditions.append(_has_status(status))
    if list_id is not None:
        conditions.append(_member(Membership.list_id == list_id))
    return conditions


def _has_status(status: str) -> ColumnElement[bool]:
    """The condition behind each word of STATUSES; ``_status`` says the same of a row."""
    active = Subscriber.state == SubscriberState.ACTIVE
    on = _member(Membership.state == MembershipState.ON)
    paused = _member(Membership.state == MembershipState.PAUSED)
    asked = _member(Membership.state == MembershipState.PENDING)
    conditions: dict[str, ColumnElement[bool]] = {
        "active": and_(active, or_(on, ~_member())),
        "paused": and_(active, ~on, paused),
        "pending": or_(
            and_(Subscriber.state == SubscriberState.PENDING, or_(asked, ~_member())),
            and_(active, ~on, ~paused, asked),
        ),
        "left": and_(
            Subscriber.state.in_([SubscriberState.ACTIVE.value, SubscriberState.PENDING.value]),
            ~on, ~paused, ~asked, _member(),
        ),
        "bounced": Subscriber.state == SubscriberState.BOUNCED,
        "complained": Subscriber.state == SubscriberState.COMPLAINED,
    }
    return conditions.get(status, Subscriber.id < 0)


def _member(*conditions: ColumnElement[bool]) -> Exists:
    return (
        select(Membership.list_id)
        .where(Membership.subscriber_id == Subscriber.id, *conditions)
        .exists()
    )


def _status(state: str, memberships: Iterable[str]) -> str:
    states = set(memberships)
    if state in {SubscriberState.BOUNCED, SubscriberState.COMPLAINED} or not states:
        return state
    for membership, status in (
        (MembershipState.ON, "active"), (MembershipState.PAUSED, "paused"),
        (MembershipState.PENDING, "pending"),
    ):
        if membership.value in states:
            return status if state == SubscriberState.ACTIVE else state
    return "left"


def _rows(db: Session, people: Sequence[Subscriber]) -> Iterable[SubscriberRow]:
    found = db.execute(
        select(Membership.subscriber_id, Membership.state, MailingList.name)
        .join(MailingList, MailingList.id == Membership.list_id)
        .where(Membership.subscriber_id.in_([one.id for one in people]))
        .order_by(MailingList.id)
    ).all()
    for one in people:
        mine = [(state, name) for owner, state, name in found if owner == one.id]
        yield SubscriberRow(
            id=one.id, address=shown(one.address), name=one.name,
            status=_status(one.state, [state for state, _ in mine]),
            lists=tuple(name for state, name in mine if state != MembershipState.LEFT),
            joined_at=one.created_at,
        )


def _memberships(db: Session, subscriber_id: int) -> tuple[MembershipRow, ...]:
    rows = db.execute(
        select(Membership, MailingList.name, Form.name)
        .join(MailingList, MailingList.id == Membership.list_id)
        .outerjoin(Form, Form.id == Membership.form_id)
        .where(Membership.subscriber_id == subscriber_id)
        .order_by(MailingList.id)
    )
    return tuple(
        MembershipRow(
            list_id=member.list_id, list_name=list_name, state=MembershipState(member.state),
            paused_until=member.paused_until, form_name=form_name or "", at=member.at,
        )
        for member, list_name, form_name in rows
    )


def _history(db: Session, subscriber_id: int) -> tuple[HistoryRow, ...]:
    rows = db.execute(
        select(Consent, MailingList.name)
        .outerjoin(MailingList, MailingList.id == Consent.list_id)
        .where(Consent.subscriber_id == subscriber_id)
        .order_by(Consent.id.desc())
    )
    return tuple(
        HistoryRow(at=line.at, what=line.what, list_name=list_name or "", wording=line.wording,
                   network=line.network)
        for line, list_name in rows
    )
