"""What editors do to an issue: each act raises the version, none loses or doubles a story."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from digest.articles.lengths import Length
from digest.articles.models import Article, Story
from digest.articles.summarise import Method
from digest.issues import board
from digest.issues.models import Item, Role, Section
from digest.issues.queries import Board
from digest.issues.queries import board as load
from digest.staff.models import AuditEntry
from digest.system.build import System
from digest.system.errors import Conflict, NotFound, Refused
from tests import make
from tests.conftest import SettableClock

SUMMARY = "أقرّ البرلمان الموازنة. وصوّت 130 نائباً لصالحها. وتأجل بند الدعم. وعاد النواب بعد الظهر."
FIRST = "أقرّ البرلمان الموازنة."
THREE = "أقرّ البرلمان الموازنة. وصوّت 130 نائباً لصالحها. وتأجل بند الدعم."


@dataclass
class Desk:
    """An issue with two items in «سياسة», two stories outside it, and its editor's doings."""

    system: System
    clock: SettableClock
    issue_id: int
    stories: tuple[int, int]
    version: int = 1

    def do(self, act: object, *args: object, **kwargs: object) -> Board:
        """Run an act of the board on the version at hand and return the issue after it."""
        with self.system.db.write() as db:
            self.version = act(  # type: ignore[operator]
                db, self.issue_id, *args, **kwargs, based_on=self.version, by=None,
                now=self.clock.now(),
            )
        return self.look()

    def look(self) -> Board:
        """Return the issue as the board shows it."""
        with self.system.db.read() as db:
            return load(db, self.issue_id)


@pytest.fixture
def desk(system: System, clock: SettableClock) -> Desk:
    """Salma's desk."""
    now = clock.now()
    with system.db.write() as db:
        topic_id = make.topic(db, name="اقتصاد", slug="economy")
        newsletter_id = make.newsletter(db, now=now)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id)
        articles = [
            make.article(db, now=now, title="الموازنة", summary=SUMMARY, text=SUMMARY,
                         topic_id=topic_id, image="https://news.example/a.png"),
            make.article(db, now=now, title="الليرة", summary=SUMMARY, text=SUMMARY),
        ]
        first, second = [db.get_one(Article, one).story_id for one in articles]
    assert first and second
    return Desk(system, clock, issue_id, (first, second))


def roles(page: Board, section: int = 0) -> list[str]:
    return [item.role for item in page.sections[section].items]


def test_the_issue_s_own_words_are_tidied(desk: Desk) -> None:
    page = desk.do(board.edit_issue, subject=" أ \n ب ", preheader="ج\nد", note=" سطر\nآخر ",
                   note_by=" رنا ")
    assert (page.subject, page.preheader, page.note, page.note_by) == ("أ ب", "ج د", "سطر\nآخر", "رنا")
    assert page.version == 2


def test_a_story_brings_a_copy_and_makes_its_topic_s_section(desk: Desk) -> None:
    page = desk.do(board.add_story, desk.stories[0])
    item = page.sections[1].items[0]
    assert page.sections[1].title == "اقتصاد"
    assert (item.title, item.role, item.image_alt) == ("الموازنة", "lead", "الموازنة")
    assert item.story_id == desk.stories[0] and item.summary == THREE


def test_a_story_without_a_topic_goes_to_the_section_that_has_none(desk: Desk) -> None:
    page = desk.do(board.add_story, desk.stories[1])
    assert [section.title for section in page.sections] == ["سياسة"]
    assert roles(page) == ["lead", "second", "second"]
    assert page.sections[0].items[2].summary == FIRST


def test_a_story_without_a_topic_opens_the_other_section(desk: Desk) -> None:
    page = desk.do(board.remove_section, desk.look().sections[0].id)
    page = desk.do(board.add_story, desk.stories[1])
    assert [section.title for section in page.sections] == [board.OTHER]


