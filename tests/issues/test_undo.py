"""Taking back one's own last act: everything comes back, nobody's text is lost to it."""

from __future__ import annotations

import contextlib
import random
from typing import Any

import pytest

from digest.issues import board, undo
from digest.issues.commands import Change, apply
from digest.issues.journal import after_version
from digest.issues.models import Role
from digest.system.build import System
from digest.system.errors import Conflict, Refused
from tests.conftest import SettableClock
from tests.issues.desk import Together, together


@pytest.fixture
def desk(system: System, clock: SettableClock) -> Together:
    return together(system, clock)


def some_act(desk: Together, by: int, dice: random.Random) -> None:
    """Do something that an editor might do; what the house refuses changes nothing."""
    sections, items = desk.names("section"), desk.names("item")
    section, place = dice.choice([*sections, 999]), dice.randrange(5)
    item = dice.choice([*items, 999])
    acts: list[Any] = [
        lambda: desk.do(by, board.move_item, item, section_id=section, position=place),
        lambda: desk.do(by, board.move_section, section, place),
        lambda: desk.do(by, board.set_role, item, dice.choice(list(Role))),
        lambda: desk.do(by, board.remove_item, item),
        lambda: desk.do(by, board.remove_section, section),
        lambda: desk.do(by, board.add_section, f"قسم {place}"),
        lambda: desk.do(by, board.rename_section, section, f"اسم {place}"),
        lambda: desk.edit(by, item, title=f"عنوان {place}", summary=f"ملخص {place}"),
        lambda: desk.undo(by),
        lambda: desk.redo(by),
    ]
    with contextlib.suppress(Refused, KeyError):
        dice.choice(acts)()


def log(desk: Together, since: int = 0) -> list[Change]:
    with desk.system.db.read() as db:
        return [one.change for one in after_version(db, desk.issue_id, since)]


def test_a_deleted_section_comes_back_with_its_stories_in_their_order(desk: Together) -> None:
    before = desk.rows()
    desk.do(desk.salma, board.remove_section, desk.names("section")[0])
    assert len(desk.names("item")) == 2
    desk.undo(desk.salma)
    assert desk.rows() == before
    desk.redo(desk.salma)
    assert len(desk.names("item")) == 2
    desk.undo(desk.salma)
    assert desk.rows() == before


def test_an_id_that_was_deleted_belongs_to_nobody_else(desk: Together) -> None:
    last = desk.names("section")[-1]
    before = desk.rows()
    desk.do(desk.salma, board.remove_section, last)
    desk.do(desk.omar, board.add_section, "رياضة")
    desk.undo(desk.salma)
    assert {name: row["title"] for name, row in desk.rows().items() if name == f"section:{last}"} == {
        f"section:{last}": before[f"section:{last}"]["title"]
    }


@pytest.mark.parametrize("seed", range(6))
def test_taking_back_everything_leads_home_and_the_log_tells_the_whole_way(
    desk: Together, seed: int
) -> None:
    dice, home = random.Random(seed), desk.rows()
    start = len(log(desk))
    for _ in range(25):
        some_act(desk, desk.salma, dice)
    rows = home
    for change in log(desk)[start:]:
        rows = apply(rows, change)
    assert rows == desk.rows()
    while True:
        try:
            desk.undo(desk.salma)
        except Refused:
            break
    assert desk.rows() == home


def test_only_one_s_own_acts_are_taken_back(desk: Together) -> None:
    first = desk.names("section")[0]
    desk.do(desk.salma, board.rename_section, first, "محليات")
    desk.do(desk.omar, board.add_section, "رياضة")
    desk.undo(desk.salma)
    titles = [desk.rows()[f"section:{one}"]["title"] for one in desk.names("section")]
    assert titles == ["سياسة", "اقتصاد", "رياضة"]
    with pytest.raises(Refused, match="nothing_to_undo"):
        desk.undo(desk.salma)


def test_what_a_colleague_wrote_is_not_lost_to_somebody_else_s_undo(desk: Together) -> None:
    item = desk.names("item")[0]
    desk.edit(desk.salma, item, title="عنوان سلمى")
    desk.clock.forward(seconds=61)  # her lock has ended
    desk.edit(desk.omar, item, title="عنوان عمر")
    desk.clock.forward(seconds=61)
    with pytest.raises(Conflict, match="undo_lost"):
        desk.undo(desk.salma)
    assert desk.rows()[f"item:{item}"]["title"] == "عنوان عمر"


def test_a_section_that_others_filled_is_not_taken_back(desk: Together) -> None:
    desk.do(desk.salma, board.add_section, "رياضة")
    section, item = desk.names("section")[-1], desk.names("item")[0]
    desk.do(desk.omar, board.move_item, item, section_id=section, position=0)
    with pytest.raises(Conflict, match="undo_lost"):
        desk.undo(desk.salma)
    assert item in desk.names("item")


def test_asked_twice_it_is_taken_back_once(desk: Together) -> None:
    desk.do(desk.salma, board.add_section, "رياضة")
    desk.do(desk.salma, board.add_section, "ثقافة")
    with desk.system.db.write() as db:
        step = undo.next_undo(db, desk.issue_id, desk.salma)
        assert step is not None and step.act == "add_section"
        first = undo.undo(db, desk.issue_id, step.seq, by=desk.salma, now=desk.clock.now())
        again = undo.undo(db, desk.issue_id, step.seq, by=desk.salma, now=desk.clock.now())
    assert first == again
    assert len(desk.names("section")) == 3


def test_doing_something_new_ends_the_way_forward(desk: Together) -> None:
    desk.do(desk.salma, board.add_section, "رياضة")
    desk.undo(desk.salma)
    desk.do(desk.salma, board.add_section, "ثقافة")
    with pytest.raises(Refused, match="nothing_to_redo"):
        desk.redo(desk.salma)


def test_a_colleague_s_act_is_out_of_reach(desk: Together) -> None:
    desk.do(desk.omar, board.add_section, "رياضة")
    with desk.system.db.write() as db:
        theirs = undo.next_undo(db, desk.issue_id, desk.omar)
        assert theirs is not None
        with pytest.raises(Refused, match="nothing_to_undo"):
            undo.undo(db, desk.issue_id, theirs.seq, by=desk.salma, now=desk.clock.now())
