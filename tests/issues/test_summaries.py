"""An item's summary: fitted to its role, written anew at a length, an editor's words never lost."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from digest import jobs
from digest.articles import lengths
from digest.articles.lengths import Length
from digest.articles.models import Article, Summary
from digest.articles.summarise import Method
from digest.articles.telling import queue_retelling
from digest.articles.versions import Saying, Shown
from digest.issues import board
from digest.issues.models import Role
from digest.issues.queries import BoardItem
from digest.issues.queries import board as load
from digest.issues.summaries import fit_summary
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock

SAHEL = (
    "افتتحت البلدية سوق السمك الجديد بعد أعمال ترميم استمرت عامين. "
    "وبلغت كلفة الترميم 3 ملايين دولار قدّمها صندوق محلي. "
    "ويضم المبنى 120 محلاً للبيع ومخزنين للتبريد."
)
SHAM = (
    "افتتحت البلدية سوق السمك الجديد بعد أعمال ترميم استمرت عامين. "
    "واحتج صيادون أمام البوابة على رفع أجور المحال إلى الضعف."
)
FOUR = "أولى هنا. ثانية هنا. ثالثة هنا. رابعة هنا."


@dataclass
class Item:
    """The only story of a section, and what its editor does with it."""

    system: System
    clock: SettableClock
    issue_id: int
    id: int = 0

    def look(self) -> BoardItem:
        with self.system.db.read() as db:
            return load(db, self.issue_id).sections[-1].items[0]

    def version(self) -> int:
        with self.system.db.read() as db:
            return load(db, self.issue_id).version

    def write(self, text: str) -> None:
        item = self.look()
        with self.system.db.write() as db:
            board.edit_item(db, self.issue_id, item.id, title=item.title, summary=text, image=None,
                            link=item.link, image_alt="", based_on=self.version(), by=None,
                            now=self.clock.now())

    def anew(self, length: Length, method: Method | None = None) -> BoardItem:
        board.regenerate_summary(self.system, self.issue_id, self.id, method=method, length=length,
                                 based_on=self.version(), by=None)
        return self.look()

    def versions(self) -> list[tuple[str, str]]:
        with self.system.db.read() as db:
            rows = db.execute(select(Summary.origin, Summary.text).order_by(Summary.id))
            return [(row.origin, row.text) for row in rows]


@pytest.fixture
def item(system: System, clock: SettableClock) -> Item:
    """The fish market, told by two sources, leading its section."""
    now = clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, items=0)
        ids = [
            make.article(db, now=now, title=f"سوق السمك عند {name}", text=text, source_name=name,
                         summary=text, with_story=name == "الساحل")
            for name, text in (("الساحل", SAHEL), ("شام بوست", SHAM))
        ]
        story_id = db.get_one(Article, ids[0]).story_id
        assert story_id is not None
        db.get_one(Article, ids[1]).story_id = story_id
        db.flush()
        queue_retelling(db, now)
    jobs.drain(system, {"retell_story"})
    made = Item(system, clock, issue_id)
    with system.db.write() as db:
        board.add_story(db, issue_id, story_id, based_on=1, by=None, now=now)
    made.id = made.look().id
    return made


def test_an_item_of_several_sources_names_them(item: Item) -> None:
    found = item.look()
    assert found.shared
    assert found.sources == ("الساحل", "شام بوست")
    assert "أجور المحال" in found.summary
    assert "".join(one.text for one in found.marked) == found.summary


def test_a_brief_has_one_sentence_and_grows_again(item: Item) -> None:
    whole = item.look().summary
    for role, count in ((Role.BRIEF, 1), (Role.LEAD, 4)):
        with item.system.db.write() as db:
            board.set_role(db, item.issue_id, item.id, role, based_on=item.version(), by=None,
                           now=item.clock.now())
        assert item.look().summary.count(".") == count
    assert item.look().summary == whole


def test_shorter_and_longer_go_on_from_what_is_there(item: Item) -> None:
    counts = [item.anew(length).summary.count(".")
              for length in (Length.SHORT, Length.SHORT, Length.LONG, Length.NORMAL)]
    assert counts == [3, 2, 3, 3]


def test_one_source_alone_can_be_asked_for(item: Item) -> None:
    found = item.anew(Length.SHORT, Method.LEAD)
    assert found.summary == SAHEL
    assert (found.sources, found.marked) == (("الساحل",), (Saying("", SAHEL),))


def test_what_an_editor_wrote_is_kept_before_it_is_overwritten(item: Item) -> None:
    item.write("كتبته رنا بنفسها. وزادت عليه.")
    found = item.anew(Length.NORMAL)
    assert found.summary.count(".") == 2
    assert ("editor", "كتبته رنا بنفسها. وزادت عليه.") in item.versions()
    assert item.versions()[-1] == ("machine", found.summary)


def test_a_machines_text_is_not_kept_twice(item: Item) -> None:
    before = len(item.versions())
    item.anew(Length.NORMAL)
    assert len(item.versions()) == before
    item.anew(Length.SHORT)
    item.anew(Length.SHORT)
    assert [origin for origin, _ in item.versions()[before:]] == ["machine", "machine"]


@pytest.mark.parametrize(
    ("summary", "role", "fitted"),
    [(FOUR, Role.LEAD, "أولى هنا. ثانية هنا. ثالثة هنا."), (FOUR, Role.SECOND, "أولى هنا."),
     ("", Role.LEAD, ""), ("بلا نقطة", Role.BRIEF, "بلا نقطة"), ("…", Role.SECOND, "…")],
)
def test_a_summary_is_cut_at_whole_sentences(summary: str, role: Role, fitted: str) -> None:
    assert fit_summary(Shown(summary), role) == Shown(fitted)


@pytest.mark.parametrize(
    ("length", "present", "most"),
    [(Length.SHORT, 3, 2), (Length.SHORT, 1, 1), (Length.NORMAL, 0, 3), (Length.LONG, 2, 3),
     (Length.LONG, 12, 12), (Length.NORMAL, 40, 12)],
)
def test_a_length_is_a_number_of_sentences(length: Length, present: int, most: int) -> None:
    assert lengths.sentences(length, present) == most