def test_the_editor_may_choose_section_and_role(desk: Desk) -> None:
    section_id = desk.look().sections[0].id
    page = desk.do(board.add_story, desk.stories[0], section_id=section_id, role=Role.BRIEF)
    assert roles(page) == ["lead", "second", "brief"]


def test_a_story_is_in_an_issue_once(desk: Desk) -> None:
    desk.do(board.add_story, desk.stories[0])
    with pytest.raises(Refused, match="already_in_issue"):
        desk.do(board.add_story, desk.stories[0])
    with pytest.raises(NotFound, match="no_such_story"):
        desk.do(board.add_story, 999)


def test_an_edited_item_keeps_its_own_copy(desk: Desk) -> None:
    item = desk.look().sections[0].items[0]
    page = desk.do(board.edit_item, item.id, title=" عنوان\nجديد ", summary=" ملخص ",
                   link=" https://x.example/1".strip(), image="", image_alt=" وصف ")
    changed = page.sections[0].items[0]
    assert (changed.title, changed.summary, changed.image) == ("عنوان جديد", "ملخص", None)
    assert (changed.link, changed.image_alt) == ("https://x.example/1", "وصف")


@pytest.mark.parametrize(
    ("values", "code"),
    [({"title": " "}, "no_title"), ({"link": "javascript:1"}, "bad_link"),
     ({"image": "data:,"}, "bad_link")],
)
def test_an_item_needs_a_title_and_web_addresses(
    desk: Desk, values: dict[str, str], code: str
) -> None:
    item = desk.look().sections[0].items[0]
    facts = {"title": "أ", "summary": "", "link": "", "image": None, "image_alt": "", **values}
    with pytest.raises(Refused, match=code):
        desk.do(board.edit_item, item.id, **facts)
    assert desk.look().version == 1


def test_a_section_has_one_lead_at_its_top_and_briefs_at_its_end(desk: Desk) -> None:
    first, second = desk.look().sections[0].items
    page = desk.do(board.set_role, second.id, Role.LEAD)
    assert roles(page) == ["lead", "second"]
    assert [one.id for one in page.sections[0].items] == [second.id, first.id]
    assert roles(desk.do(board.set_role, second.id, Role.BRIEF)) == ["second", "brief"]
    section = page.sections[0].id
    assert roles(desk.do(board.add_story, desk.stories[0], section_id=section)) == [
        "second", "second", "brief",
    ]


def test_a_machine_summary_follows_the_role(desk: Desk) -> None:
    item = desk.do(board.add_story, desk.stories[0]).sections[1].items[0]
    page = desk.do(board.set_role, item.id, Role.SECOND)
    assert page.sections[1].items[0].summary == FIRST
    page = desk.do(board.set_role, item.id, Role.LEAD)
    assert page.sections[1].items[0].summary == THREE


def test_a_summary_that_an_editor_wrote_stays(desk: Desk) -> None:
    item = desk.do(board.add_story, desk.stories[0]).sections[1].items[0]
    desk.do(board.edit_item, item.id, title="أ", summary="كتبته رنا. كله.", link=item.link,
            image=None, image_alt="")
    page = desk.do(board.set_role, item.id, Role.BRIEF)
    assert page.sections[1].items[0].summary == "كتبته رنا. كله."


def test_items_move_within_and_between_sections(desk: Desk) -> None:
    page = desk.do(board.add_section, "اقتصاد")
    first, second = page.sections[0].items
    page = desk.do(board.move_item, second.id, section_id=page.sections[0].id, position=0)
    assert [item.id for item in page.sections[0].items] == [second.id, first.id]
    page = desk.do(board.move_item, second.id, section_id=page.sections[1].id, position=99)
    assert [[item.id for item in one.items] for one in page.sections] == [[first.id], [second.id]]
    page = desk.do(board.move_item, first.id, section_id=page.sections[1].id, position=-3)
    assert [[item.id for item in one.items] for one in page.sections] == [[], [first.id, second.id]]


