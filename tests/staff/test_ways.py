"""Ways of writing: the newsroom's in one row, a person's own over them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from digest.staff import ways
from digest.staff.models import AuditEntry, House, User
from digest.staff.ways import OwnWays, Ways
from digest.system.build import System
from digest.system.errors import NotFound, Refused
from tests import make

MAGHREB = Ways("morocco", "latn", hijri=True, hijri_offset=-1, week_start=0)


def save(system: System, chosen: Ways) -> None:
    with system.db.write() as db:
        ways.save_house(db, chosen, by=person(system, db), now=system.clock.now())


def person(system: System, db: object) -> int:
    found = db.scalar(select(User.id))  # type: ignore[attr-defined]
    return found or make.user(db, now=system.clock.now())  # type: ignore[arg-type]


def test_until_somebody_chooses_the_newsroom_has_no_ways_of_its_own(system: System) -> None:
    with system.db.read() as db:
        assert ways.house_ways(db) is None


def test_the_newsrooms_ways_are_one_row_and_each_change_is_in_the_trail(system: System) -> None:
    save(system, MAGHREB)
    save(system, Ways("egypt", "arab"))
    with system.db.read() as db:
        assert ways.house_ways(db) == Ways("egypt", "arab", week_start=5)
        assert db.scalar(select(func.count()).select_from(House)) == 1
        actions = list(db.scalars(select(AuditEntry.action)))
    assert actions == ["house.ways", "house.ways"]


@pytest.mark.parametrize(
    "wrong",
    [Ways("mars", "latn"), Ways("egypt", "roman"), Ways("egypt", "latn", week_start=3),
     Ways("egypt", "latn", hijri_offset=3)],
)
def test_what_cannot_be_written_is_refused(system: System, wrong: Ways) -> None:
    with pytest.raises(Refused, match="bad_way"):
        save(system, wrong)
    with system.db.read() as db:
        assert ways.house_ways(db) is None


def test_a_person_follows_the_newsroom_but_for_what_they_chose(system: System) -> None:
    with system.db.write() as db:
        who = make.user(db, now=system.clock.now())
        assert ways.own_ways(db.get_one(User, who)) == OwnWays()
        ways.save_own(db, who, OwnWays(digits="arab", hijri=False))
    with system.db.read() as db:
        own = ways.own_ways(db.get_one(User, who))
    assert ways.followed(MAGHREB, own) == Ways("morocco", "arab", False, -1, 0)


def test_a_persons_ways_are_checked_too(system: System) -> None:
    with system.db.write() as db:
        who = make.user(db, now=system.clock.now())
    for wrong, code in ((OwnWays(months="mars"), Refused), (OwnWays(week_start=9), Refused)):
        with pytest.raises(code, match="bad_way"), system.db.write() as db:
            ways.save_own(db, who, wrong)
    with pytest.raises(NotFound), system.db.write() as db:
        ways.save_own(db, 99, OwnWays())
