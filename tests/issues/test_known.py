"""What happened to the stories of a draft since: told already, gained articles, set aside."""

from __future__ import annotations

from datetime import timedelta

from digest.articles.models import Article
from digest.issues import board
from digest.issues.models import Issue
from digest.issues.queries import preview
from digest.system.build import System
from tests import make

ABOUT = {"told_before", "told_before_news", "source_excluded"}


def findings(system: System, issue_id: int) -> list[tuple[str, object]]:
    with system.db.read() as db:
        rendered = preview(db, issue_id, base_url="https://mina.example", now=system.clock.now())
    return [(one.code, one.facts.get("number")) for one in rendered.findings if one.code in ABOUT]


def test_a_story_told_before_and_its_new_articles(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        article = db.get_one(Article, make.article(db, now=now - timedelta(days=2)))
        story_id = article.story_id
        assert story_id
        sent = make.issue(db, now=now, newsletter_id=newsletter_id, items=0, number=217)
        draft = make.issue(db, now=now, newsletter_id=newsletter_id, items=0, number=218)
        for issue_id in (sent, draft):
            board.add_story(db, issue_id, story_id, based_on=1, by=None, now=now)
        row = db.get_one(Issue, sent)
        row.state, row.sent_at = "sent", now - timedelta(days=1)
    assert findings(system, draft) == [("told_before", 217)]
    with system.db.write() as db:
        newer = make.article(db, now=now, title="البرلمان يعود إلى الموازنة", with_story=False)
        db.get_one(Article, newer).story_id = story_id
    assert findings(system, draft) == [("told_before_news", 217)]
    assert findings(system, sent) == []


def test_an_article_set_aside_after_it_was_added(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        article = db.get_one(Article, make.article(db, now=now))
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, items=0)
        assert article.story_id
        board.add_story(db, issue_id, article.story_id, based_on=1, by=None, now=now)
    assert findings(system, issue_id) == []
    with system.db.write() as db:
        db.query(Article).one().state = "excluded"
    assert findings(system, issue_id) == [("source_excluded", None)]
