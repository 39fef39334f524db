"""What a reader may change without an account: digits, a pause, leaving, coming back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from digest.audience import consent, limits
from digest.audience.leaving import Leaving, leave_many
from digest.audience.models import (
    MailingList,
    Membership,
    MembershipState,
    Subscriber,
    SubscriberState,
)
from digest.audience.signup import may_come_back, turn_on
from digest.newsletters.models import Newsletter, newsletter_list
from digest.system.errors import NotFound, Refused
from digest.text.address import mask

DIGITS = ("latn", "arab")
LONGEST_PAUSE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class ListChoice:
    """A list as its reader sees it: under the names of the newsletters it receives."""

    list_id: int
    name: str
    state: MembershipState
    paused_until: datetime | None


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the preferences page shows; the address is masked, since links are forwarded."""

    subscriber_id: int
    address: str
    digits: str | None
    mailable: bool
    lists: tuple[ListChoice, ...]

    @property
    def paused_until(self) -> datetime | None:
        """When mail starts again (aware, UTC), while every list that is not left is paused."""
        current = [one for one in self.lists if one.state != MembershipState.LEFT]
        ends = [one.paused_until for one in current if one.state == MembershipState.PAUSED]
        return max(filter(None, ends), default=None) if len(ends) == len(current) else None

    @property
    def on_any(self) -> bool:
        """Whether anything is left to leave or pause."""
        return any(one.state != MembershipState.LEFT for one in self.lists)


def load(db: Session, subscriber_id: int, *, now: datetime) -> Preferences:
    """Return a reader's choices; raises NotFound("no_such_reader") when gone or erased."""
    person = _person(db, subscriber_id)
    rows = db.execute(
        select(MailingList.id, MailingList.name, Membership.state, Membership.paused_until)
        .join(Membership, Membership.list_id == MailingList.id)
        .where(Membership.subscriber_id == subscriber_id)
        .order_by(MailingList.id)
    ).all()
    names = _newsletter_names(db, [row.id for row in rows])
    return Preferences(
        subscriber_id=subscriber_id,
        address=mask(person.address),
        digits=person.digits,
        mailable=person.state in {SubscriberState.ACTIVE, SubscriberState.PENDING},
        lists=tuple(
            ListChoice(row.id, names.get(row.id, row.name), *_as_of(row, now)) for row in rows
        ),
    )


def save_digits(db: Session, subscriber_id: int, digits: str | None) -> None:
    """Choose 123 ("latn") or ١٢٣ ("arab"), or None for the newsletter's own.

    Raises Refused("bad_digits") or NotFound("no_such_reader").
    """
    if digits is not None and digits not in DIGITS:
        raise Refused("bad_digits", digits=digits)
    _person(db, subscriber_id).digits = digits
    db.flush()


def pause(
    db: Session, subscriber_id: int, until: datetime, *, network: str, now: datetime
) -> int:
    """Receive nothing until a time (at most a year away) on every list; how many were paused.

    Raises Refused("bad_pause") or NotFound("no_such_reader").
    """
    _person(db, subscriber_id)
    if not now < until <= now + LONGEST_PAUSE:
        raise Refused("bad_pause")
    running = (MembershipState.ON, MembershipState.PAUSED)
    paused = _change(
        db, subscriber_id, running, state=MembershipState.PAUSED.value, paused_until=until, at=now
    )
    for list_id in paused:
        consent.record(db, subscriber_id, consent.What.PAUSED, list_id=list_id, now=now,
                       network=limits.network_of(network))
    return len(paused)


def resume(db: Session, subscriber_id: int, *, network: str, now: datetime) -> int:
    """End a pause; how many lists send again. Raises NotFound("no_such_reader")."""
    _person(db, subscriber_id)
    resumed = _change(
        db, subscriber_id, (MembershipState.PAUSED,), state=MembershipState.ON.value,
        paused_until=None, at=now,
    )
    for list_id in resumed:
        consent.record(db, subscriber_id, consent.What.RESUMED, list_id=list_id, now=now,
                       network=limits.network_of(network))
    return len(resumed)


def leave_lists(
    db: Session, subscriber_id: int, list_ids: Sequence[int] | None, *, network: str,
    now: datetime,
) -> int:
    """Leave some lists, or all with None; how many were left now, 0 when nothing was to leave.

    The rest is what ``leaving.leave_many`` says.
    """
    which = None if list_ids is None else tuple(list_ids)
    left = leave_many(db, [Leaving(subscriber_id, which, network)], now=now)
    return len(left.get(subscriber_id, ()))


def come_back(
    db: Session, subscriber_id: int, list_ids: Sequence[int], *, network: str, now: datetime
) -> bool:
    """Rejoin lists that the reader once asked for; the link proves who owns the mailbox.

    False when the address bounced, complained or was erased, or none of the lists was ever asked
    for: a link cannot put anybody on a new list.
    """
    person = db.get(Subscriber, subscriber_id)
    if person is None:
        return False
    members = db.scalars(
        select(Membership).where(
            Membership.subscriber_id == subscriber_id, Membership.list_id.in_(list_ids)
        )
    ).all()
    if not members or not may_come_back(db, person):
        return False
    for member in members:
        if member.state != MembershipState.ON or person.state != SubscriberState.ACTIVE:
            turn_on(db, person, member, now)
            consent.record(db, subscriber_id, consent.What.BACK, list_id=member.list_id, now=now,
                           network=limits.network_of(network))
    return True


def _person(db: Session, subscriber_id: int) -> Subscriber:
    person = db.get(Subscriber, subscriber_id)
    if person is None or person.state == SubscriberState.ERASED:
        raise NotFound("no_such_reader", reader=subscriber_id)
    return person


def _as_of(row: object, now: datetime) -> tuple[MembershipState, datetime | None]:
    """A pause that has run out reads as on, as it does when sending."""
    state, until = MembershipState(row.state), row.paused_until  # type: ignore[attr-defined]
    if state == MembershipState.PAUSED and until is not None and until <= now:
        return MembershipState.ON, None
    return state, until


def _newsletter_names(db: Session, list_ids: Sequence[int]) -> dict[int, str]:
    rows = db.execute(
        select(newsletter_list.c.list_id, Newsletter.name)
        .join(Newsletter, Newsletter.id == newsletter_list.c.newsletter_id)
        .where(newsletter_list.c.list_id.in_(list_ids))
        .order_by(Newsletter.id)
    )
    names: dict[int, list[str]] = {}
    for list_id, name in rows:
        names.setdefault(list_id, []).append(name)
    return {list_id: "، ".join(found) for list_id, found in names.items()}


def _change(
    db: Session, subscriber_id: int, states: Sequence[MembershipState], **values: object
) -> list[int]:
    """Change the reader's memberships that are in one of the states; the lists changed."""
    statement = (
        update(Membership)
        .where(Membership.subscriber_id == subscriber_id,
               Membership.state.in_([state.value for state in states]))
        .values(**values)
        .returning(Membership.list_id)
    )
    return sorted(db.scalars(statement))
