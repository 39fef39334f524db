"""Which mail a report is about: only what we signed ourselves, or the id of the mail, is believed.

An address written in a report proves nothing. Who can show a reader's token has seen the mail, and
could as well have pressed its button to leave.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.audience.models import Subscriber
from digest.delivery.models import Delivery
from digest.issues.models import Issue
from digest.system.db import exists
from digest.system.errors import Refused
from digest.system.tokens import BOUNCE, LEAVE, Signer

MOST = 8  # tokens of one kind that are tried; a real report holds one
BY_ENVELOPE = re.compile(r"bounce\+([A-Za-z0-9_-]{2,60}\.[A-Za-z0-9_-]{20,40})@")
BY_LINK = re.compile(r"/leave/([A-Za-z0-9_-]{2,60}\.[A-Za-z0-9_-]{20,40})")
BY_ID = re.compile(r"(?<![A-Za-z0-9])i(\d{1,12})\.([A-Za-z0-9_-]{12,32})@")


@dataclass(frozen=True, slots=True)
class Mail:
    """The one mail that a report is about, and the key of its reader's address."""

    issue_id: int
    subscriber_id: int
    key: str


def find_mail(db: Session, signer: Signer, *texts: str) -> Mail | None:
    """Return the mail that a token in one of the texts names, the earlier text first.

    None when nothing is signed by us, or when that mail was never in the ledger.
    """
    for text in texts:
        for issue_id, subscriber_id in _named(db, signer, text):
            key = db.scalar(select(Subscriber.address_key).where(Subscriber.id == subscriber_id))
            if key is not None and _is_in_ledger(db, issue_id, subscriber_id):
                return Mail(issue_id, subscriber_id, key)
    return None


def newsletter_of(db: Session, issue_id: int) -> int | None:
    """Return the newsletter of an issue."""
    return db.scalar(select(Issue.newsletter_id).where(Issue.id == issue_id))


def _named(db: Session, signer: Signer, text: str) -> Iterator[tuple[int, int]]:
    """Yield (issue, reader) of everything in a text that proves to be ours."""
    for token in _first(BY_ENVELOPE, text):
        if ids := _read(signer, BOUNCE, token[0], 2):
            yield ids[0], ids[1]
    for token in _first(BY_LINK, text):
        if ids := _read(signer, LEAVE, token[0], 3):
            yield ids[2], ids[0]
    for issue, reader in _first(BY_ID, text):
        found = db.scalar(select(Subscriber.id).where(Subscriber.token == reader))
        if found is not None:
            yield int(issue), found


def _first(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, ...]]:
    """The first few different matches."""
    seen: set[tuple[str, ...]] = set()
    for match in pattern.finditer(text):
        if match.groups() not in seen:
            seen.add(match.groups())
            yield match.groups()
        if len(seen) == MOST:
            return


def _read(signer: Signer, purpose: str, token: str, length: int) -> tuple[int, ...]:
    try:
        ids = signer.read(purpose, token)
    except Refused:
        return ()
    return ids if len(ids) == length else ()


def _is_in_ledger(db: Session, issue_id: int, subscriber_id: int) -> bool:
    return exists(
        db,
        select(Delivery.issue_id)
        .where(Delivery.issue_id == issue_id, Delivery.subscriber_id == subscriber_id),
    )
