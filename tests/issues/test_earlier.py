"""Which issue told a story before, and how readers are led to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from digest.articles.models import Article, Story
from digest.issues.earlier import earlier_issue, issue_stories
from digest.issues.models import Item
from digest.issues.prepare import fresh_candidates
from digest.issues.queries import load_document, preview
from digest.system.build import System
from tests import make

BASE = "https://mina.example"


def a_story(db: Session, system: System, title: str) -> int:
    story_id = db.get_one(Article, make.article(db, now=system.clock.now(), title=title)).story_id
    assert story_id is not None
    return story_id


def an_issue(
    db: Session, system: System, newsletter_id: int, story_id: int, number: int, **values: object
) -> int:
    """An issue with one story, sent unless told otherwise."""
    at = system.clock.now() + timedelta(minutes=number)
    facts = {"state": "sent", "frozen_at": at, "sent_at": at, **values}
    issue_id = make.issue(db, now=system.clock.now(), newsletter_id=newsletter_id, number=number,
                          items=1, **facts)
    item = db.query(Item).filter_by(issue_id=issue_id).one()
    item.story_id, item.article_id = story_id, db.get_one(Story, story_id).representative_id
    db.flush()
    return issue_id


@pytest.fixture
def told(system: System) -> dict[str, int]:
    """A story that was sent in issue 1 of a newsletter, its development, another story."""
    with system.db.write() as db:
        newsletter = make.newsletter(db, now=system.clock.now())
        first, later = a_story(db, system, "حريق في الميناء"), a_story(db, system, "توقيف مشتبه به")
        db.get_one(Story, later).follows_id = first
        return {
            "newsletter": newsletter, "first": first, "later": later,
            "other": a_story(db, system, "معرض الكتاب"),
            "issue": an_issue(db, system, newsletter, first, 1),
        }


def test_a_story_and_what_follows_it_know_the_issue(
    system: System, told: dict[str, int]
) -> None:
    with system.db.read() as db:
        found = earlier_issue(db, [told["first"], told["later"], told["other"], 99])
    assert set(found) == {told["first"], told["later"]}
    assert [found[told[name]].follows for name in ("first", "later")] == [False, True]
    one = found[told["later"]]
    assert (one.issue_id, one.number, one.slug, one.public) == (told["issue"], 1, "mina", True)


def test_the_latest_issue_counts_and_drafts_do_not(system: System, told: dict[str, int]) -> None:
    with system.db.write() as db:
        an_issue(db, system, told["newsletter"], told["first"], 3, state="draft", sent_at=None)
        latest = an_issue(db, system, told["newsletter"], told["first"], 2, state="sending",
                          sent_at=None)
        assert earlier_issue(db, [told["later"]])[told["later"]].issue_id == latest
        assert earlier_issue(db, [told["later"]], without=latest)[told["later"]].number == 1


def test_readers_of_another_newsletter_were_told_nothing(
    system: System, told: dict[str, int]
) -> None:
    with system.db.read() as db:
        assert earlier_issue(db, [told["later"]], newsletter_id=told["newsletter"] + 1) == {}


def test_a_sent_article_that_moved_takes_its_issue_along(
    system: System, told: dict[str, int]
) -> None:
    with system.db.write() as db:
        item = db.query(Item).one()
        db.get_one(Article, item.article_id).story_id = told["other"]
        assert earlier_issue(db, [told["other"]])[told["other"]].number == 1
        assert issue_stories(db, told["issue"]) == {told["first"], told["other"]}


def test_a_development_is_offered_again_and_its_issue_links_back(
    system: System, told: dict[str, int]
) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        found = fresh_candidates(db, told["newsletter"], since=now - timedelta(days=1), until=now)
        assert {one.story_id: one.follows_id for one in found} == {
            told["later"]: told["first"], told["other"]: None,
        }
        draft = an_issue(db, system, told["newsletter"], told["later"], 2, state="draft",
                         sent_at=None, frozen_at=None)
        doc = load_document(db, draft, base_url=BASE, now=now)
        rendered = preview(db, draft, base_url=BASE, now=now)
    assert doc.items[0].earlier_url == f"{BASE}/archive/mina/1"
    assert "متابعة لما ورد في العدد 1" in rendered.html
    assert f'href="{BASE}/archive/mina/1"' in rendered.html
    assert f"متابعة لما ورد في العدد 1:\n{BASE}/archive/mina/1\n" in rendered.text
    assert rendered.errors == ()


def test_another_newsletter_is_offered_only_the_development(
    system: System, told: dict[str, int]
) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        other = make.newsletter(db, now=now, slug="other", public=False)
        found = fresh_candidates(db, other, since=now - timedelta(days=1), until=now)
        assert {one.story_id for one in found} == {told["later"], told["other"]}
        an_issue(db, system, other, told["first"], 1)
        draft = an_issue(db, system, other, told["later"], 2, state="draft", sent_at=None)
        rendered = preview(db, draft, base_url=BASE, now=now)
    assert "متابعة لما ورد في العدد 1" in rendered.text  # without a public archive, no link
    assert "/archive/" not in rendered.html + rendered.text
