"""Stories of several sources are told from all of them, whenever their articles change."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest import jobs
from digest.articles import curate
from digest.articles.models import Article, Origin, Summary
from digest.articles.telling import RECENT, queue_retelling, retell_story
from digest.articles.versions import add_version, latest_summary
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock

TEXTS = {
    "وكالة الساحل": "افتتحت البلدية سوق السمك الجديد بعد أعمال ترميم استمرت عامين. "
                    "وبلغت كلفة الترميم 3 ملايين دولار قدّمها صندوق محلي.",
    "شام بوست": "افتتحت البلدية سوق السمك الجديد بعد أعمال ترميم استمرت عامين. "
                "واحتج صيادون أمام البوابة على رفع أجور المحال إلى الضعف.",
    "صناعة": "عاد سوق السمك إلى العمل بعد عامين من الترميم. "
             "ويعتمد المبنى على ألواح شمسية توفر ثلثي حاجته من الكهرباء.",
}


def join(db: Session, clock: SettableClock, story_id: int | None, name: str) -> int:
    """Let a source's article join a story, or open one; returns the story's id."""
    made = db.get_one(Article, make.article(
        db, now=clock.now(), title=f"سوق السمك عند {name}", text=TEXTS[name], source_name=name,
        with_story=story_id is None,
    ))
    made.story_id = story_id or made.story_id
    db.flush()
    assert made.story_id is not None
    return made.story_id


def market(system: System, clock: SettableClock, *names: str) -> int:
    story_id: int | None = None
    with system.db.write() as db:
        for name in names:
            story_id = join(db, clock, story_id, name)
    assert story_id is not None
    return story_id


def versions(system: System) -> list[tuple[int, str, str]]:
    with system.db.read() as db:
        rows = db.execute(
            select(Summary.n, Summary.origin, Summary.text).where(Summary.story_id.is_not(None))
            .order_by(Summary.n)
        )
        return [(row.n, row.origin, row.text) for row in rows]


def due(system: System) -> int:
    with system.db.write() as db:
        return queue_retelling(db, system.clock.now())


def test_a_story_is_told_from_all_its_sources(system: System, clock: SettableClock) -> None:
    story_id = market(system, clock, "وكالة الساحل", "شام بوست")
    assert due(system) == 1
    jobs.drain(system, {"retell_story"})
    with system.db.read() as db:
        shown = latest_summary(db, 1, story_id)
    assert shown.text.count("افتتحت") == 1
    assert "3 ملايين دولار" in shown.text
    assert "أجور المحال" in shown.text
    assert {one.source for one in shown.told} == {"وكالة الساحل", "شام بوست"}
    assert " ".join(one.text for one in shown.told) == shown.text
    assert due(system) == 0


def test_the_parts_are_stretches_of_the_stored_texts(system: System, clock: SettableClock) -> None:
    market(system, clock, "وكالة الساحل", "شام بوست")
    due(system)
    jobs.drain(system, {"retell_story"})
    with system.db.read() as db:
        row = db.scalars(select(Summary).where(Summary.story_id.is_not(None))).one()
        for part in row.parts:
            article = db.get_one(Article, part["article"])
            assert article.text[part["start"] : part["end"]] == part["text"]
            assert article.source_name == part["source"]


def test_it_is_told_again_when_an_article_joins_or_is_set_aside(
    system: System, clock: SettableClock
) -> None:
    story_id = market(system, clock, "وكالة الساحل", "شام بوست")
    due(system)
    jobs.drain(system, {"retell_story"})
    with system.db.write() as db:
        join(db, clock, story_id, "صناعة")
    assert due(system) == 1
    jobs.drain(system, {"retell_story"})
    assert [n for n, _, _ in versions(system)] == [1, 2]
    assert "ألواح شمسية" in versions(system)[-1][2]
    with system.db.write() as db:
        curate.split(db, story_id, 3)
    assert due(system) == 1
    jobs.drain(system, {"retell_story"})
    assert "ألواح شمسية" not in versions(system)[-1][2]


def test_what_an_editor_wrote_stays(system: System, clock: SettableClock) -> None:
    story_id = market(system, clock, "وكالة الساحل", "شام بوست")
    with system.db.write() as db:
        add_version(db, "كتبتها سلمى.", story_id=story_id, method="editor", origin=Origin.EDITOR,
                    now=clock.now())
    assert due(system) == 0
    retell_story(system, story_id)
    assert versions(system) == [(1, "editor", "كتبتها سلمى.")]


def test_one_source_needs_no_telling(system: System, clock: SettableClock) -> None:
    story_id = market(system, clock, "وكالة الساحل")
    assert due(system) == 0
    retell_story(system, story_id)
    retell_story(system, 999)
    assert versions(system) == []


def test_an_old_story_is_left_alone(system: System, clock: SettableClock) -> None:
    market(system, clock, "وكالة الساحل", "شام بوست")
    clock.forward(seconds=(RECENT + timedelta(hours=1)).total_seconds())
    assert due(system) == 0


def test_a_summary_opens_with_the_article_that_stands_for_the_story(
    system: System, clock: SettableClock
) -> None:
    story_id = market(system, clock, "وكالة الساحل", "صناعة")
    with system.db.write() as db:
        db.get_one(Article, 2).text = (
            "فتح سوق السمك في اللاذقية أبوابه من جديد بعد ترميم استمر عامين. "
            "ويعتمد المبنى على ألواح شمسية توفر ثلثي حاجته من الكهرباء."
        )
    for article_id, opening in ((1, "افتتحت البلدية"), (2, "فتح سوق السمك")):
        with system.db.write() as db:
            curate.set_representative(db, story_id, article_id)
        assert due(system) == 1
        jobs.drain(system, {"retell_story"})
        assert versions(system)[-1][2].startswith(opening)


def test_grouping_queues_the_telling(system: System, clock: SettableClock) -> None:
    market(system, clock, "وكالة الساحل", "شام بوست")
    jobs.JOBS["regroup"](system)
    assert jobs.drain(system, {"retell_story"}) == 1
    assert len(versions(system)) == 1
