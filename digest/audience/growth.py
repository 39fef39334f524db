"""How the lists grow: who joined and who left in each of the last weeks, by form.

They are counted and kept by day, since whoever looks says with which day a week begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session

from digest.audience.models import Form, Membership, MembershipState
from digest.newsletters.manage import newsroom_zone
from digest.system import tally

WEEK = 7  # days
WEEKS = 12  # shown, the one that runs included
DAYS = WEEK * WEEKS  # counted, today included
NAME = "growth_by_day"
HERE = frozenset({MembershipState.ON.value, MembershipState.PAUSED.value})


@dataclass(frozen=True, slots=True)
class FormGrowth:
    """A form (None: imports and readers added by hand) and its weeks, the oldest first.

    ``joined`` are those of a week who are still there, ``left`` those who went in it.
    """

    form_id: int | None
    name: str
    joined: tuple[int, ...]
    left: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Growth:
    """Weeks by their first days, counted ``at`` a time; the forms with most readers first.

    The last week is the one that runs; ``lately`` joined in the last seven days.
    """

    at: datetime
    weeks: tuple[date, ...]
    forms: tuple[FormGrowth, ...]
    lately: int

    @property
    def joined(self) -> tuple[int, ...]:
        """Return who joined in each week, by whatever form."""
        return tuple(sum(one.joined[n] for one in self.forms) for n in range(len(self.weeks)))

    @property
    def left(self) -> tuple[int, ...]:
        """Return who left in each week."""
        return tuple(sum(one.left[n] for one in self.forms) for n in range(len(self.weeks)))


def growth(db: Session, *, now: datetime, week_start: int) -> Growth:
    """Return the growth of the last weeks: as it is kept, else counted now.

    ``week_start`` is the day that begins a week, Monday is 0.
    """
    found = tally.kept(db, NAME)
    at, facts = (found.at, found.facts) if found else (now, count_growth(db, now=now))
    last = date.fromisoformat(facts["last"])
    running = (last.weekday() - week_start) % WEEK + 1  # days of the week that runs
    names: dict[int | None, str] = {row[0]: row[1] for row in db.execute(select(Form.id, Form.name))}
    forms = [
        FormGrowth(form_id, names.get(form_id, ""), _weeks(joined, running), _weeks(left, running))
        for form_id, joined, left in facts["forms"]
    ]
    first = last - timedelta(days=running - 1)
    return Growth(
        at, tuple(first - timedelta(days=WEEK * n) for n in reversed(range(WEEKS))),
        tuple(sorted(forms, key=lambda one: (-sum(one.joined), one.form_id or 0))),
        sum(sum(joined[-WEEK:]) for _form, joined, _left in facts["forms"]),
    )


def count_growth(db: Session, *, now: datetime) -> dict[str, Any]:
    """Count joined and left readers of each form and day of the newsroom, to be kept as JSON."""
    zone = ZoneInfo(newsroom_zone(db))
    last = now.astimezone(zone).date()
    starts = [_midnight(last - timedelta(days=n), zone) for n in reversed(range(DAYS))]
    each = (
        select(Membership.form_id, _day(starts, 0, DAYS - 1).label("day"), Membership.state)
        .where(Membership.at >= starts[0], Membership.at <= now)
        .subquery()
    )
    found = db.execute(
        select(each.c.form_id, each.c.day, each.c.state, func.count())
        .group_by(each.c.form_id, each.c.day, each.c.state)
    )
    forms: dict[int | None, tuple[list[int], list[int]]] = {}
    for form_id, n, state, people in found:
        joined, left = forms.setdefault(form_id, ([0] * DAYS, [0] * DAYS))
        if state in HERE:
            joined[n] += people
        elif state == MembershipState.LEFT:
            left[n] += people
    return {
        "last": last.isoformat(),
        "forms": [[form_id, joined, left] for form_id, (joined, left) in forms.items()],
    }


def _weeks(days: Sequence[int], running: int) -> tuple[int, ...]:
    """Sum up the days of each week; the last one has only ``running``."""
    firsts = [DAYS - running - WEEK * n for n in reversed(range(WEEKS))]
    return tuple(sum(days[max(0, first) : max(0, first + WEEK)]) for first in firsts)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _day(starts: Sequence[datetime], low: int, high: int) -> ColumnElement[int]:
    """Return the number of the day of a row, halving: seven comparisons for each, not 84."""
    if low == high:
        return literal(low)
    middle = (low + high + 1) // 2
    return case(
        (Membership.at < starts[middle], _day(starts, low, middle - 1)),
        else_=_day(starts, middle, high),
    )
