"""Who writes where: taken by typing, kept for a minute, asked for, handed over."""

from __future__ import annotations

import pytest

from digest.issues import board, locks, presence
from digest.issues.models import Role
from digest.system.build import System
from digest.system.errors import Conflict, Refused
from tests.conftest import SettableClock
from tests.issues.desk import Together, together


@pytest.fixture
def desk(system: System, clock: SettableClock) -> Together:
    return together(system, clock)


def holders(desk: Together) -> dict[int, int]:
    with desk.system.db.read() as db:
        found = locks.held(db, desk.issue_id, desk.clock.now())
        return {section: lock.user_id for section, lock in found.items()}


def test_typing_holds_a_section_and_moving_does_not(desk: Together) -> None:
    first, item = desk.names("section")[0], desk.names("item")[0]
    desk.do(desk.salma, board.set_role, item, Role.BRIEF)
    assert holders(desk) == {}
    desk.edit(desk.salma, item, title="عنوان")
    assert holders(desk) == {first: desk.salma}
    desk.do(desk.salma, board.edit_issue, subject="س", preheader="", note="", note_by="")
    assert holders(desk) == {first: desk.salma, 0: desk.salma}


def test_a_colleague_reads_reorders_sections_but_changes_nothing_inside(desk: Together) -> None:
    first, second = desk.names("section")
    item, other = desk.names("item")[0], desk.names("item")[2]
    desk.edit(desk.salma, item, title="عنوان")
    for act, *args in (
        (board.rename_section, first, "غيره"), (board.remove_section, first),
        (board.remove_item, item), (board.set_role, item, Role.BRIEF),
    ):
        with pytest.raises(Refused, match="section_locked") as no:
            desk.do(desk.omar, act, *args)
        assert no.value.facts["name"] == "salma"
    with pytest.raises(Refused, match="section_locked"):
        desk.do(desk.omar, board.move_item, other, section_id=first, position=0)
    desk.do(desk.omar, board.move_section, first, 1)
    desk.edit(desk.omar, other, title="في قسم آخر")
    assert holders(desk) == {first: desk.salma, second: desk.omar}


def test_a_lock_ends_a_minute_after_its_holder_fell_silent(desk: Together) -> None:
    first, item = desk.names("section")[0], desk.names("item")[0]
    desk.edit(desk.salma, item, title="عنوان")
    desk.clock.forward(seconds=40)
    with desk.system.db.write() as db:
        assert locks.renew(db, desk.issue_id, [first, 999], by=desk.salma,
                           now=desk.clock.now()) == {999}
    desk.clock.forward(seconds=59)
    with pytest.raises(Refused, match="section_locked"):
        desk.do(desk.omar, board.remove_item, item)
    desk.clock.forward(seconds=2)
    desk.edit(desk.omar, item, title="عنوان عمر")
    with desk.system.db.write() as db:
        lost = locks.renew(db, desk.issue_id, [first], by=desk.salma, now=desk.clock.now())
    assert lost == {first}


def test_a_section_is_asked_for_and_handed_over(desk: Together) -> None:
    first, item = desk.names("section")[0], desk.names("item")[0]
    desk.edit(desk.salma, item, title="عنوان")
    now = desk.clock.now()
    with desk.system.db.write() as db:
        locks.ask(db, desk.issue_id, first, by=desk.omar, now=now)
        assert locks.held(db, desk.issue_id, now)[first].asked_by == "omar"
        locks.release(db, desk.issue_id, first, by=desk.omar)  # not his to release
        assert first in locks.held(db, desk.issue_id, now)
        locks.release(db, desk.issue_id, first, by=desk.salma)
        with pytest.raises(Refused, match="section_free"):
            locks.ask(db, desk.issue_id, first, by=desk.omar, now=now)
    desk.edit(desk.omar, item, title="عنوان عمر")
    assert holders(desk) == {first: desk.omar}


def test_a_section_is_taken_over_and_its_holder_is_refused(desk: Together) -> None:
    first, item = desk.names("section")[0], desk.names("item")[0]
    desk.edit(desk.salma, item, title="عنوان سلمى")
    with desk.system.db.write() as db:
        locks.take_over(db, desk.issue_id, first, by=desk.omar, now=desk.clock.now())
    with pytest.raises(Refused, match="section_locked"):
        desk.edit(desk.salma, item, title="تكملة")
    assert desk.rows()[f"item:{item}"]["title"] == "عنوان سلمى"


def test_two_people_s_texts_are_merged_field_by_field(desk: Together) -> None:
    item = desk.names("item")[0]
    seen = desk.edit(desk.salma, item, title="عنوان سلمى") - 1
    desk.clock.forward(seconds=61)
    page = {"title": "خبر رقم 1", "summary": "ملخص عمر", "link": "https://news.example/1",
            "image": None, "image_alt": ""}
    desk.do(desk.omar, board.edit_item, item, **page, based_on=seen)
    row = desk.rows()[f"item:{item}"]
    assert (row["title"], row["summary"]) == ("عنوان سلمى", "ملخص عمر")
    with pytest.raises(Conflict, match="edited_meanwhile") as torn:
        desk.do(desk.omar, board.edit_item, item, **(page | {"title": "غيره"}), based_on=seen)
    assert torn.value.facts["fields"] == {"title": {"mine": "غيره", "theirs": "عنوان سلمى"}}


def test_a_save_sent_again_after_a_lost_answer_changes_nothing(desk: Together) -> None:
    item = desk.names("item")[0]
    seen = desk.do(desk.salma, board.add_section, "رياضة")
    first = desk.edit(desk.salma, item, title="عنوان", based_on=seen)
    assert desk.edit(desk.salma, item, title="عنوان", based_on=seen) == first


def test_what_others_wrote_is_not_deleted_unseen(desk: Together) -> None:
    item = desk.names("item")[0]
    seen = desk.edit(desk.salma, item, title="عنوان سلمى") - 1
    desk.clock.forward(seconds=61)
    with pytest.raises(Conflict, match="edited_meanwhile"):
        desk.do(desk.omar, board.remove_item, item, based_on=seen)
    desk.do(desk.salma, board.remove_item, item, based_on=seen)  # she knows her own text


def test_colleagues_are_seen_for_a_minute(desk: Together) -> None:
    with desk.system.db.write() as db:
        presence.here(db, desk.issue_id, by=desk.salma, now=desk.clock.now())
    desk.clock.forward(seconds=30)
    with desk.system.db.write() as db:
        presence.here(db, desk.issue_id, by=desk.omar, now=desk.clock.now())
        found = presence.others(db, desk.issue_id, than=desk.omar, now=desk.clock.now())
        assert [one.name for one in found] == ["salma"]
    desk.clock.forward(seconds=31)
    with desk.system.db.read() as db:
        assert presence.others(db, desk.issue_id, than=desk.omar, now=desk.clock.now()) == ()
