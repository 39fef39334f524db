"""Who joined and who left, week by week and form by form."""

from __future__ import annotations

from datetime import datetime, timedelta

from digest.audience.growth import NAME, WEEKS, count_growth, growth
from digest.audience.models import Form, Membership
from digest.system import tally
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock


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
    now = clock.now()
    prepare(system, now)
    join(system, "a@example.net", now, form=True)
    join(system, "b@example.net", now - timedelta(days=6), form=True)
    join(system, "c@example.net", now - timedelta(days=7), form=True, on="left")
    join(system, "d@example.net", now - timedelta(days=8), form=True, on="pending")
    join(system, "e@example.net", now - timedelta(days=83))
    join(system, "f@example.net", now - timedelta(days=84))
    with system.db.read() as db:
        found = growth(db, now=now)
    site, none = found.forms
    assert (site.name, site.joined[-2:], site.left[-2:]) == ("الموقع", (0, 2), (1, 0))
    assert (none.form_id, none.joined[0], sum(none.joined)) == (None, 1, 1)
    assert sum(found.joined) == 3 and sum(found.left) == 1
    assert (len(found.ends), found.ends[-1]) == (WEEKS, now)


def test_what_is_kept_is_shown_with_its_time(system: System, clock: SettableClock) -> None:
    now = clock.now()
    prepare(system, now)
    join(system, "a@example.net", now)
    with system.db.write() as db:
        tally.keep(db, NAME, count_growth(db, now=now), now=now)
    join(system, "b@example.net", now)
    with system.db.read() as db:
        found = growth(db, now=now + timedelta(minutes=1))
    assert (found.at, sum(found.joined)) == (now, 1)
