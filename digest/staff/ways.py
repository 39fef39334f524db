"""How dates and numbers are written: by the newsroom, and by each person who wants it otherwise."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.staff import audit
from digest.staff.models import House, User
from digest.system.errors import NotFound, Refused
from digest.text.calendars import MONTHS

MONTH_SETS = (*MONTHS, "both")
NUMERALS = ("latn", "arab")
WEEK_STARTS = (5, 6, 0)  # Saturday, Sunday, Monday as in ``date.weekday``: those of Arab countries
OFFSETS = range(-2, 3)  # days that a country's Hijri calendar may differ from the table


@dataclass(frozen=True, slots=True)
class Ways:
    """Months, digits, the Hijri date with its offset in days, and the first day of the week."""

    months: str
    digits: str
    hijri: bool = False
    hijri_offset: int = 0
    week_start: int = WEEK_STARTS[0]


@dataclass(frozen=True, slots=True)
class OwnWays:
    """What a person chose; None is as the newsroom does."""

    months: str | None = None
    digits: str | None = None
    hijri: bool | None = None
    week_start: int | None = None


def house_ways(db: Session) -> Ways | None:
    """Return the ways of the newsroom, None while nobody has chosen any."""
    row = db.scalar(select(House).order_by(House.id).limit(1))
    if row is None:
        return None
    return Ways(row.months, row.digits, row.hijri, row.hijri_offset, row.week_start)


def save_house(db: Session, ways: Ways, *, by: int, now: datetime) -> None:
    """Store the ways of the newsroom; raises Refused("bad_way") for what cannot be written."""
    _check(ways.months, ways.digits, ways.week_start)
    if ways.hijri_offset not in OFFSETS:
        raise Refused("bad_way", offset=ways.hijri_offset)
    row = db.scalar(select(House).order_by(House.id).limit(1))
    if row is None:
        db.add(House(**asdict(ways)))
    else:
        for name, value in asdict(ways).items():
            setattr(row, name, value)
    audit.record(db, "house.ways", now=now, by=by, subject="house", **asdict(ways))


def own_ways(person: User) -> OwnWays:
    """Return what a person chose."""
    return OwnWays(person.months, person.digits, person.hijri, person.week_start)


def save_own(db: Session, user_id: int, own: OwnWays) -> None:
    """Store what a person chose; raises Refused("bad_way")."""
    _check(own.months, own.digits, own.week_start)
    row = db.get(User, user_id)
    if row is None:
        raise NotFound("no_such_user", user=user_id)
    row.months, row.digits, row.hijri, row.week_start = (
        own.months, own.digits, own.hijri, own.week_start,
    )


def followed(house: Ways, own: OwnWays) -> Ways:
    """Return the newsroom's ways with what a person wants otherwise."""
    chosen = {name: value for name, value in asdict(own).items() if value is not None}
    return replace(house, **chosen)


def _check(months: str | None, digits: str | None, week_start: int | None) -> None:
    known = ((months, MONTH_SETS), (digits, NUMERALS), (week_start, WEEK_STARTS))
    for value, values in known:
        if value is not None and value not in values:
            raise Refused("bad_way", value=value)
