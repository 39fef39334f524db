"""What the ledger says: counts, the mails that did not arrive, and who an issue is from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from digest.audience.models import Subscriber
from digest.delivery.compose import Reader, Sender, mailable
from digest.delivery.models import LOST, Chunk, Delivery, DeliveryState
from digest.newsletters.models import Newsletter
from digest.system.errors import NotFound
from digest.system.links import (
    archive_url,
    click_url,
    leave_url,
    open_url,
    preferences_url,
    tracking_token,
)
from digest.system.tokens import BOUNCE, Signer
from digest.text.address import shown
from digest.text.clean import strip_controls
from digest.text.urls import host

GRAVEST = (
    DeliveryState.UNCERTAIN, DeliveryState.FAILED, DeliveryState.DEFERRED, DeliveryState.SKIPPED,
)
OPEN_STATES = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEFERRED)


@dataclass(frozen=True, slots=True)
class FailureRow:
    """A mail that did not arrive, or not yet; ``reply`` is the relay's answer or our reason."""

    subscriber_id: int
    address: str
    state: str
    reply: str
    attempts: int
    at: datetime
    next_at: datetime | None


def outbox(db: Session, issue_id: int) -> dict[str, int]:
    """Count an issue's mails by state (names of DeliveryState in lower case) that occur."""
    rows = db.execute(
        select(Delivery.state, func.count())
        .where(Delivery.issue_id == issue_id)
        .group_by(Delivery.state)
        .order_by(Delivery.state)
    )
    return {DeliveryState(state).name.lower(): count for state, count in rows}


def failures(db: Session, issue_id: int, *, limit: int = 200) -> tuple[FailureRow, ...]:
    """Return mails that are uncertain, failed, deferred or skipped, the gravest first.

    State by state: each question reads no more rows of the index than it returns.
    """
    found: list[FailureRow] = []
    for state in GRAVEST:
        if len(found) < limit:
            found += _in_state(db, issue_id, state, limit - len(found))
    return tuple(found)


def _in_state(db: Session, issue_id: int, state: DeliveryState, limit: int) -> list[FailureRow]:
    rows = db.execute(
        select(
            Delivery.subscriber_id, Subscriber.address, Delivery.reply, Delivery.attempts,
            Delivery.at, Delivery.next_at,
        )
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        # In the order of the index, so that SQLite reads no more of it than the limit.
        .where(
            Delivery.issue_id == issue_id, Delivery.state.between(int(state), int(state)),
            text(f"delivery.{LOST}"),
        )
        .order_by(Delivery.state, Delivery.subscriber_id)
        .limit(limit)
    )
    return [
        FailureRow(
            row.subscriber_id, shown(row.address), state.name.lower(), row.reply, row.attempts,
            row.at, row.next_at,
        )
        for row in rows
    ]


def open_chunks(db: Session, issue_id: int) -> list[int]:
    """Return the numbers of the chunks that still hold mails to send."""
    waiting = (
        select(Delivery.issue_id)
        .where(
            Delivery.issue_id == issue_id,
            Delivery.subscriber_id.between(Chunk.first_id, Chunk.last_id),
            Delivery.state.in_([int(one) for one in OPEN_STATES]),
        )
        .exists()
    )
    return list(
        db.scalars(select(Chunk.n).where(Chunk.issue_id == issue_id, waiting).order_by(Chunk.n))
    )


def load_sender(
    db: Session, newsletter_id: int, *, base_url: str, hears: bool = False
) -> Sender:
    """Return who a newsletter's mails are from; ``hears``: mails to their envelope are read.

    Raises NotFound("no_such_newsletter") or Refused("bad_sender").
    """
    newsletter = db.get(Newsletter, newsletter_id)
    if newsletter is None:
        raise NotFound("no_such_newsletter", newsletter=newsletter_id)
    return Sender(
        newsletter_id=newsletter_id,
        name=strip_controls(newsletter.name),
        slug=newsletter.slug,
        shown=strip_controls(newsletter.sender_name or newsletter.name),
        address=mailable(newsletter.sender_address),
        reply_to=mailable(newsletter.reply_to) if newsletter.reply_to else "",
        host=host(base_url),
        archive_url=archive_url(base_url, newsletter.slug) if newsletter.public else None,
        hears=hears,
    )


def reader(
    signer: Signer, base_url: str, *, subscriber_id: int, token: str, address: str,
    newsletter_id: int, issue_id: int, tracked: bool = False,
) -> Reader:
    """Return a reader with the addresses that only this reader's mail carries. Pure.

    ``tracked``: the edition has links or a picture that count.
    """
    name = tracking_token(signer, subscriber_id, issue_id) if tracked else ""
    return Reader(
        address=address,
        token=token,
        bounce=signer.sign(BOUNCE, issue_id, subscriber_id),
        leave_url=leave_url(base_url, signer, subscriber_id, newsletter_id, issue_id),
        preferences_url=preferences_url(base_url, signer, subscriber_id),
        click_url=click_url(base_url, name) if tracked else "",
        open_url=open_url(base_url, name) if tracked else "",
    )
