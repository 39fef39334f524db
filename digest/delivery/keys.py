"""The keys that sign a domain's mails: made, shown as DNS records, put to use, retired.

A new key waits until its record is in the DNS. Putting it to use retires the one before of the
same algorithm: its private half is erased, its record stays until the last mails have arrived.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from digest.delivery.compose import mailable
from digest.delivery.dkim import (
    Algorithm,
    Key,
    Signer,
    new_key,
    public_part,
    quoted,
    record_name,
    record_text,
)
from digest.delivery.models import DkimKey, KeyState
from digest.staff import audit
from digest.system.errors import NotFound, Refused
from digest.system.seal import seal, unseal

PURPOSE = "dkim key"
SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
KEPT = timedelta(days=7)  # the record of a retired key: so long a relay may try to deliver


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as surfaces show it, with the DNS record that proves it."""

    id: int
    domain: str
    selector: str
    algorithm: Algorithm
    state: KeyState
    created_at: datetime
    used_at: datetime | None
    retired_at: datetime | None
    name: str
    text: str

    @property
    def zone_line(self) -> str:
        """Return the record as a line of a zone file."""
        return f"{self.name}. IN TXT {quoted(self.text)}"

    @property
    def keep_until(self) -> datetime | None:
        """Return until when the record of a retired key should stay in the DNS."""
        return self.retired_at + KEPT if self.retired_at else None


def domain_of(address: str) -> str:
    """Return the domain that signs the mails of a sender; raises Refused("bad_sender")."""
    return mailable(address).rpartition("@")[2].lower()


def generate(
    db: Session, domain: str, algorithm: Algorithm, *, secret: str, now: datetime,
    selector: str = "", by: int | None = None,
) -> int:
    """Make a key that waits to be used and return its id.

    Raises Refused("bad_sender") for a domain that is none, Refused("bad_selector", "selector_taken").
    """
    domain = domain_of(f"postmaster@{domain}")
    known = set(db.scalars(select(DkimKey.selector).where(DkimKey.domain == domain)))
    selector = selector or _free(f"d{now:%Y%m%d}{algorithm.kind[0]}", known)
    if not SELECTOR.fullmatch(selector):
        raise Refused("bad_selector", selector=selector)
    if selector in known:
        raise Refused("selector_taken", selector=selector)
    key = new_key(selector, algorithm)
    row = DkimKey(
        domain=domain, selector=selector, algorithm=algorithm.value,
        private=seal(secret, PURPOSE, key.private, record_name(selector, domain)),
        public=public_part(key), created_at=now,
    )
    db.add(row)
    db.flush()
    _record(db, "dkim.generate", row, now=now, by=by)
    return row.id


def activate(db: Session, key_id: int, *, now: datetime, by: int | None = None) -> None:
    """Sign with a waiting key from now on; the one before of its algorithm is retired.

    Raises NotFound("no_such_key") or Refused("not_waiting").
    """
    row = _row(db, key_id)
    if row.state != KeyState.WAITING:
        raise Refused("not_waiting", selector=row.selector)
    for other in db.scalars(_of(row.domain).where(
        DkimKey.algorithm == row.algorithm, DkimKey.state == KeyState.ACTIVE
    )):  # fmt: skip
        _retire(db, other, now=now, by=by)
    row.state, row.used_at = KeyState.ACTIVE.value, now
    _record(db, "dkim.activate", row, now=now, by=by)


def retire(db: Session, key_id: int, *, now: datetime, by: int | None = None) -> None:
    """Sign with a key no more and erase its private half; retiring twice does nothing.

    Raises NotFound("no_such_key").
    """
    row = _row(db, key_id)
    if row.state != KeyState.RETIRED:
        _retire(db, row, now=now, by=by)


def forget(db: Session, key_id: int, *, now: datetime, by: int | None = None) -> None:
    """Strike a key from the list when its record is gone from the DNS.

    Raises NotFound("no_such_key") or Refused("key_in_use").
    """
    row = _row(db, key_id)
    if row.state == KeyState.ACTIVE:
        raise Refused("key_in_use", selector=row.selector)
    _record(db, "dkim.forget", row, now=now, by=by)
    db.execute(delete(DkimKey).where(DkimKey.id == key_id))


def list_keys(db: Session, domain: str = "") -> tuple[KeyRow, ...]:
    """Return the keys of a domain, or all of them, oldest first."""
    statement = _of(domain) if domain else select(DkimKey)
    return tuple(_shown(one) for one in db.scalars(statement.order_by(DkimKey.domain, DkimKey.id)))


def signer_for(db: Session, domain: str, secret: str) -> Signer | None:
    """Return what signs a domain's mails; None when the domain has no key in use.

    Raises Refused("sealed") when the keys were sealed by another secret: a mail that should be
    signed is never sent unsigned.
    """
    rows = list(db.scalars(
        _of(domain.lower()).where(DkimKey.state == KeyState.ACTIVE).order_by(DkimKey.algorithm)
    ))  # fmt: skip
    keys = [
        Key(row.selector, Algorithm(row.algorithm),
            unseal(secret, PURPOSE, row.private, record_name(row.selector, row.domain)))
        for row in rows
    ]  # fmt: skip
    return Signer(domain, keys) if keys else None


def _of(domain: str) -> Select[DkimKey]:
    return select(DkimKey).where(DkimKey.domain == domain)


def _row(db: Session, key_id: int) -> DkimKey:
    row = db.get(DkimKey, key_id)
    if row is None:
        raise NotFound("no_such_key", key=key_id)
    return row


def _retire(db: Session, row: DkimKey, *, now: datetime, by: int | None) -> None:
    row.state, row.retired_at, row.private = KeyState.RETIRED.value, now, ""
    _record(db, "dkim.retire", row, now=now, by=by)


def _record(db: Session, action: str, row: DkimKey, *, now: datetime, by: int | None) -> None:
    audit.record(db, action, now=now, by=by, subject="dkim_key", subject_id=row.id,
                 domain=row.domain, selector=row.selector)


def _free(wanted: str, known: set[str]) -> str:
    """The wanted selector, numbered when there is one of that name."""
    names = (wanted if n == 1 else f"{wanted}-{n}" for n in range(1, len(known) + 2))
    return next(name for name in names if name not in known)


def _shown(row: DkimKey) -> KeyRow:
    algorithm = Algorithm(row.algorithm)
    return KeyRow(
        id=row.id, domain=row.domain, selector=row.selector, algorithm=algorithm,
        state=KeyState(row.state), created_at=row.created_at, used_at=row.used_at,
        retired_at=row.retired_at, name=record_name(row.selector, row.domain),
        text=record_text(algorithm, row.public),
    )