def test_positions_stay_without_gaps(desk: Desk) -> None:
    section_id = desk.look().sections[0].id
    for story_id in desk.stories:
        desk.do(board.add_story, story_id, section_id=section_id)
    desk.do(board.remove_item, desk.look().sections[0].items[1].id)
    with desk.system.db.read() as db:
        places = list(db.scalars(select(Item.position).order_by(Item.position)))
        assert places == [0, 1, 2]


def test_sections_are_added_renamed_moved_and_removed(desk: Desk) -> None:
    page = desk.do(board.add_section, " اقتصاد \n اليوم ")
    page = desk.do(board.rename_section, page.sections[0].id, "محليات")
    page = desk.do(board.move_section, page.sections[1].id, 0)
    assert [section.title for section in page.sections] == ["اقتصاد اليوم", "محليات"]
    page = desk.do(board.remove_section, page.sections[1].id)
    assert [section.title for section in page.sections] == ["اقتصاد اليوم"]
    with desk.system.db.read() as db:
        assert db.scalars(select(Item.id)).all() == []
        assert db.scalars(select(Section.position)).all() == [0]


def test_a_section_needs_a_title(desk: Desk) -> None:
    with pytest.raises(Refused, match="no_title"):
        desk.do(board.add_section, " ")
    with pytest.raises(Refused, match="no_title"):
        desk.do(board.rename_section, desk.look().sections[0].id, "")


def test_parts_of_another_issue_are_out_of_reach(desk: Desk) -> None:
    with desk.system.db.write() as db:
        newsletter_id = make.newsletter(db, now=desk.clock.now(), slug="other")
        other = make.issue(db, now=desk.clock.now(), newsletter_id=newsletter_id)
        page = load(db, other)
    with pytest.raises(NotFound, match="no_such_item"):
        desk.do(board.remove_item, page.sections[0].items[0].id)
    with pytest.raises(NotFound, match="no_such_section"):
        desk.do(board.remove_section, page.sections[0].id)


def test_two_editors_who_saw_the_same_version_both_get_their_way(desk: Desk) -> None:
    desk.do(board.add_section, "اقتصاد")
    desk.version = 1
    page = desk.do(board.add_section, "ثقافة")
    assert [section.title for section in page.sections[-2:]] == ["اقتصاد", "ثقافة"]
    desk.version = 99
    with pytest.raises(Conflict, match="stale_issue"):
        desk.do(board.add_section, "رياضة")


def test_a_closed_issue_is_not_edited(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=clock.now())
        issue_id = make.issue(db, now=clock.now(), newsletter_id=newsletter_id, state="sent")
    with pytest.raises(Refused, match="issue_closed"):
        Desk(system, clock, issue_id, (0, 0)).do(board.add_section, "اقتصاد")


def test_a_summary_is_written_anew_from_the_stored_text(desk: Desk) -> None:
    item = desk.do(board.add_story, desk.stories[0]).sections[1].items[0]
    desk.version = board.regenerate_summary(
        desk.system, desk.issue_id, item.id, method=Method.LEAD, length=Length.SHORT,
        based_on=desk.version, by=None,
    )
    page = desk.look()
    assert page.sections[1].items[0].summary == "أقرّ البرلمان الموازنة. وصوّت 130 نائباً لصالحها."
    assert page.version == desk.version == 3
    with desk.system.db.read() as db:
        story = db.get_one(Story, desk.stories[0])
        assert db.get_one(Article, story.representative_id).text == SUMMARY


def test_without_a_stored_text_there_is_nothing_to_summarise(desk: Desk) -> None:
    item = desk.look().sections[0].items[0]
    with pytest.raises(Refused, match="no_source_text"):
        board.regenerate_summary(desk.system, desk.issue_id, item.id, method=Method.MIX,
                                 length=Length.NORMAL, based_on=1, by=None)


def test_every_act_is_written_down(desk: Desk) -> None:
    desk.do(board.add_section, "اقتصاد")
    desk.do(board.remove_item, desk.look().sections[0].items[0].id)
    with desk.system.db.read() as db:
        acts = list(db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert acts == ["issue.add_section", "issue.remove"]
