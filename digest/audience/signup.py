"""Signing up by double opt-in: asking costs one mail at most, only the mailbox's owner confirms."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.audience import consent, limits
from digest.audience.models import (
    MailingList,
    Membership,
    MembershipState,
    Subscriber,
    SubscriberState,
)
from digest.audience.suppress import Reason, is_suppressed, lift_left
from digest.system.db import insert_new
from digest.system.errors import NotFound, Refused
from digest.system.queue import put
from digest.text.address import Address, BadAddress, limit_key, parse

JOB = "send_confirmation"


@dataclass(frozen=True, slots=True)
class SignUp:
    """What became of a request; never shown, since it would tell strangers who reads what.

    ``subscriber_id`` is None for an address that must not be mailed.
    """

    subscriber_id: int | None
    mailed: bool


def new_token() -> str:
    """Return a random name for a subscriber, 20 URL-safe characters."""
    return secrets.token_urlsafe(15)


def sign_up(
    db: Session,
    list_id: int,
    address: str,
    *,
    form_id: int | None,
    newsletter_id: int,
    wording: str,
    network: str,
    now: datetime,
) -> SignUp:
    """Note that somebody asked to be on a list, and queue the mail that asks back.

    ``network`` is the asker's IP address; its network is kept. Whoever the address belongs to,
    new, pending, active or left, gets the same treatment: at most one mail a day. An address
    that bounced or complained gets none. Raises Refused("bad_address"),
    Refused("too_many_signups") or NotFound("no_such_list").
    """
    asked = read_address(address)
    if db.get(MailingList, list_id) is None:
        raise NotFound("no_such_list", list=list_id)
    place = limits.network_of(network)
    limits.check(db, place, now=now)
    if is_suppressed(db, asked.key) in {Reason.BOUNCE, Reason.COMPLAINT}:
        limits.record(db, limit_key=limit_key(asked), network=place, mailed=False, now=now)
        return SignUp(None, mailed=False)
    subscriber_id = _subscriber(db, asked, now)
    insert_new(
        db, Membership.__table__,
        {"subscriber_id": subscriber_id, "list_id": list_id, "form_id": form_id, "at": now,
         "state": MembershipState.PENDING.value},
        key=["subscriber_id", "list_id"],
    )
    consent.record(db, subscriber_id, consent.What.ASKED, list_id=list_id, wording=wording,
                   network=place, now=now)
    mailed = _ask_back(db, subscriber_id, list_id, newsletter_id, asked, place, now)
    return SignUp(subscriber_id, mailed=mailed)


def send_again(
    db: Session, subscriber_id: int, list_id: int, newsletter_id: int, *, network: str,
    now: datetime,
) -> bool:
    """Queue a new confirmation for a link that ran out, within the same limits; True when queued.

    Raises Refused("too_many_signups").
    """
    place = limits.network_of(network)
    limits.check(db, place, now=now)
    person = db.get(Subscriber, subscriber_id)
    if person is None or person.state == SubscriberState.ERASED:
        return False
    if is_suppressed(db, person.address_key) in {Reason.BOUNCE, Reason.COMPLAINT}:
        return False
    return _ask_back(db, subscriber_id, list_id, newsletter_id, parse(person.address), place, now)


def confirm(
    db: Session, subscriber_id: int, list_id: int, *, network: str, now: datetime
) -> bool:
    """Put a reader on a list because the owner of the mailbox pressed the button.

    Lifts an earlier leaving, never a bounce or complaint. Doing it twice changes nothing more.
    False when the reader or list is gone, or the address must not be mailed.
    """
    person = db.get(Subscriber, subscriber_id)
    member = db.get(Membership, (subscriber_id, list_id))
    if person is None or member is None or not may_come_back(db, person):
        return False
    if member.state == MembershipState.ON and person.state == SubscriberState.ACTIVE:
        return True
    turn_on(db, person, member, now)
    consent.record(db, subscriber_id, consent.What.CONFIRMED, list_id=list_id,
                   network=limits.network_of(network), now=now)
    return True


def may_come_back(db: Session, person: Subscriber) -> bool:
    """Lift an earlier leaving; False for a reader who is erased, bounced or complained."""
    stopped = {SubscriberState.ERASED, SubscriberState.BOUNCED, SubscriberState.COMPLAINED}
    return SubscriberState(person.state) not in stopped and lift_left(db, person.address_key)


def turn_on(db: Session, person: Subscriber, member: Membership, now: datetime) -> None:
    """Make a membership receive mail, and its reader active."""
    member.state, member.paused_until, member.at = MembershipState.ON.value, None, now
    if person.state == SubscriberState.PENDING:
        person.state, person.confirmed_at = SubscriberState.ACTIVE.value, now
    db.flush()


def read_address(text: str) -> Address:
    """Parse an address that a person typed; raises Refused("bad_address", reason=…)."""
    try:
        return parse(text)
    except BadAddress as error:
        raise Refused("bad_address", reason=error.code) from error


def _subscriber(db: Session, asked: Address, now: datetime) -> int:
    """The id of the reader of an address; two sign-ups at once find or make the same row."""
    insert_new(
        db, Subscriber.__table__,
        {"token": new_token(), "address": asked.address, "address_key": asked.key, "name": "",
         "state": SubscriberState.PENDING.value, "created_at": now},
        key=["address_key"],
    )
    return db.scalars(
        select(Subscriber.id).where(Subscriber.address_key == asked.key)
    ).one()


def _ask_back(
    db: Session, subscriber_id: int, list_id: int, newsletter_id: int, asked: Address,
    place: str, now: datetime,
) -> bool:
    """Queue the confirmation unless this mailbox had one today, and count the attempt."""
    mailed = limits.may_confirm(db, limit_key(asked), now=now) and put(
        db, JOB, key=f"{subscriber_id}:{list_id}", now=now, subscriber_id=subscriber_id,
        list_id=list_id, newsletter_id=newsletter_id,
    )
    limits.record(db, limit_key=limit_key(asked), network=place, mailed=mailed, now=now)
    return mailed
