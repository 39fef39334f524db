"""A story close up, and what an editor chooses there; what was written by hand is never lost."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from digest.articles.lengths import Length
from digest.articles.models import Article, Summary
from digest.articles.summarise import Method
from digest.issues import choosing
from digest.issues.closeup import CloseUp, item_close_up, story_close_up
from digest.issues.models import Item as ItemRow
from digest.system.errors import NotFound, Refused
from tests.issues.test_summaries import SAHEL, SHAM, Item, item

__all__ = ["item"]  # the fixture: a story of two sources in an issue
OWN = "كتبته رنا بنفسها عن السوق. وزادت عليه جملة ثانية."


def look(item: Item) -> CloseUp:
    with item.system.db.read() as db:
        return item_close_up(db, item.issue_id, item.id)


def write(item: Item, method: Method | None = None, length: Length = Length.SHORT) -> bool:
    return choosing.write_summary(
        item.system, item.issue_id, item.id, method=method, length=length,
        based_on=item.version(), by=None,
    )


def use(item: Item, version_id: int) -> None:
    with item.system.db.write() as db:
        choosing.use_version(db, item.issue_id, item.id, version_id, based_on=item.version(),
                             by=None, now=item.clock.now())


def use_source(item: Item, article_id: int, *, replace: bool = False) -> None:
    with item.system.db.write() as db:
        choosing.use_source(db, item.issue_id, item.id, article_id, replace=replace,
                            based_on=item.version(), by=None, now=item.clock.now())


def other(item: Item) -> int:
    return next(one.article_id for one in look(item).sources if not one.own)


def test_both_sources_are_shown_with_what_the_summary_took(item: Item) -> None:
    found = look(item)
    assert [one.source_name for one in found.sources] == ["الساحل", "شام بوست"]
    assert [one.own for one in found.sources] == [True, False]
    assert all(one.used for one in found.sources)
    assert "".join(one.text for one in found.sources[1].stretches) == SHAM
    assert (found.edited, found.shared, found.doubts) == (False, True, ())


def test_what_no_source_says_is_doubted(item: Item) -> None:
    item.write("وبلغت كلفة الترميم 9 ملايين دولار.")
    found = look(item)
    assert [one.text for one in found.doubts] == ["9"] or "9" in found.doubts[0].text
    assert found.edited


def test_a_story_of_the_inbox_has_no_item(item: Item) -> None:
    story_id = look(item).story_id
    assert story_id is not None
    with item.system.db.read() as db:
        found = story_close_up(db, story_id)
        with pytest.raises(NotFound):
            story_close_up(db, 404)
    assert found.summary == look(item).summary
    assert found.versions


def test_a_machines_summary_is_written_over_and_kept(item: Item) -> None:
    before = look(item)
    assert write(item, Method.LEAD) is True
    after = look(item)
    assert after.summary != before.summary
    assert before.summary in [one.text for one in after.versions]
    assert next(one.text for one in after.versions if one.present) == after.summary


def test_an_editors_words_stay_and_the_new_summary_waits(item: Item) -> None:
    item.write(OWN)
    version = item.version()
    assert write(item, Method.LEAD, Length.NORMAL) is False
    found = look(item)
    assert (found.summary, found.edited) == (OWN, True)
    assert found.versions[0].method == "lead"
    assert item.version() == version


def test_a_version_is_chosen_and_what_was_written_is_kept(item: Item) -> None:
    machine = look(item).versions[0]
    item.write(OWN)
    use(item, machine.id)
    found = look(item)
    assert found.summary == machine.text
    assert not found.edited
    own = next(one for one in found.versions if one.text == OWN)
    assert own.method == "editor"
    use(item, own.id)
    assert look(item).edited


def test_a_version_of_another_story_is_refused(item: Item) -> None:
    with pytest.raises(NotFound, match="no_such_version"):
        use(item, 4040)


def test_another_source_takes_the_place(item: Item) -> None:
    use_source(item, other(item))
    found = item.look()
    assert (found.title, found.source_name) == ("سوق السمك عند شام بوست", "شام بوست")
    assert "أجور المحال" in found.summary  # told from both, as before


def test_of_one_source_the_summary_changes_with_it(item: Item) -> None:
    write(item, Method.LEAD, Length.LONG)
    assert item.look().summary in SAHEL
    use_source(item, other(item))
    assert item.look().summary in SHAM


def test_an_editors_words_stay_with_another_source_unless_asked(item: Item) -> None:
    item.write(OWN)
    first, second = (one.article_id for one in look(item).sources)
    use_source(item, second)
    assert item.look().summary == OWN
    use_source(item, first, replace=True)
    assert item.look().summary != OWN
    with item.system.db.read() as db:
        assert db.scalar(select(Summary.origin).where(Summary.text == OWN)) == "editor"


def test_a_source_of_another_story_is_refused(item: Item) -> None:
    with item.system.db.write() as db:
        stranger = db.query(Article).order_by(Article.id.desc()).first()
        assert stranger is not None
        db.get_one(ItemRow, item.id).story_id = None
        article_id = stranger.id
    with pytest.raises(NotFound, match="no_such_article"):
        use_source(item, article_id)


def test_an_item_of_another_issue_and_a_closed_issue(item: Item) -> None:
    with item.system.db.read() as db, pytest.raises(NotFound):
        item_close_up(db, item.issue_id + 1, item.id)
    with pytest.raises(Refused), item.system.db.write() as db:
        choosing.use_version(db, item.issue_id, item.id, 1, based_on=99, by=None,
                             now=item.clock.now())
