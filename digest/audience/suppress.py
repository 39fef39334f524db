"""Who may be mailed: suppression outlives the subscriber, so nobody comes back by mistake.

SQL cannot hash addresses on every database, so a suppressed address also changes the state of
its subscriber or memberships; sending reads only those states, importing and signing up look
the hash up.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Exists,
    Select,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from digest.audience.models import (
    Consent,
    Membership,
    MembershipState,
    Subscriber,
    SubscriberState,
    Suppression,
)
from digest.newsletters.models import newsletter_list
from digest.system.db import exists, listed
from digest.text.address import address_hash


class Reason(StrEnum):
    """Why an address is suppressed; only its reader lifts ``LEFT``, nobody lifts the others."""

    LEFT = "left"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"


STATES = {Reason.BOUNCE: SubscriberState.BOUNCED, Reason.COMPLAINT: SubscriberState.COMPLAINED}
GRAVITY = (Reason.LEFT, Reason.BOUNCE, Reason.COMPLAINT)
# So many issues in a row that came back for a passing reason, over so long, are no passing reason.
# Mailgun and Mailman give up after as many; the days spare a reader whose mailbox is full on a trip.
SOFT_ISSUES = 5
SOFT_SPAN = timedelta(days=14)


def recipients(
    newsletter_id: int, *, now: datetime, default_digits: str, only_list: int | None = None
) -> Select[int, str]:
    """Select (subscriber id, digits) of everyone who gets the newsletter now, each person once.

    That is: active, and on one of the newsletter's lists, or paused until a time that has come.
    ``digits`` is the reader's own choice, else the newsletter's. ``only_list`` is what ``sole_list``
    says: nobody is on one list twice, and a million readers are found in a third of the time.
    """
    digits = func.coalesce(Subscriber.digits, literal(default_digits))
    people = select(Subscriber.id, digits).where(Subscriber.state == SubscriberState.ACTIVE)
    if only_list is not None:
        return (
            people.join(Membership, Membership.subscriber_id == Subscriber.id)
            .where(Membership.list_id == only_list, _receives(now))
            .order_by(Membership.subscriber_id)
        )
    members = (
        select(Membership.subscriber_id)
        .join(newsletter_list, newsletter_list.c.list_id == Membership.list_id)
        .where(newsletter_list.c.newsletter_id == newsletter_id, _receives(now))
    )
    return people.where(Subscriber.id.in_(members)).order_by(Subscriber.id)


def sole_list(db: Session, newsletter_id: int) -> int | None:
    """Return the newsletter's list when it has exactly one."""
    found = db.scalars(
        select(newsletter_list.c.list_id).where(newsletter_list.c.newsletter_id == newsletter_id)
    ).all()
    return found[0] if len(found) == 1 else None


def may_mail(db: Session, subscriber_id: int, newsletter_id: int, *, now: datetime) -> bool:
    """Tell whether this reader still gets this newsletter; asked again just before sending."""
    return exists(
        db,
        select(Subscriber.id).where(
            Subscriber.id == subscriber_id, mailable(newsletter_id, now=now)
        ),
    )


def mailable(
    newsletter_id: int, *, now: datetime | BindParameter[datetime]
) -> ColumnElement[bool]:
    """Return the condition on a subscriber's row that makes a recipient of a newsletter."""
    return and_(Subscriber.state == SubscriberState.ACTIVE, _on_list_of(newsletter_id, now))


def is_suppressed(db: Session, key: str) -> Reason | None:
    """Return why the address of this key must not be mailed, or None."""
    found = db.get(Suppression, address_hash(key))
    return Reason(found.reason) if found else None


def suppressed_among(db: Session, keys: Collection[str]) -> set[str]:
    """Return those of the address keys that are suppressed, in one question."""
    hashes = [address_hash(key) for key in keys]
    found = set(db.scalars(
        select(Suppression.address_hash).where(Suppression.address_hash.in_(listed(db, hashes)))
    ))
    return {key for key, one in zip(keys, hashes, strict=True) if one in found} if found else set()


def suppress_address(db: Session, key: str, reason: Reason, *, now: datetime) -> None:
    """Never mail this address again; a graver reason replaces a lighter one."""
    digest = address_hash(key)
    known = db.get(Suppression, digest)
    if known is None:
        db.add(Suppression(address_hash=digest, reason=reason.value, at=now))
    elif GRAVITY.index(reason) > GRAVITY.index(Reason(known.reason)):
        known.reason, known.at = reason.value, now
    db.flush()
    if state := STATES.get(reason):
        db.execute(
            update(Subscriber)
            .where(Subscriber.address_key == key, Subscriber.state != SubscriberState.COMPLAINED)
            .values(state=state.value)
        )


def suppress_reader(db: Session, subscriber_id: int, reason: Reason, *, now: datetime) -> bool:
    """Never mail this reader's address again; False when the reader is gone or erased."""
    person = db.get(Subscriber, subscriber_id)
    if person is None or person.state == SubscriberState.ERASED:
        return False
    suppress_address(db, person.address_key, reason, now=now)
    return True


def is_worn_out(came_back: Sequence[datetime]) -> bool:
    """Tell whether an address is given up, by when issues in a row came back. Pure."""
    return (
        len(came_back) >= SOFT_ISSUES and max(came_back) - min(came_back) >= SOFT_SPAN
    )


def lift_left(db: Session, key: str) -> bool:
    """Let a reader who had left come back; False when a bounce or complaint forbids it."""
    reason = is_suppressed(db, key)
    if reason is Reason.LEFT:
        db.execute(delete(Suppression).where(Suppression.address_hash == address_hash(key)))
        db.flush()
    return reason in {None, Reason.LEFT}


def erase(db: Session, subscriber_id: int, *, now: datetime) -> bool:
    """Forget a reader: only the hash of the address stays, so an import cannot bring it back.

    The row itself stays without any personal datum, since the send ledger points at it and the
    links in mails sent long ago must go on answering. False when it was erased before.
    """
    person = db.get(Subscriber, subscriber_id)
    if person is None or person.state == SubscriberState.ERASED:
        return False
    suppress_address(db, person.address_key, Reason.LEFT, now=now)
    db.execute(delete(Membership).where(Membership.subscriber_id == subscriber_id))
    db.execute(delete(Consent).where(Consent.subscriber_id == subscriber_id))
    person.address, person.name, person.digits = "", "", None
    person.domain, person.name_key = "", ""
    person.address_key, person.state = f"erased:{subscriber_id}", SubscriberState.ERASED.value
    person.confirmed_at = None
    db.flush()
    return True


def _receives(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    again = and_(
        Membership.state == MembershipState.PAUSED, Membership.paused_until <= now
    )
    return or_(Membership.state == MembershipState.ON, again)


def _on_list_of(newsletter_id: int, now: datetime | BindParameter[datetime]) -> Exists:
    return (
        select(Membership.subscriber_id)
        .join(newsletter_list, newsletter_list.c.list_id == Membership.list_id)
        .where(
            newsletter_list.c.newsletter_id == newsletter_id,
            Membership.subscriber_id == Subscriber.id,
            _receives(now),
        )
        .exists()
    )
