"""How the lists grow: who joined and who left in each of the last weeks, by form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from digest.audience.models import Form, Membership, MembershipState
from digest.system import tally

WEEK = timedelta(days=7)
WEEKS = 12
NAME = "growth"
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
    """Weeks by their ends, counted ``at`` a time; the forms with most readers first."""

    at: datetime
    ends: tuple[datetime, ...]
    forms: tuple[FormGrowth, ...]

    @property
    def joined(self) -> tuple[int, ...]:
        """Return who joined in each week, by whatever form."""
        return tuple(sum(one.joined[n] for one in self.forms) for n in range(len(self.ends)))

    @property
    def left(self) -> tuple[int, ...]:
        """Return who left in each week."""
        return tuple(sum(one.left[n] for one in self.forms) for n in range(len(self.ends)))


def growth(db: Session, *, now: datetime) -> Growth:
    """Return the growth of the last weeks: as it is kept, else counted now."""
    found = tally.kept(db, NAME)
    at, rows = (found.at, found.facts) if found else (now, count_growth(db, now=now))
    names: dict[int | None, str] = {row[0]: row[1] for row in db.execute(select(Form.id, Form.name))}
    forms = [
        FormGrowth(form_id, names.get(form_id, ""), tuple(joined), tuple(left))
        for form_id, joined, left in rows
    ]
    return Growth(
        at, tuple(at - WEEK * n for n in reversed(range(WEEKS))),
        tuple(sorted(forms, key=lambda one: (-sum(one.joined), one.form_id or 0))),
    )


def count_growth(db: Session, *, now: datetime) -> list[tuple[int | None, list[int], list[int]]]:
    """Count joined and left readers of each form and week."""
    first = now - WEEK * WEEKS
    week = case(
        *((Membership.at <= now - WEEK * (WEEKS - 1 - n), n) for n in range(WEEKS - 1)),
        else_=WEEKS - 1,
    )
    found = db.execute(
        select(Membership.form_id, week, Membership.state, func.count())
        .where(Membership.at > first, Membership.at <= now)
        .group_by(Membership.form_id, week, Membership.state)
    )
    forms: dict[int | None, tuple[list[int], list[int]]] = {}
    for form_id, n, state, people in found:
        joined, left = forms.setdefault(form_id, ([0] * WEEKS, [0] * WEEKS))
        if state in HERE:
            joined[n] += people
        elif state == MembershipState.LEFT:
            left[n] += people
    return [(form_id, *both) for form_id, both in forms.items()]
