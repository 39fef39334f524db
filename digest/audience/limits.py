"""How often sign-ups may be made and confirmations mailed, so forms cannot be used as a weapon.

A form that mails whoever is typed into it can flood a victim over many lists ("list bombing"):
so one mailbox gets one confirmation a day over all lists, whatever the forms say.
"""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from digest.audience.models import Attempt
from digest.system.errors import Refused

PER_NETWORK = 20  # sign-ups in an hour
OVERALL = 1000  # sign-ups in an hour
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
KEPT = timedelta(days=2)


def network_of(address: str) -> str:
    """Return the network of an IP address: /24 of IPv4, /56 of IPv6 (what one customer gets).

    An address that cannot be read counts as one network of its own, "unknown".
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    length = 24 if found.version == 4 else 56
    return str(ipaddress.ip_network(f"{found}/{length}", strict=False))


def check(db: Session, network: str, *, now: datetime) -> None:
    """Raise Refused("too_many_signups") when this network, or everybody, signed up too often."""
    since = Attempt.at > now - HOUR
    total = func.count(Attempt.id)
    of_network = select(total).where(since, Attempt.network_hash == _hash(network))
    if (db.scalar(of_network) or 0) >= PER_NETWORK:
        raise Refused("too_many_signups", minutes=60)
    if (db.scalar(select(total).where(since)) or 0) >= OVERALL:
        raise Refused("too_many_signups", minutes=60)


def may_confirm(db: Session, limit_key: str, *, now: datetime) -> bool:
    """Tell whether this mailbox has had no confirmation mail within a day, over all lists."""
    mailed = select(Attempt.id).where(
        Attempt.address_hash == _hash(limit_key), Attempt.mailed, Attempt.at > now - DAY
    )
    return db.scalar(mailed.limit(1)) is None


def record(db: Session, *, limit_key: str, network: str, mailed: bool, now: datetime) -> None:
    """Count one attempt, and forget those too old to matter."""
    db.execute(delete(Attempt).where(Attempt.at < now - KEPT))
    db.add(
        Attempt(
            address_hash=_hash(limit_key), network_hash=_hash(network), mailed=mailed, at=now
        )
    )
    db.flush()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
