"""Finding readers by how their address, its domain or their name begins: indexes alone tell."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select, text
from sqlalchemy.orm import Session

from digest.audience.models import Subscriber
from digest.system.db import begins
from digest.text.fold import fold

MOST = 2000  # readers that are looked at for each way to be found; more letters find fewer


@dataclass(frozen=True, slots=True)
class Found:
    """The readers that a search finds; ``more``: there are others that were not looked at."""

    ids: tuple[int, ...]
    more: bool


def find(db: Session, search: str) -> Found:
    """Return who is found by the beginning of address, domain or name.

    With an @ in front only domains are looked at, with one inside only addresses.
    """
    ids: dict[int, None] = {}
    more = False
    for condition in _ways(db, search.strip()):
        rows = db.scalars(select(Subscriber.id).where(condition).limit(MOST + 1)).all()
        more = more or len(rows) > MOST
        ids |= dict.fromkeys(rows[:MOST])
    return Found(tuple(ids), more)


def _ways(db: Session, search: str) -> list[ColumnElement[bool]]:
    key = search.lower()
    domain = begins(db, Subscriber.domain, key.removeprefix("@"))
    if key.startswith("@"):
        return [domain]
    address = begins(db, Subscriber.address_key, key)
    if "@" in key:
        return [address]
    name = and_(text("name_key > ''"), begins(db, Subscriber.name_key, fold(search)))
    return [address, domain, name]
