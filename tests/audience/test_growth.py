"""Who joined and who left, week by week and form by form."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from digest.audience.growth import NAME, WEEKS, count_growth, growth
from digest.audience.models import Form, Membership
from digest.system import tally
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock

SATURDAY, SUNDAY, MONDAY = 5, 6, 0


def join(system: System, address: str, at: datetime, *, on: str = "on", form: bool = False) -> None:
    with system.db.write() as db:
        daily = db.query(Form.list_id).scalar()
        person = make.subscriber(db, now=at, address=address, list_id=daily, on=on)
        if form:
            db.get_one(Membership, (person, daily)).form_id = db.query(Form.id).scalar()


def prepare(system: System, now: datetime) -> None:
    with system.db.write() as db:
        daily = make.mailing_list(db, now=now)
        newsletter = make.newsletter(db, now=now, list_id=daily)
        db.add(Form(public_key="k", name="الموقع", list_id=daily, newsletter_id=newsletter,
                    created_at=now))


def test_each_week_counts_who_came_and_who_went(system: System, clock: SettableClock) -> None:
    now = clock.now()  # a Tuesday; the week began on Saturday, three days ago
    prepare(system, now)
    join(system, "a@example.net", now, form=True)
    join(system, "b@example.net", now - timedelta(days=3), form=True)
    join(system, "c@example.net", now - timedelta(days=4), form=True, on="left")
    join(system, "d@example.net", now - timedelta(days=4), form=True, on="pending")
    join(system, "e@example.net", now - timedelta(days=80))
    join(system, "f@example.net", now - timedelta(days=81))  # the week before the twelve
    with system.db.read() as db:
        found = growth(db, now=now, week_start=SATURDAY)
    site, none = found.forms
    assert (site.name, site.joined[-2:], site.left[-2:]) == ("الموقع", (0, 2), (1, 0))
    assert (none.form_id, none.joined[0], sum(none.joined)) == (None, 1, 1)
    assert sum(found.joined) == 3 and sum(found.left) == 1
    assert len(found.weeks) == WEEKS and found.weeks[-1] == date(2026, 11, 21)
    assert {day.weekday() for day in found.weeks} == {SATURDAY}


@pytest.mark.parametrize(
    ("week_start", "first", "joined"),
    [(SATURDAY, date(2026, 11, 21), (1, 2)), (SUNDAY, date(2026, 11, 22), (2, 1)),
     (MONDAY, date(2026, 11, 23), (2, 1)), (2, date(2026, 11, 18), (0, 3)),
     (1, date(2026, 11, 24), (2, 1))],
)
def test_whoever_looks_says_when_the_week_begins(
    system: System, clock: SettableClock, week_start: int, first: date, joined: tuple[int, int]
) -> None:
    now = clock.now()
    prepare(system, now)
    for n, days in enumerate((0, 3, 6)):
        join(system, f"{n}@example.net", now - timedelta(days=days))
    with system.db.write() as db:
        tally.keep(db, NAME, count_growth(db, now=now), now=now)
    with system.db.read() as db:
        found = growth(db, now=now, week_start=week_start)
    assert (found.weeks[-1], found.joined[-2:], found.lately) == (first, joined, 3)


def test_days_are_those_of_the_newsroom(system: System, clock: SettableClock) -> None:
    """23:30 UTC of Friday is Saturday in Damascus."""
    prepare(system, clock.now())
    join(system, "a@example.net", datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    join(system, "b@example.net", datetime(2026, 11, 20, 20, 30, tzinfo=UTC))
    with system.db.read() as db:
        found = growth(db, now=clock.now(), week_start=SATURDAY)
    assert found.joined[-2:] == (1, 1)


def test_what_is_kept_is_shown_with_its_time(system: System, clock: SettableClock) -> None:
    now = clock.now()
    prepare(system, now)
    join(system, "a@example.net", now)
    with system.db.write() as db:
        tally.keep(db, NAME, count_growth(db, now=now), now=now)
    join(system, "b@example.net", now)
    with system.db.read() as db:
        found = growth(db, now=now + timedelta(minutes=1), week_start=SATURDAY)
    assert (found.at, sum(found.joined)) == (now, 1)
